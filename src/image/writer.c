// SPDX-License-Identifier: MIT
// A small buffer in front of whatever takes the bytes.

#include "image/writer.h"

#include <string.h>

void img_writer_open(img_writer *w, img_write_fn write, void *user) {
    w->write = write;
    w->user = user;
    w->error = 0;
    w->filled = 0;
}

static void take(img_writer *w, const uint8_t *from, size_t bytes) {
    if (w->error == 0 && bytes > 0) {
        w->error = w->write(w->user, from, bytes);
    }
}

int img_writer_flush(img_writer *w) {
    take(w, w->buffer, w->filled);
    w->filled = 0;
    return w->error;
}

void img_write_bytes(img_writer *w, const void *from, size_t bytes) {
    if (bytes >= IMG_WRITER_BYTES) {
        img_writer_flush(w);
        take(w, from, bytes);
        return;
    }
    if (bytes > IMG_WRITER_BYTES - w->filled) {
        img_writer_flush(w);
    }
    memcpy(w->buffer + w->filled, from, bytes);
    w->filled += (uint32_t)bytes;
}

void img_write_byte(img_writer *w, uint32_t byte) {
    if (w->filled == IMG_WRITER_BYTES) {
        img_writer_flush(w);
    }
    w->buffer[w->filled++] = (uint8_t)byte;
}

void img_write_u16(img_writer *w, uint32_t value) {
    img_write_byte(w, value);
    img_write_byte(w, value >> 8);
}

void img_write_u32(img_writer *w, uint32_t value) {
    img_write_u16(w, value);
    img_write_u16(w, value >> 16);
}

void img_write_text(img_writer *w, const char *text) {
    img_write_bytes(w, text, strlen(text));
}

void img_write_number(img_writer *w, uint32_t value) {
    char digits[10];
    uint32_t first = sizeof(digits);
    do {
        digits[--first] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    img_write_bytes(w, digits + first, sizeof(digits) - first);
}
