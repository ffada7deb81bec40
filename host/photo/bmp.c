// SPDX-License-Identifier: MIT
// BMP files: headers of 12 to 124 bytes, 1 to 32 bits a pixel, RLE.
//
// Format: BITMAPFILEHEADER, BITMAPCOREHEADER, BITMAPINFOHEADER and
// BITMAPV4/V5HEADER of the Windows GDI documentation.

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "host/photo/format.h"

enum {
    FILE_HEADER = 14,
    CORE_HEADER = 12,
    INFO_HEADER = 40,
};

// Field biCompression.
enum { PLAIN, RLE8, RLE4, BIT_FIELDS, ALPHA_BIT_FIELDS = 6 };

typedef struct bitmap {
    const uint8_t *bytes;
    size_t size;
    uint32_t width, height;
    uint32_t bits;
    uint32_t compression;
    bool top_down;
    size_t pixels; // where they begin
    uint32_t colors;
    img_color palette[256];
    uint32_t mask[3]; // red, green, blue
} bitmap;

static uint32_t u16(const bitmap *b, size_t at) {
    return at + 2 <= b->size ? b->bytes[at] | (uint32_t)b->bytes[at + 1] << 8
                             : 0;
}

static uint32_t u32(const bitmap *b, size_t at) {
    return u16(b, at) | u16(b, at + 2) << 16;
}

static int damaged(nn_error *error, const char *why) {
    return nn_fail(error, NN_ERR_INVALID, "damaged BMP: %s", why);
}

static bool depth_fits(const bitmap *b) {
    switch (b->compression) {
    case PLAIN:
        return b->bits == 1 || b->bits == 4 || b->bits == 8 || b->bits == 16 ||
                b->bits == 24 || b->bits == 32;
    case RLE8:
        return b->bits == 8 && !b->top_down;
    case RLE4:
        return b->bits == 4 && !b->top_down;
    case BIT_FIELDS:
    case ALPHA_BIT_FIELDS:
        return b->bits == 16 || b->bits == 32;
    default:
        return false;
    }
}

static void read_palette(bitmap *b, size_t at, uint32_t entry_bytes) {
    for (uint32_t k = 0; k < b->colors; k++, at += entry_bytes) {
        if (at + 3 <= b->size) {
            b->palette[k] = (img_color){b->bytes[at + 2], b->bytes[at + 1],
                    b->bytes[at]};
        }
    }
}

static void read_masks(bitmap *b) {
    bool has_masks =
            b->compression == BIT_FIELDS || b->compression == ALPHA_BIT_FIELDS;
    for (size_t c = 0; c < 3; c++) {
        if (has_masks) {
            b->mask[c] = u32(b, FILE_HEADER + INFO_HEADER + 4 * c);
        } else if (b->bits == 16) {
            b->mask[c] = 0x7C00U >> (5 * c);
        } else {
            b->mask[c] = 0xFF0000U >> (8 * c);
        }
    }
}

static int read_header(bitmap *b, nn_error *error) {
    uint32_t header = u32(b, FILE_HEADER);
    b->pixels = u32(b, 10);
    if (header == CORE_HEADER) {
        b->width = u16(b, 18);
        b->height = u16(b, 20);
        b->bits = u16(b, 24);
    } else if (header >= INFO_HEADER) {
        b->width = u32(b, 18);
        b->height = u32(b, 22);
        // Negative numbers, as two's complement, mean rows from the top.
        b->top_down = b->height > INT32_MAX;
        b->height = b->top_down ? 0 - b->height : b->height;
        b->bits = u16(b, 28);
        b->compression = u32(b, 30);
    } else {
        return damaged(error, "a header of unknown size");
    }
    if (!depth_fits(b)) {
        return nn_fail(error, NN_ERR_UNSUPPORTED,
                "BMP with %u bits a pixel and compression %u", b->bits,
                b->compression);
    }
    size_t palette = FILE_HEADER + (size_t)header;
    if (header == INFO_HEADER && b->compression >= BIT_FIELDS) {
        palette += b->compression == BIT_FIELDS ? 12 : 16;
    }
    if (b->bits <= 8) {
        b->colors = 1U << b->bits;
        uint32_t used = header == CORE_HEADER ? 0 : u32(b, 46);
        if (used > 0 && used < b->colors) {
            b->colors = used;
        }
        read_palette(b, palette, header == CORE_HEADER ? 3 : 4);
    }
    read_masks(b);
    return 0;
}

// The bits of word under mask, spread over 0 … 255.
static uint8_t field(uint32_t word, uint32_t mask) {
    if (mask == 0) {
        return 0;
    }
    while ((mask & 1) == 0) {
        mask >>= 1;
        word >>= 1;
    }
    return (uint8_t)(((uint64_t)(word & mask) * 255 + mask / 2) / mask);
}

static img_color pixel_of(const bitmap *b, const uint8_t *row, uint32_t x) {
    if (b->bits <= 8) {
        uint32_t bit = x * b->bits;
        uint32_t index = row[bit / 8] >> (8 - b->bits - bit % 8);
        return b->palette[index & ((1U << b->bits) - 1)];
    }
    const uint8_t *at = row + (size_t)x * (b->bits / 8);
    if (b->bits == 24) {
        return (img_color){at[2], at[1], at[0]};
    }
    uint32_t word = at[0] | (uint32_t)at[1] << 8;
    if (b->bits == 32) {
        word |= (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    }
    return (img_color){field(word, b->mask[0]), field(word, b->mask[1]),
            field(word, b->mask[2])};
}

static int read_plain(const bitmap *b, const img_image *to, nn_error *error) {
    uint64_t stride = ((uint64_t)b->width * b->bits + 31) / 32 * 4;
    if (b->pixels > b->size || stride * b->height > b->size - b->pixels) {
        return damaged(error, "the file ends early");
    }
    for (uint32_t y = 0; y < b->height; y++) {
        uint32_t from = b->top_down ? y : b->height - 1 - y;
        const uint8_t *row = b->bytes + b->pixels + stride * from;
        for (uint32_t x = 0; x < b->width; x++) {
            img_set(to, (int32_t)x, (int32_t)y, pixel_of(b, row, x));
        }
    }
    return 0;
}

// Where the next run goes; y counts from the bottom.
typedef struct pen {
    const bitmap *b;
    const img_image *to;
    uint32_t x, y;
} pen;

static void put(pen *p, uint32_t index) {
    // Runs may not leave the image; what does is dropped.
    if (p->x < p->b->width && p->y < p->b->height) {
        img_set(p->to, (int32_t)p->x, (int32_t)(p->b->height - 1 - p->y),
                p->b->palette[index & 255]);
        p->x++;
    }
}

// Index k of a run whose bytes begin at `at`; RLE4 has two in a byte.
static uint32_t index_at(const bitmap *b, size_t at, uint32_t k) {
    if (b->compression == RLE8) {
        return b->bytes[at + k];
    }
    return k % 2 == 0 ? b->bytes[at + k / 2] >> 4 : b->bytes[at + k / 2] & 15;
}

static int read_rle(const bitmap *b, const img_image *to, nn_error *error) {
    enum { END_OF_LINE, END_OF_BITMAP, DELTA };
    pen p = {.b = b, .to = to};
    size_t at = b->pixels;
    for (;;) {
        if (at + 2 > b->size) {
            return damaged(error, "the file ends early");
        }
        uint32_t count = b->bytes[at];
        uint32_t code = b->bytes[at + 1];
        at += 2;
        if (count > 0) {
            for (uint32_t k = 0; k < count; k++) {
                put(&p,
                        b->compression == RLE8 ? code
                                : k % 2 == 0   ? code >> 4
                                               : code & 15);
            }
        } else if (code == END_OF_LINE) {
            p.x = 0;
            p.y++;
        } else if (code == END_OF_BITMAP) {
            return 0;
        } else if (code == DELTA) {
            if (at + 2 > b->size) {
                return damaged(error, "the file ends early");
            }
            p.x += b->bytes[at];
            p.y += b->bytes[at + 1];
            at += 2;
        } else {
            size_t bytes = b->compression == RLE8 ? code : (code + 1) / 2;
            bytes += bytes % 2;
            if (bytes > b->size - at) {
                return damaged(error, "the file ends early");
            }
            for (uint32_t k = 0; k < code; k++) {
                put(&p, index_at(b, at, k));
            }
            at += bytes;
        }
    }
}

int photo_decode_bmp(photo *out, const photo_file *file, nn_error *error) {
    bitmap b = {.bytes = file->bytes, .size = file->size};
    int err = read_header(&b, error);
    if (err) {
        return err;
    }
    // A run of RLE has up to 255 pixels in two bytes, a plain byte up to 8.
    err = photo_allocate(out, b.width, b.height, 3, file, 128, error);
    if (err) {
        return err;
    }
    if (b.compression != RLE8 && b.compression != RLE4) {
        return read_plain(&b, &out->image, error);
    }
    // What no run covers has the first colour.
    for (uint32_t y = 0; y < b.height; y++) {
        for (uint32_t x = 0; x < b.width; x++) {
            img_set(&out->image, (int32_t)x, (int32_t)y, b.palette[0]);
        }
    }
    return read_rle(&b, &out->image, error);
}
