// SPDX-License-Identifier: MIT
// Clock recovery (RM0433 chapter 9): HSI48 is exact here, so every frame of
// the host finds it so.

#include <errno.h>
#include <stdlib.h>

#include "host/vcam/crs.h"
#include "host/vcam/devices.h"
#include "host/vcam/machine_state.h"

enum { CR = 0x00, CFGR = 0x04, ISR = 0x08, ICR = 0x0c };
enum { CR_CEN = 1 << 5, CR_WRITABLE = 0x3fff, SOURCE_USB2 = 3 };
enum { ISR_SYNCOK = 1 << 0 };

struct crs {
    struct vcam *vm;
    uint32_t cr, cfgr, isr;
};

static void crs_reset(void *self, enum vcam_reset why) {
    struct crs *c = self;
    (void)why;
    c->cr = 0x2000; // trimming in its middle
    c->cfgr = 0x2022bb7f;
    c->isr = 0;
}

static bool crs_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    const struct crs *c = self;
    (void)size;
    *value = offset == CR    ? c->cr
            : offset == CFGR ? c->cfgr
            : offset == ISR  ? c->isr
                             : 0;
    return offset <= ICR;
}

static bool crs_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct crs *c = self;
    (void)size;
    switch (offset) {
    case CR:
        c->cr = value & CR_WRITABLE;
        return true;
    case CFGR:
        if (c->cr & CR_CEN) {
            vcam_complain(c->vm, "CRS_CFGR written while CRS counts");
        }
        c->cfgr = value;
        return true;
    case ICR:
        c->isr &= ~value;
        return true;
    default:
        return offset == ISR;
    }
}

void vcam_crs_frame(struct vcam *vm) {
    struct crs *c = vcam_find_device(vm, "CRS");
    if (c->cr & CR_CEN && c->cfgr >> 28 == SOURCE_USB2) {
        c->isr |= ISR_SYNCOK;
    }
}

int vcam_crs_create(struct vcam *vm) {
    struct crs *c = calloc(1, sizeof *c);
    if (!c) {
        return -ENOMEM;
    }
    c->vm = vm;
    vcam_add_device(vm,
            &(struct vcam_device){.name = "CRS",
                    .base = 0x40008400,
                    .size = 0x400,
                    .gate = VCAM_GATE(0xec, 1),
                    .read = crs_read,
                    .write = crs_write,
                    .reset = crs_reset,
                    .destroy = free,
                    .self = c});
    return 0;
}
