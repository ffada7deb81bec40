// SPDX-License-Identifier: MIT
// The OMV protocol: sending.

#include <string.h>

#include "link/omv_protocol.h"

static void seal_header(struct omv_protocol *p) {
    omv_put16(p->tx + OMV_HEADER_BYTES - 2,
            omv_crc16(OMV_CRC16_INIT, p->tx, OMV_HEADER_BYTES - 2));
}

void omv_send_packet(struct omv_protocol *p, uint8_t sequence, uint8_t channel,
        uint8_t flags, uint8_t opcode, const void *payload, size_t bytes,
        uint32_t now) {
    uint8_t *tx = p->tx;
    tx[0] = OMV_MARK_0;
    tx[1] = OMV_MARK_1;
    tx[2] = sequence;
    tx[3] = channel;
    tx[4] = flags;
    tx[5] = opcode;
    omv_put16(tx + 6, (uint32_t)bytes);
    seal_header(p);
    p->tx_bytes = OMV_HEADER_BYTES;
    if (bytes > 0) {
        uint8_t *to = tx + OMV_HEADER_BYTES;
        if (payload != NULL) {
            memcpy(to, payload, bytes);
        }
        omv_put32(to + bytes, omv_crc32(OMV_CRC32_INIT, to, bytes));
        p->tx_bytes += bytes + OMV_TRAILER_BYTES;
    }
    p->tx_sent = 0;
    p->tx_ms = now;
    p->waiting = (flags & OMV_FLAG_ACK_REQ) != 0;
    p->tries = 0;
    p->ack_ms = now;
    p->stats.sent++;
}

// The bytes of the request under way, which says what a reply is to.
static const uint8_t *request(const struct omv_protocol *p) {
    return p->rx + p->rx_from;
}

void omv_reply_ack(struct omv_protocol *p, uint32_t now) {
    const uint8_t *to = request(p);
    omv_send_packet(p, p->sequence++, to[3], OMV_FLAG_ACK, to[5], NULL, 0, now);
}

void omv_reply_nak(struct omv_protocol *p, unsigned status, uint32_t now) {
    const uint8_t *to = request(p);
    uint8_t payload[2];
    omv_put16(payload, status);
    omv_send_packet(p, p->sequence++, to[3], OMV_FLAG_NAK, to[5], payload,
            sizeof(payload), now);
}

static void begin(struct omv_protocol *p, uint32_t bytes) {
    p->opcode = request(p)[5];
    p->channel = request(p)[3];
    p->offset = 0;
    p->left = bytes;
}

void omv_reply_memory(struct omv_protocol *p, const void *data,
        uint32_t bytes) {
    begin(p, bytes);
    p->source = OMV_FROM_MEMORY;
    p->memory = data;
}

void omv_send_end(struct omv_protocol *p, bool delivered) {
    const struct omv_channel *reader = p->reader;
    p->reader = NULL;
    p->source = OMV_FROM_NOTHING;
    p->left = 0;
    p->waiting = false;
    if (reader != NULL && reader->ops->read_end != NULL) {
        reader->ops->read_end(reader->context, delivered);
    }
}

// --- fragments ---------------------------------------------------------------

// The list's entry at a channel's id, 16 bytes.
static void list_entry(const struct omv_protocol *p, unsigned id, uint8_t *to) {
    memset(to, 0, 2 + OMV_NAME_BYTES);
    to[0] = (uint8_t)id;
    to[1] = p->channels[id]->flags;
    memcpy(to + 2, p->channels[id]->name, OMV_NAME_BYTES);
}

static void list_bytes(const struct omv_protocol *p, uint32_t from, uint8_t *to,
        uint32_t bytes) {
    uint32_t at = 0;
    for (unsigned id = 0; id < OMV_MAX_CHANNELS; id++) {
        if (p->channels[id] == NULL) {
            continue;
        }
        uint8_t entry[2 + OMV_NAME_BYTES];
        list_entry(p, id, entry);
        for (uint32_t i = 0; i < sizeof(entry); i++, at++) {
            if (at >= from && at - from < bytes) {
                to[at - from] = entry[i];
            }
        }
    }
}

// Puts the next bytes of the reply behind the header in tx: how many, or what
// the channel said.
static int gather(struct omv_protocol *p) {
    uint8_t *to = p->tx + OMV_HEADER_BYTES;
    uint32_t bytes = p->left < p->max_payload ? p->left : p->max_payload;
    if (p->source == OMV_FROM_MEMORY) {
        memcpy(to, p->memory + p->offset, bytes);
    } else if (p->source == OMV_FROM_LIST) {
        list_bytes(p, p->offset, to, bytes);
    } else {
        uint32_t from = omv_get32(p->small);
        int count = p->reader->ops->read(p->reader->context, from + p->offset,
                to, bytes);
        return count == 0 || count > (int)bytes ? -OMV_STATUS_FAILED : count;
    }
    return (int)bytes;
}

static bool send_fragment(struct omv_protocol *p, uint32_t now) {
    int count = gather(p);
    if (count == OMV_LATER) {
        if (now - p->held_ms < OMV_LATER_MS) {
            return false;
        }
        if (p->reader->ops->cancel != NULL) {
            p->reader->ops->cancel(p->reader->context);
        }
        count = -OMV_STATUS_TIMEOUT;
    }
    p->held_ms = now;
    if (count < 0) {
        uint8_t payload[2];
        omv_put16(payload, (uint32_t)-count);
        omv_send_end(p, false);
        omv_send_packet(p, p->sequence++, p->channel, OMV_FLAG_NAK, p->opcode,
                payload, sizeof(payload), now);
        return true;
    }
    p->offset += (uint32_t)count;
    p->left -= (uint32_t)count;
    unsigned flags = p->left ? OMV_FLAG_FRAGMENT : 0;
    flags |= (p->caps & OMV_CAP_ACK) ? OMV_FLAG_ACK_REQ : 0;
    omv_send_packet(p, p->sequence++, p->channel, (uint8_t)flags, p->opcode,
            NULL, (size_t)count, now);
    if (p->left == 0 && !p->waiting) {
        omv_send_end(p, true);
    }
    return true;
}

static bool send_event(struct omv_protocol *p, uint32_t now) {
    struct omv_event event = p->events[0];
    uint8_t payload[2];
    omv_put16(payload, event.number);
    p->event_count--;
    memmove(p->events, p->events + 1, p->event_count * sizeof(p->events[0]));
    unsigned flags = OMV_FLAG_EVENT | (event.ack ? OMV_FLAG_ACK_REQ : 0U);
    omv_send_packet(p, p->sequence, event.channel, (uint8_t)flags,
            event.channel == 0 ? OMV_SYS_EVENT : OMV_CHANNEL_EVENT, payload,
            event.number == OMV_EVENT_NOTICE ? 0 : sizeof(payload), now);
    p->stats.events++;
    return true;
}

void omv_send_again(struct omv_protocol *p, uint32_t now) {
    p->tx[4] |= OMV_FLAG_RTX;
    seal_header(p);
    p->tx_sent = 0;
    p->tx_ms = now;
    p->ack_ms = now;
    p->stats.retransmit++;
}

// No ACK has come in time.
static bool no_answer(struct omv_protocol *p, uint32_t now) {
    if (now - p->ack_ms < p->config.rtx_ms << p->tries) {
        return false;
    }
    if (p->tries == p->config.retries) {
        p->stats.transport++;
        omv_protocol_sync(p);
        return true;
    }
    p->tries++;
    omv_send_again(p, now);
    return true;
}

bool omv_send_step(struct omv_protocol *p, uint32_t now) {
    if (p->waiting) {
        return no_answer(p, now);
    }
    if (p->source != OMV_FROM_NOTHING && p->left > 0) {
        return send_fragment(p, now);
    }
    return p->event_count > 0 && send_event(p, now);
}
