// SPDX-License-Identifier: MIT
// Text on its way from a script to a host.

#include "link/text_ring.h"

void text_ring_init(struct text_ring *ring, void *memory, uint32_t size) {
    *ring = (struct text_ring){.bytes = memory, .size = size};
}

void text_ring_clear(struct text_ring *ring) {
    ring->out = ring->given = ring->line = ring->in;
}

size_t text_ring_room(const struct text_ring *ring) {
    return ring->size - (ring->in - ring->out);
}

size_t text_ring_write(struct text_ring *ring, const void *from, size_t bytes,
        uint32_t now) {
    const uint8_t *text = from;
    size_t room = text_ring_room(ring);
    size_t count = bytes < room ? bytes : room;
    for (size_t i = 0; i < count; i++) {
        uint32_t in = ring->in;
        ring->bytes[in & (ring->size - 1)] = text[i];
        ring->in = in + 1;
        if (text[i] == '\n') {
            ring->line = in + 1;
        }
    }
    ring->written_ms = now;
    return count;
}

uint32_t text_ring_ready(const struct text_ring *ring, uint32_t now) {
    uint32_t all = ring->in - ring->out;
    uint32_t lines = ring->line - ring->out;
    if (lines > 0 && lines <= all) {
        return lines;
    }
    bool rests = now - ring->written_ms >= TEXT_RING_REST_MS;
    return rests || all >= ring->size / 2 ? all : 0;
}

size_t text_ring_read(struct text_ring *ring, void *to, size_t bytes) {
    uint8_t *text = to;
    size_t count = ring->in - ring->given;
    count = bytes < count ? bytes : count;
    for (size_t i = 0; i < count; i++) {
        text[i] = ring->bytes[(ring->given + i) & (ring->size - 1)];
    }
    ring->given += (uint32_t)count;
    return count;
}

void text_ring_end(struct text_ring *ring, bool delivered) {
    if (delivered) {
        // A line end before what was read is none any more.
        if (ring->given - ring->line < ring->size) {
            ring->line = ring->given;
        }
        ring->out = ring->given;
    } else {
        ring->given = ring->out;
    }
}
