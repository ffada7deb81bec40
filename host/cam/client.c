// SPDX-License-Identifier: MIT
// The OMV protocol, the host's side.

#include "host/cam/client.h"

#include <stdlib.h>
#include <string.h>

enum {
    ANSWER_MS = 1000,
    TRIES = 3,
    SYNC_TRIES = 5,
    FIRST_PAYLOAD = 52, // before the camera has said what it takes
    ANSWER_MOST = 1 << 24,
};

typedef struct packet {
    uint8_t sequence, channel, flags, opcode;
    const uint8_t *payload;
    uint32_t bytes;
} packet;

static uint64_t now_ms(const cam_client *c) {
    return c->stream.ms(c->stream.context);
}

void cam_client_init(cam_client *c, const cam_stream *stream) {
    *c = (cam_client){.stream = *stream,
            .answer_ms = ANSWER_MS,
            .max_payload = FIRST_PAYLOAD};
}

void cam_client_free(cam_client *c) {
    free(c->answer);
    c->answer = NULL;
}

// --- packets -----------------------------------------------------------------

static int send(cam_client *c, uint8_t sequence, uint8_t channel, uint8_t flags,
        uint8_t opcode, const void *payload, size_t bytes) {
    uint8_t out[OMV_OVERHEAD + 4096] = {OMV_MARK_0, OMV_MARK_1, sequence,
            channel, flags, opcode};
    size_t total = OMV_HEADER_BYTES;
    omv_put16(out + 6, (uint32_t)bytes);
    omv_put16(out + 8, omv_crc16(OMV_CRC16_INIT, out, 8));
    if (bytes > 0) {
        memcpy(out + total, payload, bytes);
        omv_put32(out + total + bytes,
                omv_crc32(OMV_CRC32_INIT, payload, bytes));
        total += bytes + OMV_TRAILER_BYTES;
    }
    for (size_t sent = 0; sent < total;) {
        long n = c->stream.write(c->stream.context, out + sent, total - sent);
        if (n <= 0) {
            return CAM_GONE;
        }
        sent += (size_t)n;
    }
    return 0;
}

// The next packet among the bytes that came; false: none is complete. It must
// be looked at before more is read.
static bool parse(cam_client *c, packet *p) {
    while (c->in_to - c->in_from >= OMV_HEADER_BYTES) {
        const uint8_t *at = c->in + c->in_from;
        uint32_t bytes = omv_get16(at + 6);
        size_t total =
                OMV_HEADER_BYTES + (bytes ? bytes + OMV_TRAILER_BYTES : 0);
        if (!omv_is_header(at) || total > sizeof(c->in) / 2) {
            c->in_from++;
            continue;
        }
        if (c->in_to - c->in_from < total) {
            return false;
        }
        const uint8_t *payload = at + OMV_HEADER_BYTES;
        if (bytes > 0 &&
                omv_crc32(OMV_CRC32_INIT, payload, bytes) !=
                        omv_get32(payload + bytes)) {
            c->in_from++;
            continue;
        }
        *p = (packet){at[2], at[3], at[4], at[5], payload, bytes};
        c->in_from += total;
        return true;
    }
    return false;
}

// 1 for a packet, 0 when the time is up, or CAM_GONE.
static int receive(cam_client *c, packet *p, uint64_t until) {
    while (!parse(c, p)) {
        memmove(c->in, c->in + c->in_from, c->in_to - c->in_from);
        c->in_to -= c->in_from;
        c->in_from = 0;
        uint64_t now = now_ms(c);
        unsigned left = until > now ? (unsigned)(until - now) : 0;
        long n = c->stream.read(c->stream.context, c->in + c->in_to,
                sizeof(c->in) - c->in_to, left);
        if (n < 0) {
            return CAM_GONE;
        }
        if (n == 0 && now_ms(c) >= until) {
            return 0;
        }
        c->in_to += (size_t)n;
    }
    return 1;
}

static int append(cam_client *c, uint32_t have, const packet *p) {
    size_t need = (size_t)have + p->bytes;
    if (need > ANSWER_MOST) {
        return CAM_NONSENSE;
    }
    if (need > c->answer_room) {
        size_t room = need < 4096 ? 4096 : 2 * need;
        uint8_t *bigger = realloc(c->answer, room);
        if (bigger == NULL) {
            return CAM_NO_MEMORY;
        }
        c->answer = bigger;
        c->answer_room = room;
    }
    if (p->bytes > 0) {
        memcpy(c->answer + have, p->payload, p->bytes);
    }
    return 0;
}

static void tell_event(cam_client *c, const packet *p) {
    if (c->on_event != NULL) {
        c->on_event(c->event_context, p->channel,
                p->bytes >= 2 ? omv_get16(p->payload) : OMV_EVENT_NOTICE);
    }
}

// Acknowledges what asks for it; true when the packet is one to look at.
static bool accept(cam_client *c, const packet *p) {
    bool fresh = (p->flags & OMV_FLAG_EVENT) || p->sequence == c->sequence;
    if ((p->flags & OMV_FLAG_ACK_REQ) && (fresh || (p->flags & OMV_FLAG_RTX))) {
        (void)send(c, p->sequence, p->channel, OMV_FLAG_ACK, p->opcode, NULL,
                0);
    }
    if (p->flags & OMV_FLAG_EVENT) {
        tell_event(c, p);
        return false;
    }
    return fresh;
}

// The answer to a request that was sent, in all its fragments.
static int await(cam_client *c, uint8_t opcode, cam_answer *answer) {
    uint32_t bytes = 0;
    uint64_t until = now_ms(c) + c->answer_ms;
    for (;;) {
        packet p;
        int got = receive(c, &p, until);
        if (got <= 0) {
            return got < 0 ? got : CAM_NO_ANSWER;
        }
        if (!accept(c, &p) || p.opcode != opcode) {
            continue;
        }
        c->sequence++;
        if (p.flags & OMV_FLAG_NAK) {
            unsigned status = p.bytes >= 2 ? omv_get16(p.payload) : 0;
            return status != 0 ? (int)status : OMV_STATUS_UNKNOWN;
        }
        int err = append(c, bytes, &p);
        if (err != 0) {
            return err;
        }
        bytes += p.bytes;
        until = now_ms(c) + c->answer_ms;
        if (!(p.flags & OMV_FLAG_FRAGMENT)) {
            if (answer != NULL) {
                *answer = (cam_answer){c->answer, bytes};
            }
            return 0;
        }
    }
}

// --- requests ----------------------------------------------------------------

int cam_ask_once(cam_client *c, uint8_t opcode, uint8_t channel,
        const void *payload, size_t bytes, cam_answer *answer) {
    int err = send(c, c->sequence, channel, 0, opcode, payload, bytes);
    return err != 0 ? err : await(c, opcode, answer);
}

static int agree(cam_client *c) {
    cam_answer answer;
    int err = cam_ask_once(c, OMV_PROTO_GET_CAPS, 0, NULL, 0, &answer);
    if (err != 0 || answer.bytes != OMV_CAPS_BYTES) {
        return err != 0 ? err : CAM_NONSENSE;
    }
    uint32_t most = omv_get16(answer.data + 4);
    most = most < 4096 ? most : 4096;
    uint8_t caps[OMV_CAPS_BYTES] = {0};
    omv_put32(caps,
            OMV_CAP_CRC | OMV_CAP_SEQ | OMV_CAP_EVENTS |
                    (c->acks ? OMV_CAP_ACK : 0U));
    omv_put16(caps + 4, most);
    err = cam_ask_once(c, OMV_PROTO_SET_CAPS, 0, caps, sizeof(caps), NULL);
    if (err == 0) {
        c->max_payload = most;
    }
    return err;
}

int cam_sync(cam_client *c) {
    int err = CAM_NO_ANSWER;
    for (int i = 0; i < SYNC_TRIES && err != 0 && err != CAM_GONE; i++) {
        c->in_from = c->in_to = 0;
        c->sequence = 0;
        err = cam_ask_once(c, OMV_PROTO_SYNC, 0, NULL, 0, NULL);
        c->sequence = 0;
        if (err == 0) {
            err = agree(c);
        }
    }
    return err;
}

static bool is_lost(int result) {
    return result == CAM_NO_ANSWER || result == CAM_NONSENSE ||
            result == OMV_STATUS_CHECKSUM || result == OMV_STATUS_SEQUENCE ||
            result == OMV_STATUS_TIMEOUT;
}

int cam_ask(cam_client *c, uint8_t opcode, uint8_t channel, const void *payload,
        size_t bytes, cam_answer *answer) {
    if (bytes > c->max_payload) {
        return CAM_NONSENSE;
    }
    int err = cam_ask_once(c, opcode, channel, payload, bytes, answer);
    for (int i = 0; i < TRIES && is_lost(err); i++) {
        c->resyncs++;
        err = cam_sync(c);
        if (err == 0) {
            err = cam_ask_once(c, opcode, channel, payload, bytes, answer);
        }
    }
    return err;
}

int cam_tell(cam_client *c, uint8_t opcode) {
    return send(c, c->sequence, 0, 0, opcode, NULL, 0);
}

int cam_listen(cam_client *c, unsigned ms) {
    uint64_t until = now_ms(c) + ms;
    packet p;
    int got;
    while ((got = receive(c, &p, until)) > 0) {
        (void)accept(c, &p);
    }
    return got;
}

int cam_ioctl(cam_client *c, uint8_t channel, uint32_t request,
        const uint32_t *words, size_t count) {
    uint8_t payload[4 + 4 * 4];
    omv_put32(payload, request);
    for (size_t i = 0; i < count; i++) {
        omv_put32(payload + 4 + 4 * i, words[i]);
    }
    return cam_ask(c, OMV_CHANNEL_IOCTL, channel, payload, 4 + 4 * count, NULL);
}

static int ask_word(cam_client *c, uint8_t opcode, uint8_t channel,
        uint32_t *word) {
    cam_answer answer;
    int err = cam_ask(c, opcode, channel, NULL, 0, &answer);
    if (err == 0 && answer.bytes != 4) {
        return CAM_NONSENSE;
    }
    if (err == 0) {
        *word = omv_get32(answer.data);
    }
    return err;
}

int cam_size(cam_client *c, uint8_t channel, uint32_t *bytes) {
    return ask_word(c, OMV_CHANNEL_SIZE, channel, bytes);
}

int cam_poll(cam_client *c, uint32_t *ready) {
    return ask_word(c, OMV_CHANNEL_POLL, 0, ready);
}

int cam_read(cam_client *c, uint8_t channel, uint32_t offset, uint32_t bytes,
        cam_answer *answer) {
    uint8_t payload[8];
    omv_put32(payload, offset);
    omv_put32(payload + 4, bytes);
    int err = cam_ask(c, OMV_CHANNEL_READ, channel, payload, sizeof(payload),
            answer);
    return err == 0 && answer->bytes != bytes ? CAM_NONSENSE : err;
}

int cam_write(cam_client *c, uint8_t channel, const void *from, size_t bytes) {
    const uint8_t *at = from;
    for (size_t done = 0; done < bytes;) {
        uint8_t payload[4096];
        size_t count = bytes - done;
        count = count < c->max_payload - 8 ? count : c->max_payload - 8;
        omv_put32(payload, (uint32_t)done);
        omv_put32(payload + 4, (uint32_t)count);
        memcpy(payload + 8, at + done, count);
        int err = cam_ask(c, OMV_CHANNEL_WRITE, channel, payload, 8 + count,
                NULL);
        if (err != 0) {
            return err;
        }
        done += count;
    }
    return 0;
}

const char *cam_explain(int result) {
    switch (result) {
    case 0:
        return "done";
    case CAM_NO_ANSWER:
        return "the camera does not answer; unplug it and plug it in again";
    case CAM_GONE:
        return "the camera was unplugged or reset";
    case CAM_NO_MEMORY:
        return "not enough memory";
    case CAM_NONSENSE:
        return "the camera's answer makes no sense";
    case OMV_STATUS_INVALID:
        return "this camera's firmware does not know that request";
    case OMV_STATUS_BUSY:
        return "the camera is busy";
    case OMV_STATUS_OVERFLOW:
        return "it is too large for the camera";
    case OMV_STATUS_TIMEOUT:
        return "the camera took too long";
    case OMV_STATUS_CHECKSUM:
        return "it arrived damaged";
    default:
        return "the camera refused";
    }
}
