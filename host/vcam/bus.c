// SPDX-License-Identifier: MIT
// The bus: banks of memory, blocks of registers, and who answers an access.

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/machine_state.h"

// RM0433 2.3.2: what the chip has; everything between is a bus error.
static const struct vcam_bank BANKS[] = {
        {.name = "ITCM", .base = 0x00000000, .size = 0x10000, .access = 7},
        {.name = "flash",
                .base = VCAM_FLASH,
                .size = VCAM_FLASH_SIZE,
                .access = VCAM_MAP_READ | VCAM_MAP_EXEC},
        {.name = "system memory",
                .base = 0x1ff00000,
                .size = 0x20000,
                .access = VCAM_MAP_READ | VCAM_MAP_EXEC},
        {.name = "DTCM", .base = 0x20000000, .size = 0x20000, .access = 7},
        {.name = "AXI SRAM", .base = 0x24000000, .size = 0x80000, .access = 7},
        {.name = "SRAM1",
                .base = 0x30000000,
                .size = 0x20000,
                .access = 7,
                .gate = VCAM_GATE(0xdc, 29)},
        {.name = "SRAM2",
                .base = 0x30020000,
                .size = 0x20000,
                .access = 7,
                .gate = VCAM_GATE(0xdc, 30)},
        {.name = "SRAM3",
                .base = 0x30040000,
                .size = 0x8000,
                .access = 7,
                .gate = VCAM_GATE(0xdc, 31)},
        {.name = "SRAM4", .base = 0x38000000, .size = 0x10000, .access = 7},
        {.name = "backup SRAM",
                .base = 0x38800000,
                .size = 0x1000,
                .access = 7,
                .gate = VCAM_GATE(0xe0, 28)},
};

void vcam_add_device(struct vcam *vm, const struct vcam_device *device) {
    assert(vm->devices < VCAM_DEVICES);
    struct vcam_device *d = &vm->device[vm->devices++];
    *d = *device;
    for (uint32_t at = 0; at < d->size; at += 1024) {
        vm->page[(d->base + at - VCAM_IO) >> 10] = (uint8_t)vm->devices;
    }
}

void *vcam_find_device(const struct vcam *vm, const char *name) {
    for (unsigned i = 0; i < vm->devices; i++) {
        if (strcmp(vm->device[i].name, name) == 0) {
            return vm->device[i].self;
        }
    }
    return NULL;
}

// Blocks smaller than a page share it: the first has the entry, the others
// follow it in the table.
static struct vcam_device *device_at(struct vcam *vm, uint32_t address) {
    uint32_t at = address - VCAM_IO;
    if (at >> 10 >= VCAM_IO_PAGES) {
        return NULL;
    }
    for (unsigned i = vm->page[at >> 10]; i > 0; i--) {
        struct vcam_device *d = &vm->device[i - 1];
        if (address - d->base < d->size) {
            return d;
        }
        if (d->base >> 10 != address >> 10) {
            break;
        }
    }
    return NULL;
}

static bool usable(struct vcam *vm, const struct vcam_device *d,
        uint32_t address) {
    if (!d) {
        vcam_complain(vm, "access to 0x%08x, where no modelled block is",
                (unsigned)address);
        return false;
    }
    if (d->gate && !vcam_device_clocked(vm, d->gate)) {
        vcam_complain(vm,
                "access to %s (0x%08x) while its clock is off: "
                "bit %u of RCC + 0x%03x",
                d->name, (unsigned)address, d->gate & 31u, d->gate >> 5);
        return false;
    }
    return true;
}

static void unmodelled(struct vcam *vm, const struct vcam_device *d,
        uint32_t offset, const char *what) {
    vcam_complain(vm, "%s of %s + 0x%03x, which is not modelled", what, d->name,
            (unsigned)offset);
}

static uint32_t narrow_mask(unsigned size) {
    return size == 4 ? 0xffffffffu : (1u << 8 * size) - 1;
}

static uint32_t device_read(struct vcam *vm, struct vcam_device *d,
        uint32_t address, unsigned size) {
    uint32_t offset = address - d->base;
    uint32_t word = 0;
    if (d->narrow) {
        if (!d->read(d->self, offset, size, &word)) {
            unmodelled(vm, d, offset, "read");
        }
        return word;
    }
    if (!d->read(d->self, offset & ~3u, 4, &word)) {
        unmodelled(vm, d, offset, "read");
        return 0;
    }
    return word >> 8 * (offset & 3) & narrow_mask(size);
}

static void device_write(struct vcam *vm, struct vcam_device *d,
        uint32_t address, unsigned size, uint32_t value) {
    uint32_t offset = address - d->base;
    if (!d->narrow && size != 4) {
        uint32_t word = 0;
        unsigned shift = 8 * (offset & 3);
        uint32_t mask = narrow_mask(size) << shift;
        // A register that cannot be read keeps zeros in its other bytes.
        (void)d->read(d->self, offset & ~3u, 4, &word);
        value = (word & ~mask) | (value << shift & mask);
        offset &= ~3u;
        size = 4;
    }
    if (!d->write(d->self, offset, size, value)) {
        unmodelled(vm, d, offset, "write");
    }
}

uint32_t vcam_bus_load(struct vcam *vm, uint32_t address, unsigned size) {
    uint32_t value = 0;
    if (address >= VCAM_PPB) {
        if (!vcam_ppb_read(vm, address & ~3u, &value)) {
            vcam_complain(vm,
                    "read of the core's register 0x%08x, "
                    "which is not modelled",
                    (unsigned)address);
        }
        return value >> 8 * (address & 3) & narrow_mask(size);
    }
    struct vcam_device *d = device_at(vm, address);
    return usable(vm, d, address) ? device_read(vm, d, address, size) : 0;
}

void vcam_bus_store(struct vcam *vm, uint32_t address, unsigned size,
        uint32_t value) {
    if (address >= VCAM_PPB) {
        uint32_t at = address & ~3u;
        if (size != 4) {
            uint32_t word = 0;
            unsigned shift = 8 * (address & 3);
            uint32_t mask = narrow_mask(size) << shift;
            (void)vcam_ppb_read(vm, at, &word);
            value = (word & ~mask) | (value << shift & mask);
        }
        if (!vcam_ppb_write(vm, at, value)) {
            vcam_complain(vm,
                    "write of the core's register 0x%08x, "
                    "which is not modelled",
                    (unsigned)address);
        }
        return;
    }
    struct vcam_device *d = device_at(vm, address);
    if (usable(vm, d, address)) {
        device_write(vm, d, address, size, value);
    }
}

static uint32_t on_read(void *owner, uint32_t address, unsigned size) {
    struct vcam *vm = owner;
    vm->accessing = true;
    vm->access = address;
    uint32_t value = vcam_bus_load(vm, address, size);
    vm->accessing = false;
    return value;
}

static void on_write(void *owner, uint32_t address, unsigned size,
        uint32_t value) {
    struct vcam *vm = owner;
    vm->accessing = true;
    vm->access = address;
    vcam_bus_store(vm, address, size, value);
    vm->accessing = false;
}

// --- banks ----------------------------------------------------------------

static struct vcam_bank *bank_at(struct vcam *vm, uint32_t address) {
    for (unsigned i = 0; i < vm->banks; i++) {
        struct vcam_bank *b = &vm->bank[i];
        if (address - b->base < b->size) {
            return b;
        }
    }
    return NULL;
}

static void map_bank(struct vcam *vm, struct vcam_bank *b) {
    b->mapped =
            vcam_cpu_map(vm->cpu, b->base, b->size, b->data, b->access) == 0;
}

// A bank whose clock is off, or nothing at all.
static bool on_absent(void *owner, uint32_t address) {
    struct vcam *vm = owner;
    struct vcam_bank *b = bank_at(vm, address);
    if (!b || b->mapped) {
        return false;
    }
    if (!vcam_device_clocked(vm, b->gate)) {
        vm->accessing = true;
        vm->access = address;
        vcam_complain(vm,
                "access to %s (0x%08x) while its clock is off: "
                "bit %u of RCC_AHB%uENR",
                b->name, (unsigned)address, b->gate & 31u,
                b->gate >> 5 == 0xdc ? 2u : 4u);
        vm->accessing = false;
    }
    map_bank(vm, b);
    return b->mapped;
}

static bool on_rom_write(void *owner, uint32_t address, unsigned size,
        uint32_t value) {
    struct vcam *vm = owner;
    if (address - VCAM_FLASH >= VCAM_FLASH_SIZE) {
        return false;
    }
    vm->accessing = true;
    vm->access = address;
    vcam_flash_store(vm, address, size, value);
    vm->accessing = false;
    return true;
}

void vcam_bus_update(struct vcam *vm) {
    for (unsigned i = 0; i < vm->banks; i++) {
        struct vcam_bank *b = &vm->bank[i];
        if (b->mapped && b->gate && !vcam_device_clocked(vm, b->gate)) {
            (void)vcam_cpu_unmap(vm->cpu, b->base, b->size);
            b->mapped = false;
        }
    }
}

int vcam_bus_create(struct vcam *vm) {
    const struct vcam_cpu_bus bus = {.owner = vm,
            .read = on_read,
            .write = on_write,
            .absent = on_absent,
            .rom_write = on_rom_write};
    int err = vcam_cpu_open(&vm->cpu, &bus, vm->config.debug);
    if (err) {
        return err;
    }
    vm->banks = sizeof BANKS / sizeof *BANKS;
    memcpy(vm->bank, BANKS, sizeof BANKS);
    for (unsigned i = 0; i < vm->banks; i++) {
        struct vcam_bank *b = &vm->bank[i];
        // Page alignment lets the engine use the memory as it is.
        b->data = aligned_alloc(4096, b->size);
        if (!b->data) {
            return -ENOMEM;
        }
        if (b->base == VCAM_FLASH) {
            vm->flash_memory = b->data;
        }
        if (!b->gate) {
            map_bank(vm, b);
            if (!b->mapped) {
                return -EIO;
            }
        }
    }
    if (vcam_cpu_map_io(vm->cpu, VCAM_IO, 0x20000000) ||
            vcam_cpu_map_io(vm->cpu, VCAM_PPB, 0x100000)) {
        return -EIO;
    }
    return 0;
}

void vcam_bus_destroy(struct vcam *vm) {
    for (unsigned i = 0; i < vm->devices; i++) {
        if (vm->device[i].destroy) {
            vm->device[i].destroy(vm->device[i].self);
        }
    }
    vcam_cpu_close(vm->cpu);
    for (unsigned i = 0; i < vm->banks; i++) {
        free(vm->bank[i].data);
    }
}

// RAM holds noise when power comes.
static void fill_with_noise(struct vcam *vm) {
    uint32_t state = vm->config.seed * 2654435761u + 1;
    for (unsigned i = 0; i < vm->banks; i++) {
        struct vcam_bank *b = &vm->bank[i];
        if (!(b->access & VCAM_MAP_WRITE)) {
            continue;
        }
        for (uint32_t at = 0; at < b->size; at += 4) {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            memcpy(b->data + at, &state, 4);
        }
    }
}

void vcam_bus_reset(struct vcam *vm, enum vcam_reset why) {
    if (why == VCAM_RESET_POWER) {
        fill_with_noise(vm);
    }
    for (unsigned i = 0; i < vm->devices; i++) {
        vm->device[i].reset(vm->device[i].self, why);
    }
    vcam_bus_update(vm);
}

void vcam_reset_block(struct vcam *vm, uint16_t gate) {
    for (unsigned i = 0; i < vm->devices; i++) {
        if (vm->device[i].gate == gate) {
            vm->device[i].reset(vm->device[i].self, VCAM_RESET_BLOCK);
        }
    }
}

// --- the view from outside ------------------------------------------------

static uint8_t *memory_at(struct vcam *vm, uint32_t address, size_t size) {
    struct vcam_bank *b = bank_at(vm, address);
    if (!b || size > b->size - (address - b->base)) {
        return NULL;
    }
    return b->data + (address - b->base);
}

bool vcam_peek(struct vcam *vm, uint32_t address, void *data, size_t size) {
    const uint8_t *from = memory_at(vm, address, size);
    if (from) {
        memcpy(data, from, size);
    }
    return from != NULL;
}

bool vcam_poke(struct vcam *vm, uint32_t address, const void *data,
        size_t size) {
    uint8_t *to = memory_at(vm, address, size);
    if (!to) {
        return false;
    }
    memcpy(to, data, size);
    vcam_cpu_invalidate(vm->cpu, address, size);
    return true;
}

bool vcam_peek_register(struct vcam *vm, uint32_t address, uint32_t *value) {
    *value = 0;
    if (address >= VCAM_PPB) {
        return vcam_ppb_read(vm, address, value);
    }
    struct vcam_device *d = device_at(vm, address);
    return d && d->read(d->self, address - d->base, 4, value);
}

uint8_t *vcam_flash(struct vcam *vm) {
    return vm->flash_memory;
}
