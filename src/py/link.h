// SPDX-License-Identifier: MIT
// A host's protocols, bound to Python: link_task.c the port, link_script.c what
// runs, link_rom.c the models in flash, modprotocol.c channels of scripts.
//
// All that a host asks is done in link_poll(), from port_poll() and, when that
// does not come because a script neither ends nor yields, from PendSV.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link/link_host.h"

// Memory that is not cleared at boot, in the bank that has most to spare.
#define LINK_D3 __attribute__((section(".d3"), aligned(32)))

// Once, after usb_init().
void link_init(void);
// Serves the host.
void link_poll(void);
// Text of a script, when a host of the protocols is there; it has waited for
// room when this returns.
void link_print(const char *text, size_t count);
// A script was ended: so is the line that it was at.
void link_print_end(void);
// A host of the protocols is at the port.
bool link_is_host(void);
extern struct link_host link_host; // memset by link_init()
// To the host; nothing where there is none.
void link_event(uint8_t channel, uint16_t number);

// --- link_script.c -------------------------------------------------------

// What the main loop is to do next.
enum link_next {
    LINK_PROMPT,
    LINK_SCRIPT, // run link_script_run()
    LINK_ROM,    // keep still: link_rom_wait()
};
enum link_next link_next(void);
// The host ended what ran, or it was the host's; boot.py and main.py are not to
// run now. Asked once a soft reset.
bool link_restarted(void);
// A script of the drive begins or ends: it can be stopped too.
void link_script_main(bool running);
// What is printed now is a script's, not the prompt's.
bool link_script_speaks(void);
// Compiles and runs what the host sent.
void link_script_run(void);
// Ends what runs, as soon as it can.
void link_abort(void);
// Told that the abort has been taken.
void link_aborted(void);
// True when an abort has waited for so long that it must be forced.
bool link_is_stuck(void);

// The struct link_camera's part.
int link_script_write(void *context, uint32_t offset, const void *text,
        size_t bytes);
void link_script_reset(void *context);
int link_script_exec(void *context);
void link_script_stop(void *context);
bool link_script_running(void *context);
void link_script_counts(uint32_t counts[3]);
#define LINK_SCRIPT_BYTES 49152U

// --- link_rom.c ----------------------------------------------------------

// The struct omv_port's requests of our own.
int link_vendor(void *context, uint8_t opcode, const uint8_t *payload,
        size_t bytes, struct omv_reply *reply);
// An update has been announced and has not ended.
bool link_rom_updating(void);
// Keeps still until it has.
void link_rom_wait(void);
// The host that updated is gone.
void link_rom_abandon(void);

// --- modprotocol.c -------------------------------------------------------

// Forgets the channels of scripts: before a soft reset.
void link_channels_deinit(void);
