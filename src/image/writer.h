// SPDX-License-Identifier: MIT
// Bytes that leave in order.

#ifndef IMAGE_WRITER_H
#define IMAGE_WRITER_H

#include "image/image.h"

// Takes `bytes` bytes: 0, or IMG_ERR_READ when there is no way to.
typedef int (*img_write_fn)(void *user, const uint8_t *from, size_t bytes);

enum { IMG_WRITER_BYTES = 256 };

typedef struct img_writer {
    img_write_fn write;
    void *user;
    int error; // of the first write that failed; nothing is written after it
    uint32_t filled;
    uint8_t buffer[IMG_WRITER_BYTES];
} img_writer;

void img_writer_open(img_writer *w, img_write_fn write, void *user);
void img_write_byte(img_writer *w, uint32_t byte);
void img_write_bytes(img_writer *w, const void *from, size_t bytes);
void img_write_u16(img_writer *w, uint32_t value); // little-endian
void img_write_u32(img_writer *w, uint32_t value);
void img_write_text(img_writer *w, const char *text);
void img_write_number(img_writer *w, uint32_t value); // in decimal digits

// Writes what is left in the buffer; returns error.
int img_writer_flush(img_writer *w);

#endif
