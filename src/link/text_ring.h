// SPDX-License-Identifier: MIT
// Text on its way from a script to a host, which reads it when it likes.
//
// A host is given whole lines: part of one only when it has rested for
// TEXT_RING_REST_MS, or when the ring is half full of it. What it was given
// counts as read when text_ring_end() says so; else it is given once more.
// One writer and one reader, either of which may interrupt the other.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_RING_REST_MS 30U

struct text_ring {
    uint8_t *bytes;
    uint32_t size; // a power of two
    // Counters that wrap: written; the end of the last line; read; given.
    volatile uint32_t in, line, out, given;
    volatile uint32_t written_ms;
};

void text_ring_init(struct text_ring *ring, void *memory, uint32_t size);
void text_ring_clear(struct text_ring *ring);

size_t text_ring_room(const struct text_ring *ring);
// Writes what fits; how much that was.
size_t text_ring_write(struct text_ring *ring, const void *from, size_t bytes,
        uint32_t now);

// Bytes that a host may have now.
uint32_t text_ring_ready(const struct text_ring *ring, uint32_t now);
// Gives it some of them.
size_t text_ring_read(struct text_ring *ring, void *to, size_t bytes);
// What was given has arrived, or has not.
void text_ring_end(struct text_ring *ring, bool delivered);
