// SPDX-License-Identifier: MIT
// The frame buffer's memory: one to three buffers that the camera fills, and
// behind them a stack of scratch for whoever works on pictures.
//
//      | buffer 0 | buffer 1 | buffer 2 | scratch ->            free |
//
// One piece of memory, given once. A single buffer larger than that may be
// borrowed from elsewhere; all of the piece is scratch then.

#ifndef IMAGE_FRAME_H
#define IMAGE_FRAME_H

#include <stddef.h>
#include <stdint.h>

// Codes of this module; the numbers equal errno's.
enum {
    FRAME_ERR_MEMORY = -12, // does not fit
    FRAME_ERR_BUSY = -16,   // somebody still has scratch
    FRAME_ERR_INVALID = -22
};

enum {
    FRAME_BUFFERS_MAX = 3,
    FRAME_ALIGN = 32, // of buffers and scratch: a cache line
    // A second or third buffer is only taken unasked when so much scratch
    // remains: line buffers and tables of most algorithms.
    FRAME_SCRATCH_KEEP = 16384
};

// Hands over the memory, aligned to FRAME_ALIGN. No buffers, no scratch taken.
void frame_init(void *memory, size_t bytes);

// Bytes of the whole piece.
size_t frame_bytes(void);

// Divides the memory into `wanted` buffers of at least `bytes_per_buffer`
// bytes, or with 0 into as many as sensible; `*got` is their number.
// FRAME_ERR_MEMORY: they do not fit, frame_needed() says what they take and
// frame_bytes() what is there. FRAME_ERR_BUSY: scratch is taken. After an
// error all is as before.
int frame_configure(size_t bytes_per_buffer, unsigned wanted, unsigned *got);

// Bytes that so many buffers take (alignment included).
size_t frame_needed(size_t bytes_per_buffer, unsigned buffers);

// One buffer in the caller's memory, aligned to FRAME_ALIGN, until the next
// frame_configure() or frame_borrow().
int frame_borrow(void *memory, size_t bytes);

// Buffer 0 to frame_buffers() - 1, NULL beyond. Size of each.
uint8_t *frame_buffer(unsigned index);
size_t frame_buffer_bytes(void);
unsigned frame_buffers(void);

// Takes scratch, aligned to FRAME_ALIGN; NULL when less than that is free.
// frame_scratch_free() is what a take can get.
void *frame_scratch_take(size_t bytes);
size_t frame_scratch_free(void);

// Gives back all that was taken since the mark.
size_t frame_scratch_mark(void);
void frame_scratch_release(size_t mark);

#endif
