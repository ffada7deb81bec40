// SPDX-License-Identifier: MIT
// What the files of the Unicorn engine share; nobody else includes this.
#ifndef HOST_VCAM_CPU_UNICORN_H
#define HOST_VCAM_CPU_UNICORN_H

#include <unicorn/unicorn.h>

#include "host/vcam/cpu_block.h"
#include "host/vcam/vcam_cpu.h"

enum { CPU_REGIONS = 32 };

// Flash and system memory: code there changes by the host's hand only.
#define CPU_FIXED(pc) ((pc) >= 0x08000000u && (pc) < 0x20000000u)

struct cpu_region {
    struct vcam_cpu *cpu;
    uint32_t address;
    size_t size;
    uint8_t *host; // null for registers
};

struct vcam_cpu {
    uc_engine *uc;
    struct vcam_cpu_bus bus;
    struct cpu_region region[CPU_REGIONS];
    unsigned regions;

    uint64_t count, limit;
    uint32_t block_pc, block_bytes;
    bool kicked;
    bool slow_checks; // one of the rarer conditions below is in force
    uint32_t watch_from, watch_to;
    unsigned watch_priority;
    bool fpu, align;
    unsigned care; // which blocks need a look, CPU_CARE_ bits
    struct cpu_block_cache *blocks;
    struct vcam_profile *profile; // or null

    bool stopping; // uc_emu_stop was called, for the reason in info
    struct vcam_stop_info info;

    bool slow;
    bool step, stepped;
    bool (*stop_at)(void *owner, uint32_t pc);
    uint32_t resume_pc;
};

int cpu_install_hooks(struct vcam_cpu *cpu);

// cpu_boost.c: to be called before an engine is opened and after it is closed.
void cpu_boost_open(void);
void cpu_boost_close(void);

// The instruction of the block that makes an access to `address`, or the
// block's start; `it` gets the IT state that holds there.
uint32_t cpu_find_access(struct vcam_cpu *cpu, uint32_t address, unsigned *it);

#endif
