// SPDX-License-Identifier: MIT
// The OMV protocol: receiving.

#include "link/omv_protocol.h"

#include <string.h>

const struct omv_config omv_config_default = {
        .caps = OMV_CAP_ALL,
        .max_payload = OMV_PAYLOAD_BYTES,
        .retries = 6,
        .rtx_ms = 50,
        .lock_ms = 10,
};

static const uint8_t sync_packet[OMV_HEADER_BYTES] = {OMV_MARK_0, OMV_MARK_1, 0,
        0, 0, 0, 0, 0, 0xB0, 0xAC};

// What every session begins with.
static void defaults(struct omv_protocol *p) {
    p->caps = p->config.caps;
    p->max_payload = p->config.max_payload;
    p->sequence = 0;
    p->event_count = 0;
    omv_send_end(p, false);
}

void omv_protocol_init(struct omv_protocol *p, const struct omv_port *port,
        const struct omv_config *config) {
    p->port = port;
    p->config = config != NULL ? *config : omv_config_default;
    omv_protocol_reset(p);
}

static void drop_request(struct omv_protocol *p) {
    const struct omv_channel *channel = p->held
            ? p->channels[p->rx[p->rx_from + 3] % OMV_MAX_CHANNELS]
            : NULL;
    if (channel != NULL && channel->ops->cancel != NULL) {
        channel->ops->cancel(channel->context);
    }
    p->rx_from += p->held;
    p->held = 0;
}

static void unlock_all(struct omv_protocol *p) {
    for (size_t i = 0; i < OMV_MAX_CHANNELS; i++) {
        const struct omv_channel *channel = p->channels[i];
        if (channel != NULL && channel->ops->unlock != NULL) {
            (void)channel->ops->unlock(channel->context);
        }
    }
    p->locked = 0;
}

void omv_protocol_reset(struct omv_protocol *p) {
    drop_request(p);
    defaults(p);
    unlock_all(p);
    p->rx_from = p->rx_to = 0;
    p->tx_bytes = p->tx_sent = 0;
    p->open = false;
}

void omv_protocol_sync(struct omv_protocol *p) {
    defaults(p);
    unlock_all(p);
}

int omv_protocol_register(struct omv_protocol *p, int id,
        const struct omv_channel *channel) {
    bool announce = id < 0;
    if (id < 0) {
        id = OMV_CHANNEL_FIRST_USER;
        while (id < OMV_MAX_CHANNELS && p->channels[id] != NULL) {
            id++;
        }
    }
    if (id >= OMV_MAX_CHANNELS) {
        return -OMV_STATUS_OVERFLOW;
    }
    p->channels[id] = channel;
    if (announce) {
        (void)omv_protocol_event(p, 0, OMV_EVENT_REGISTERED, false);
    }
    return id;
}

void omv_protocol_unregister(struct omv_protocol *p, int id) {
    if (p->channels[id] == NULL) {
        return;
    }
    if (p->held && p->rx[p->rx_from + 3] == id) {
        drop_request(p);
    }
    if (p->reader == p->channels[id]) {
        omv_send_end(p, false);
    }
    p->channels[id] = NULL;
    p->locked &= ~(1U << id);
    (void)omv_protocol_event(p, 0, OMV_EVENT_UNREGISTERED, false);
}

size_t omv_protocol_feed(struct omv_protocol *p, const void *from, size_t bytes,
        uint32_t now) {
    if (p->held == 0 && p->rx_from > 0) {
        memmove(p->rx, p->rx + p->rx_from, p->rx_to - p->rx_from);
        p->rx_to -= p->rx_from;
        p->rx_from = 0;
    }
    size_t room = sizeof(p->rx) - p->rx_to;
    size_t count = bytes < room ? bytes : room;
    if (count > 0) {
        memcpy(p->rx + p->rx_to, from, count);
        p->rx_to += count;
        p->rx_ms = now;
    }
    return count;
}

int omv_protocol_event(struct omv_protocol *p, uint8_t channel, uint16_t number,
        bool ack) {
    if (!p->open || !(p->caps & OMV_CAP_EVENTS)) {
        return 0;
    }
    for (size_t i = 0; i < p->event_count; i++) {
        if (number == OMV_EVENT_NOTICE && p->events[i].number == number &&
                p->events[i].channel == channel) {
            return 0;
        }
    }
    if (p->event_count == OMV_EVENTS) {
        return -OMV_STATUS_BUSY;
    }
    p->events[p->event_count++] = (struct omv_event){.channel = channel,
            .ack = ack,
            .number = number};
    return 0;
}

// --- parsing -----------------------------------------------------------------

static void skip(struct omv_protocol *p, size_t bytes) {
    p->rx_from += bytes;
}

// Answers a packet that was not executed. It counts when it was the next one.
static void refuse(struct omv_protocol *p, const uint8_t *packet,
        unsigned status, uint32_t now) {
    uint8_t payload[2];
    omv_put16(payload, status);
    if (packet[2] == p->sequence && !p->waiting && p->left == 0) {
        p->sequence++;
    }
    // A reply on its way goes first; a host that hears nothing asks again.
    if (!p->waiting && p->left == 0) {
        omv_send_packet(p, packet[2], packet[3], OMV_FLAG_NAK, packet[5],
                payload, sizeof(payload), now);
    }
}

// Where in so many bytes a complete SYNC is; bytes when there is none.
static size_t find_sync(const uint8_t *at, size_t bytes) {
    for (size_t i = 0; i + OMV_HEADER_BYTES <= bytes; i++) {
        if (at[i] == OMV_MARK_0 && omv_is_sync(at + i, 0)) {
            return i;
        }
    }
    return bytes;
}

// How many of the last bytes may be the beginning of a SYNC. Without
// checksums a wrong length could swallow it.
static size_t sync_tail(const uint8_t *at, size_t bytes) {
    size_t most =
            bytes - 1 < OMV_HEADER_BYTES - 1 ? bytes - 1 : OMV_HEADER_BYTES - 1;
    for (size_t n = most; n >= 1; n--) {
        if (memcmp(at + bytes - n, sync_packet, n) == 0) {
            return n;
        }
    }
    return 0;
}

static void on_answer(struct omv_protocol *p, const uint8_t *packet,
        uint32_t now) {
    if (!p->waiting || packet[5] != p->tx[5] || packet[2] != p->tx[2]) {
        return;
    }
    if (packet[4] & OMV_FLAG_ACK) {
        p->waiting = false;
        if (p->left == 0) {
            omv_send_end(p, true);
        }
    } else {
        p->ack_ms = now - (p->config.rtx_ms << p->tries); // due at once
    }
}

// A whole packet of so many bytes lies at rx_from.
static void on_packet(struct omv_protocol *p, size_t total, uint32_t now) {
    const uint8_t *packet = p->rx + p->rx_from;
    p->stats.received++;
    p->open = true;
    bool synced = packet[5] == OMV_PROTO_SYNC;
    if (packet[4] & (OMV_FLAG_ACK | OMV_FLAG_NAK)) {
        on_answer(p, packet, now);
    } else if (!(packet[4] & OMV_FLAG_EVENT)) {
        // With the right sequence the host has all that was sent, and wants
        // no more of it.
        omv_send_end(p, !synced && p->left == 0);
        p->held = total;
        p->held_ms = now;
        p->polled = 0;
        p->ready = 0;
        return;
    }
    skip(p, total);
}

// Whether a host asks again for what it was told last.
static bool is_repeated(const struct omv_protocol *p, const uint8_t *packet) {
    return (packet[4] & OMV_FLAG_RTX) && p->tx_bytes > 0 &&
            packet[2] == (uint8_t)(p->sequence - 1U) && packet[2] == p->tx[2] &&
            packet[3] == p->tx[3] && packet[5] == p->tx[5];
}

// Looks at what lies at rx_from; false: it takes more bytes.
static bool parse(struct omv_protocol *p, uint32_t now) {
    const uint8_t *at = p->rx + p->rx_from;
    size_t count = p->rx_to - p->rx_from;
    if (count == 0) {
        return false;
    }
    if (at[0] != OMV_MARK_0 || (count > 1 && at[1] != OMV_MARK_1)) {
        skip(p, 1);
        return true;
    }
    if (count < OMV_HEADER_BYTES) {
        return false;
    }
    bool checks = (p->caps & OMV_CAP_CRC) != 0;
    if (checks && !omv_is_header(at)) {
        p->stats.checksum++;
        skip(p, 1);
        return true;
    }
    uint32_t length = omv_get16(at + 6);
    if (length > p->max_payload) {
        p->stats.transport++;
        refuse(p, at, OMV_STATUS_OVERFLOW, now);
        skip(p, 1);
        return true;
    }
    bool is_request = !(at[4] & (OMV_FLAG_ACK | OMV_FLAG_NAK | OMV_FLAG_EVENT));
    if (is_request && at[5] != OMV_PROTO_SYNC && at[2] != p->sequence &&
            (p->caps & OMV_CAP_SEQ)) {
        if (is_repeated(p, at)) {
            omv_send_again(p, now);
            skip(p, 1);
            return true;
        }
        p->stats.sequence++;
        refuse(p, at, OMV_STATUS_SEQUENCE, now);
        skip(p, 1);
        return true;
    }
    size_t total = OMV_HEADER_BYTES + (length ? length + OMV_TRAILER_BYTES : 0);
    if (count < total) {
        size_t sync = find_sync(at + 1, count - 1);
        if (sync < count - 1) {
            skip(p, 1 + sync);
            return true;
        }
        return false;
    }
    // A host that had to ask twice takes a second answer for one to what it
    // asks next.
    if (omv_is_sync(at, length) &&
            find_sync(at + total, count - total) < count - total) {
        skip(p, total);
        return true;
    }
    if (length && checks &&
            omv_crc32(OMV_CRC32_INIT, at + OMV_HEADER_BYTES, length) !=
                    omv_get32(at + OMV_HEADER_BYTES + length)) {
        p->stats.checksum++;
        refuse(p, at, OMV_STATUS_CHECKSUM, now);
        skip(p, 1);
        return true;
    }
    if (!checks && !omv_is_sync(at, length)) {
        size_t tail = sync_tail(at, total);
        if (find_sync(at + 1, total - 1) < total - 1) {
            skip(p, 1);
            return true;
        }
        on_packet(p, total, now);
        if (p->held) {
            p->held -= tail;
        } else {
            p->rx_from -= tail;
        }
        return true;
    }
    on_packet(p, total, now);
    return true;
}

// The request under way; true when it has been answered or given up.
static bool work(struct omv_protocol *p, uint32_t now) {
    if (omv_execute(p, now) != OMV_LATER) {
        p->rx_from += p->held;
        p->held = 0;
        return true;
    }
    const uint8_t *behind = p->rx + p->rx_from + p->held;
    size_t count = p->rx_to - p->rx_from - p->held;
    size_t sync = find_sync(behind, count);
    if (sync < count) {
        drop_request(p);
        skip(p, sync);
        return true;
    }
    // Nothing else is expected there; when it is full, the end may still
    // become a SYNC.
    if (p->rx_to == sizeof(p->rx) && count >= OMV_HEADER_BYTES) {
        size_t kept = OMV_HEADER_BYTES - 1;
        p->rx_to = p->rx_from + p->held + kept;
        memmove(p->rx + p->rx_to - kept, behind + count - kept, kept);
    }
    return false;
}

void omv_protocol_task(struct omv_protocol *p, uint32_t now) {
    for (;;) {
        if (p->tx_sent < p->tx_bytes) {
            size_t sent = p->port->write(p->port->context, p->tx + p->tx_sent,
                    p->tx_bytes - p->tx_sent);
            p->tx_sent += sent;
            if (sent > 0) {
                p->tx_ms = now;
            }
            if (p->tx_sent < p->tx_bytes) {
                if (now - p->tx_ms < OMV_STUCK_MS) {
                    return;
                }
                // Nobody reads: what is to be said is not.
                p->stats.transport++;
                p->tx_sent = p->tx_bytes;
                omv_send_end(p, false);
            }
            (void)p->port->write(p->port->context, p->tx, 0);
        }
        bool moved = p->held ? work(p, now) : parse(p, now);
        if (!moved && !p->held && p->rx_to > p->rx_from &&
                now - p->rx_ms >= OMV_STALL_MS) {
            skip(p, 1);
            moved = true;
        }
        if (p->tx_sent == p->tx_bytes && !p->held) {
            moved |= omv_send_step(p, now);
        }
        if (!moved && p->tx_sent == p->tx_bytes) {
            return;
        }
    }
}
