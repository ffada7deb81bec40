// SPDX-License-Identifier: MIT
// The processor on Unicorn 2: memory and the life of the engine.

#include "host/vcam/cpu_unicorn.h"

#include <errno.h>
#include <stdlib.h>

// As the header's macros do it, but without shifting into a sign.
static uc_control_type control(unsigned type, unsigned args, unsigned io) {
    return (uc_control_type)(type | args << 26 | io << 30);
}

static struct cpu_region *region_at(const struct vcam_cpu *cpu,
        uint32_t address) {
    for (unsigned i = 0; i < cpu->regions; i++) {
        const struct cpu_region *r = &cpu->region[i];
        if (address - r->address < r->size) {
            return (struct cpu_region *)r;
        }
    }
    return NULL;
}

void *vcam_cpu_memory(const struct vcam_cpu *cpu, uint32_t address,
        size_t size) {
    const struct cpu_region *r = region_at(cpu, address);
    if (!r || !r->host || size > r->size - (address - r->address)) {
        return NULL;
    }
    return r->host + (address - r->address);
}

static uint32_t permissions(unsigned access) {
    return (access & VCAM_MAP_READ ? (unsigned)UC_PROT_READ : 0u) |
            (access & VCAM_MAP_WRITE ? (unsigned)UC_PROT_WRITE : 0u) |
            (access & VCAM_MAP_EXEC ? (unsigned)UC_PROT_EXEC : 0u);
}

static struct cpu_region *add_region(struct vcam_cpu *cpu, uint32_t address,
        size_t size, void *host) {
    if (cpu->regions == CPU_REGIONS) {
        return NULL;
    }
    struct cpu_region *r = &cpu->region[cpu->regions++];
    *r = (struct cpu_region){.cpu = cpu,
            .address = address,
            .size = size,
            .host = host};
    return r;
}

int vcam_cpu_map(struct vcam_cpu *cpu, uint32_t address, size_t size,
        void *host, unsigned access) {
    if (!add_region(cpu, address, size, host)) {
        return -EINVAL;
    }
    if (uc_mem_map_ptr(cpu->uc, address, size, permissions(access), host)) {
        cpu->regions--;
        return -EINVAL;
    }
    return 0;
}

static uint64_t on_io_read(uc_engine *uc, uint64_t offset, unsigned size,
        void *user) {
    (void)uc;
    const struct cpu_region *r = user;
    const struct vcam_cpu_bus *bus = &r->cpu->bus;
    return bus->read(bus->owner, r->address + (uint32_t)offset, size);
}

static void on_io_write(uc_engine *uc, uint64_t offset, unsigned size,
        uint64_t value, void *user) {
    (void)uc;
    const struct cpu_region *r = user;
    const struct vcam_cpu_bus *bus = &r->cpu->bus;
    bus->write(bus->owner, r->address + (uint32_t)offset, size,
            (uint32_t)value);
}

int vcam_cpu_map_io(struct vcam_cpu *cpu, uint32_t address, size_t size) {
    struct cpu_region *r = add_region(cpu, address, size, NULL);
    if (!r) {
        return -EINVAL;
    }
    if (uc_mmio_map(cpu->uc, address, size, on_io_read, r, on_io_write, r)) {
        cpu->regions--;
        return -EINVAL;
    }
    return 0;
}

int vcam_cpu_unmap(struct vcam_cpu *cpu, uint32_t address, size_t size) {
    struct cpu_region *r = region_at(cpu, address);
    if (!r || r->address != address || r->size != size ||
            uc_mem_unmap(cpu->uc, address, size)) {
        return -EINVAL;
    }
    // The other regions stay where they are: they are callback arguments.
    r->size = 0;
    r->host = NULL;
    return 0;
}

int vcam_cpu_protect(struct vcam_cpu *cpu, uint32_t address, size_t size,
        unsigned access) {
    return uc_mem_protect(cpu->uc, address, size, permissions(access)) ? -EINVAL
                                                                       : 0;
}

void vcam_cpu_invalidate(struct vcam_cpu *cpu, uint32_t address, size_t size) {
    if (size &&
            (cpu_block_cache_clear(cpu->blocks, address, size) ||
                    !CPU_FIXED(address))) {
        (void)uc_ctl(cpu->uc,
                control(UC_CTL_TB_REMOVE_CACHE, 2, UC_CTL_IO_WRITE),
                (uint64_t)address, (uint64_t)address + size);
    }
}

uint64_t vcam_cpu_count(const struct vcam_cpu *cpu) {
    return cpu->count;
}

void vcam_cpu_kick(struct vcam_cpu *cpu) {
    cpu->kicked = true;
}

int vcam_cpu_open(struct vcam_cpu **out, const struct vcam_cpu_bus *bus,
        bool slow) {
    struct vcam_cpu *cpu = calloc(1, sizeof *cpu);
    if (!cpu) {
        return -ENOMEM;
    }
    cpu->bus = *bus;
    cpu->slow = slow;
    cpu->watch_priority = 0x100;
    vcam_cpu_enable_fpu(cpu, false);
    cpu->blocks = cpu_block_cache_new();
    int model = -1;
    cpu_boost_open();
    // Mode M-class would silently give another core, without doubles: the
    // model must be asked for by name, and looked at.
    if (!cpu->blocks || uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &cpu->uc) ||
            uc_ctl(cpu->uc, control(UC_CTL_CPU_MODEL, 1, UC_CTL_IO_WRITE),
                    UC_CPU_ARM_CORTEX_M7) ||
            uc_ctl(cpu->uc, control(UC_CTL_CPU_MODEL, 1, UC_CTL_IO_READ),
                    &model) ||
            model != UC_CPU_ARM_CORTEX_M7 ||
            uc_ctl(cpu->uc, control(UC_CTL_UC_USE_EXITS, 1, UC_CTL_IO_WRITE),
                    1) ||
            cpu_install_hooks(cpu)) {
        vcam_cpu_close(cpu);
        return -EIO;
    }
    *out = cpu;
    return 0;
}

void vcam_cpu_close(struct vcam_cpu *cpu) {
    if (!cpu) {
        return;
    }
    if (cpu->uc) {
        (void)uc_close(cpu->uc);
    }
    cpu_boost_close();
    cpu_block_cache_free(cpu->blocks);
    free(cpu);
}
