// SPDX-License-Identifier: MIT
// Fuzz target: any bytes at the port of the host protocols, cut anywhere, with
// time passing between. Whatever they were, the next SYNC is answered.
//
// The input is a list of pieces: a byte of length, a byte that says how much
// time passes and whether the piece is packed (a header and checksums that
// hold), and so many bytes.

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../support/link_rig.h"
#include "link/preview.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { TIME = 0x0F, PACKED = 0x10, SHOW = 0x20, PRINT = 0x40, DEAF = 0x80 };

// channel, opcode, flags, payload -> a packet with the right sequence
static void send_packed(struct link_rig *rig, const uint8_t *from,
        size_t bytes) {
    uint8_t packet[256 + OMV_OVERHEAD] = {OMV_MARK_0, OMV_MARK_1,
            rig->host.protocol.sequence, from[0], from[2] & 0x3F, from[1]};
    size_t count = bytes - 3;
    omv_put16(packet + 6, (uint32_t)count);
    omv_put16(packet + 8, omv_crc16(OMV_CRC16_INIT, packet, 8));
    memcpy(packet + OMV_HEADER_BYTES, from + 3, count);
    omv_put32(packet + OMV_HEADER_BYTES + count,
            omv_crc32(OMV_CRC32_INIT, from + 3, count));
    link_rig_send(rig, packet,
            OMV_HEADER_BYTES + (count ? count + OMV_TRAILER_BYTES : 0));
}

static size_t send_piece(struct link_rig *rig, const uint8_t *bytes,
        size_t size) {
    size_t count = bytes[0] < size - 2 ? bytes[0] : size - 2;
    unsigned how = bytes[1];
    rig->deaf = (how & DEAF) != 0 && rig->deaf == false;
    if (how & SHOW) {
        link_rig_show(rig, 16, 16, 200);
    }
    if (how & PRINT) {
        link_rig_print(rig, "some text\n");
    }
    if ((how & PACKED) && count >= 3) {
        send_packed(rig, bytes + 2, count);
    } else {
        link_rig_send(rig, bytes + 2, count);
    }
    static const uint16_t pause[] = {0, 1, 2, 5, 11, 25, 60, 300};
    uint32_t ms = pause[how & 7];
    rig->now += ms;
    link_host_task(&rig->host, rig->now);
    (void)link_rig_forget(rig);
    return 2 + count;
}

static bool is_answer(const uint8_t *at) {
    static const uint8_t answer[OMV_HEADER_BYTES] = {OMV_MARK_0, OMV_MARK_1, 0,
            0, 1, 0, 0, 0, 0x08, 0x46};
    return memcmp(at, answer, sizeof(answer)) == 0;
}

static bool answers(struct link_rig *rig) {
    static const uint8_t sync[OMV_HEADER_BYTES] = {OMV_MARK_0, OMV_MARK_1, 0, 0,
            0, 0, 0, 0, 0xB0, 0xAC};
    (void)link_rig_forget(rig);
    link_rig_send(rig, sync, sizeof(sync));
    link_rig_pass(rig, 2);
    for (size_t i = 0; i + OMV_HEADER_BYTES <= rig->out_bytes; i++) {
        if (is_answer(rig->out + i)) {
            return true;
        }
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static struct link_rig rig;
    link_rig_init(&rig);
    while (size > 2) {
        size_t used = send_piece(&rig, bytes, size);
        bytes += used;
        size -= used;
    }
    if (rig.deaf) {
        rig.deaf = false;
        link_rig_pass(&rig, 2);
    }
    if (!answers(&rig)) {
        abort();
    }
    return 0;
}
