// SPDX-License-Identifier: MIT
// Division of the frame buffer's memory.

#include "image/frame.h"

#include <assert.h>

static struct {
    uint8_t *memory;
    size_t bytes;
    uint8_t *borrowed; // the only buffer, when it is somebody else's
    size_t buffer_bytes;
    unsigned buffers;
    size_t low; // where scratch begins
    size_t top; // where free scratch begins
} frame;

static size_t aligned(size_t bytes) {
    return (bytes + FRAME_ALIGN - 1) & ~(size_t)(FRAME_ALIGN - 1);
}

void frame_init(void *memory, size_t bytes) {
    assert((uintptr_t)memory % FRAME_ALIGN == 0);
    frame.memory = memory;
    frame.bytes = bytes & ~(size_t)(FRAME_ALIGN - 1);
    frame.borrowed = NULL;
    frame.buffer_bytes = 0;
    frame.buffers = 0;
    frame.low = 0;
    frame.top = 0;
}

size_t frame_bytes(void) {
    return frame.bytes;
}

size_t frame_needed(size_t bytes_per_buffer, unsigned buffers) {
    return aligned(bytes_per_buffer) * buffers;
}

static unsigned sensible(size_t bytes_per_buffer) {
    for (unsigned count = FRAME_BUFFERS_MAX; count > 1; count--) {
        if (frame_needed(bytes_per_buffer, count) + FRAME_SCRATCH_KEEP <=
                frame.bytes) {
            return count;
        }
    }
    return 1;
}

static void divide(uint8_t *borrowed, size_t bytes, unsigned buffers) {
    frame.borrowed = borrowed;
    frame.buffer_bytes = bytes;
    frame.buffers = buffers;
    frame.low = borrowed != NULL ? 0 : aligned(bytes) * buffers;
    frame.top = frame.low;
}

int frame_configure(size_t bytes_per_buffer, unsigned wanted, unsigned *got) {
    if (bytes_per_buffer == 0 || wanted > FRAME_BUFFERS_MAX) {
        return FRAME_ERR_INVALID;
    }
    if (frame.top != frame.low) {
        return FRAME_ERR_BUSY;
    }
    // The first test keeps the second from overflowing.
    if (bytes_per_buffer > frame.bytes) {
        return FRAME_ERR_MEMORY;
    }
    unsigned count = wanted != 0 ? wanted : sensible(bytes_per_buffer);
    if (frame_needed(bytes_per_buffer, count) > frame.bytes) {
        return FRAME_ERR_MEMORY;
    }
    divide(NULL, bytes_per_buffer, count);
    *got = count;
    return 0;
}

int frame_borrow(void *memory, size_t bytes) {
    if (memory == NULL || bytes == 0 || (uintptr_t)memory % FRAME_ALIGN != 0) {
        return FRAME_ERR_INVALID;
    }
    if (frame.top != frame.low) {
        return FRAME_ERR_BUSY;
    }
    divide(memory, bytes, 1);
    return 0;
}

uint8_t *frame_buffer(unsigned index) {
    if (index >= frame.buffers) {
        return NULL;
    }
    if (frame.borrowed != NULL) {
        return frame.borrowed;
    }
    return frame.memory + index * aligned(frame.buffer_bytes);
}

size_t frame_buffer_bytes(void) {
    return frame.buffer_bytes;
}

unsigned frame_buffers(void) {
    return frame.buffers;
}

void *frame_scratch_take(size_t bytes) {
    if (bytes > frame_scratch_free()) {
        return NULL;
    }
    uint8_t *at = frame.memory + frame.top;
    frame.top += aligned(bytes);
    return at;
}

size_t frame_scratch_free(void) {
    return frame.bytes - frame.top;
}

size_t frame_scratch_mark(void) {
    return frame.top;
}

void frame_scratch_release(size_t mark) {
    assert(mark >= frame.low && mark <= frame.top && mark % FRAME_ALIGN == 0);
    frame.top = mark;
}
