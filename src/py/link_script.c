// SPDX-License-Identifier: MIT
// Scripts that a host sends, and ending what runs.
//
// A script's text lies outside Python's heap, so that it can be sent while the
// heap is full. To end what runs, the interpreter is told to jump to the main
// loop at its next jump backwards or wait. Code that has neither (native code,
// a long loop inside a C function) is left by force: PendSV, which interrupts
// it, returns into the main loop instead.

#include <string.h>

#include "chip/systick.h"
#include "py/compile.h"
#include "py/lexer.h"
#include "py/mphal.h"
#include "py/parse.h"
#include "py/runtime.h"
#include "shared/readline/readline.h"
#include "shared/runtime/interrupt_char.h"
#include "src/py/link.h"
#include "src/py/port.h"

// An interpreter that can be asked answers long before.
#define FORCE_MS 300U

static char text[LINK_SCRIPT_BYTES] LINK_D3;
static size_t text_bytes;
static volatile enum {
    NOTHING,
    MAIN,      // boot.py or main.py
    WANTED,    // will be run
    COMPILING, // its text is being read
    RUNNING
} state;
static volatile bool aborting, restarted;
static volatile bool cut; // what is ended may be in the middle of a line
static volatile uint32_t abort_ms;
static uint32_t begun, ended, failed;

// --- the host's side -----------------------------------------------------

int link_script_write(void *context, uint32_t offset, const void *from,
        size_t bytes) {
    (void)context;
    if (state == WANTED || state == COMPILING) {
        return -OMV_STATUS_BUSY;
    }
    if (offset == 0) {
        text_bytes = 0;
    }
    if (offset > LINK_SCRIPT_BYTES || bytes > LINK_SCRIPT_BYTES - offset) {
        return -OMV_STATUS_OVERFLOW;
    }
    if (offset > text_bytes) {
        return -OMV_STATUS_INVALID; // there would be a gap
    }
    memcpy(text + offset, from, bytes);
    text_bytes = offset + bytes;
    return 0;
}

void link_script_reset(void *context) {
    (void)context;
    if (state != WANTED && state != COMPILING) {
        text_bytes = 0;
    }
}

void link_abort(void) {
    restarted = true;
    if (!aborting) {
        aborting = true;
        cut = link_script_speaks();
        abort_ms = chip_ms();
        mp_sched_vm_abort();
    }
}

int link_script_exec(void *context) {
    (void)context;
    if (text_bytes == 0) {
        return -OMV_STATUS_FAILED;
    }
    if (link_rom_updating()) {
        return -OMV_STATUS_BUSY;
    }
    link_abort();
    state = WANTED;
    return 0;
}

void link_script_stop(void *context) {
    (void)context;
    if (state != NOTHING) {
        link_abort();
    }
}

bool link_script_speaks(void) {
    return state == MAIN || state == COMPILING || state == RUNNING;
}

bool link_script_running(void *context) {
    (void)context;
    return state != NOTHING && state != WANTED;
}

void link_script_counts(uint32_t counts[3]) {
    counts[0] = begun;
    counts[1] = ended;
    counts[2] = failed;
}

// --- the main loop's side ------------------------------------------------

enum link_next link_next(void) {
    if (link_rom_updating()) {
        return LINK_ROM;
    }
    return state == WANTED ? LINK_SCRIPT : LINK_PROMPT;
}

bool link_restarted(void) {
    bool was = restarted;
    restarted = false;
    return was;
}

void link_script_main(bool running) {
    if (running && state == NOTHING) {
        state = MAIN;
    } else if (!running && state == MAIN) {
        state = NOTHING;
    }
}

static void count_end(bool well) {
    if (ended != begun) {
        ended = begun;
        failed += !well;
    }
}

void link_aborted(void) {
    aborting = false;
    port_held = 0;
    MP_STATE_VM(vm_abort) = false;
    if (cut) {
        cut = false;
        link_print_end();
    }
    count_end(false);
    if (state != WANTED) {
        state = NOTHING;
    }
}

bool link_is_stuck(void) {
    return aborting && nlr_get_abort() != NULL &&
            chip_ms() - abort_ms >= FORCE_MS;
}

// What follows is the prompt, not main.py.
static void end(bool well) {
    restarted = true;
    count_end(well);
    if (state != WANTED) {
        state = NOTHING;
    }
}

void link_script_run(void) {
    state = COMPILING;
    begun++;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_lexer_t *lexer = mp_lexer_new_from_str_len(MP_QSTR__lt_stdin_gt_,
                text, text_bytes, 0);
        qstr name = lexer->source_name;
        mp_parse_tree_t tree = mp_parse(lexer, MP_PARSE_FILE_INPUT);
        mp_obj_t module = mp_compile(&tree, name, false);
        state = RUNNING;
        mp_hal_set_interrupt_char(CHAR_CTRL_C);
        mp_call_function_0(module);
        mp_hal_set_interrupt_char(-1);
        mp_handle_pending(true);
        nlr_pop();
        end(true);
        return;
    }
    mp_hal_set_interrupt_char(-1);
    mp_handle_pending(false);
    mp_obj_t error = MP_OBJ_FROM_PTR(nlr.ret_val);
    bool exits =
            mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(error)),
                    MP_OBJ_FROM_PTR(&mp_type_SystemExit));
    if (!exits) {
        mp_obj_print_exception(&mp_plat_print, error);
    }
    end(exits);
}
