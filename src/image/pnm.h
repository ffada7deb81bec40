// SPDX-License-Identifier: MIT
// PGM and PPM files, plain (P2, P3) and raw (P5, P6); see pgm(5), ppm(5).

#ifndef IMAGE_PNM_H
#define IMAGE_PNM_H

#include "image/reader.h"
#include "image/writer.h"

typedef struct img_pnm {
    uint32_t width, height;
    uint32_t max;      // white
    uint32_t channels; // 1 or 3
    bool plain;        // numbers in decimal digits
} img_pnm;

// Whether bytes (3 of them) begin a PGM or PPM.
bool img_pnm_is(const uint8_t *bytes);

// Reads the header; width and height are as the file claims.
// IMG_ERR_INVALID with r->why.
int img_pnm_open(img_pnm *pnm, img_reader *r);

// Reads the pixels into an image of that width and height, of any format.
int img_pnm_read(const img_pnm *pnm, img_reader *r, const img_image *to);

// Writes GRAYSCALE and BINARY as a PGM, all else as a PPM, both raw.
int img_pnm_write(const img_image *image, img_writer *w);

#endif
