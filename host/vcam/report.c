// SPDX-License-Identifier: MIT
// What is said when the firmware crashed: registers, names, a backtrace.

#include "host/vcam/report.h"

#include <inttypes.h>

#include "host/vcam/scs.h"

enum { STACK_WORDS = 1024, FRAMES = 24 };

static void name(FILE *to, const struct vcam_symbols *symbols, uint32_t pc) {
    uint32_t distance;
    const char *text = vcam_symbol_at(symbols, pc & ~1u, &distance);
    if (text) {
        fprintf(to, "0x%08" PRIx32 " %s+0x%" PRIx32, pc & ~1u, text, distance);
    } else {
        fprintf(to, "0x%08" PRIx32, pc & ~1u);
    }
}

// What the bits of CFSR mean, in words.
static void causes(FILE *to, struct vcam *vm) {
    static const struct {
        uint32_t bit;
        const char *text;
    } table[] = {{CFSR_IACCVIOL, "fetch from memory that is not executable"},
            {CFSR_DACCVIOL, "access that the MPU forbids"},
            {CFSR_MUNSTKERR, "MPU violation when a frame was taken off"},
            {CFSR_MSTKERR, "MPU violation when a frame was stacked"},
            {CFSR_IBUSERR, "fetch from an address without memory"},
            {CFSR_PRECISERR, "access to an address without memory"},
            {CFSR_IMPRECISERR, "late bus error"},
            {CFSR_UNSTKERR, "bus error when a frame was taken off"},
            {CFSR_STKERR, "bus error when a frame was stacked"},
            {CFSR_UNDEFINSTR, "undefined instruction"},
            {CFSR_INVSTATE, "branch to an even address"},
            {CFSR_INVPC, "return to an impossible place"},
            {CFSR_NOCP, "coprocessor that is not there"},
            {CFSR_UNALIGNED, "misaligned access"},
            {CFSR_DIVBYZERO, "division by zero"}};
    uint32_t cfsr = 0;
    uint32_t hfsr = 0;
    uint32_t address = 0;
    (void)vcam_peek_register(vm, 0xe000ed28, &cfsr);
    (void)vcam_peek_register(vm, 0xe000ed2c, &hfsr);
    for (unsigned i = 0; i < sizeof table / sizeof *table; i++) {
        if (cfsr & table[i].bit) {
            fprintf(to, "  cause: %s\n", table[i].text);
        }
    }
    if (cfsr & CFSR_MMARVALID) {
        (void)vcam_peek_register(vm, 0xe000ed34, &address);
        fprintf(to, "  address: 0x%08" PRIx32 "\n", address);
    } else if (cfsr & CFSR_BFARVALID) {
        (void)vcam_peek_register(vm, 0xe000ed38, &address);
        fprintf(to, "  address: 0x%08" PRIx32 "\n", address);
    }
    if (cfsr || hfsr) {
        fprintf(to, "  CFSR 0x%08" PRIx32 ", HFSR 0x%08" PRIx32 "\n", cfsr,
                hfsr);
    }
}

static void registers(FILE *to, const struct vcam_core *core) {
    static const char *const names[16] = {"r0", "r1", "r2", "r3", "r4", "r5",
            "r6", "r7", "r8", "r9", "r10", "r11", "r12", "sp", "lr", "pc"};
    for (unsigned i = 0; i < 16; i++) {
        fprintf(to, "  %-3s 0x%08" PRIx32 "%s", names[i], core->r[i],
                i % 4 == 3 ? "\n" : "");
    }
    fprintf(to,
            "  xpsr 0x%08" PRIx32 "  msp 0x%08" PRIx32 "  psp 0x%08" PRIx32
            "  control %" PRIu32 "  primask %" PRIu32 "  basepri 0x%" PRIx32
            "\n",
            core->xpsr, core->msp, core->psp, core->control, core->primask,
            core->basepri);
}

// A return address is odd, and a BL or BLX is before it.
static bool returns_here(struct vcam *vm, uint32_t address) {
    uint16_t code[2];
    if (!(address & 1) || !vcam_peek(vm, (address & ~1u) - 4, code, 4)) {
        return false;
    }
    bool bl = (code[0] & 0xf800) == 0xf000 && (code[1] & 0xd000) == 0xd000;
    bool blx = (code[1] & 0xff87) == 0x4780;
    return bl || blx;
}

static bool in_code(uint32_t address) {
    return address < 0x10000 ||
            (address >= VCAM_FIRMWARE &&
                    address < VCAM_FLASH + VCAM_FLASH_SIZE);
}

static void backtrace(FILE *to, struct vcam *vm,
        const struct vcam_symbols *symbols, const struct vcam_core *core) {
    unsigned frame = 0;
    fprintf(to, "  backtrace (from the stack, some may be stale):\n    #0 ");
    name(to, symbols, core->r[15]);
    fprintf(to, "\n    #1 ");
    name(to, symbols, core->r[14] - 1);
    fprintf(to, "\n");
    for (unsigned i = 0; i < STACK_WORDS && frame < FRAMES; i++) {
        uint32_t word;
        if (!vcam_peek(vm, core->r[13] + 4 * i, &word, sizeof word)) {
            break;
        }
        if (in_code(word) && word != core->r[14] && returns_here(vm, word)) {
            frame++;
            fprintf(to, "    #%u ", frame + 1);
            name(to, symbols, word - 1);
            fprintf(to, "\n");
        }
    }
}

void vcam_report(FILE *to, struct vcam *vm,
        const struct vcam_symbols *symbols) {
    struct vcam_core core;
    vcam_cpu_get(vcam_processor(vm), &core);
    uint32_t pc = vcam_end_pc(vm) ? vcam_end_pc(vm) : core.r[15];
    core.r[15] = pc;
    fprintf(to, "  at: ");
    name(to, symbols, pc);
    fprintf(to, "\n");
    causes(to, vm);
    registers(to, &core);
    backtrace(to, vm, symbols, &core);
    fprintf(to, "  after %.6f s, %" PRIu64 " instructions\n",
            (double)vcam_now(vm) / (double)VCAM_SECOND, vcam_instructions(vm));
}
