// SPDX-License-Identifier: MIT
// The data cache, as far as other bus masters get to see it (strict mode).
//
// Which lines a real cache holds is chance. Here, while it is on, it holds
// every line of the RAM that the MPU calls cacheable, and never evicts one by
// itself. So the processor sees what a master has written only after it has
// invalidated the line, and a master sees what was cleaned; what would depend
// on chance on a chip goes wrong at once and always. Maintenance by address
// and by set and way is what there is to help.
//
// A line is dirty when the processor sees other bytes than at its last
// maintenance: stores of what was there already are not noticed.
#ifndef HOST_VCAM_CACHE_H
#define HOST_VCAM_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vcam;

// What a master reads or writes behind the cache; false when the cache has no
// part in it and the memory itself is to be used. The bytes lie in one bank.
bool vcam_cache_master_read(struct vcam *vm, const char *master,
        uint32_t address, void *data, size_t size);
bool vcam_cache_master_write(struct vcam *vm, const char *master,
        uint32_t address, const void *data, size_t size);

// SCB_CCR.DC is written.
void vcam_cache_switch(struct vcam *vm, bool on);
// A maintenance register, by its offset in the system control space: ICIALLU
// to BPIALL. False when it is none.
bool vcam_cache_maintain(struct vcam *vm, uint32_t offset, uint32_t value);
// The MPU says something else than before.
void vcam_cache_remap(struct vcam *vm);
// The core was reset: the cache is off.
void vcam_cache_reset(struct vcam *vm);
void vcam_cache_destroy(struct vcam *vm);

#endif
