// SPDX-License-Identifier: MIT
// The processor of the virtual camera: all that the rest asks of an engine.
//
// An engine runs Armv7E-M code with the Cortex-M7's FPU and counts the
// instructions. It knows nothing of exceptions, interrupts or time: it stops
// and says why, and the owner changes registers between two runs. Only
// cpu_unicorn.c includes Unicorn, so that another engine is one more file.
#ifndef HOST_VCAM_VCAM_CPU_H
#define HOST_VCAM_VCAM_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vcam_cpu;
struct vcam_profile;

enum vcam_stop {
    VCAM_STOP_LIMIT,   // the budget is used up, or vcam_cpu_kick was called
    VCAM_STOP_WFI,     // pc is behind the WFI
    VCAM_STOP_WFE,     // pc is behind the WFE (or YIELD)
    VCAM_STOP_SVC,     // pc is behind the SVC
    VCAM_STOP_RETURN,  // a branch to EXC_RETURN, which is in `address`
    VCAM_STOP_BKPT,    // pc is on the BKPT
    VCAM_STOP_UNDEF,   // pc is on the instruction
    VCAM_STOP_NOCP,    // coprocessor absent or FPU off; pc on the instruction
    VCAM_STOP_ARM,     // a branch to an even address, to be taken as Arm code
    VCAM_STOP_FETCH,   // no memory to fetch from at pc
    VCAM_STOP_NOEXEC,  // memory at pc that must not be executed
    VCAM_STOP_LOAD,    // no memory to load from at `address`
    VCAM_STOP_STORE,   // no memory to store to at `address`
    VCAM_STOP_UNALIGN, // misaligned access that hardware traps
    VCAM_STOP_DEBUG,   // a breakpoint or the end of a single step
    VCAM_STOP_BROKEN   // the engine gave up; a bug
};

struct vcam_stop_info {
    enum vcam_stop why;
    uint32_t pc;      // the instruction, exact
    uint32_t address; // what was accessed, where there is such a thing
};

// The core registers. In `r`, 13 is the stack pointer in use.
struct vcam_core {
    uint32_t r[16];
    uint32_t xpsr, msp, psp;
    uint32_t primask, basepri, faultmask, control;
};

// CONTROL
#define VCAM_CONTROL_NPRIV 1u
#define VCAM_CONTROL_SPSEL 2u
#define VCAM_CONTROL_FPCA 4u

// What the engine asks of its owner. Called in the middle of a run: these may
// look and note, but must not touch registers. An access has 1, 2 or 4 bytes
// and is aligned.
struct vcam_cpu_bus {
    void *owner;
    uint32_t (*read)(void *owner, uint32_t address, unsigned size);
    void (*write)(void *owner, uint32_t address, unsigned size, uint32_t value);
    // Nothing is mapped there. True: something is now, try again.
    bool (*absent)(void *owner, uint32_t address);
    // A store into memory mapped without write. True: let it pass.
    bool (*rom_write)(void *owner, uint32_t address, unsigned size,
            uint32_t value);
};

enum { VCAM_MAP_READ = 1, VCAM_MAP_WRITE = 2, VCAM_MAP_EXEC = 4 };

// Opens an engine that asks `bus`; -EIO when the engine is not usable. `slow`
// allows breakpoints and single steps at the price of a third of the speed.
int vcam_cpu_open(struct vcam_cpu **out, const struct vcam_cpu_bus *bus,
        bool slow);
void vcam_cpu_close(struct vcam_cpu *cpu);

// Maps `size` bytes at `host` (a multiple of 1 KiB, as is `address`). The
// memory belongs to the caller and must outlive the mapping. -EINVAL when the
// engine refuses.
int vcam_cpu_map(struct vcam_cpu *cpu, uint32_t address, size_t size,
        void *host, unsigned access);
int vcam_cpu_map_io(struct vcam_cpu *cpu, uint32_t address, size_t size);
int vcam_cpu_unmap(struct vcam_cpu *cpu, uint32_t address, size_t size);
int vcam_cpu_protect(struct vcam_cpu *cpu, uint32_t address, size_t size,
        unsigned access);

// Host memory behind a mapped address, or null; `size` bytes must fit.
void *vcam_cpu_memory(const struct vcam_cpu *cpu, uint32_t address,
        size_t size);

// To be called after the host has changed memory that may hold code.
void vcam_cpu_invalidate(struct vcam_cpu *cpu, uint32_t address, size_t size);

// Runs until about `limit` instructions are counted in all. A run ends at the
// start of a block of code, so it may end a block late. How long the blocks
// are depends only on the code: equal runs count equally.
void vcam_cpu_run(struct vcam_cpu *cpu, uint64_t limit,
        struct vcam_stop_info *info);
// Ends the run at the next block; may be called from the bus functions.
void vcam_cpu_kick(struct vcam_cpu *cpu);
// Asks for a kick at the first block that is in [from, to), or never for
// from = to: for flash that stalls who executes from it.
void vcam_cpu_watch_code(struct vcam_cpu *cpu, uint32_t from, uint32_t to);
// Asks for a kick as soon as an exception of this priority (in the register's
// eight bits; 0x100 for none) is not masked any more.
void vcam_cpu_watch_mask(struct vcam_cpu *cpu, unsigned priority);
// Instructions so far, those of the block that runs included.
uint64_t vcam_cpu_count(const struct vcam_cpu *cpu);

// Notes every block that runs from now on in the profile, which must outlive
// the processor.
void vcam_cpu_profile(struct vcam_cpu *cpu, struct vcam_profile *profile);

// The instruction that makes the access in a bus function, found by decoding;
// the start of its block when it cannot be told.
uint32_t vcam_cpu_access_pc(struct vcam_cpu *cpu, uint32_t address);

void vcam_cpu_get(struct vcam_cpu *cpu, struct vcam_core *core);
void vcam_cpu_set(struct vcam_cpu *cpu, const struct vcam_core *core);
// s0-s31 as the bits of 32 words.
void vcam_cpu_get_fp(struct vcam_cpu *cpu, uint32_t s[32], uint32_t *fpscr);
void vcam_cpu_set_fp(struct vcam_cpu *cpu, const uint32_t s[32],
        uint32_t fpscr);

// CPACR: without the FPU, its instructions stop with VCAM_STOP_NOCP.
void vcam_cpu_enable_fpu(struct vcam_cpu *cpu, bool on);
// Checks the alignment that LDM, LDRD, VLDR and their like need.
void vcam_cpu_check_alignment(struct vcam_cpu *cpu, bool on);

// With an engine opened as slow: stops before an instruction for which
// `stop_at` says so, or after one instruction.
void vcam_cpu_debug(struct vcam_cpu *cpu,
        bool (*stop_at)(void *owner, uint32_t pc), bool step);

#endif
