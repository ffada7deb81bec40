// SPDX-License-Identifier: MIT
// Who speaks at the port.

#include "link/link_host.h"

#include <string.h>

#include "link/preview.h"

// A script-running request may be the first half of the question of an IDE
// that knows both protocols; the other half comes in the same packet.
enum { PROBE_MS = 20 };

void link_host_init(struct link_host *h, const struct omv_port *port,
        const struct link_camera *camera) {
    memset(h, 0, sizeof(*h));
    h->usbdbg_port = (struct usbdbg_port){port->context, port->write};
    omv_protocol_init(&h->protocol, port, NULL);
    omv_channels_init(&h->channels, &h->protocol, camera);
    usbdbg_init(&h->usbdbg, &h->usbdbg_port, camera);
}

void link_host_reset(struct link_host *h) {
    omv_protocol_reset(&h->protocol);
    usbdbg_reset(&h->usbdbg);
    h->speaks = LINK_UNDECIDED;
    h->first_count = 0;
    memset(h->last, 0, sizeof(h->last));
    preview_enable(false);
}

bool link_host_heard(const struct link_host *h) {
    return h->speaks == LINK_USBDBG ||
            (h->speaks == LINK_OMV && h->protocol.open);
}

static void drop_first(struct link_host *h, size_t bytes) {
    h->first_count = (uint8_t)(h->first_count - bytes);
    memmove(h->first, h->first + bytes, h->first_count);
}

// All of what is undecided goes to one of them, which has room for it.
static void decide_for(struct link_host *h, unsigned speaks, uint32_t now) {
    size_t used = 0;
    if (speaks == LINK_OMV) {
        h->speaks = LINK_OMV;
        used = omv_protocol_feed(&h->protocol, h->first, h->first_count, now);
    } else {
        h->speaks = LINK_USBDBG;
        while (used < USBDBG_HEADER_BYTES) {
            used += usbdbg_feed(&h->usbdbg, h->first + used,
                    USBDBG_HEADER_BYTES - used, now);
        }
    }
    drop_first(h, used);
}

// Looks at the undecided bytes; false: more are needed.
static bool look(struct link_host *h, uint32_t now) {
    const uint8_t *at = h->first;
    size_t count = h->first_count;
    if (count == 0) {
        return false;
    }
    if (at[0] == OMV_MARK_0 && (count < 2 || at[1] == OMV_MARK_1)) {
        if (count < OMV_HEADER_BYTES) {
            return false;
        }
        if (omv_is_header(at)) {
            decide_for(h, LINK_OMV, now);
            return true;
        }
    } else if (at[0] == USBDBG_MARK) {
        if (count < USBDBG_HEADER_BYTES) {
            return false;
        }
        if (usbdbg_is_request(&h->usbdbg, at)) {
            const uint8_t *behind = at + USBDBG_HEADER_BYTES;
            size_t rest = count - USBDBG_HEADER_BYTES;
            bool may_be_probe = at[1] == USBDBG_SCRIPT_RUNNING &&
                    (rest < 1 || behind[0] == OMV_MARK_0) &&
                    (rest < 2 || behind[1] == OMV_MARK_1);
            if (may_be_probe && rest < 2 && now - h->first_ms < PROBE_MS) {
                return false;
            }
            if (!may_be_probe || rest < 2) {
                decide_for(h, LINK_USBDBG, now);
                return true;
            }
        }
    }
    drop_first(h, 1);
    return true;
}

static size_t feed_undecided(struct link_host *h, const uint8_t *from,
        size_t bytes, uint32_t now) {
    size_t room = sizeof(h->first) - h->first_count;
    size_t count = bytes < room ? bytes : room;
    if (count > 0) {
        memcpy(h->first + h->first_count, from, count);
        h->first_count = (uint8_t)(h->first_count + count);
        h->first_ms = now;
    }
    while (h->speaks == LINK_UNDECIDED && look(h, now)) {
    }
    return count;
}

static size_t feed_usbdbg(struct link_host *h, const uint8_t *from,
        size_t bytes, uint32_t now) {
    size_t used = 0;
    while (used < bytes) {
        memmove(h->last, h->last + 1, sizeof(h->last) - 1);
        h->last[sizeof(h->last) - 1] = from[used];
        if (omv_is_sync(h->last, 0) || omv_is_sync(h->last, 4)) {
            usbdbg_reset(&h->usbdbg);
            h->speaks = LINK_OMV;
            (void)omv_protocol_feed(&h->protocol, h->last, sizeof(h->last),
                    now);
            return used + 1;
        }
        if (usbdbg_feed(&h->usbdbg, from + used, 1, now) == 0) {
            // A reply goes first; it looks at this byte again.
            memmove(h->last + 1, h->last, sizeof(h->last) - 1);
            break;
        }
        used++;
    }
    return used;
}

static size_t feed_decided(struct link_host *h, const uint8_t *from,
        size_t bytes, uint32_t now) {
    return h->speaks == LINK_OMV
            ? omv_protocol_feed(&h->protocol, from, bytes, now)
            : feed_usbdbg(h, from, bytes, now);
}

// What came behind the bytes that decided goes first; true when none is left.
static bool drain(struct link_host *h, uint32_t now) {
    while (h->first_count > 0) {
        size_t used = feed_decided(h, h->first, h->first_count, now);
        if (used == 0) {
            return false;
        }
        drop_first(h, used);
    }
    return true;
}

size_t link_host_feed(struct link_host *h, const void *from, size_t bytes,
        uint32_t now) {
    const uint8_t *at = from;
    size_t used = 0;
    while (used < bytes) {
        size_t count = 0;
        if (h->speaks == LINK_UNDECIDED) {
            count = feed_undecided(h, at + used, bytes - used, now);
        } else if (drain(h, now)) {
            count = feed_decided(h, at + used, bytes - used, now);
        }
        if (count == 0) {
            break;
        }
        used += count;
    }
    return used;
}

void link_host_task(struct link_host *h, uint32_t now) {
    while (h->speaks == LINK_UNDECIDED && look(h, now)) {
    }
    if (h->speaks == LINK_UNDECIDED) {
        return;
    }
    (void)drain(h, now);
    if (h->speaks == LINK_USBDBG) {
        usbdbg_task(&h->usbdbg, now);
    }
    // A SYNC among the old protocol's bytes changes who speaks.
    if (h->speaks == LINK_OMV) {
        omv_channels_task(&h->channels, now);
        omv_protocol_task(&h->protocol, now);
    }
}
