// SPDX-License-Identifier: MIT
// Bus masters other than the processor: what DMA, MDMA and the IDMA of SDMMC
// reach, and what they find there.
//
// They do not see the data cache. With it on, memory that the MPU calls
// cacheable is modelled as if every line of it were in the cache: a master
// reads what was cleaned, and the processor reads what a master wrote only
// after it has invalidated the line (cache.c).
#ifndef HOST_VCAM_MASTER_H
#define HOST_VCAM_MASTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vcam;

// A master, for complaints and for what it reaches (RM0433 table 3).
struct vcam_master {
    const char *name;
    bool tcm;  // ITCM and DTCM, as only MDMA
    bool d1;   // its own domain only, as SDMMC1: AXI SRAM, flash
    bool only; // memory only, no registers
};

// One access of 1, 2 or 4 bytes, to memory or to a register. False, after a
// complaint, where the master reaches nothing: a bus error for it.
bool vcam_master_load(struct vcam *vm, const struct vcam_master *master,
        uint32_t address, unsigned size, uint32_t *value);
bool vcam_master_store(struct vcam *vm, const struct vcam_master *master,
        uint32_t address, unsigned size, uint32_t value);

// Many bytes from or to memory.
bool vcam_master_read(struct vcam *vm, const struct vcam_master *master,
        uint32_t address, void *data, size_t size);
bool vcam_master_write(struct vcam *vm, const struct vcam_master *master,
        uint32_t address, const void *data, size_t size);

// Tells the engine of memory that masters have changed; between two runs.
void vcam_master_settle(struct vcam *vm);

#endif
