// SPDX-License-Identifier: MIT
// RCC, reset and clock control (RM0433 section 8): its registers.

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/devices.h"
#include "host/vcam/rcc_state.h"

// RCC_RSR, as RM0433 table 57 has it for each way to reset.
#define RSR_POWER 0x00fa0000u
#define RSR_SOFTWARE 0x01420000u
#define RSR_WATCHDOG 0x04420000u
#define RSR_WINDOW 0x10420000u
#define RSR_PIN 0x00420000u
#define RSR_RMVF 0x00010000u

enum { BDCR_BDRST = 1 << 16, CSR_LSION = 1 };

// Bits that exist, from AHB3ENR (0xd4) to APB4ENR (0xf4).
static const uint32_t ENABLES[9] = {0x00015031, 0x1e038023, 0xe0000241,
        0x132807ff, 0x00000048, 0xe8ffc3ff, 0x00000136, 0x31d73033, 0x0021deaa};
// From AHB3RSTR (0x7c) to APB4RSTR (0x9c), in the same order.
static const uint32_t RESETS[9] = {0x00015031, 0x0a008023, 0x00000241,
        0x032807ff, 0x00000008, 0xe8ffc3ff, 0x00000136, 0x31d73033, 0x0020deaa};
// From AHB3LPENR (0xfc) to APB4LPENR (0x11c).
static const uint32_t SLEEPS[9] = {0xf0015131, 0x1e038023, 0xe0000241,
        0x312807ff, 0x00000048, 0xe8ffc3ff, 0x00000136, 0x31d73033, 0x0021deaa};

// How a source is switched, and how long it takes to be ready (DS12110).
static const struct {
    uint16_t offset;
    uint8_t on, ready;
    uint32_t microseconds; // 0: never, there is none on the board
} SOURCES[RCC_SOURCES] = {
        [RCC_HSI] = {RCC_CR, 0, 2, 3},
        [RCC_CSI] = {RCC_CR, 7, 8, 5},
        [RCC_HSI48] = {RCC_CR, 12, 13, 4},
        [RCC_HSE] = {RCC_CR, 16, 17, 2000},
        [RCC_PLL1] = {RCC_CR, 24, 25, 80},
        [RCC_PLL2] = {RCC_CR, 26, 27, 80},
        [RCC_PLL3] = {RCC_CR, 28, 29, 80},
        [RCC_LSI] = {RCC_CSR, 0, 1, 130},
        [RCC_LSE] = {RCC_BDCR, 0, 1, 0},
};

bool rcc_ready(const struct rcc *r, enum rcc_source source) {
    return vcam_now(r->vm) >= r->ready_at[source];
}

// Starts and stops what the register at `offset` switches.
static void switch_sources(struct rcc *r, unsigned offset) {
    uint64_t now = vcam_now(r->vm);
    for (unsigned i = 0; i < RCC_SOURCES; i++) {
        if (SOURCES[i].offset != offset) {
            continue;
        }
        bool on = r->reg[offset / 4] >> SOURCES[i].on & 1;
        if (!on) {
            r->ready_at[i] = UINT64_MAX;
        } else if (r->ready_at[i] == UINT64_MAX && SOURCES[i].microseconds) {
            r->ready_at[i] =
                    now + SOURCES[i].microseconds * (VCAM_SECOND / 1000000);
        }
    }
}

static uint32_t ready_bits(const struct rcc *r, unsigned offset) {
    uint32_t value = 0;
    for (unsigned i = 0; i < RCC_SOURCES; i++) {
        if (SOURCES[i].offset == offset && rcc_ready(r, (enum rcc_source)i)) {
            value |= 1u << SOURCES[i].ready;
        }
    }
    return value;
}

static bool at_power(enum vcam_reset why) {
    return why == VCAM_RESET_POWER;
}

static uint32_t reset_flags(enum vcam_reset why) {
    switch (why) {
    case VCAM_RESET_POWER:
        return RSR_POWER;
    case VCAM_RESET_SOFTWARE:
        return RSR_SOFTWARE;
    case VCAM_RESET_WATCHDOG:
        return RSR_WATCHDOG;
    case VCAM_RESET_WINDOW:
        return RSR_WINDOW;
    default:
        return RSR_PIN;
    }
}

static void rcc_reset(void *self, enum vcam_reset why) {
    struct rcc *r = self;
    uint32_t flags = at_power(why) ? 0 : rcc_get(r, RCC_RSR);
    uint32_t backup = at_power(why) ? 0 : rcc_get(r, RCC_BDCR);
    memset(r->reg, 0, sizeof r->reg);
    r->reg[RCC_RSR / 4] = flags | reset_flags(why);
    r->reg[RCC_BDCR / 4] = backup;
    r->reg[RCC_CR / 4] = CR_HSION;
    r->reg[RCC_HSICFGR / 4] = 0x40000000;
    r->reg[RCC_CSICFGR / 4] = 0x20000000;
    r->reg[RCC_PLLCKSELR / 4] = 0x02020200;
    r->reg[RCC_PLLCFGR / 4] = 0x01ff0000;
    for (unsigned pll = 0; pll < 3; pll++) {
        r->reg[RCC_PLL1DIVR / 4 + 2 * pll] = 0x01010280;
    }
    r->reg[RCC_APB4ENR / 4] = 1u << 16; // RTCAPBEN
    for (unsigned i = 0; i < 9; i++) {
        r->reg[RCC_AHB3LPENR / 4 + i] = SLEEPS[i];
    }
    uint64_t now = vcam_now(r->vm);
    for (unsigned i = 0; i < RCC_SOURCES; i++) {
        if (SOURCES[i].offset != RCC_BDCR) {
            r->ready_at[i] = UINT64_MAX;
        }
    }
    // HSI is up before the core is.
    r->ready_at[RCC_HSI] = now;
    if (at_power(why)) {
        r->ready_at[RCC_LSE] = UINT64_MAX;
    }
    r->sws = 0;
    vcam_set_core_clock(r->vm, vcam_clock(r->vm, CLOCK_CPU));
}

// Makes a change that may concern clocks, and tells everybody.
static void reclock(struct rcc *r, unsigned offset, uint32_t value) {
    struct vcam *vm = r->vm;
    for (unsigned i = 0; i < vm->devices; i++) {
        if (vm->device[i].clocks) {
            vm->device[i].clocks(vm->device[i].self, false);
        }
    }
    r->reg[offset / 4] = value;
    switch_sources(r, offset);
    if (offset == RCC_CFGR) {
        unsigned sw = value & 7;
        if (!rcc_source_hz(r, sw)) {
            vcam_complain(vm,
                    "system clock switched to source %u, "
                    "which is not ready",
                    sw);
        } else {
            r->sws = sw;
        }
    }
    uint32_t hz = vcam_clock(vm, CLOCK_CPU);
    if (hz != vm->hz && hz) {
        vcam_set_core_clock(vm, hz);
        vcam_systick_clocks(vm);
    }
    for (unsigned i = 0; i < vm->devices; i++) {
        if (vm->device[i].clocks) {
            vm->device[i].clocks(vm->device[i].self, true);
        }
    }
    vcam_check_limits(vm);
}

static bool pll_on(const struct rcc *r, unsigned pll) {
    return rcc_get(r, RCC_CR) >> (24 + 2 * pll) & 1;
}

static void write_cr(struct rcc *r, uint32_t value) {
    uint32_t old = rcc_get(r, RCC_CR);
    static const uint32_t writable = 0x150d129b;
    static const uint8_t bit[4] = {0, 7, 16, 24};
    // The clock in use and the PLLs' source cannot be switched off.
    if (!(value >> bit[r->sws] & 1)) {
        vcam_complain(r->vm, "the clock in use is switched off");
        value |= 1u << bit[r->sws];
    }
    reclock(r, RCC_CR, value & writable);
    for (unsigned pll = 0; pll < 3; pll++) {
        bool starts = pll_on(r, pll) && !(old >> (24 + 2 * pll) & 1);
        const char *wrong =
                starts ? rcc_pll_wrong(r, pll, r->vm->config.silicon_y) : NULL;
        if (wrong) {
            vcam_complain(r->vm, "PLL%u %s", pll + 1, wrong);
        }
    }
}

// N, P, Q, R, M and the ranges are for PLLs that are off.
static bool write_pll(struct rcc *r, unsigned offset, uint32_t value) {
    uint32_t changed = rcc_get(r, offset) ^ value;
    for (unsigned pll = 0; pll < 3; pll++) {
        uint32_t fixed = offset == RCC_PLLCKSELR   ? 3u | 0x3fu << (4 + 8 * pll)
                : offset == RCC_PLLCFGR            ? 0xeu << 4 * pll
                : offset == RCC_PLL1DIVR + 8 * pll ? 0xffffffffu
                                                   : 0;
        if (pll_on(r, pll) && (changed & fixed)) {
            vcam_complain(r->vm, "RCC + 0x%02x changed while PLL%u is on",
                    offset, pll + 1);
        }
    }
    reclock(r, offset, value);
    return true;
}

static void write_bdcr(struct rcc *r, uint32_t value) {
    if (!vcam_backup_open(r->vm)) {
        if (value != rcc_get(r, RCC_BDCR)) {
            vcam_complain(r->vm, "RCC_BDCR written without PWR_CR1.DBP");
        }
        return;
    }
    if (value & BDCR_BDRST) {
        r->ready_at[RCC_LSE] = UINT64_MAX;
        value = BDCR_BDRST;
        for (unsigned i = 0; i < r->vm->devices; i++) {
            struct vcam_device *d = &r->vm->device[i];
            if (strcmp(d->name, "RTC") == 0) {
                d->reset(d->self, VCAM_RESET_POWER);
            }
        }
    }
    uint32_t old = rcc_get(r, RCC_BDCR);
    if ((old >> 8 & 3) && ((old ^ value) >> 8 & 3) && !(value & BDCR_BDRST)) {
        vcam_complain(r->vm, "RTCSEL changed without a backup reset");
    }
    reclock(r, RCC_BDCR, value & 0x0001833d);
}

static void write_reset(struct rcc *r, unsigned index, uint32_t value) {
    uint32_t rising = value & ~r->reg[RCC_AHB3RSTR / 4 + index];
    unsigned enable = RCC_AHB3ENR + 4 * index;
    r->reg[RCC_AHB3RSTR / 4 + index] = value;
    for (unsigned bit = 0; bit < 32; bit++) {
        if (rising >> bit & 1) {
            vcam_reset_block(r->vm, VCAM_GATE(enable, bit));
        }
    }
}

static bool rcc_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct rcc *r = self;
    (void)size;
    if (offset >= RCC_RSR + RCC_C1 && offset <= RCC_APB4LPENR + RCC_C1) {
        offset -= RCC_C1;
    }
    if (offset > RCC_APB4LPENR || offset == 0x14 || offset == 0x24 ||
            offset == 0x48 || offset == 0x5c || offset == 0x6c ||
            offset == 0x78 || offset == 0xa4 ||
            (offset > RCC_D3AMR && offset < RCC_RSR) || offset == 0xf8) {
        return false;
    }
    *value = r->reg[offset / 4];
    switch (offset) {
    case RCC_CR:
        *value |= ready_bits(r, offset) | CR_HSIDIVF | CR_D1CKRDY | CR_D2CKRDY;
        break;
    case RCC_CFGR:
        *value = (*value & ~0x38u) | r->sws << 3;
        break;
    case RCC_CSR:
    case RCC_BDCR:
        *value |= ready_bits(r, offset);
        break;
    default:
        break;
    }
    return true;
}

static bool write_enable(struct rcc *r, unsigned offset, uint32_t value) {
    unsigned index = (offset - RCC_AHB3ENR) / 4;
    uint32_t there =
            index < 9 ? ENABLES[index] : SLEEPS[(offset - RCC_AHB3LPENR) / 4];
    if (value & ~there) {
        vcam_complain(r->vm, "reserved bits 0x%08x set in RCC + 0x%03x",
                (unsigned)(value & ~there), offset);
    }
    r->reg[offset / 4] = value & there;
    vcam_cpu_kick(r->vm->cpu);
    return true;
}

static bool rcc_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct rcc *r = self;
    (void)size;
    if (offset >= RCC_RSR + RCC_C1 && offset <= RCC_APB4LPENR + RCC_C1) {
        offset -= RCC_C1;
    }
    if (offset >= RCC_AHB3RSTR && offset <= RCC_APB4RSTR) {
        unsigned index = (offset - RCC_AHB3RSTR) / 4;
        write_reset(r, index, value & RESETS[index]);
        return true;
    }
    if ((offset >= RCC_AHB3ENR && offset <= RCC_APB4ENR) ||
            (offset >= RCC_AHB3LPENR && offset <= RCC_APB4LPENR)) {
        return write_enable(r, offset, value);
    }
    switch (offset) {
    case RCC_CR:
        write_cr(r, value);
        return true;
    case RCC_HSICFGR:
    case RCC_CSICFGR:
    case RCC_GCR:
    case RCC_D3AMR:
    case RCC_CIER:
        r->reg[offset / 4] = value;
        return true;
    case RCC_CRRCR:
    case RCC_CIFR:
        return true; // read only
    case RCC_CICR:
        return true;
    case RCC_CFGR:
        reclock(r, offset, value & ~0x38u);
        return true;
    case RCC_D1CFGR:
    case RCC_D2CFGR:
    case RCC_D3CFGR:
    case RCC_D1CCIPR:
    case RCC_D2CCIP1R:
    case RCC_D2CCIP2R:
    case RCC_D3CCIPR:
    case RCC_CSR:
        reclock(r, offset, offset == RCC_CSR ? value & CSR_LSION : value);
        return true;
    case RCC_BDCR:
        write_bdcr(r, value);
        return true;
    case RCC_RSR:
        if (value & RSR_RMVF) {
            r->reg[RCC_RSR / 4] = 0;
        }
        return true;
    default:
        return offset >= RCC_PLLCKSELR && offset <= RCC_PLL3FRACR &&
                write_pll(r, offset, value);
    }
}

bool vcam_device_clocked(const struct vcam *vm, uint16_t gate) {
    const struct rcc *r = vm->rcc;
    return rcc_get(r, gate >> 5) >> (gate & 31) & 1;
}

int vcam_rcc_create(struct vcam *vm) {
    struct rcc *r = calloc(1, sizeof *r);
    if (!r) {
        return -ENOMEM;
    }
    r->vm = vm;
    vm->rcc = r;
    vcam_add_device(vm,
            &(struct vcam_device){.name = "RCC",
                    .base = 0x58024400,
                    .size = 0x400,
                    .read = rcc_read,
                    .write = rcc_write,
                    .reset = rcc_reset,
                    .destroy = free,
                    .self = r});
    return 0;
}
