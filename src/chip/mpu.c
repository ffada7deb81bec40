// SPDX-License-Identifier: MIT
// Which memory is cached, and which must not be touched (PM0253 section 4.6).

#include "chip/mpu.h"

#include <assert.h>

#include "chip/device.h"
#include "memory.h"

// Attributes as MPU_RASR takes them.
#define NO_ACCESS (ARM_MPU_AP_NONE << MPU_RASR_AP_Pos | MPU_RASR_XN_Msk)
#define FULL_ACCESS (ARM_MPU_AP_FULL << MPU_RASR_AP_Pos)
#define UNCACHED (1U << MPU_RASR_TEX_Pos) // normal memory, TEX=1 C=0 B=0

#define GUARD_BYTES 256U

// A region is a power of two and lies on a multiple of its size.
#define FITS(address, bytes) \
    (((bytes) & ((bytes)-1U)) == 0 && (address) % (bytes) == 0)
static_assert(FITS(MEM_NULL_ADDR, MEM_NULL_BYTES), "null region");
static_assert(FITS(MEM_STACK_ADDR, GUARD_BYTES), "stack guard");
static_assert(FITS(MEM_DMA_ADDR, MEM_DMA_BYTES), "dma region");
static_assert(MEM_CRASH_ADDR == 0x38000000U &&
                MEM_CRASH_BYTES + MEM_D3_BYTES == 0x10000U,
        "crash and d3 are uncached together: all of SRAM4");

static void region(uint32_t number, uint32_t address, uint32_t log2,
        uint32_t attributes) {
    MPU->RNR = number;
    MPU->RBAR = address;
    MPU->RASR =
            attributes | (log2 - 1U) << MPU_RASR_SIZE_Pos | MPU_RASR_ENABLE_Msk;
}

static uint32_t log2_of(uint32_t bytes) {
    return 31U - (uint32_t)__builtin_clz(bytes);
}

void chip_mpu_init(void) {
    ARM_MPU_Disable();
    // External memory: nothing is there, and speculation must not look.
    region(0, 0x60000000U, 29, NO_ACCESS);
    region(1, 0x80000000U, 29, NO_ACCESS);
    region(2, MEM_DMA_ADDR, log2_of(MEM_DMA_BYTES),
            FULL_ACCESS | UNCACHED | MPU_RASR_XN_Msk);
    region(3, MEM_CRASH_ADDR, 16, FULL_ACCESS | UNCACHED | MPU_RASR_XN_Msk);
    region(4, MEM_STACK_ADDR, log2_of(GUARD_BYTES), NO_ACCESS);
    region(5, MEM_NULL_ADDR, log2_of(MEM_NULL_BYTES), NO_ACCESS);
    ARM_MPU_Enable(MPU_CTRL_PRIVDEFENA_Msk);
    SCB_EnableICache();
    SCB_EnableDCache();
}
