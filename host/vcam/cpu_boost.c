// SPDX-License-Identifier: MIT
// A way around a slow path of Unicorn 2.0: stores to memory.
//
// That release looks for translated code behind every single store, at some
// 100 ns each, for it never notes that a page has none. The library calls its
// own exported functions through the dynamic linker, so a program can step in
// between: here a page of data RAM without code is marked as such in the
// engine's TLB, as the emulator that Unicorn comes from does. Results are the
// same, and the tests compare them; with BLAZECAM_PLAIN_ENGINE set in the
// environment, or another release, the calls are passed on untouched.

// RTLD_NEXT is a GNU extension.
#define _GNU_SOURCE // NOLINT(bugprone-reserved-identifier)

#include <dlfcn.h>
#include <stdlib.h>

#include "host/vcam/cpu_unicorn.h"

enum { RAM_FIRST = 0x20000000, RAM_SIZE = 0x20000000, PAGE_BITS = 12 };

// Functions of the library that are stepped before, and two that are called.
// "Pages" is what is locked around a store; its address is all that matters.
void *memory_mapping(void *uc, uint64_t address);
void *page_collection_lock_arm(void *uc, uint64_t start, uint64_t end);
void page_collection_unlock_arm(void *pages);
void tb_invalidate_phys_page_fast_arm(void *uc, void *pages, uint64_t start,
        int size, uintptr_t from);
void *tb_gen_code_arm(void *cpu, uint32_t pc, uint32_t base, uint32_t flags,
        int compile_flags);

static union {
    void *symbol[7];
    struct {
        void *(*memory_mapping)(void *, uint64_t);
        void *(*lock)(void *, uint64_t, uint64_t);
        void (*unlock)(void *);
        void (*invalidate)(void *, void *, uint64_t, int, uintptr_t);
        void *(*generate)(void *, uint32_t, uint32_t, uint32_t, int);
        void (*set_dirty)(void *, uint32_t);
        void (*flush)(void *);
    } call;
} real;

static bool enabled;
static unsigned engines;
static void *last_cpu;
static uint32_t last_address;
static char none; // stands for the lock that was not needed
static uint8_t code_pages[RAM_SIZE >> PAGE_BITS >> 3];

static void find_real(void) {
    static const char *const names[7] = {"memory_mapping",
            "page_collection_lock_arm", "page_collection_unlock_arm",
            "tb_invalidate_phys_page_fast_arm", "tb_gen_code_arm",
            "tlb_set_dirty_arm", "tlb_flush_arm"};
    for (unsigned i = 0; i < 7 && !real.call.flush; i++) {
        real.symbol[i] = dlsym(RTLD_NEXT, names[i]);
    }
}

// One engine at a time: what is noted is noted of one.
void cpu_boost_open(void) {
    unsigned major = 0;
    unsigned minor = 0;
    (void)uc_version(&major, &minor);
    find_real();
    engines++;
    last_cpu = NULL;
    if (engines == 1) {
        for (size_t i = 0; i < sizeof code_pages; i++) {
            code_pages[i] = 0;
        }
    }
    enabled = engines == 1 && major == 2 && minor == 0 && real.call.set_dirty &&
            real.call.flush && !getenv("BLAZECAM_PLAIN_ENGINE");
}

void cpu_boost_close(void) {
    engines--;
    enabled = false;
}

static bool in_ram(uint32_t address) {
    return address - RAM_FIRST < RAM_SIZE;
}

static bool has_code(uint32_t address) {
    uint32_t page = (address - RAM_FIRST) >> PAGE_BITS;
    return code_pages[page >> 3] >> (page & 7) & 1;
}

void *memory_mapping(void *uc, uint64_t address) {
    last_address = (uint32_t)address;
    return real.call.memory_mapping(uc, address);
}

void *page_collection_lock_arm(void *uc, uint64_t start, uint64_t end) {
    if (enabled && last_cpu && in_ram(last_address) &&
            !has_code(last_address)) {
        real.call.set_dirty(last_cpu, last_address);
        return &none;
    }
    return real.call.lock(uc, start, end);
}

void page_collection_unlock_arm(void *pages) {
    if (pages != &none) {
        real.call.unlock(pages);
    }
}

void tb_invalidate_phys_page_fast_arm(void *uc, void *pages, uint64_t start,
        int size, uintptr_t from) {
    if (pages != &none) {
        real.call.invalidate(uc, pages, start, size, from);
    }
}

static void note_code(void *cpu, uint32_t address) {
    if (!in_ram(address) || has_code(address)) {
        return;
    }
    uint32_t page = (address - RAM_FIRST) >> PAGE_BITS;
    code_pages[page >> 3] = (uint8_t)(code_pages[page >> 3] | 1u << (page & 7));
    // Pages marked as data before are looked at anew.
    real.call.flush(cpu);
}

void *tb_gen_code_arm(void *cpu, uint32_t pc, uint32_t base, uint32_t flags,
        int compile_flags) {
    last_cpu = cpu;
    if (real.call.flush && in_ram(pc)) {
        if (engines > 1) {
            real.call.flush(cpu);
        }
        // A block ends at a page of 1 KiB, but for half an instruction.
        note_code(cpu, pc);
        note_code(cpu, pc + 1024);
    }
    return real.call.generate(cpu, pc, base, flags, compile_flags);
}
