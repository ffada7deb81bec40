// SPDX-License-Identifier: MIT
// Large pieces of Python's heap.

#include "src/py/heap.h"

#include "py/gc.h"
#include "py/runtime.h"

void heap_lacks(const char *what, size_t bytes) {
    gc_info_t info;
    gc_info(&info);
    mp_raise_msg_varg(&mp_type_MemoryError,
            MP_ERROR_TEXT("%s: %u bytes needed, the heap has %u in one piece"),
            what, (unsigned)bytes,
            (unsigned)(info.max_free * MICROPY_BYTES_PER_GC_BLOCK));
}

void *heap_try(size_t bytes) {
    return m_malloc_maybe(bytes);
}

void *heap_take(const char *what, size_t bytes) {
    void *memory = heap_try(bytes);
    if (memory == NULL) {
        heap_lacks(what, bytes);
    }
    return memory;
}
