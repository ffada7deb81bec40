// SPDX-License-Identifier: MIT
// Bytes that come in order, from a file or from memory.

#ifndef IMAGE_READER_H
#define IMAGE_READER_H

#include "image/image.h"

// Fills in up to `bytes` bytes at `to`: how many there were, 0 at the end,
// IMG_ERR_READ when the source failed.
typedef int32_t (*img_read_fn)(void *user, uint8_t *to, size_t bytes);

enum { IMG_READER_BYTES = 256 };

// After an error `why` says what is wrong with the file, in a few words.
typedef struct img_reader {
    img_read_fn read;
    void *user;
    const char *why;
    const uint8_t *at, *end; // what was read but not used
    uint64_t used;           // bytes of the file before `at`
    uint8_t buffer[IMG_READER_BYTES];
} img_reader;

void img_reader_open(img_reader *r, img_read_fn read, void *user);
// The file lies in memory, which is read in place.
void img_reader_memory(img_reader *r, const void *bytes, size_t size);

// Sets why and returns code.
int img_reader_fail(img_reader *r, int code, const char *why);

// The next byte; -1 behind the last one (with `why` set) or IMG_ERR_READ.
int img_read_byte(img_reader *r);
// The next byte, which stays; -1 at the end.
int img_peek_byte(img_reader *r);

// Exactly `bytes` bytes to `to`, or past them where it is NULL.
int img_read_bytes(img_reader *r, uint8_t *to, uint64_t bytes);

#endif
