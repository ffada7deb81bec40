// SPDX-License-Identifier: MIT
// Films: Y4M, MJPEG in AVI, and JPEG files one after another.
//
// Y4M (YUV4MPEG2): 8 bits, 4:2:0, 4:2:2, 4:4:4 or mono; BT.601, of full range
// where XCOLORRANGE=FULL says so, else from 16 to 235. AVI: the first video
// stream, one RIFF, MJPEG. JPEG: 25 pictures a second, all of one size. Any
// bytes are safe to read.

#ifndef HOST_PHOTO_FILM_H
#define HOST_PHOTO_FILM_H

#include <stdbool.h>

#include "host/photo/photo.h"

typedef struct film film;

// Whether film_open() would try. A single JPEG is no film, and neither are
// several of different sizes, as phones put their previews behind a photo.
bool film_is_known(const uint8_t *bytes, size_t size);

// Reads the index of a film in memory. The bytes stay the caller's and must
// outlive it. At least one frame is there.
int film_open(film **out, const uint8_t *bytes, size_t size, nn_error *error);
void film_close(film *f);

size_t film_frames(const film *f);
// Picoseconds that a frame is shown.
uint64_t film_period(const film *f);

// Decodes a frame; photo_free() when done.
int film_frame(const film *f, size_t index, photo *out, nn_error *error);

#endif
