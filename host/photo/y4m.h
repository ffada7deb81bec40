// SPDX-License-Identifier: MIT
// The Y4M format behind film.h.

#ifndef HOST_PHOTO_Y4M_H
#define HOST_PHOTO_Y4M_H

#include <stdbool.h>

#include "host/photo/photo.h"

typedef struct y4m_header {
    uint32_t width, height;
    uint32_t across, down; // luma pixels for one of chroma; 0 for mono
    bool full;             // range
    uint64_t period;       // picoseconds of a frame
    size_t frame_bytes;
} y4m_header;

bool y4m_is_known(const uint8_t *bytes, size_t size);
// *at is where the first frame begins.
int y4m_read_header(y4m_header *header, const uint8_t *bytes, size_t size,
        size_t *at, nn_error *error);
// Where the planes of the frame that begins at `at` are; 0 for no frame.
size_t y4m_frame_start(const uint8_t *bytes, size_t size, size_t at);
int y4m_decode(const y4m_header *header, const uint8_t *planes, size_t size,
        photo *out, nn_error *error);

#endif
