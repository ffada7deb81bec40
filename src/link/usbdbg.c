// SPDX-License-Identifier: MIT
// The protocol of OpenMV IDE up to 4.7.

#include "link/usbdbg.h"

#include <string.h>

#include "link/omv_wire.h"
#include "link/preview.h"

enum {
    FW_VERSION = 0x80,
    FRAME_SIZE = 0x81,
    FRAME_DUMP = 0x82,
    ARCH_STR = 0x83,
    SCRIPT_EXEC = 0x05,
    SCRIPT_STOP = 0x06,
    SCRIPT_SAVE = 0x07,
    TEMPLATE_SAVE = 0x08,
    DESCRIPTOR_SAVE = 0x09,
    ATTR_READ = 0x8A,
    ATTR_READ_IDE = 0xCA,
    ATTR_WRITE = 0x0B,
    SYS_RESET = 0x0C,
    FB_ENABLE = 0x0D,
    SYS_RESET_TO_BL = 0x0E,
    TX_BUF_LEN = 0x8E,
    TX_BUF = 0x8F,
    SENSOR_ID = 0x90,
    TX_INPUT = 0x11,
    SET_TIME = 0x12,
    GET_STATE = 0x93,
    PROFILE_SIZE = 0x94,
    PROFILE_DUMP = 0x95,
    PROFILE_MODE = 0x16,
    PROFILE_EVENT = 0x17,
    PROFILE_RESET = 0x18,
};

enum { TO_HOST = 0x80, ARCH_BYTES = 64, FRAME_MS = 50, STATE_HEADER = 16 };
enum { STATE_RUNNING = 1, STATE_TEXT = 2, STATE_FRAME = 4 };
enum { NO_SENSOR = 0xFF };

// The lengths that a command can have.
static const struct {
    uint8_t command;
    uint32_t least, most;
} commands[] = {
        {FW_VERSION, 12, 12},
        {FRAME_SIZE, 12, 12},
        {FRAME_DUMP, 1, 0x8000},
        {ARCH_STR, ARCH_BYTES, ARCH_BYTES},
        {SCRIPT_EXEC, 1, 0}, // the camera's limit
        {SCRIPT_STOP, 0, 0},
        {SCRIPT_SAVE, 0, 0},
        {USBDBG_SCRIPT_RUNNING, 4, 4},
        {TEMPLATE_SAVE, 8, 512},
        {DESCRIPTOR_SAVE, 8, 512},
        {ATTR_READ, 1, 4},
        {ATTR_READ_IDE, 1, 4},
        {ATTR_WRITE, 8, 8},
        {SYS_RESET, 0, 0},
        {FB_ENABLE, 4, 4},
        {SYS_RESET_TO_BL, 0, 0},
        {TX_BUF_LEN, 4, 4},
        {TX_BUF, 1, USBDBG_TEXT_MOST},
        {SENSOR_ID, 4, 4},
        {TX_INPUT, 1, USBDBG_TEXT_MOST},
        {SET_TIME, 32, 32},
        {GET_STATE, STATE_HEADER + 1, USBDBG_STATE_MOST},
        {PROFILE_SIZE, 12, 12},
        {PROFILE_DUMP, 1, USBDBG_TEXT_MOST},
        {PROFILE_MODE, 4, 4},
        {PROFILE_EVENT, 8, 8},
        {PROFILE_RESET, 0, 0},
};

void usbdbg_init(struct usbdbg *d, const struct usbdbg_port *port,
        const struct link_camera *camera) {
    *d = (struct usbdbg){.port = port, .camera = camera};
}

void usbdbg_reset(struct usbdbg *d) {
    d->phase = USBDBG_HEADER;
    d->have = 0;
    preview_unlock();
}

bool usbdbg_is_request(const struct usbdbg *d, const uint8_t *header) {
    uint32_t length = omv_get32(header + 2);
    if (header[0] != USBDBG_MARK) {
        return false;
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        uint32_t most = commands[i].command == SCRIPT_EXEC
                ? d->camera->script_most
                : commands[i].most;
        if (commands[i].command == header[1]) {
            return length >= commands[i].least && length <= most;
        }
    }
    return false;
}

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

// --- answers -----------------------------------------------------------------

static void put_running(struct usbdbg *d) {
    omv_put32(d->block, d->camera->script_running(d->camera->context));
}

static void put_version(struct usbdbg *d) {
    for (size_t i = 0; i < 3; i++) {
        omv_put32(d->block + 4 * i, d->camera->version[i]);
    }
}

// Width, height and size of the picture, which is locked then; zeros without.
static bool put_frame(uint8_t *to) {
    uint32_t bytes;
    const uint8_t *header = preview_data(&bytes);
    if (bytes == 0) {
        return false;
    }
    (void)preview_lock();
    memcpy(to, header, 8);
    memcpy(to + 8, header + 12, 4);
    return true;
}

static uint32_t take_text(struct usbdbg *d, uint8_t *to, uint32_t most,
        uint32_t now) {
    uint32_t ready = text_ring_ready(d->camera->text, now);
    size_t count = text_ring_read(d->camera->text, to, least(ready, most));
    text_ring_end(d->camera->text, true);
    return (uint32_t)count;
}

// Running, text and frame in one answer; frames at most every FRAME_MS.
static void put_state(struct usbdbg *d, uint32_t now) {
    uint32_t most = d->left - STATE_HEADER - 1;
    uint32_t flags =
            d->camera->script_running(d->camera->context) ? STATE_RUNNING : 0;
    if (take_text(d, d->block + STATE_HEADER, most, now) > 0) {
        flags |= STATE_TEXT;
    }
    if (now - d->frame_ms >= FRAME_MS && put_frame(d->block + 4)) {
        d->frame_ms = now;
        flags |= STATE_FRAME;
    }
    omv_put32(d->block, flags);
}

static void put_frame_bytes(struct usbdbg *d) {
    uint32_t bytes;
    const uint8_t *data = preview_data(&bytes);
    if (bytes > PREVIEW_HEADER_BYTES) {
        d->reply = data + PREVIEW_HEADER_BYTES;
        d->block_bytes = bytes - PREVIEW_HEADER_BYTES;
    }
}

// What goes to the host; block is zero and as long as what is not memory.
static void answer(struct usbdbg *d, uint32_t now) {
    const struct link_camera *camera = d->camera;
    memset(d->block, 0, sizeof(d->block));
    d->reply = NULL;
    d->block_bytes = sizeof(d->block);
    switch (d->command) {
    case FW_VERSION:
        put_version(d);
        break;
    case FRAME_SIZE:
        (void)put_frame(d->block);
        break;
    case FRAME_DUMP:
        put_frame_bytes(d);
        break;
    case ARCH_STR: {
        const char *arch = camera->arch(camera->context);
        memcpy(d->block, arch, least((uint32_t)strlen(arch), ARCH_BYTES - 1));
        break;
    }
    case USBDBG_SCRIPT_RUNNING:
        put_running(d);
        break;
    case TX_BUF_LEN:
        // No more than one answer holds.
        omv_put32(d->block,
                least(text_ring_ready(camera->text, now), sizeof(d->block)));
        break;
    case TX_BUF:
        (void)take_text(d, d->block, least(d->left, sizeof(d->block)), now);
        break;
    case SENSOR_ID: {
        uint32_t id = camera->sensor(camera->context);
        omv_put32(d->block, id ? id : NO_SENSOR);
        break;
    }
    case GET_STATE:
        put_state(d, now);
        break;
    default: // nothing is known of it
        break;
    }
}

// The host's data are complete, or there are none.
static void act(struct usbdbg *d) {
    const struct link_camera *camera = d->camera;
    switch (d->command) {
    case SCRIPT_EXEC:
        if (!d->script_refused) {
            (void)camera->script_exec(camera->context);
        }
        break;
    case SCRIPT_STOP:
        camera->script_stop(camera->context);
        break;
    case SYS_RESET:
    case SYS_RESET_TO_BL:
        camera->reset(camera->context, d->command == SYS_RESET_TO_BL);
        break;
    case FB_ENABLE:
        preview_enable(omv_get32(d->words) != 0);
        break;
    default: // accepted, and without effect here
        break;
    }
    d->phase = USBDBG_HEADER;
}

static void begin(struct usbdbg *d, uint32_t now) {
    d->have = 0;
    if (!usbdbg_is_request(d, d->header)) {
        // From the next byte that can begin one.
        for (unsigned i = 1; i < USBDBG_HEADER_BYTES; i++) {
            if (d->header[i] == USBDBG_MARK) {
                d->have = (uint8_t)(USBDBG_HEADER_BYTES - i);
                memmove(d->header, d->header + i, d->have);
                return;
            }
        }
        return;
    }
    d->command = d->header[1];
    d->left = omv_get32(d->header + 2);
    d->done = 0;
    d->moved_ms = now;
    d->script_refused = d->command == SCRIPT_EXEC &&
            d->camera->script_running(d->camera->context);
    if (d->command & TO_HOST) {
        d->phase = USBDBG_IN;
        answer(d, now);
    } else if (d->left > 0) {
        d->phase = USBDBG_OUT;
    } else {
        act(d);
    }
}

static void take(struct usbdbg *d, const uint8_t *from, uint32_t bytes) {
    const struct link_camera *camera = d->camera;
    if (d->command == SCRIPT_EXEC && !d->script_refused) {
        d->script_refused = camera->script_write(camera->context, d->done, from,
                                    bytes) != 0;
    } else if (d->command == TX_INPUT) {
        camera->typed(camera->context, from, bytes);
    }
    for (uint32_t i = 0; i < bytes && d->done + i < sizeof(d->words); i++) {
        d->words[d->done + i] = from[i];
    }
    d->done += bytes;
    d->left -= bytes;
    if (d->left == 0) {
        act(d);
    }
}

size_t usbdbg_feed(struct usbdbg *d, const void *from, size_t bytes,
        uint32_t now) {
    const uint8_t *at = from;
    size_t used = 0;
    while (used < bytes && d->phase != USBDBG_IN) {
        if (d->phase == USBDBG_OUT) {
            size_t rest = bytes - used;
            uint32_t count = rest < d->left ? (uint32_t)rest : d->left;
            take(d, at + used, count);
            used += count;
            continue;
        }
        uint8_t byte = at[used++];
        if (d->have > 0 || byte == USBDBG_MARK) {
            d->header[d->have++] = byte;
        }
        if (d->have == USBDBG_HEADER_BYTES) {
            begin(d, now);
        }
    }
    return used;
}

// --- sending -----------------------------------------------------------------

// The next bytes of the answer; behind its end there are zeros.
static uint32_t piece(struct usbdbg *d, const uint8_t **from) {
    static const uint8_t zeros[64];
    uint32_t there = d->block_bytes > d->done ? d->block_bytes - d->done : 0;
    *from = (d->reply != NULL ? d->reply : d->block) + d->done;
    if (there == 0) {
        *from = zeros;
        there = sizeof(zeros);
    }
    return there < d->left ? there : d->left;
}

static void end_answer(struct usbdbg *d) {
    if (d->command == FRAME_DUMP) {
        preview_unlock();
    }
    d->phase = USBDBG_HEADER;
}

void usbdbg_task(struct usbdbg *d, uint32_t now) {
    while (d->phase == USBDBG_IN) {
        const uint8_t *from;
        uint32_t bytes = piece(d, &from);
        size_t sent = d->port->write(d->port->context, from, bytes);
        d->done += (uint32_t)sent;
        d->left -= (uint32_t)sent;
        if (sent > 0) {
            d->moved_ms = now;
        }
        if (d->left == 0) {
            (void)d->port->write(d->port->context, d->block, 0);
            end_answer(d);
        } else if (sent < bytes) {
            if (now - d->moved_ms >= USBDBG_STUCK_MS) {
                end_answer(d);
            }
            return;
        }
    }
}
