// SPDX-License-Identifier: MIT
// A look ahead at a block of code: where will its accesses go?
#ifndef HOST_VCAM_CPU_EVAL_H
#define HOST_VCAM_CPU_EVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Where a look ahead reads memory: null where there is none.
typedef const uint8_t *cpu_eval_memory(void *context, uint32_t address,
        size_t size);

// Follows the values of registers through a block as far as they are moved,
// loaded, added, shifted and multiplied, and reports the first access that
// must be aligned to 4 and is not. What cannot be followed is let pass. `r`
// holds the registers at the block's start and is used up.
bool cpu_eval_misaligned(const uint8_t *code, uint32_t bytes, uint32_t pc,
        uint32_t r[16], cpu_eval_memory *memory, void *context, uint32_t *at_pc,
        uint32_t *address);

#endif
