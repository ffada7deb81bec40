// SPDX-License-Identifier: MIT
// The embedded flash: two banks that program and erase (RM0433 section 4).
//
// Bits only fall, 256 at a time, and only a sector at a time they rise; who
// breaks the rules is told. An operation takes the time the data sheet gives
// as typical, in which code in the same bank stands still.

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/devices.h"
#include "host/vcam/machine_state.h"
#include "host/vcam/rcc.h"

enum {
    ACR = 0x00,
    KEYR = 0x04,
    OPTKEYR = 0x08,
    CR = 0x0c,
    SR = 0x10,
    CCR = 0x14,
    OPTCR = 0x18,
    OPTSR_CUR = 0x1c,
    OPTSR_PRG = 0x20,
    OPTCCR = 0x24,
    PRAR_CUR = 0x28,
    PRAR_PRG = 0x2c,
    SCAR_CUR = 0x30,
    SCAR_PRG = 0x34,
    WPSN_CUR = 0x38,
    WPSN_PRG = 0x3c,
    BOOT_CUR = 0x40,
    BOOT_PRG = 0x44,
    CRCCR = 0x50,
    ECC_FA = 0x60,
    BANK2 = 0x100
};

enum {
    CR_LOCK = 1 << 0,
    CR_PG = 1 << 1,
    CR_SER = 1 << 2,
    CR_BER = 1 << 3,
    CR_FW = 1 << 6,
    CR_START = 1 << 7,
    SR_BSY = 1 << 0,
    SR_WBNE = 1 << 1,
    SR_QW = 1 << 2,
    SR_EOP = 1 << 16,
    SR_PGSERR = 1 << 18,
    SR_STRBERR = 1 << 19,
    SR_INCERR = 1 << 21,
    SR_CLEARABLE = 0x1fef0000,
    OPTCR_LOCK = 1
};

enum { LINE = 32, TOUCHED = 512, FLASH_IRQ = 4 };

#define KEY1 0x45670123u
#define KEY2 0xcdef89abu
#define OPTKEY1 0x08192a3bu
#define OPTKEY2 0x4c5d6e7fu

struct bank {
    struct flash *flash;
    unsigned index;
    uint32_t cr, sr;
    bool half_open;  // the first key was right
    bool locked_out; // a wrong key: until reset
    uint32_t word;   // address of the flash word being filled
    uint32_t filled; // its bytes, one bit each
    uint8_t data[LINE];
    struct vcam_event done;
    uint64_t busy_until;
};

// A flash word that was stored to in this block: what it really holds. The
// engine lets the store through to memory; that is put right afterwards.
struct touched {
    uint32_t address;
    uint8_t data[LINE];
};

struct flash {
    struct vcam *vm;
    uint32_t acr, optcr;
    bool opt_half_open;
    struct bank bank[2];
    uint32_t operations;
    struct touched touched[TOUCHED];
    unsigned touches;
};

unsigned vcam_flash_latency(const struct vcam *vm) {
    return vm->flash->acr & 15;
}

static struct bank *bank_of(struct flash *f, uint32_t address) {
    return &f->bank[address - VCAM_FLASH >= VCAM_BANK_SIZE];
}

static uint8_t *memory(struct flash *f, uint32_t address) {
    return vcam_flash(f->vm) + (address - VCAM_FLASH);
}

// The true content of a flash word, whatever stores went through.
static uint8_t *content(struct flash *f, uint32_t line) {
    for (unsigned i = 0; i < f->touches; i++) {
        if (f->touched[i].address == line) {
            return f->touched[i].data;
        }
    }
    return memory(f, line);
}

static void touch(struct flash *f, uint32_t line) {
    if (content(f, line) == memory(f, line) && f->touches < TOUCHED) {
        struct touched *t = &f->touched[f->touches++];
        t->address = line;
        memcpy(t->data, memory(f, line), LINE);
    }
    vcam_cpu_kick(f->vm->cpu);
}

// --- operations -----------------------------------------------------------

static uint32_t noise(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void update_irq(struct flash *f) {
    bool level = false;
    for (unsigned i = 0; i < 2; i++) {
        // The enable bits are where the flags are.
        level |= (f->bank[i].cr & f->bank[i].sr & SR_CLEARABLE) != 0;
    }
    vcam_irq(f->vm, FLASH_IRQ, level);
}

static void watch_busy(struct flash *f) {
    bool one = f->bank[0].sr & SR_BSY;
    bool two = f->bank[1].sr & SR_BSY;
    uint32_t middle = VCAM_FLASH + VCAM_BANK_SIZE;
    uint32_t from = one ? (uint32_t)VCAM_FLASH : middle;
    uint32_t to = two ? middle + VCAM_BANK_SIZE : middle;
    vcam_cpu_watch_code(f->vm->cpu, one || two ? from : 0, one || two ? to : 0);
}

static void operation_done(void *context) {
    struct bank *b = context;
    b->sr &= ~(uint32_t)(SR_BSY | SR_QW);
    b->sr |= SR_EOP;
    watch_busy(b->flash);
    update_irq(b->flash);
}

// True when the power fails in this operation.
static bool begin(struct bank *b, uint64_t microseconds) {
    struct flash *f = b->flash;
    struct vcam *vm = f->vm;
    // An operation on a bank that is busy waits in its queue.
    uint64_t from = vcam_now(vm) < b->busy_until ? b->busy_until : vcam_now(vm);
    b->busy_until = from + microseconds * (VCAM_SECOND / 1000000);
    b->sr |= SR_BSY | SR_QW;
    vcam_event_set(vm, &b->done, b->busy_until);
    watch_busy(f);
    vcam_cpu_kick(vm->cpu);
    f->operations++;
    if (f->operations != vm->config.power_cut) {
        return false;
    }
    vcam_finish(vm, VCAM_END_POWER_CUT, "power cut in flash operation %u",
            (unsigned)f->operations);
    return true;
}

static bool blank(const uint8_t *data) {
    for (unsigned i = 0; i < LINE; i++) {
        if (data[i] != 0xff) {
            return false;
        }
    }
    return true;
}

static void program(struct bank *b) {
    static const uint16_t time[4] = {290, 180, 130, 100};
    struct flash *f = b->flash;
    uint8_t *to = content(f, b->word);
    if (!blank(to)) {
        vcam_complain(f->vm, "flash word 0x%08x programmed without an erase",
                (unsigned)b->word);
    }
    if (b->word - VCAM_FLASH < VCAM_SECTOR_SIZE) {
        vcam_complain(f->vm, "bootloader sector programmed at 0x%08x",
                (unsigned)b->word);
    }
    bool cut = begin(b, time[b->cr >> 4 & 3]);
    uint32_t state = f->operations * 2654435761u + 1;
    for (unsigned i = 0; i < LINE; i++) {
        uint8_t want = b->filled >> i & 1 ? b->data[i] : 0xff;
        // Cut short, some bits have fallen and some have not yet.
        to[i] &= (uint8_t)(cut ? want | noise(&state) : want);
    }
    vcam_cpu_invalidate(f->vm->cpu, b->word, LINE);
    b->filled = 0;
    b->sr &= ~(uint32_t)SR_WBNE;
}

static void erase(struct bank *b, uint32_t address, uint32_t size,
        uint64_t microseconds) {
    struct flash *f = b->flash;
    if (address == VCAM_FLASH) {
        vcam_complain(f->vm, "bootloader sector erased");
    }
    bool cut = begin(b, microseconds);
    uint32_t state = f->operations * 2654435761u + 1;
    for (uint32_t at = 0; at < size; at += LINE) {
        uint8_t *to = content(f, address + at);
        for (unsigned i = 0; i < LINE; i++) {
            to[i] |= (uint8_t)(cut ? noise(&state) : 0xff);
        }
    }
    vcam_cpu_invalidate(f->vm->cpu, address, size);
}

static void start_erase(struct bank *b) {
    static const uint32_t sector[4] = {2000000, 1800000, 1100000, 1000000};
    static const uint32_t bank[4] = {13000000, 8000000, 6000000, 5000000};
    unsigned psize = b->cr >> 4 & 3;
    uint32_t base = VCAM_FLASH + b->index * VCAM_BANK_SIZE;
    if (b->cr & CR_PG) {
        vcam_complain(b->flash->vm, "flash erase started with FLASH_CR.PG");
    }
    if (b->cr & CR_BER) {
        erase(b, base, VCAM_BANK_SIZE, bank[psize]);
    } else if (b->cr & CR_SER) {
        unsigned n = b->cr >> 8 & 7;
        erase(b, base + n * VCAM_SECTOR_SIZE, VCAM_SECTOR_SIZE, sector[psize]);
    }
}

void vcam_flash_store(struct vcam *vm, uint32_t address, unsigned size,
        uint32_t value) {
    struct flash *f = vm->flash;
    struct bank *b = bank_of(f, address);
    uint32_t line = address & ~(uint32_t)(LINE - 1);
    touch(f, line);
    if (!(b->cr & CR_PG) || (b->cr & CR_LOCK)) {
        b->sr |= SR_PGSERR;
        vcam_complain(vm,
                "store to flash (0x%08x) that is not set to be programmed",
                (unsigned)address);
        return;
    }
    if (b->filled && b->word != line) {
        b->sr |= SR_INCERR;
        vcam_complain(vm, "flash word 0x%08x begun before 0x%08x was complete",
                (unsigned)line, (unsigned)b->word);
        return;
    }
    b->word = line;
    for (unsigned i = 0; i < size; i++) {
        unsigned at = (address & (LINE - 1)) + i;
        if (b->filled >> at & 1) {
            b->sr |= SR_STRBERR;
            vcam_complain(vm, "flash byte 0x%08x stored twice in one word",
                    (unsigned)(line + at));
            return;
        }
        b->data[at] = (uint8_t)(value >> 8 * i);
        b->filled |= 1u << at;
    }
    b->sr |= SR_WBNE;
    if (b->filled == 0xffffffff) {
        program(b);
    }
    update_irq(f);
}

void vcam_flash_settle(struct vcam *vm) {
    struct flash *f = vm->flash;
    for (unsigned i = 0; i < f->touches; i++) {
        memcpy(memory(f, f->touched[i].address), f->touched[i].data, LINE);
        vcam_cpu_invalidate(vm->cpu, f->touched[i].address, LINE);
    }
    f->touches = 0;
    if (!((f->bank[0].sr | f->bank[1].sr) & SR_BSY)) {
        return;
    }
    // Code in a busy bank waits for its end.
    struct vcam_core core;
    vcam_cpu_get(vm->cpu, &core);
    uint32_t pc = core.r[15];
    if (pc - VCAM_FLASH < VCAM_FLASH_SIZE && vm->end == VCAM_END_NONE) {
        const struct bank *b = bank_of(f, pc);
        if (b->sr & SR_BSY) {
            vcam_sleep_to(vm, vcam_cycle_at(vm, b->busy_until));
        }
    }
}

// --- registers ------------------------------------------------------------

static void flash_reset(void *self, enum vcam_reset why) {
    struct flash *f = self;
    (void)why;
    f->acr = 0x37;
    f->optcr = OPTCR_LOCK;
    f->opt_half_open = false;
    for (unsigned i = 0; i < 2; i++) {
        struct bank *b = &f->bank[i];
        b->cr = 0x31;
        b->sr = 0;
        b->half_open = b->locked_out = false;
        b->filled = 0;
        b->busy_until = 0;
        vcam_event_cancel(f->vm, &b->done);
    }
    watch_busy(f);
}

static void write_key(struct bank *b, uint32_t value) {
    if (b->locked_out || !(b->cr & CR_LOCK)) {
        vcam_complain(b->flash->vm, "flash key written to bank %u, which is %s",
                b->index + 1, b->locked_out ? "locked until reset" : "open");
        return;
    }
    if (!b->half_open && value == KEY1) {
        b->half_open = true;
    } else if (b->half_open && value == KEY2) {
        b->half_open = false;
        b->cr &= ~(uint32_t)CR_LOCK;
    } else {
        b->locked_out = true;
        vcam_complain(b->flash->vm, "wrong flash key 0x%08x for bank %u",
                (unsigned)value, b->index + 1);
    }
}

static void write_cr(struct bank *b, uint32_t value) {
    struct flash *f = b->flash;
    if (b->cr & CR_LOCK) {
        if ((value ^ b->cr) & ~(uint32_t)CR_LOCK) {
            vcam_complain(f->vm, "FLASH_CR%u written while it is locked",
                    b->index + 1);
        }
        return;
    }
    if (b->sr & SR_BSY && (value & CR_START)) {
        vcam_complain(f->vm, "flash operation started in busy bank %u",
                b->index + 1);
    }
    b->cr = value & 0x1fef077f;
    if (value & CR_LOCK) {
        b->half_open = false;
        return;
    }
    if (value & CR_FW && b->filled) {
        touch(f, b->word);
        program(b);
    }
    b->cr &= ~(uint32_t)CR_FW;
    if (value & CR_START) {
        start_erase(b);
    }
    update_irq(f);
}

// Registers that both halves show alike, or that cannot be written here.
static bool read_common(const struct flash *f, uint32_t offset,
        uint32_t *value) {
    switch (offset) {
    case ACR:
        *value = f->acr;
        return true;
    case KEYR:
    case OPTKEYR:
    case OPTCCR:
        *value = 0;
        return true;
    case OPTCR:
        *value = f->optcr;
        return true;
    case OPTSR_CUR:
    case OPTSR_PRG: // readout level 0, brown-out off, watchdog by software
        *value = 0x1026aaf0;
        return true;
    case PRAR_CUR:
    case PRAR_PRG:
    case SCAR_CUR:
    case SCAR_PRG: // no protected area: its end before its start
        *value = 0x000000ff;
        return true;
    case WPSN_CUR:
    case WPSN_PRG:
        *value = 0xff;
        return true;
    case BOOT_CUR:
    case BOOT_PRG:
        *value = 0x1ff00800;
        return true;
    case ECC_FA:
        *value = 0;
        return true;
    default:
        return false;
    }
}

static bool flash_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct flash *f = self;
    (void)size;
    struct bank *b = &f->bank[offset >= BANK2];
    offset %= BANK2;
    switch (offset) {
    case CR:
        *value = b->cr;
        return true;
    case SR:
        *value = b->sr;
        return true;
    case CCR:
        *value = 0;
        return true;
    default:
        return read_common(f, offset, value);
    }
}

static bool flash_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct flash *f = self;
    (void)size;
    struct bank *b = &f->bank[offset >= BANK2];
    switch (offset % BANK2) {
    case ACR:
        f->acr = value & 0x3f;
        vcam_check_limits(f->vm);
        return true;
    case KEYR:
        write_key(b, value);
        return true;
    case CR:
        write_cr(b, value);
        return true;
    case SR:
        return true;
    case CCR:
        b->sr &= ~(value & SR_CLEARABLE);
        update_irq(f);
        return true;
    case OPTKEYR:
        if (f->opt_half_open && value == OPTKEY2) {
            f->optcr &= ~(uint32_t)OPTCR_LOCK;
        }
        f->opt_half_open = value == OPTKEY1;
        return true;
    case OPTCR:
        if (value & 2) {
            vcam_complain(f->vm, "option bytes changed");
        }
        f->optcr |= value & OPTCR_LOCK;
        return true;
    default:
        return false;
    }
}

int vcam_flash_create(struct vcam *vm) {
    struct flash *f = calloc(1, sizeof *f);
    if (!f) {
        return -ENOMEM;
    }
    f->vm = vm;
    vm->flash = f;
    for (unsigned i = 0; i < 2; i++) {
        f->bank[i].flash = f;
        f->bank[i].index = i;
        f->bank[i].done.fire = operation_done;
        f->bank[i].done.context = &f->bank[i];
    }
    vcam_add_device(vm,
            &(struct vcam_device){.name = "FLASH",
                    .base = 0x52002000,
                    .size = 0x200,
                    .read = flash_read,
                    .write = flash_write,
                    .reset = flash_reset,
                    .destroy = free,
                    .self = f});
    return 0;
}
