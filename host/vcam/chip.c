// SPDX-License-Identifier: MIT
// Small blocks that say what the chip is or have little else to do: DBGMCU,
// the AXI interconnect's settings and the system memory.

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/devices.h"
#include "host/vcam/machine_state.h"

enum { DBG_IDC = 0x00, DBG_CR = 0x04, DBG_LAST = 0x54 };

struct chip {
    struct vcam *vm;
    uint32_t dbg[DBG_LAST / 4 + 1];
    // AXI: read issuing of target 7 (SRAM), and quality of service.
    uint32_t fn_mod, qos[6][2];
};

static void keep(void *self, enum vcam_reset why) {
    (void)self;
    (void)why; // the debug part is reset by power only
}

static bool dbg_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct chip *c = self;
    (void)size;
    if (offset == DBG_IDC) { // RM0433 60.5.8: revisions V and Y
        *value = c->vm->config.silicon_y ? 0x10036450 : 0x20036450;
        return true;
    }
    if (offset != DBG_CR && offset < 0x34) {
        return false;
    }
    *value = offset <= DBG_LAST ? c->dbg[offset / 4] : 0;
    return offset <= DBG_LAST;
}

static bool dbg_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct chip *c = self;
    (void)size;
    if ((offset != DBG_CR && offset < 0x34) || offset > DBG_LAST) {
        return false;
    }
    c->dbg[offset / 4] = value;
    return true;
}

enum { TARG7_FN_MOD = 0x8108, INI1_READ_QOS = 0x42100 };

static uint32_t *axi_at(struct chip *c, uint32_t offset) {
    if (offset == TARG7_FN_MOD) {
        return &c->fn_mod;
    }
    uint32_t at = offset - INI1_READ_QOS;
    if (at >> 12 < 6 && (at & 0xfff) < 8) {
        return &c->qos[at >> 12][at >> 2 & 1];
    }
    return NULL;
}

static bool axi_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    const uint32_t *at = axi_at(self, offset);
    (void)size;
    *value = at ? *at : 0;
    return at != NULL;
}

static bool axi_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    uint32_t *at = axi_at(self, offset);
    (void)size;
    if (at) {
        *at = value;
    }
    return at != NULL;
}

// What the chip's system memory says of it (RM0433 61).
static void fill_system_memory(struct vcam *vm) {
    static const uint32_t uid[3] = {0x0036003b, 0x34385114, 0x38363435};
    static const uint32_t package = 0; // LQFP100
    static const uint16_t flash_kib = 2048;
    static const uint16_t cal30 = 12300, cal110 = 15900, vrefint = 24200;
    uint8_t *memory = NULL;
    for (unsigned i = 0; i < vm->banks; i++) {
        if (vm->bank[i].base == 0x1ff00000) {
            memory = vm->bank[i].data;
            memset(memory, 0xff, vm->bank[i].size);
        }
    }
    if (memory) {
        memcpy(memory + 0x1e800, uid, sizeof uid);
        memcpy(memory + 0x1e820, &cal30, sizeof cal30);
        memcpy(memory + 0x1e840, &cal110, sizeof cal110);
        memcpy(memory + 0x1e860, &vrefint, sizeof vrefint);
        memcpy(memory + 0x1e880, &flash_kib, sizeof flash_kib);
        memcpy(memory + 0x1e884, &package, sizeof package);
    }
}

int vcam_chip_create(struct vcam *vm) {
    struct chip *c = calloc(1, sizeof *c);
    if (!c) {
        return -ENOMEM;
    }
    c->vm = vm;
    fill_system_memory(vm);
    vcam_add_device(vm,
            &(struct vcam_device){.name = "DBGMCU",
                    .base = 0x5c001000,
                    .size = 0x400,
                    .read = dbg_read,
                    .write = dbg_write,
                    .reset = keep,
                    .destroy = free,
                    .self = c});
    vcam_add_device(vm,
            &(struct vcam_device){.name = "AXI",
                    .base = 0x51000000,
                    .size = 0x100000,
                    .read = axi_read,
                    .write = axi_write,
                    .reset = keep,
                    .self = c});
    return 0;
}
