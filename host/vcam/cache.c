// SPDX-License-Identifier: MIT
// The data cache, as far as other bus masters get to see it.

#include "host/vcam/cache.h"

bool vcam_cache_master_read(struct vcam *vm, const char *master,
        uint32_t address, void *data, size_t size) {
    (void)vm;
    (void)master;
    (void)address;
    (void)data;
    (void)size;
    return false;
}

bool vcam_cache_master_write(struct vcam *vm, const char *master,
        uint32_t address, const void *data, size_t size) {
    (void)vm;
    (void)master;
    (void)address;
    (void)data;
    (void)size;
    return false;
}
