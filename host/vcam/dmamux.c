// SPDX-License-Identifier: MIT
// DMAMUX1 (RM0433 section 18): which request a stream of DMA1 or DMA2 hears.
// Synchronisation and request generators are refused.

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/devices.h"
#include "host/vcam/dma.h"
#include "host/vcam/machine_state.h"

enum {
    CHANNELS = 16,
    CSR = 0x80,
    CFR = 0x84,
    RG0CR = 0x100,
    RG7CR = 0x11c,
    RGSR = 0x140,
    RGCFR = 0x144,
    CCR_SE = 1 << 16,
    CCR_ALL = 0x1fff037f,
    RGCR_GE = 1 << 16
};

struct dmamux {
    struct vcam *vm;
    uint32_t ccr[CHANNELS];
    uint32_t generator[8];
};

unsigned vcam_dmamux_line(const struct vcam *vm, unsigned stream) {
    return vm->dmamux->ccr[stream] & 0x7f;
}

static bool clocked(struct dmamux *d) {
    // It has no gate of its own: either controller's clock is its clock.
    bool on = vcam_device_clocked(d->vm, VCAM_GATE(0xd8, 0)) ||
            vcam_device_clocked(d->vm, VCAM_GATE(0xd8, 1));
    if (!on) {
        vcam_complain(d->vm,
                "access to DMAMUX1 while the clocks of DMA1 and DMA2 are off");
    }
    return on;
}

static bool dmamux_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct dmamux *d = self;
    (void)size;
    *value = 0;
    if (offset < 4 * CHANNELS) {
        *value = d->ccr[offset / 4];
    } else if (offset >= RG0CR && offset <= RG7CR) {
        *value = d->generator[(offset - RG0CR) / 4];
    } else if (offset != CSR && offset != CFR && offset != RGSR &&
            offset != RGCFR) {
        return false;
    }
    return true;
}

static void route(struct dmamux *d, unsigned channel, uint32_t value) {
    if (value & CCR_SE) {
        vcam_complain(d->vm, "DMAMUX1: synchronisation is not modelled");
    }
    uint32_t line = value & 0x7f;
    for (unsigned i = 0; line && i < CHANNELS; i++) {
        if (i != channel && (d->ccr[i] & 0x7f) == line) {
            vcam_complain(d->vm,
                    "DMAMUX1: request %u is routed to channels %u and %u",
                    (unsigned)line, i, channel);
        }
    }
    d->ccr[channel] = value & CCR_ALL;
    vcam_dma_rerouted(d->vm, channel);
}

static bool dmamux_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct dmamux *d = self;
    (void)size;
    if (!clocked(d)) {
        return true;
    }
    if (offset < 4 * CHANNELS) {
        route(d, offset / 4, value);
    } else if (offset >= RG0CR && offset <= RG7CR) {
        if (value & RGCR_GE) {
            vcam_complain(d->vm, "DMAMUX1: generators are not modelled");
        }
        d->generator[(offset - RG0CR) / 4] = value & 0x00fb011f;
    } else if (offset != CSR && offset != CFR && offset != RGSR &&
            offset != RGCFR) {
        return false;
    }
    return true;
}

static void dmamux_reset(void *self, enum vcam_reset why) {
    struct dmamux *d = self;
    (void)why;
    memset(d->ccr, 0, sizeof d->ccr);
    memset(d->generator, 0, sizeof d->generator);
}

int vcam_dmamux_create(struct vcam *vm) {
    struct dmamux *d = calloc(1, sizeof *d);
    if (!d) {
        return -ENOMEM;
    }
    d->vm = vm;
    vm->dmamux = d;
    vcam_add_device(vm,
            &(struct vcam_device){.name = "DMAMUX1",
                    .base = 0x40020800,
                    .size = 0x400,
                    .read = dmamux_read,
                    .write = dmamux_write,
                    .reset = dmamux_reset,
                    .destroy = free,
                    .self = d});
    return 0;
}
