// SPDX-License-Identifier: MIT
// The OMV protocol: what each request does.

#include <string.h>

#include "link/omv_protocol.h"

struct request {
    uint8_t channel, opcode;
    const uint8_t *payload;
    uint32_t bytes;
};

static void put_words(uint8_t *to, const uint32_t *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        omv_put32(to + 4 * i, words[i]);
    }
}

// What `small` holds is the reply.
static int reply_small(struct omv_protocol *p, uint32_t bytes) {
    omv_reply_memory(p, p->small, bytes);
    return 1;
}

// --- handlers ----------------------------------------------------------------
// They return 0 for an ACK, 1 when a reply was begun, or what an operation
// returned that went wrong or is under way.

static int get_caps(struct omv_protocol *p) {
    memset(p->small, 0, OMV_CAPS_BYTES);
    omv_put32(p->small, p->caps);
    omv_put16(p->small + 4, p->config.max_payload);
    return reply_small(p, OMV_CAPS_BYTES);
}

static int set_caps(struct omv_protocol *p, const struct request *r,
        uint32_t now) {
    if (r->bytes != OMV_CAPS_BYTES) {
        return -OMV_STATUS_INVALID;
    }
    uint32_t most = omv_get16(r->payload + 4);
    if (most < OMV_MIN_PAYLOAD || most > OMV_PAYLOAD_BYTES) {
        return -OMV_STATUS_INVALID;
    }
    uint32_t caps = omv_get32(r->payload) & OMV_CAP_ALL;
    omv_reply_ack(p, now); // still as before
    p->caps = caps;
    p->max_payload = (uint16_t)most;
    return 1;
}

static int get_stats(struct omv_protocol *p) {
    const uint32_t words[8] = {p->stats.sent, p->stats.received,
            p->stats.checksum, p->stats.sequence, p->stats.retransmit,
            p->stats.transport, p->stats.events, 0};
    put_words(p->small, words, 8);
    return reply_small(p, sizeof(words));
}

static int get_versions(struct omv_protocol *p) {
    struct omv_versions v = {0};
    p->port->versions(p->port->context, &v);
    memset(p->small, 0, 16);
    memcpy(p->small, v.protocol, 3);
    memcpy(p->small + 3, v.bootloader, 3);
    memcpy(p->small + 6, v.firmware, 3);
    return reply_small(p, 16);
}

static int get_info(struct omv_protocol *p) {
    struct omv_info i = {0};
    p->port->info(p->port->context, &i);
    const uint32_t words[19] = {i.cpu, i.device[0], i.device[1], i.device[2],
            i.usb, i.sensors[0], i.sensors[1], i.sensors[2], 0, 0, i.caps[0],
            i.caps[1], i.flash_kb, i.ram_kb, i.frame_kb, i.stream_kb};
    put_words(p->small, words, 19);
    return reply_small(p, sizeof(words));
}

static int get_memory(struct omv_protocol *p) {
    struct omv_pool pools[OMV_POOLS] = {0};
    unsigned count = p->port->pools(p->port->context, pools);
    memset(p->small, 0, OMV_SMALL_BYTES);
    p->small[0] = (uint8_t)count;
    for (unsigned i = 0; i < count; i++) {
        uint8_t *to = p->small + 4 + 24 * i;
        to[0] = pools[i].type;
        omv_put16(to + 2, pools[i].flags);
        const uint32_t words[5] = {pools[i].total, pools[i].used, pools[i].free,
                pools[i].persistent, pools[i].peak};
        put_words(to + 4, words, 5);
    }
    return reply_small(p, 4 + 24 * count);
}

static int list_channels(struct omv_protocol *p) {
    uint32_t bytes = 0;
    for (size_t i = 0; i < OMV_MAX_CHANNELS; i++) {
        bytes += p->channels[i] != NULL ? 2 + OMV_NAME_BYTES : 0;
    }
    omv_reply_memory(p, NULL, bytes);
    p->source = OMV_FROM_LIST;
    return bytes ? 1 : 0;
}

static int poll_channels(struct omv_protocol *p) {
    for (; p->polled < OMV_MAX_CHANNELS; p->polled++) {
        const struct omv_channel *c = p->channels[p->polled];
        if (c == NULL || c->ops->poll == NULL) {
            continue;
        }
        int ready = c->ops->poll(c->context);
        if (ready == OMV_LATER) {
            return ready;
        }
        p->ready |= ready > 0 ? 1U << p->polled : 0U;
    }
    omv_put32(p->small, p->ready);
    return reply_small(p, 4);
}

static int lock_channel(struct omv_protocol *p, const struct omv_channel *c,
        uint8_t id, uint32_t now) {
    if (c->ops->lock == NULL) {
        return -OMV_STATUS_INVALID;
    }
    if ((p->locked >> id & 1U) && now - p->locked_ms[id] < p->config.lock_ms) {
        return -OMV_STATUS_BUSY;
    }
    int result = c->ops->lock(c->context);
    if (result >= 0) {
        p->locked |= 1U << id;
        p->locked_ms[id] = now;
        return 0;
    }
    return result;
}

static int shape_channel(struct omv_protocol *p, const struct omv_channel *c) {
    uint32_t shape[4] = {0};
    int count = c->ops->shape != NULL ? c->ops->shape(c->context, shape)
                                      : -OMV_STATUS_INVALID;
    if (count == 0 || count > 4) {
        return -OMV_STATUS_INVALID;
    }
    if (count < 0) {
        return count;
    }
    put_words(p->small, shape, (size_t)count);
    return reply_small(p, 4U * (uint32_t)count);
}

static int size_channel(struct omv_protocol *p, const struct omv_channel *c) {
    uint32_t bytes = 0;
    int result = c->ops->size != NULL ? c->ops->size(c->context, &bytes)
                                      : -OMV_STATUS_INVALID;
    if (result < 0) {
        return result;
    }
    omv_put32(p->small, bytes);
    return reply_small(p, 4);
}

static int read_channel(struct omv_protocol *p, const struct omv_channel *c,
        const struct request *r) {
    if (r->bytes != 8 || (c->ops->read == NULL && c->ops->map == NULL)) {
        return -OMV_STATUS_INVALID;
    }
    uint32_t offset = omv_get32(r->payload);
    uint32_t bytes = omv_get32(r->payload + 4);
    if (bytes == 0) {
        return -OMV_STATUS_FAILED;
    }
    if (c->ops->map != NULL) {
        const uint8_t *at = NULL;
        int result = c->ops->map(c->context, offset, bytes, &at);
        if (result < 0) {
            return result;
        }
        omv_reply_memory(p, at, bytes);
    } else {
        omv_put32(p->small, offset);
        omv_reply_memory(p, NULL, bytes);
        p->source = OMV_FROM_READ;
    }
    p->reader = c;
    return 1;
}

static int write_channel(const struct omv_channel *c, const struct request *r) {
    if (c->ops->write == NULL || r->bytes < 8 ||
            omv_get32(r->payload + 4) != r->bytes - 8) {
        return -OMV_STATUS_INVALID;
    }
    int result = c->ops->write(c->context, omv_get32(r->payload),
            r->payload + 8, r->bytes - 8);
    return result < 0 ? result : 0;
}

static int ioctl_channel(const struct omv_channel *c, const struct request *r) {
    if (c->ops->ioctl == NULL || r->bytes < 4) {
        return -OMV_STATUS_INVALID;
    }
    int result = c->ops->ioctl(c->context, omv_get32(r->payload),
            r->payload + 4, r->bytes - 4);
    return result < 0 ? result : 0;
}

static int on_channel(struct omv_protocol *p, const struct request *r,
        uint32_t now) {
    const struct omv_channel *c =
            r->channel < OMV_MAX_CHANNELS ? p->channels[r->channel] : NULL;
    if (c == NULL) {
        return -OMV_STATUS_INVALID;
    }
    int result;
    switch (r->opcode) {
    case OMV_CHANNEL_LOCK:
        return lock_channel(p, c, r->channel, now);
    case OMV_CHANNEL_UNLOCK:
        result = c->ops->unlock != NULL ? c->ops->unlock(c->context)
                                        : -OMV_STATUS_INVALID;
        return result < 0 ? result : 0;
    case OMV_CHANNEL_SHAPE:
        return shape_channel(p, c);
    case OMV_CHANNEL_SIZE:
        return size_channel(p, c);
    case OMV_CHANNEL_READ:
        return read_channel(p, c, r);
    case OMV_CHANNEL_WRITE:
        return write_channel(c, r);
    case OMV_CHANNEL_IOCTL:
        return ioctl_channel(c, r);
    default:
        return -OMV_STATUS_INVALID;
    }
}

static int on_vendor(struct omv_protocol *p, const struct request *r) {
    if (p->port->vendor == NULL) {
        return -OMV_STATUS_INVALID;
    }
    struct omv_reply reply = {0};
    int result = p->port->vendor(p->port->context, r->opcode, r->payload,
            r->bytes, &reply);
    if (result >= 0 && reply.bytes > 0) {
        omv_reply_memory(p, reply.data, reply.bytes);
        return 1;
    }
    return result < 0 ? result : 0;
}

static int on_system(struct omv_protocol *p, const struct request *r,
        uint32_t now) {
    switch (r->opcode) {
    case OMV_PROTO_SYNC:
        omv_protocol_sync(p);
        omv_reply_ack(p, now);
        p->sequence = 0; // the answer does not count
        return 1;
    case OMV_PROTO_GET_CAPS:
        return get_caps(p);
    case OMV_PROTO_SET_CAPS:
        return set_caps(p, r, now);
    case OMV_PROTO_STATS:
        return get_stats(p);
    case OMV_PROTO_VERSION:
        return get_versions(p);
    case OMV_SYS_RESET:
    case OMV_SYS_BOOT:
        p->port->reset(p->port->context, r->opcode == OMV_SYS_BOOT);
        return 1;
    case OMV_SYS_INFO:
        return get_info(p);
    case OMV_SYS_MEMORY:
        return get_memory(p);
    case OMV_CHANNEL_LIST:
        return list_channels(p);
    case OMV_CHANNEL_POLL:
        return poll_channels(p);
    default:
        return -OMV_STATUS_INVALID;
    }
}

static int execute(struct omv_protocol *p, const struct request *r,
        uint32_t now) {
    if (r->opcode >= OMV_VENDOR && r->opcode < OMV_VENDOR_END) {
        return r->channel == 0 ? on_vendor(p, r) : -OMV_STATUS_INVALID;
    }
    if (r->opcode <= OMV_SYS_MEMORY && r->channel != 0) {
        return -OMV_STATUS_INVALID;
    }
    return r->opcode >= OMV_CHANNEL_LOCK ? on_channel(p, r, now)
                                         : on_system(p, r, now);
}

int omv_execute(struct omv_protocol *p, uint32_t now) {
    const uint8_t *packet = p->rx + p->rx_from;
    const struct request r = {.channel = packet[3],
            .opcode = packet[5],
            .payload = packet + OMV_HEADER_BYTES,
            .bytes = omv_get16(packet + 6)};
    int result = execute(p, &r, now);
    if (result == OMV_LATER) {
        bool vendor = r.opcode >= OMV_VENDOR;
        if (vendor || now - p->held_ms < OMV_LATER_MS) {
            return OMV_LATER;
        }
        const struct omv_channel *c =
                p->channels[(r.opcode == OMV_CHANNEL_POLL ? p->polled
                                                          : r.channel) %
                        OMV_MAX_CHANNELS];
        if (c != NULL && c->ops->cancel != NULL) {
            c->ops->cancel(c->context);
        }
        result = -OMV_STATUS_TIMEOUT;
    }
    if (result == 0) {
        omv_reply_ack(p, now);
    } else if (result < 0) {
        omv_reply_nak(p, (unsigned)-result, now);
    }
    return 0;
}
