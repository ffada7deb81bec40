// SPDX-License-Identifier: MIT
// libjpeg as the judge of our own JPEG code.

#ifndef TEST_SUPPORT_JPEG_PEER_H
#define TEST_SUPPORT_JPEG_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/image.h"

typedef struct jpeg_peer_options {
    int quality;
    int h, v;         // luma's sampling factors, 1 … 4; the others have 1
    unsigned restart; // units between two restart markers, 0 for none
    bool optimise;    // Huffman tables made for this picture
    bool progressive;
    bool arithmetic;
    bool wide;       // steps above 255 where quality asks for them
    bool rgb;        // stored as RGB, by Adobe's marker
    bool interleave; // false: a scan for each component
} jpeg_peer_options;

// A file of an RGB888 or GRAYSCALE image, malloc'ed.
uint8_t *jpeg_peer_encode(const img_image *image,
        const jpeg_peer_options *options, size_t *bytes);

// The image in a file: GRAYSCALE or RGB888, its data malloc'ed; colours are
// repeated, not interpolated. False when libjpeg has anything to complain of.
bool jpeg_peer_decode(const uint8_t *file, size_t bytes, img_image *out);

// Signal to noise of two images of the same size and format, in dB; 99 when
// they are equal.
double jpeg_psnr(const img_image *a, const img_image *b);

#endif
