// SPDX-License-Identifier: MIT
// Text for a reader that may be asleep.

#include "link/line_gate.h"

#include <string.h>

void line_gate_reset(struct line_gate *gate) {
    gate->closed = false;
    gate->mid_line = false;
    gate->skipping = false;
    gate->keeping = false;
    gate->overflow = false;
    gate->fresh = false;
    gate->kept = 0;
}

static void shut(struct line_gate *gate) {
    gate->closed = true;
    gate->fresh = false;
    gate->keeping = gate->mid_line;
    gate->overflow = false;
    gate->kept = 0;
}

// What comes while the gate is closed.
static void hold(struct line_gate *gate, char byte) {
    bool ends = byte == '\n';
    if (!gate->keeping) {
        gate->skipping = !ends;
        gate->dropped += ends ? 1U : 0U;
        return;
    }
    if (!gate->overflow && gate->kept < LINE_GATE_TAIL) {
        gate->tail[gate->kept++] = byte;
    } else if (!gate->overflow) {
        gate->overflow = true;
        gate->tail[LINE_GATE_TAIL - 1U] = '\n';
    }
    gate->keeping = !ends;
}

// When the tail has gone out the gate is open again.
static void reopen(struct line_gate *gate) {
    if (gate->room() == 0) {
        return;
    }
    size_t sent = gate->write(gate->tail, gate->kept);
    gate->kept -= (uint16_t)sent;
    if (gate->kept > 0) {
        memmove(gate->tail, gate->tail + sent, gate->kept);
        return;
    }
    gate->closed = false;
    // A line with a gap has got its end; what is left of it is dropped.
    gate->skipping = gate->skipping || (gate->keeping && gate->overflow);
    gate->mid_line = gate->keeping && !gate->overflow;
    gate->keeping = false;
}

void line_gate_write(struct line_gate *gate, const char *text, size_t count) {
    if (gate->closed) {
        reopen(gate);
    }
    while (gate->closed && gate->fresh && count > 0) {
        gate->fresh = gate->wait();
        reopen(gate);
    }
    for (size_t at = 0; at < count;) {
        if (gate->closed || gate->skipping) {
            hold(gate, text[at++]);
            continue;
        }
        size_t taken = gate->write(text + at, count - at);
        if (taken > 0) {
            at += taken;
            gate->mid_line = text[at - 1U] != '\n';
        } else if (!gate->wait()) {
            shut(gate);
        }
    }
}

void line_gate_end(struct line_gate *gate) {
    bool begun = gate->closed ? gate->keeping : gate->mid_line;
    if (begun && !gate->closed && gate->room() < 2) {
        shut(gate);
    }
    if (begun && gate->closed) {
        hold(gate, '\r');
        hold(gate, '\n');
    } else if (begun) {
        line_gate_write(gate, "\r\n", 2);
    }
    gate->skipping = false;
    gate->fresh = true;
}
