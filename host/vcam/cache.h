// SPDX-License-Identifier: MIT
// The data cache, as far as other bus masters get to see it.
#ifndef HOST_VCAM_CACHE_H
#define HOST_VCAM_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vcam;

// What a master reads or writes behind the cache; false when the cache has no
// part in it and the memory itself is to be used.
bool vcam_cache_master_read(struct vcam *vm, const char *master,
        uint32_t address, void *data, size_t size);
bool vcam_cache_master_write(struct vcam *vm, const char *master,
        uint32_t address, const void *data, size_t size);

#endif
