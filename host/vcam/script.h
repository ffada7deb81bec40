// SPDX-License-Identifier: MIT
// A host that runs one Python script on the camera, over the console, through
// MicroPython's raw REPL, and gives its output without the framing.
#ifndef HOST_VCAM_SCRIPT_H
#define HOST_VCAM_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/vcam/machine.h"

enum vcam_script_state {
    SCRIPT_PROMPT, // waiting for ">>> "
    SCRIPT_RAW,    // ctrl-A was sent
    SCRIPT_PASTE,  // the text is being sent
    SCRIPT_ACCEPT, // ctrl-D was sent, waiting for "OK"
    SCRIPT_OUTPUT, // the script runs
    SCRIPT_ERRORS, // what comes is its traceback
    SCRIPT_DONE,
    SCRIPT_FAILED // the camera did not answer as a raw REPL does
};

struct vcam_script {
    struct vcam *vm;
    const uint8_t *text; // the caller's
    size_t size, sent;
    enum vcam_script_state state;
    bool raised;   // there was a traceback
    char tail[32]; // the last bytes seen
    size_t tail_size;
    struct vcam_event tick;
    uint64_t since; // when the state was entered or last prodded
    void *owner;
    void (*output)(void *owner, uint8_t byte);
    void (*done)(void *owner);
};

// Starts; `output` gets what the script prints, `done` is called once.
void vcam_script_start(struct vcam_script *script, struct vcam *vm,
        const uint8_t *text, size_t size);
// A byte from the console.
void vcam_script_byte(struct vcam_script *script, uint8_t byte);

#endif
