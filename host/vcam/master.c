// SPDX-License-Identifier: MIT
// Bus masters other than the processor.

#include "host/vcam/master.h"

#include <string.h>

#include "host/vcam/cache.h"
#include "host/vcam/machine_state.h"

static struct vcam_bank *bank_at(struct vcam *vm, uint32_t address,
        size_t size) {
    for (unsigned i = 0; i < vm->banks; i++) {
        struct vcam_bank *b = &vm->bank[i];
        if (address - b->base < b->size &&
                size <= b->size - (address - b->base)) {
            return b;
        }
    }
    return NULL;
}

static bool is_tcm(uint32_t address) {
    return address < 0x10000 || address - 0x20000000 < 0x20000;
}

static bool is_d1(uint32_t address) {
    return address - VCAM_FLASH < VCAM_FLASH_SIZE ||
            address - 0x24000000 < 0x80000;
}

// SRAM1 to SRAM3 are also at 0x10000000.
static uint32_t real_address(uint32_t address) {
    return address - 0x10000000 < 0x48000 ? address + 0x20000000 : address;
}

static bool is_register(uint32_t address) {
    return address - VCAM_IO < 0x20000000;
}

// The bank, or null after a complaint.
static struct vcam_bank *reach(struct vcam *vm,
        const struct vcam_master *master, uint32_t address, size_t size,
        bool write) {
    struct vcam_bank *b = bank_at(vm, address, size);
    if (!b) {
        vcam_complain(vm, "%s accesses 0x%08x, where no memory is",
                master->name, (unsigned)address);
        return NULL;
    }
    if ((is_tcm(address) && !master->tcm) || (master->d1 && !is_d1(address))) {
        vcam_complain(vm, "%s accesses 0x%08x: its bus does not reach %s",
                master->name, (unsigned)address, b->name);
        return NULL;
    }
    if (b->gate && !vcam_device_clocked(vm, b->gate)) {
        vcam_complain(vm, "%s accesses %s (0x%08x) while its clock is off",
                master->name, b->name, (unsigned)address);
        return NULL;
    }
    if (write && !(b->access & VCAM_MAP_WRITE)) {
        vcam_complain(vm, "%s writes to %s (0x%08x)", master->name, b->name,
                (unsigned)address);
        return NULL;
    }
    return b;
}

static bool read_part(struct vcam *vm, const struct vcam_master *master,
        uint32_t address, void *data, size_t size) {
    const struct vcam_bank *b = reach(vm, master, address, size, false);
    if (!b) {
        memset(data, 0, size);
        return false;
    }
    if (!vcam_cache_master_read(vm, master->name, address, data, size)) {
        memcpy(data, b->data + (address - b->base), size);
    }
    return true;
}

static bool write_part(struct vcam *vm, const struct vcam_master *master,
        uint32_t address, const void *data, size_t size) {
    struct vcam_bank *b = reach(vm, master, address, size, true);
    if (!b) {
        return false;
    }
    if (vcam_cache_master_write(vm, master->name, address, data, size)) {
        return true;
    }
    memcpy(b->data + (address - b->base), data, size);
    vcam_bank_changed(vm, b, address - b->base, size);
    return true;
}

// SRAM1 to SRAM3 follow each other: what crosses a border comes in parts.
static size_t part_size(struct vcam *vm, uint32_t address, size_t size) {
    const struct vcam_bank *b = bank_at(vm, address, 1);
    size_t room = b ? b->size - (address - b->base) : size;
    return size < room ? size : room;
}

bool vcam_master_read(struct vcam *vm, const struct vcam_master *master,
        uint32_t address, void *data, size_t size) {
    uint8_t *to = data;
    address = real_address(address);
    bool good = true;
    while (size && good) {
        size_t part = part_size(vm, address, size);
        good = read_part(vm, master, address, to, part);
        address += (uint32_t)part;
        to += part;
        size -= part;
    }
    return good;
}

bool vcam_master_write(struct vcam *vm, const struct vcam_master *master,
        uint32_t address, const void *data, size_t size) {
    const uint8_t *from = data;
    address = real_address(address);
    bool good = true;
    while (size && good) {
        size_t part = part_size(vm, address, size);
        good = write_part(vm, master, address, from, part);
        address += (uint32_t)part;
        from += part;
        size -= part;
    }
    return good;
}

void vcam_bank_changed(struct vcam *vm, struct vcam_bank *bank, uint32_t at,
        size_t size) {
    if (bank->changed_to == 0) {
        bank->changed_from = bank->size;
        vcam_cpu_kick(vm->cpu);
    }
    bank->changed_from = at < bank->changed_from ? at : bank->changed_from;
    uint32_t end = at + (uint32_t)size;
    bank->changed_to = end > bank->changed_to ? end : bank->changed_to;
}

void vcam_master_settle(struct vcam *vm) {
    for (unsigned i = 0; i < vm->banks; i++) {
        struct vcam_bank *b = &vm->bank[i];
        if (b->changed_to) {
            vcam_cpu_invalidate(vm->cpu, b->base + b->changed_from,
                    b->changed_to - b->changed_from);
            b->changed_to = 0;
        }
    }
}

static bool aligned(struct vcam *vm, const struct vcam_master *master,
        uint32_t address, unsigned size) {
    if (address & (size - 1)) {
        vcam_complain(vm, "%s accesses 0x%08x with %u bytes: misaligned",
                master->name, (unsigned)address, size);
        return false;
    }
    return true;
}

bool vcam_master_load(struct vcam *vm, const struct vcam_master *master,
        uint32_t address, unsigned size, uint32_t *value) {
    *value = 0;
    if (!aligned(vm, master, address, size)) {
        return false;
    }
    if (is_register(address) && !master->only) {
        *value = vcam_bus_load(vm, address, size);
        return true;
    }
    return vcam_master_read(vm, master, address, value, size);
}

bool vcam_master_store(struct vcam *vm, const struct vcam_master *master,
        uint32_t address, unsigned size, uint32_t value) {
    if (!aligned(vm, master, address, size)) {
        return false;
    }
    if (is_register(address) && !master->only) {
        vcam_bus_store(vm, address, size, value);
        return true;
    }
    return vcam_master_write(vm, master, address, &value, size);
}
