// SPDX-License-Identifier: MIT
// The picture that a host is shown: the last frame with what the script drew
// on it, as a JPEG that fits its memory, or raw where the host asks for that.
//
// Costs nothing while no host looks, and nothing while a host still holds the
// last picture: then a frame is not looked at.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/jpeg.h"

// What a host reads: this header, little-endian, then the picture.
//   0 width   4 height   8 format   12 bytes of a file, or of one pixel
//   16 where the picture begins (32)   20 frames a second (float)
enum { PREVIEW_HEADER_BYTES = 32 };

// Quality of the JPEG: rises by one a frame as far as PREVIEW_QUALITY_MOST
// (images of more than PREVIEW_LARGE bytes: PREVIEW_QUALITY_LARGE). What does
// not fit is not shown; quality is halved and stays for PREVIEW_HOLD frames.
enum {
    PREVIEW_QUALITY_FIRST = 70,
    PREVIEW_QUALITY_MOST = 90,
    PREVIEW_QUALITY_LARGE = 50,
    PREVIEW_LARGE = 153600,
    PREVIEW_HOLD = 60,
};

// Memory for header and picture; ms: the time, for frames a second.
void preview_init(void *memory, size_t bytes, uint32_t (*ms)(void));

// What makes the JPEG: img_jpeg_encode(), unless something with the same
// arguments and results is faster on this chip.
typedef int (*preview_encoder)(const img_image *image, int quality,
        img_jpeg_sampling sampling, uint8_t *out, size_t capacity,
        size_t *bytes);
void preview_encode_with(preview_encoder with);

// A frame that is done with. Called by snapshot() before it takes the next.
void preview_frame(const img_image *image);

// --- for the host's side -------------------------------------------------

// A host looks, or does not; raw or JPEG. Any of them forgets what waits.
void preview_enable(bool on);
bool preview_enabled(void);
void preview_raw(bool on);
// The largest raw picture the host wants. False: no size.
bool preview_raw_size(uint32_t width, uint32_t height);

// A picture waits that is not locked. Lock: it stays until unlocked, which
// makes room for the next.
bool preview_ready(void);
bool preview_lock(void);
void preview_unlock(void);
// Header and picture; 0 bytes when there is none.
const uint8_t *preview_data(uint32_t *bytes);
