// SPDX-License-Identifier: MIT
// The memory protection unit (DDI 0403, B3.5).
//
// Of what regions can say, access permission is enforced where a region lies
// in memory, has at least 1 KiB and takes away from privileged code. Of types
// of memory it is told what the data cache keeps; XN has no meaning here.

#include "host/vcam/cache.h"
#include "host/vcam/machine_state.h"

enum { CTRL_ENABLE = 1, CTRL_HFNMIENA = 2, RASR_ENABLE = 1 };

static bool enabled(const struct vcam_mpu_region *r) {
    return r->rasr & RASR_ENABLE;
}

static uint32_t size_of(const struct vcam_mpu_region *r) {
    unsigned bits = (r->rasr >> 1 & 31) + 1;
    return bits >= 32 ? 0 : 1u << bits; // 0 is all of 4 GiB
}

static bool covers(const struct vcam_mpu_region *r, uint32_t address) {
    uint32_t size = size_of(r);
    uint32_t base = r->rbar & ~31u;
    if (!enabled(r)) {
        return false;
    }
    if (size == 0) {
        return true;
    }
    uint32_t at = address - (base & ~(size - 1));
    if (at >= size) {
        return false;
    }
    // Eight subregions, each with a bit to leave it out.
    return size < 256 || !(r->rasr >> (8 + at / (size / 8)) & 1);
}

// What privileged code may do: bit 0 read, bit 1 write (table B3-15).
static unsigned allowed(const struct vcam_mpu_region *r) {
    switch (r->rasr >> 24 & 7) {
    case 0:
        return 0;
    case 5:
    case 6:
    case 7:
        return 1;
    default:
        return 3;
    }
}

bool vcam_mpu_allows(struct vcam *vm, uint32_t address, bool write) {
    const struct vcam_scs *s = &vm->scs;
    if (!(s->mpu_ctrl & CTRL_ENABLE)) {
        return true;
    }
    for (unsigned i = SCS_MPU_REGIONS; i-- > 0;) {
        if (covers(&s->mpu[i], address)) {
            return allowed(&s->mpu[i]) >> write & 1;
        }
    }
    return true; // PRIVDEFENA, or nothing would run at all
}

// TEX, C and B (table B3-13); the Cortex-M7 does not cache what is shared.
static enum vcam_cacheable policy(uint32_t rasr) {
    static const uint8_t inner[4] = {VCAM_CACHE_NONE, VCAM_CACHE_BACK,
            VCAM_CACHE_THROUGH, VCAM_CACHE_BACK};
    unsigned tex = rasr >> 19 & 7;
    unsigned cb = rasr >> 16 & 3;
    if (rasr >> 18 & 1) {
        return VCAM_CACHE_NONE;
    }
    if (tex >= 4) {
        return inner[cb];
    }
    if (tex == 0) {
        return cb == 3    ? VCAM_CACHE_BACK
                : cb == 2 ? VCAM_CACHE_THROUGH
                          : VCAM_CACHE_NONE;
    }
    return tex == 1 && cb == 3 ? VCAM_CACHE_BACK : VCAM_CACHE_NONE;
}

enum vcam_cacheable vcam_mpu_cacheable(const struct vcam *vm,
        uint32_t address) {
    const struct vcam_scs *s = &vm->scs;
    for (unsigned i = SCS_MPU_REGIONS; s->mpu_ctrl & CTRL_ENABLE && i-- > 0;) {
        if (covers(&s->mpu[i], address)) {
            return policy(s->mpu[i].rasr);
        }
    }
    return VCAM_CACHE_BACK; // the default map's RAM
}

void vcam_mpu_apply(struct vcam *vm) {
    if (!vm->mpu_changed) {
        return;
    }
    vm->mpu_changed = false;
    vcam_cache_remap(vm);
    const struct vcam_scs *s = &vm->scs;
    for (unsigned b = 0; b < vm->banks; b++) {
        struct vcam_bank *bank = &vm->bank[b];
        if (bank->restricted && bank->mapped) {
            (void)vcam_cpu_protect(vm->cpu, bank->base, bank->size,
                    bank->access);
            bank->restricted = false;
        }
        if (!bank->mapped || !(s->mpu_ctrl & CTRL_ENABLE)) {
            continue;
        }
        for (unsigned i = 0; i < SCS_MPU_REGIONS; i++) {
            const struct vcam_mpu_region *r = &s->mpu[i];
            uint32_t size = size_of(r);
            uint32_t base = r->rbar & ~31u;
            if (!enabled(r) || allowed(r) == 3 || size < 1024 ||
                    base - bank->base >= bank->size ||
                    size > bank->size - (base - bank->base) ||
                    (r->rasr >> 8 & 0xff)) {
                continue;
            }
            unsigned access = allowed(r) ? bank->access & ~2u : 0;
            if (access != bank->access) {
                (void)vcam_cpu_protect(vm->cpu, base, size, access);
                bank->restricted = true;
            }
        }
    }
}

static struct vcam_mpu_region *chosen(struct vcam_scs *s, uint32_t offset) {
    // The aliases at 0xda4 and on reach the next regions of four.
    unsigned n = s->mpu_rnr;
    if (offset >= 0xda4) {
        n = (n & ~3u) | (n + (offset - 0xd9c) / 8) % 4;
    }
    return &s->mpu[n % SCS_MPU_REGIONS];
}

bool vcam_mpu_read(struct vcam *vm, uint32_t offset, uint32_t *value) {
    struct vcam_scs *s = &vm->scs;
    switch (offset) {
    case 0xd90:
        *value = SCS_MPU_REGIONS << 8;
        return true;
    case 0xd94:
        *value = s->mpu_ctrl;
        return true;
    case 0xd98:
        *value = s->mpu_rnr;
        return true;
    default:
        *value = offset & 4 ? (chosen(s, offset)->rbar & ~31u) | s->mpu_rnr
                            : chosen(s, offset)->rasr;
        return offset < 0xdbc;
    }
}

bool vcam_mpu_write(struct vcam *vm, uint32_t offset, uint32_t value) {
    struct vcam_scs *s = &vm->scs;
    vm->mpu_changed = true;
    vcam_cpu_kick(vm->cpu);
    switch (offset) {
    case 0xd94:
        s->mpu_ctrl = value & 7;
        return true;
    case 0xd98:
        s->mpu_rnr = value & 0xff;
        if (s->mpu_rnr >= SCS_MPU_REGIONS) {
            vcam_complain(vm, "MPU_RNR = %u: there are %d regions",
                    (unsigned)value, SCS_MPU_REGIONS);
        }
        return true;
    default:
        if (offset >= 0xdbc) {
            return false;
        }
        break;
    }
    if (offset & 4) { // 0xd9c and its aliases: RBAR
        if (value & 0x10) {
            s->mpu_rnr = value & 0xf;
        }
        chosen(s, offset)->rbar = value & ~31u;
    } else {
        struct vcam_mpu_region *r = chosen(s, offset);
        r->rasr = value;
        uint32_t size = size_of(r);
        if (enabled(r) && size && (r->rbar & (size - 1))) {
            vcam_complain(vm,
                    "MPU region %u at 0x%08x is not aligned to "
                    "its size 0x%x",
                    (unsigned)(r - s->mpu), (unsigned)r->rbar, (unsigned)size);
        }
    }
    return true;
}
