// SPDX-License-Identifier: MIT
// The system control space: NVIC, SysTick, SCB, MPU, FPU control and DWT.
//
// Source: Armv7-M Architecture Reference Manual (DDI 0403), B1.5 for the
// exceptions and B3 for the registers; Cortex-M7 TRM (DDI 0489) for the
// values of identification registers.
#ifndef HOST_VCAM_SCS_H
#define HOST_VCAM_SCS_H

#include <stdbool.h>
#include <stdint.h>

#include "host/vcam/vcam_cpu.h"

struct vcam;

enum {
    EXC_NMI = 2,
    EXC_HARD = 3,
    EXC_MEM = 4,
    EXC_BUS = 5,
    EXC_USAGE = 6,
    EXC_SVC = 11,
    EXC_DEBUG = 12,
    EXC_PENDSV = 14,
    EXC_SYSTICK = 15,
    EXC_IRQ0 = 16,
    SCS_IRQS = 150, // RM0433 19.1
    SCS_EXCEPTIONS = EXC_IRQ0 + SCS_IRQS,
    SCS_WORDS = (SCS_EXCEPTIONS + 31) / 32,
    SCS_LOWEST = 0x100 // below every priority: thread mode
};

// SCB_CFSR and SCB_HFSR
enum {
    CFSR_IACCVIOL = 1 << 0,
    CFSR_DACCVIOL = 1 << 1,
    CFSR_MUNSTKERR = 1 << 3,
    CFSR_MSTKERR = 1 << 4,
    CFSR_MMARVALID = 1 << 7,
    CFSR_IBUSERR = 1 << 8,
    CFSR_PRECISERR = 1 << 9,
    CFSR_IMPRECISERR = 1 << 10,
    CFSR_UNSTKERR = 1 << 11,
    CFSR_STKERR = 1 << 12,
    CFSR_BFARVALID = 1 << 15,
    CFSR_UNDEFINSTR = 1 << 16,
    CFSR_INVSTATE = 1 << 17,
    CFSR_INVPC = 1 << 18,
    CFSR_NOCP = 1 << 19,
    CFSR_UNALIGNED = 1 << 24,
    CFSR_DIVBYZERO = 1 << 25,
    HFSR_VECTTBL = 1 << 1,
    HFSR_FORCED = 1 << 30
};
#define HFSR_DEBUGEVT 0x80000000u

struct vcam_mpu_region {
    uint32_t rbar, rasr;
};

enum { SCS_MPU_REGIONS = 16 };

struct vcam_scs {
    // One bit an exception number.
    uint32_t pending[SCS_WORDS], enabled[SCS_WORDS], active[SCS_WORDS];
    uint32_t line[SCS_WORDS]; // level of the interrupt lines
    uint8_t priority[SCS_EXCEPTIONS];
    unsigned stack[SCS_EXCEPTIONS]; // active ones in order of entry
    unsigned depth;

    uint32_t vtor, prigroup, scr, ccr, shcsr_enable;
    uint32_t cfsr, hfsr, dfsr, mmfar, bfar;
    uint32_t cpacr, fpccr, fpcar, fpdscr, csselr, actlr;
    uint32_t demcr;
    bool event; // the event register that WFE looks at

    uint32_t systick_csr, systick_rvr;
    uint64_t systick_start; // cycle at which the count was `systick_from`
    uint32_t systick_from;

    uint32_t dwt_ctrl;
    uint32_t cyccnt; // at count `cyccnt_at`, or the stopped value
    uint64_t cyccnt_at;

    uint32_t mpu_ctrl, mpu_rnr;
    struct vcam_mpu_region mpu[SCS_MPU_REGIONS];
};

// --- nvic.c ---------------------------------------------------------------

void vcam_scs_reset(struct vcam *vm);
void vcam_pend(struct vcam *vm, unsigned exception);
void vcam_unpend(struct vcam *vm, unsigned exception);
int vcam_priority(const struct vcam_scs *s, unsigned exception);
// The priority at which the core runs, its masks included.
int vcam_running_priority(struct vcam *vm, const struct vcam_core *core);
// The exception that should be entered now, or 0. Tells the engine what to
// look for when one waits behind a mask.
unsigned vcam_next_exception(struct vcam *vm);
// True when some enabled exception waits, masked by PRIMASK or not: the
// condition that ends a WFI.
bool vcam_wakes(struct vcam *vm);

static inline bool vcam_bit(const uint32_t *set, unsigned n) {
    return set[n / 32] >> (n % 32) & 1;
}

static inline void vcam_put_bit(uint32_t *set, unsigned n, bool on) {
    set[n / 32] = (set[n / 32] & ~(1u << n % 32)) | (uint32_t)on << n % 32;
}

// --- exception.c ----------------------------------------------------------

void vcam_enter(struct vcam *vm, unsigned exception);
void vcam_leave(struct vcam *vm, uint32_t exc_return);
// A synchronous fault at `core.r[15]`: sets status and enters its handler.
void vcam_fault(struct vcam *vm, unsigned exception, uint32_t cfsr,
        uint32_t address);
void vcam_svc(struct vcam *vm);
void vcam_bkpt(struct vcam *vm);

// --- registers ------------------------------------------------------------

bool vcam_ppb_read(struct vcam *vm, uint32_t address, uint32_t *value);
bool vcam_ppb_write(struct vcam *vm, uint32_t address, uint32_t value);
bool vcam_scb_read(struct vcam *vm, uint32_t offset, uint32_t *value);
bool vcam_scb_write(struct vcam *vm, uint32_t offset, uint32_t value);
bool vcam_nvic_read(struct vcam *vm, uint32_t offset, uint32_t *value);
bool vcam_nvic_write(struct vcam *vm, uint32_t offset, uint32_t value);
bool vcam_mpu_read(struct vcam *vm, uint32_t offset, uint32_t *value);
bool vcam_mpu_write(struct vcam *vm, uint32_t offset, uint32_t value);
bool vcam_dwt_read(struct vcam *vm, uint32_t offset, uint32_t *value);
bool vcam_dwt_write(struct vcam *vm, uint32_t offset, uint32_t value);

uint32_t vcam_systick_read(struct vcam *vm, uint32_t offset);
void vcam_systick_write(struct vcam *vm, uint32_t offset, uint32_t value);
void vcam_systick_reset(struct vcam *vm);
void vcam_systick_clocks(struct vcam *vm); // the core clock has changed
void vcam_demcr_write(struct vcam *vm, uint32_t value);

// True when the MPU lets privileged code (all there is here) access it.
bool vcam_mpu_allows(struct vcam *vm, uint32_t address, bool write);
// Whether the data cache keeps what is at an address of RAM.
enum vcam_cacheable { VCAM_CACHE_NONE, VCAM_CACHE_THROUGH, VCAM_CACHE_BACK };
enum vcam_cacheable vcam_mpu_cacheable(const struct vcam *vm, uint32_t address);
// Makes the engine refuse what new regions take away; between two runs.
void vcam_mpu_apply(struct vcam *vm);

#endif
