// SPDX-License-Identifier: MIT
// Text for a reader that may be slow or asleep: whole lines are dropped, never
// parts of one, and never does the writer wait twice for the same sleeper.
//
// A writer that finds no room waits as long as `wait` says. When that is in
// vain the gate closes: the rest of the line begun is kept (up to
// LINE_GATE_TAIL bytes, its end always), lines after it are dropped, at no
// cost. When there is room again the kept rest goes first, and text is let
// through from the next line on.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_GATE_TAIL 256U

struct line_gate {
    // Bytes that fit now; takes what fits and returns how much that was.
    size_t (*room)(void);
    size_t (*write)(const char *text, size_t count);
    // Waits for room, but not for long after the last time there was some.
    // False: it was in vain.
    bool (*wait)(void);

    // Private; zero to begin with.
    bool closed;
    bool mid_line; // what was let through does not end in a newline
    bool skipping; // in the middle of a line that is dropped
    bool keeping;  // the rest of a line begun goes to the tail
    bool overflow; // the tail lacks some of it
    bool fresh;    // whoever writes next has not waited yet
    uint16_t kept;
    uint32_t dropped; // lines
    char tail[LINE_GATE_TAIL];
};

void line_gate_write(struct line_gate *gate, const char *text, size_t count);
// Whoever wrote was ended: so is the line that it was at, without waiting. Who
// writes next may wait for the same sleeper once more.
void line_gate_end(struct line_gate *gate);
// Another reader: nothing is owed to it.
void line_gate_reset(struct line_gate *gate);
