// SPDX-License-Identifier: MIT
// Numbers of the OMV protocol as they are on the wire. SPEC.md has the whole
// of it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "link/omv_crc.h"

// A packet: AA D5, sequence, channel, flags, opcode, length (2 bytes), CRC-16
// of these; where the length is not 0, the payload and its CRC-32.
enum {
    OMV_MARK_0 = 0xAA,
    OMV_MARK_1 = 0xD5,
    OMV_HEADER_BYTES = 10,
    OMV_TRAILER_BYTES = 4,
    OMV_OVERHEAD = OMV_HEADER_BYTES + OMV_TRAILER_BYTES,
    OMV_MIN_PAYLOAD = 50,
    OMV_MAX_CHANNELS = 32,
    OMV_NAME_BYTES = 14,
};

enum {
    OMV_FLAG_ACK = 0x01,
    OMV_FLAG_NAK = 0x02,
    OMV_FLAG_RTX = 0x04,      // sent before
    OMV_FLAG_ACK_REQ = 0x08,  // wants an ACK
    OMV_FLAG_FRAGMENT = 0x10, // more of the same reply follow
    OMV_FLAG_EVENT = 0x20,
};

enum {
    OMV_STATUS_SUCCESS,
    OMV_STATUS_FAILED,
    OMV_STATUS_INVALID,
    OMV_STATUS_TIMEOUT,
    OMV_STATUS_BUSY,
    OMV_STATUS_CHECKSUM,
    OMV_STATUS_SEQUENCE,
    OMV_STATUS_OVERFLOW,
    OMV_STATUS_FRAGMENT,
    OMV_STATUS_UNKNOWN,
};

enum {
    OMV_PROTO_SYNC = 0x00,
    OMV_PROTO_GET_CAPS = 0x01,
    OMV_PROTO_SET_CAPS = 0x02,
    OMV_PROTO_STATS = 0x03,
    OMV_PROTO_VERSION = 0x04,
    OMV_SYS_RESET = 0x10,
    OMV_SYS_BOOT = 0x11,
    OMV_SYS_INFO = 0x12,
    OMV_SYS_EVENT = 0x13,
    OMV_SYS_MEMORY = 0x14,
    OMV_CHANNEL_LIST = 0x20,
    OMV_CHANNEL_POLL = 0x21,
    OMV_CHANNEL_LOCK = 0x22,
    OMV_CHANNEL_UNLOCK = 0x23,
    OMV_CHANNEL_SHAPE = 0x24,
    OMV_CHANNEL_SIZE = 0x25,
    OMV_CHANNEL_READ = 0x26,
    OMV_CHANNEL_WRITE = 0x27,
    OMV_CHANNEL_IOCTL = 0x28,
    OMV_CHANNEL_EVENT = 0x29,
    // blazecam's own, from here to 0xBF (SPEC.md).
    OMV_VENDOR = 0xB0,
    OMV_VENDOR_END = 0xC0,
};

enum {
    OMV_CAP_CRC = 1U << 0,
    OMV_CAP_SEQ = 1U << 1,
    OMV_CAP_ACK = 1U << 2,
    OMV_CAP_EVENTS = 1U << 3,
    OMV_CAP_ALL = 15U,
    OMV_CAPS_BYTES = 16,
};

// Of a channel.
enum {
    OMV_CHANNEL_READS = 0x01,
    OMV_CHANNEL_WRITES = 0x02,
    OMV_CHANNEL_EXECS = 0x04,
    OMV_CHANNEL_LOCKS = 0x08,
    OMV_CHANNEL_STREAMS = 0x10,
    OMV_CHANNEL_DYNAMIC = 0x20,
    OMV_CHANNEL_PHYSICAL = 0x40,
};

// Channels that are always there, and the first that scripts can have.
enum {
    OMV_CHANNEL_USB,
    OMV_CHANNEL_STDIN,
    OMV_CHANNEL_STDOUT,
    OMV_CHANNEL_STREAM,
    OMV_CHANNEL_FIRST_USER,
};

enum { OMV_STDIN_STOP = 1, OMV_STDIN_EXEC = 2, OMV_STDIN_RESET = 3 };

enum {
    OMV_STREAM_CTRL,
    OMV_STREAM_RAW_CTRL,
    OMV_STREAM_RAW_CFG,
    OMV_STREAM_SOURCE,
};

// Events of channel 0; any channel's event without a number is a notice.
enum {
    OMV_EVENT_REGISTERED = 0,
    OMV_EVENT_UNREGISTERED = 1,
    OMV_EVENT_SOFT_REBOOT = 2,
    OMV_EVENT_NOTICE = 0xFFFF,
};

static inline void omv_put16(uint8_t *to, uint32_t value) {
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
}

static inline void omv_put32(uint8_t *to, uint32_t value) {
    omv_put16(to, value);
    omv_put16(to + 2, value >> 16);
}

static inline uint32_t omv_get16(const uint8_t *from) {
    return (uint32_t)from[0] | (uint32_t)from[1] << 8;
}

static inline uint32_t omv_get32(const uint8_t *from) {
    return omv_get16(from) | omv_get16(from + 2) << 16;
}

// Whether 10 bytes are a header whose checksum is right.
static inline int omv_is_header(const uint8_t *at) {
    return at[0] == OMV_MARK_0 && at[1] == OMV_MARK_1 &&
            omv_crc16(OMV_CRC16_INIT, at, OMV_HEADER_BYTES - 2) ==
            omv_get16(at + OMV_HEADER_BYTES - 2);
}

// Whether 10 bytes are the header of a SYNC request with so long a payload.
static inline int omv_is_sync(const uint8_t *at, uint32_t length) {
    return omv_is_header(at) && at[3] == 0 && (at[4] & ~OMV_FLAG_RTX) == 0 &&
            at[5] == OMV_PROTO_SYNC && omv_get16(at + 6) == length;
}
