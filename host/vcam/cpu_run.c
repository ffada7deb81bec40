// SPDX-License-Identifier: MIT
// The processor on Unicorn 2: running, counting, and why a run ends.
//
// Unicorn knows the core's instructions but not its exceptions, and what it
// reports needs reading between the lines; each place says which.

#include <string.h>

#include "host/vcam/cpu_eval.h"
#include "host/vcam/cpu_unicorn.h"
#include "host/vcam/profile.h"
#include "host/vcam/thumb.h"

static const uint8_t *code_at(struct vcam_cpu *cpu, uint32_t pc, size_t size) {
    return vcam_cpu_memory(cpu, pc, size);
}

static uint32_t get(struct vcam_cpu *cpu, int reg) {
    uint32_t value = 0;
    (void)uc_reg_read(cpu->uc, reg, &value);
    return value;
}

static void stop(struct vcam_cpu *cpu, enum vcam_stop why, uint32_t pc,
        uint32_t address) {
    cpu->info =
            (struct vcam_stop_info){.why = why, .pc = pc, .address = address};
    cpu->stopping = true;
    (void)uc_emu_stop(cpu->uc);
}

// --- finding the instruction that made an access --------------------------

static void read_registers(struct vcam_cpu *cpu, uint32_t r[16]) {
    for (int i = 0; i < 13; i++) {
        r[i] = get(cpu, UC_ARM_REG_R0 + i);
    }
    r[13] = get(cpu, UC_ARM_REG_SP);
    r[14] = get(cpu, UC_ARM_REG_LR);
    r[15] = 0;
}

// The IT state moves on by one instruction.
static unsigned advance_it(unsigned it) {
    return it & 7 ? (it & 0xe0) | (it << 1 & 0x1f) : 0;
}

static bool is_it(uint32_t halfword) {
    return (halfword & 0xff00) == 0xbf00 && (halfword & 0xf) != 0;
}

// The IT state at a block's start. Code is cut at pages of the engine, so an
// IT block may begin in the page before; the engine forgets that.
static unsigned it_at_start(struct vcam_cpu *cpu) {
    if (cpu->block_pc & 1023) {
        return 0;
    }
    for (uint32_t back = 2; back <= 14; back += 2) {
        uint32_t at = cpu->block_pc - back;
        const uint8_t *code = code_at(cpu, at, back);
        uint32_t first = code ? (uint32_t)(code[0] | code[1] << 8) : 0;
        if (!is_it(first)) {
            continue;
        }
        unsigned state = first & 0xff;
        uint32_t i = 2;
        while (state && i < back) {
            i += thumb_length((uint16_t)(code[i] | code[i + 1] << 8));
            state = advance_it(state);
        }
        if (i == back && state) {
            return state;
        }
    }
    return 0;
}

uint32_t cpu_find_access(struct vcam_cpu *cpu, uint32_t address, unsigned *it) {
    const uint8_t *code = code_at(cpu, cpu->block_pc, cpu->block_bytes);
    uint32_t r[16];
    read_registers(cpu, r);
    unsigned state = it_at_start(cpu);
    for (uint32_t at = 0; code && at + 1 < cpu->block_bytes;) {
        uint32_t pc = cpu->block_pc + at;
        uint32_t word = (uint32_t)code[at] | (uint32_t)code[at + 1] << 8;
        if (thumb_length((uint16_t)word) == 4 && at + 3 < cpu->block_bytes) {
            word |= (uint32_t)code[at + 2] << 16 | (uint32_t)code[at + 3] << 24;
        }
        struct thumb_access a;
        // Registers are those at the access: earlier candidates whose base
        // has changed since do not match, but for rare coincidences.
        if (thumb_access(word, &a) &&
                address - thumb_address(&a, r, pc) < a.bytes) {
            *it = state;
            return pc;
        }
        if (is_it(word)) {
            state = word & 0xff;
        } else {
            state = advance_it(state);
        }
        at += thumb_length((uint16_t)word);
    }
    *it = 0;
    return cpu->block_pc;
}

uint32_t vcam_cpu_access_pc(struct vcam_cpu *cpu, uint32_t address) {
    unsigned it;
    return cpu_find_access(cpu, address, &it);
}

// --- hooks ----------------------------------------------------------------

static bool unmasked(struct vcam_cpu *cpu) {
    uint32_t basepri = get(cpu, UC_ARM_REG_BASEPRI) & 0xf0;
    return !(get(cpu, UC_ARM_REG_PRIMASK) & 1) &&
            !(get(cpu, UC_ARM_REG_FAULTMASK) & 1) &&
            (basepri == 0 || cpu->watch_priority < basepri);
}

static bool misaligned(struct vcam_cpu *cpu, const struct cpu_block *block) {
    for (unsigned i = 0; i < block->aligned; i++) {
        const struct cpu_aligned *a = &block->access[i];
        int reg = a->rn == 14 ? UC_ARM_REG_LR : UC_ARM_REG_R0 + a->rn;
        uint32_t address = get(cpu, reg) + (uint32_t)a->offset;
        if (address & 3) {
            stop(cpu, VCAM_STOP_UNALIGN, a->pc, address);
            return true;
        }
    }
    return false;
}

static const uint8_t *eval_memory(void *context, uint32_t address,
        size_t size) {
    return vcam_cpu_memory(context, address, size);
}

// A block that computes its addresses itself is looked at when it is new, and
// now and then; a prime, so as not to fall in step with what repeats.
static bool puzzle(struct vcam_cpu *cpu, struct cpu_block *block) {
    uint32_t run = block->runs++;
    uint32_t pc;
    uint32_t address;
    uint32_t r[16];
    if (run >= 64 && run % 61) {
        return false;
    }
    const uint8_t *code = code_at(cpu, block->pc, block->bytes);
    if (!code) {
        return false;
    }
    read_registers(cpu, r);
    if (!cpu_eval_misaligned(code, block->bytes, block->pc, r, eval_memory, cpu,
                &pc, &address)) {
        return false;
    }
    stop(cpu, VCAM_STOP_UNALIGN, pc, address);
    return true;
}

// True when the block must not run now; the rare reasons.
static bool rare_stop(struct vcam_cpu *cpu, uint32_t pc) {
    if (pc - cpu->watch_from < cpu->watch_to - cpu->watch_from ||
            (cpu->watch_priority < 0x100 && unmasked(cpu))) {
        stop(cpu, VCAM_STOP_LIMIT, pc, 0);
        return true;
    }
    return false;
}

// A block stopped here has not run, which makes the count exact.
static void on_block(uc_engine *uc, uint64_t address, uint32_t bytes,
        void *user) {
    (void)uc;
    struct vcam_cpu *cpu = user;
    uint32_t pc = (uint32_t)address;
    if (cpu->stopping) {
        return;
    }
    if (cpu->count >= cpu->limit || cpu->kicked) {
        stop(cpu, VCAM_STOP_LIMIT, pc, 0);
        return;
    }
    if (cpu->slow_checks && rare_stop(cpu, pc)) {
        return;
    }
    uint32_t hash = cpu_block_hash(pc);
    const struct cpu_block_brief *brief = &cpu->blocks->brief[hash];
    struct cpu_block *block = &cpu->blocks->block[hash];
    bool known = brief->pc == pc && brief->bytes == bytes && bytes != 0;
    unsigned care = known ? brief->care & cpu->care : CPU_CARE_CODE;
    if (care) {
        if (care & CPU_CARE_CODE) {
            const uint8_t *code = code_at(cpu, pc, bytes);
            if (!code) {
                return; // the fetch will fail
            }
            block = cpu_block_find(cpu->blocks, pc, code, bytes, CPU_FIXED(pc));
        }
        if (block->fp && !cpu->fpu) {
            stop(cpu, VCAM_STOP_NOCP, block->fp_pc, 0);
            return;
        }
        if (cpu->align &&
                ((block->aligned && misaligned(cpu, block)) ||
                        (block->puzzle && puzzle(cpu, block)))) {
            return;
        }
        if (cpu->profile) {
            vcam_profile_note(cpu->profile, pc, bytes, block->count);
        }
    }
    cpu->block_pc = pc;
    cpu->block_bytes = bytes;
    cpu->count += brief->count;
}

// Takes what is left of the block, from `pc`, out of the count.
static void uncount(struct vcam_cpu *cpu, uint32_t pc) {
    uint32_t at = pc - cpu->block_pc;
    if (at < cpu->block_bytes) {
        const uint8_t *code = code_at(cpu, pc, cpu->block_bytes - at);
        if (code) {
            cpu->count -= thumb_count(code, cpu->block_bytes - at);
        }
    }
}

static void on_code(uc_engine *uc, uint64_t address, uint32_t size,
        void *user) {
    (void)uc;
    (void)size;
    struct vcam_cpu *cpu = user;
    uint32_t pc = (uint32_t)address;
    if (cpu->stopping) {
        return;
    }
    bool first = !cpu->stepped && pc == cpu->resume_pc;
    bool hit = cpu->stop_at && !first && cpu->stop_at(cpu->bus.owner, pc);
    if (hit || (cpu->step && cpu->stepped)) {
        uncount(cpu, pc);
        stop(cpu, VCAM_STOP_DEBUG, pc, 0);
    }
    cpu->stepped = true;
}

static void on_interrupt(uc_engine *uc, uint32_t number, void *user) {
    (void)uc;
    struct vcam_cpu *cpu = user;
    uint32_t pc = get(cpu, UC_ARM_REG_PC);
    switch (number) {
    case 2:
        stop(cpu, VCAM_STOP_SVC, pc, 0);
        break;
    case 3:
    case 8:
        // 8, or 3 where the translator had not noticed handler mode, is a
        // branch to EXC_RETURN, seen without its lowest bit; another 3 is a
        // fetch from a region that can never hold code.
        if (pc >= 0xffffffe0 && get(cpu, UC_ARM_REG_IPSR) != 0) {
            stop(cpu, VCAM_STOP_RETURN, pc, pc | 1);
        } else {
            stop(cpu, VCAM_STOP_NOEXEC, pc, pc);
        }
        break;
    case 4:
        stop(cpu, VCAM_STOP_UNALIGN, pc, 0);
        break;
    case 7:
        uncount(cpu, pc);
        stop(cpu, VCAM_STOP_BKPT, pc, 0);
        break;
    case 17:
        uncount(cpu, pc);
        stop(cpu, VCAM_STOP_NOCP, pc, 0);
        break;
    case 18:
        stop(cpu, VCAM_STOP_ARM, pc, pc);
        break;
    default:
        uncount(cpu, pc);
        stop(cpu, VCAM_STOP_UNDEF, pc, 0);
        break;
    }
}

// The engine restarts the access when this returns true.
static bool on_absent(uc_engine *uc, uc_mem_type type, uint64_t address,
        int size, int64_t value, void *user) {
    (void)uc;
    struct vcam_cpu *cpu = user;
    uint32_t at = (uint32_t)address;
    const struct vcam_cpu_bus *bus = &cpu->bus;
    enum vcam_stop why;
    switch (type) {
    case UC_MEM_WRITE_PROT:
        if (bus->rom_write(bus->owner, at, (unsigned)size, (uint32_t)value)) {
            return true;
        }
        why = VCAM_STOP_STORE;
        break;
    case UC_MEM_READ_PROT:
        why = VCAM_STOP_LOAD;
        break;
    case UC_MEM_FETCH_PROT:
        why = VCAM_STOP_NOEXEC;
        break;
    default:
        if (bus->absent(bus->owner, at)) {
            return true;
        }
        why = type == UC_MEM_READ_UNMAPPED      ? VCAM_STOP_LOAD
                : type == UC_MEM_WRITE_UNMAPPED ? VCAM_STOP_STORE
                                                : VCAM_STOP_FETCH;
        break;
    }
    cpu->info = (struct vcam_stop_info){.why = why, .address = at};
    cpu->stopping = true;
    return false;
}

int cpu_install_hooks(struct vcam_cpu *cpu) {
    // All hooks at once, before any code is translated. The second hook on
    // code costs a factor, so only who debugs gets it.
    uc_hook hook;
    uint64_t all = UINT64_MAX;
    // A hook is a function in a data pointer to Unicorn, as dlsym's are.
    union {
        void (*code)(uc_engine *, uint64_t, uint32_t, void *);
        void (*interrupt)(uc_engine *, uint32_t, void *);
        bool (*memory)(uc_engine *, uc_mem_type, uint64_t, int, int64_t,
                void *);
        void *data;
    } block = {.code = on_block}, code = {.code = on_code},
      interrupt = {.interrupt = on_interrupt}, memory = {.memory = on_absent};
    int bad = uc_hook_add(cpu->uc, &hook, UC_HOOK_BLOCK, block.data, cpu,
                      (uint64_t)0, all) ||
            uc_hook_add(cpu->uc, &hook, UC_HOOK_INTR, interrupt.data, cpu,
                    (uint64_t)0, all) ||
            uc_hook_add(cpu->uc, &hook, UC_HOOK_MEM_INVALID, memory.data, cpu,
                    (uint64_t)0, all);
    if (!bad && cpu->slow) {
        bad = uc_hook_add(cpu->uc, &hook, UC_HOOK_CODE, code.data, cpu,
                      (uint64_t)0, all) != UC_ERR_OK;
    }
    return bad;
}

// --- running --------------------------------------------------------------

// An invalid instruction, as Unicorn says: WFE, YIELD, a branch to an even
// address, or indeed one.
static void classify_invalid(struct vcam_cpu *cpu) {
    uint32_t pc = get(cpu, UC_ARM_REG_PC);
    struct vcam_stop_info *info = &cpu->info;
    *info = (struct vcam_stop_info){.why = VCAM_STOP_UNDEF, .pc = pc};
    if (!(get(cpu, UC_ARM_REG_XPSR) >> 24 & 1)) {
        info->why = VCAM_STOP_ARM;
        info->address = pc;
        return;
    }
    // Behind a hint, unless a block began here: then it is the instruction.
    const uint8_t *before = code_at(cpu, pc - 4, 4);
    if (before && pc != cpu->block_pc) {
        unsigned first = (unsigned)(before[0] | before[1] << 8);
        unsigned second = (unsigned)(before[2] | before[3] << 8);
        if (second == 0xbf20 || second == 0xbf10 ||
                (first == 0xf3af && (second == 0x8001 || second == 0x8002))) {
            info->why = VCAM_STOP_WFE;
            return;
        }
    }
    uncount(cpu, pc);
}

// After a failed access pc still is the block's start; the other registers
// are those at the access.
static void repair_pc(struct vcam_cpu *cpu) {
    struct vcam_stop_info *info = &cpu->info;
    if (info->why == VCAM_STOP_FETCH || info->why == VCAM_STOP_NOEXEC) {
        info->pc = get(cpu, UC_ARM_REG_PC);
        return;
    }
    unsigned it = 0;
    info->pc = cpu_find_access(cpu, info->address, &it);
    uncount(cpu, info->pc);
    uint32_t xpsr = get(cpu, UC_ARM_REG_XPSR);
    xpsr = (xpsr & ~0x0600fc00u) | (it & 3) << 25 | (it >> 2) << 10;
    (void)uc_reg_write(cpu->uc, UC_ARM_REG_XPSR_NZCVQG, &xpsr);
    uint32_t pc = info->pc | 1;
    (void)uc_reg_write(cpu->uc, UC_ARM_REG_PC, &pc);
}

void vcam_cpu_run(struct vcam_cpu *cpu, uint64_t limit,
        struct vcam_stop_info *info) {
    cpu->limit = limit;
    cpu->stopping = false;
    cpu->stepped = false;
    uint32_t pc = get(cpu, UC_ARM_REG_PC);
    cpu->resume_pc = pc;
    cpu->block_pc = pc;
    cpu->block_bytes = 0;
    if (!(get(cpu, UC_ARM_REG_XPSR) >> 24 & 1)) {
        *info = (struct vcam_stop_info){.why = VCAM_STOP_ARM,
                .pc = pc,
                .address = pc};
        return;
    }
    uc_err error = uc_emu_start(cpu->uc, pc | 1, 0, 0, 0);
    cpu->kicked = false;
    if (error == UC_ERR_INSN_INVALID) {
        classify_invalid(cpu);
    } else if (error == UC_ERR_OK && !cpu->stopping) {
        cpu->info = (struct vcam_stop_info){.why = VCAM_STOP_WFI,
                .pc = get(cpu, UC_ARM_REG_PC)};
    } else if (error != UC_ERR_OK) {
        if (cpu->stopping) {
            repair_pc(cpu);
        } else {
            cpu->info = (struct vcam_stop_info){.why = VCAM_STOP_BROKEN,
                    .pc = get(cpu, UC_ARM_REG_PC),
                    .address = (uint32_t)error};
        }
    }
    *info = cpu->info;
}

// --- what to look for -----------------------------------------------------

static void note_rare(struct vcam_cpu *cpu) {
    cpu->slow_checks =
            cpu->watch_from != cpu->watch_to || cpu->watch_priority < 0x100;
}

void vcam_cpu_watch_code(struct vcam_cpu *cpu, uint32_t from, uint32_t to) {
    cpu->watch_from = from;
    cpu->watch_to = to;
    note_rare(cpu);
}

void vcam_cpu_watch_mask(struct vcam_cpu *cpu, unsigned priority) {
    cpu->watch_priority = priority;
    note_rare(cpu);
}

static void note_care(struct vcam_cpu *cpu) {
    cpu->care = CPU_CARE_CODE | (cpu->fpu ? 0u : (unsigned)CPU_CARE_FP) |
            (cpu->align ? (unsigned)CPU_CARE_ALIGN : 0u) |
            (cpu->profile ? (unsigned)CPU_CARE_PROFILE : 0u);
}

void vcam_cpu_profile(struct vcam_cpu *cpu, struct vcam_profile *profile) {
    cpu->profile = profile;
    note_care(cpu);
}

void vcam_cpu_enable_fpu(struct vcam_cpu *cpu, bool on) {
    cpu->fpu = on;
    note_care(cpu);
}

void vcam_cpu_check_alignment(struct vcam_cpu *cpu, bool on) {
    cpu->align = on;
    note_care(cpu);
}

void vcam_cpu_debug(struct vcam_cpu *cpu,
        bool (*stop_at)(void *owner, uint32_t pc), bool step) {
    cpu->stop_at = stop_at;
    cpu->step = step;
}
