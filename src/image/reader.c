// SPDX-License-Identifier: MIT
// A small buffer in front of whatever delivers the bytes.

#include "image/reader.h"

#include <string.h>

void img_reader_open(img_reader *r, img_read_fn read, void *user) {
    r->read = read;
    r->user = user;
    r->why = NULL;
    r->at = r->buffer;
    r->end = r->buffer;
    r->used = 0;
}

void img_reader_memory(img_reader *r, const void *bytes, size_t size) {
    img_reader_open(r, NULL, NULL);
    r->at = bytes;
    r->end = r->at + size;
}

int img_reader_fail(img_reader *r, int code, const char *why) {
    r->why = why;
    return code;
}

// More bytes in the buffer: 1, 0 at the end, or IMG_ERR_READ.
static int fill(img_reader *r) {
    if (r->read == NULL) {
        return 0;
    }
    int32_t count = r->read(r->user, r->buffer, IMG_READER_BYTES);
    if (count < 0) {
        return img_reader_fail(r, IMG_ERR_READ, "reading failed");
    }
    r->at = r->buffer;
    r->end = r->buffer + count;
    return count > 0;
}

int img_peek_byte(img_reader *r) {
    if (r->at == r->end) {
        int more = fill(r);
        if (more <= 0) {
            return more < 0 ? more : -1;
        }
    }
    return *r->at;
}

int img_read_byte(img_reader *r) {
    int byte = img_peek_byte(r);
    if (byte >= 0) {
        r->at++;
        r->used++;
    } else if (byte == -1) {
        r->why = "the file ends early";
    }
    return byte;
}

int img_read_bytes(img_reader *r, uint8_t *to, uint64_t bytes) {
    while (bytes > 0) {
        int byte = img_peek_byte(r);
        if (byte < 0) {
            return byte == -1
                    ? img_reader_fail(r, IMG_ERR_INVALID, "the file ends early")
                    : byte;
        }
        uint64_t there = (uint64_t)(r->end - r->at);
        size_t count = (size_t)(bytes < there ? bytes : there);
        if (to != NULL) {
            memcpy(to, r->at, count);
            to += count;
        }
        r->at += count;
        r->used += count;
        bytes -= count;
    }
    return 0;
}
