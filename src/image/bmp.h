// SPDX-License-Identifier: MIT
// BMP files: headers of 12 to 124 bytes, 1 to 32 bits a pixel, RLE.
//
// Format: BITMAPFILEHEADER, BITMAPCOREHEADER, BITMAPINFOHEADER and
// BITMAPV4/V5HEADER of the Windows GDI documentation.

#ifndef IMAGE_BMP_H
#define IMAGE_BMP_H

#include "image/reader.h"
#include "image/writer.h"

typedef struct img_bmp {
    uint32_t width, height;
    uint32_t bits; // a pixel
    uint32_t compression;
    bool top_down;
    bool gray; // no pixel has another colour than gray
    uint32_t colors;
    img_color palette[256];
    uint32_t mask[3]; // of red, green and blue in 16 and 32 bits
} img_bmp;

// Most pixels that a byte of such a file can make: a run of RLE.
enum { IMG_BMP_DENSEST = 128 };

// Whether bytes (16 of them) begin a BMP.
bool img_bmp_is(const uint8_t *bytes);

// Reads the header. IMG_ERR_INVALID or IMG_ERR_UNSUPPORTED, with r->why.
// Width and height are as the file claims.
int img_bmp_open(img_bmp *bmp, img_reader *r);

// Reads the pixels into an image of that width and height, of any format.
int img_bmp_read(const img_bmp *bmp, img_reader *r, const img_image *to);

// Writes an image as a BMP: 8 bits with a gray palette for GRAYSCALE and
// BINARY, RGB565 with bit fields, all else 24 bits.
int img_bmp_write(const img_image *image, img_writer *w);

#endif
