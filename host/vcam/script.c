// SPDX-License-Identifier: MIT
// A host that runs one Python script on the camera through the raw REPL.

#include "host/vcam/script.h"

#include <string.h>

enum { CTRL_A = 1, CTRL_C = 3, CTRL_D = 4, CHUNK = 256 };

// Hosts paste in pieces, so that the camera's buffer never overflows.
static const uint64_t TICK = VCAM_SECOND / 100;
// A main.py that runs on is interrupted, as host tools do.
static const uint64_t PATIENCE = 3 * VCAM_SECOND;

static void enter_state(struct vcam_script *s, enum vcam_script_state state) {
    s->state = state;
    s->since = vcam_now(s->vm);
    s->tail_size = 0;
}

static void on_tick(void *context) {
    struct vcam_script *s = context;
    uint64_t now = vcam_now(s->vm);
    switch (s->state) {
    case SCRIPT_PROMPT:
        if (now - s->since >= PATIENCE) {
            (void)vcam_type(s->vm, CTRL_C);
            s->since = now;
        }
        break;
    case SCRIPT_RAW:
    case SCRIPT_ACCEPT:
        if (now - s->since >= PATIENCE) {
            enter_state(s, SCRIPT_FAILED);
            s->done(s->owner);
        }
        break;
    case SCRIPT_PASTE:
        if (vcam_typed(s->vm) == 0) {
            for (int i = 0; i < CHUNK && s->sent < s->size; i++) {
                (void)vcam_type(s->vm, s->text[s->sent++]);
            }
            if (s->sent == s->size) {
                (void)vcam_type(s->vm, CTRL_D);
                enter_state(s, SCRIPT_ACCEPT);
            }
        }
        break;
    default:
        return;
    }
    // The clock of patience stands still while bytes are on their way.
    if (vcam_typed(s->vm)) {
        s->since = now;
    }
    vcam_event_set(s->vm, &s->tick, now + TICK);
}

void vcam_script_start(struct vcam_script *script, struct vcam *vm,
        const uint8_t *text, size_t size) {
    script->vm = vm;
    script->text = text;
    script->size = size;
    script->sent = 0;
    script->raised = false;
    script->tick = (struct vcam_event){.fire = on_tick, .context = script};
    enter_state(script, SCRIPT_PROMPT);
    vcam_event_set(vm, &script->tick, vcam_now(vm) + TICK);
}

static bool ends_with(const struct vcam_script *s, const char *text) {
    size_t size = strlen(text);
    return s->tail_size >= size &&
            memcmp(s->tail + s->tail_size - size, text, size) == 0;
}

static void remember(struct vcam_script *s, uint8_t byte) {
    if (s->tail_size == sizeof s->tail) {
        memmove(s->tail, s->tail + 1, --s->tail_size);
    }
    s->tail[s->tail_size++] = (char)byte;
}

void vcam_script_byte(struct vcam_script *s, uint8_t byte) {
    remember(s, byte);
    switch (s->state) {
    case SCRIPT_PROMPT:
        if (ends_with(s, ">>> ")) {
            (void)vcam_type(s->vm, CTRL_A);
            enter_state(s, SCRIPT_RAW);
        }
        break;
    case SCRIPT_RAW:
        if (ends_with(s, "exit\r\n>")) {
            enter_state(s, SCRIPT_PASTE);
        }
        break;
    case SCRIPT_ACCEPT:
        if (ends_with(s, "OK")) {
            enter_state(s, SCRIPT_OUTPUT);
        }
        break;
    case SCRIPT_OUTPUT:
        if (byte == CTRL_D) {
            enter_state(s, SCRIPT_ERRORS);
        } else {
            s->output(s->owner, byte);
        }
        break;
    case SCRIPT_ERRORS:
        if (byte == CTRL_D) {
            enter_state(s, SCRIPT_DONE);
            s->done(s->owner);
        } else {
            s->raised = true;
            s->output(s->owner, byte);
        }
        break;
    default:
        break;
    }
}
