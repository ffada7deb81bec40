// SPDX-License-Identifier: MIT
// Reads BMP files from beginning to end, and writes them.

#include "image/bmp.h"

#include <string.h>

#include "image/pixel.h"

enum {
    FILE_HEADER = 14,
    CORE_HEADER = 12,
    INFO_HEADER = 40,
    MAX_HEADER = 124,
};

// Field biCompression.
enum { PLAIN, RLE8, RLE4, BIT_FIELDS, ALPHA_BIT_FIELDS = 6 };

static uint32_t u16(const uint8_t *at) {
    return at[0] | (uint32_t)at[1] << 8;
}

static uint32_t u32(const uint8_t *at) {
    return u16(at) | u16(at + 2) << 16;
}

bool img_bmp_is(const uint8_t *bytes) {
    // Two letters are little to go by: the second header's size decides.
    return bytes[0] == 'B' && bytes[1] == 'M' && bytes[14] >= CORE_HEADER &&
            bytes[14] <= MAX_HEADER && bytes[15] == 0;
}

static bool depth_fits(const img_bmp *b) {
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

static bool has_masks(const img_bmp *b) {
    return b->compression == BIT_FIELDS || b->compression == ALPHA_BIT_FIELDS;
}

static int read_palette(img_bmp *b, img_reader *r, uint32_t entry_bytes) {
    b->gray = b->colors > 0;
    for (uint32_t k = 0; k < b->colors; k++) {
        uint8_t entry[4];
        int err = img_read_bytes(r, entry, entry_bytes);
        if (err) {
            return err;
        }
        b->palette[k] = (img_color){entry[2], entry[1], entry[0]};
        b->gray = b->gray && entry[0] == entry[1] && entry[1] == entry[2];
    }
    return 0;
}

// The second header, whose first four bytes say how long it is. Returns the
// colours that are used, 0 for all.
static int read_info(img_bmp *b, img_reader *r, uint32_t size, uint32_t *used) {
    uint8_t h[MAX_HEADER] = {0};
    int err = img_read_bytes(r, h + 4, size - 4);
    if (err) {
        return err;
    }
    *used = 0;
    if (size == CORE_HEADER) {
        b->width = u16(h + 4);
        b->height = u16(h + 6);
        b->bits = u16(h + 10);
    } else {
        b->width = u32(h + 4);
        b->height = u32(h + 8);
        // Negative numbers, as two's complement, mean rows from the top.
        b->top_down = b->height > INT32_MAX;
        b->height = b->top_down ? 0 - b->height : b->height;
        b->bits = u16(h + 14);
        b->compression = u32(h + 16);
        *used = u32(h + 32);
    }
    if (!depth_fits(b)) {
        return img_reader_fail(r, IMG_ERR_UNSUPPORTED,
                "a BMP of unknown depth or compression");
    }
    // Masks stand behind a header of 40 bytes, inside longer ones.
    if (size == INFO_HEADER && has_masks(b)) {
        err = img_read_bytes(r, h + INFO_HEADER,
                b->compression == BIT_FIELDS ? 12 : 16);
    }
    for (uint32_t c = 0; c < 3; c++) {
        b->mask[c] = has_masks(b) ? u32(h + INFO_HEADER + (size_t)4 * c)
                : b->bits == 16   ? 0x7C00U >> (5 * c)
                                  : 0xFF0000U >> (8 * c);
    }
    return err;
}

int img_bmp_open(img_bmp *b, img_reader *r) {
    memset(b, 0, sizeof(*b));
    uint8_t head[FILE_HEADER + 4];
    int err = img_read_bytes(r, head, sizeof(head));
    if (err) {
        return err;
    }
    uint32_t pixels = u32(head + 10);
    uint32_t size = u32(head + FILE_HEADER);
    if (size > MAX_HEADER || (size != CORE_HEADER && size < INFO_HEADER)) {
        return img_reader_fail(r, IMG_ERR_INVALID, "a header of unknown size");
    }
    uint32_t used;
    err = read_info(b, r, size, &used);
    if (err) {
        return err;
    }
    if (b->bits <= 8) {
        b->colors = 1U << b->bits;
        if (used > 0 && used < b->colors) {
            b->colors = used;
        }
        err = read_palette(b, r, size == CORE_HEADER ? 3 : 4);
        if (err) {
            return err;
        }
    }
    if (pixels < r->used) {
        return img_reader_fail(r, IMG_ERR_INVALID,
                "the pixels begin inside the header");
    }
    return img_read_bytes(r, NULL, pixels - r->used);
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

static img_color pixel_of(const img_bmp *b, const uint8_t *row, uint32_t x) {
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

static int read_plain(const img_bmp *b, img_reader *r, const img_image *to) {
    for (uint32_t row = 0; row < b->height; row++) {
        uint32_t y = b->top_down ? row : b->height - 1 - row;
        uint32_t bytes = 0; // of the row so far
        // Bytes of one pixel, or of as many as share one byte.
        uint32_t unit = b->bits <= 8 ? 1 : b->bits / 8;
        uint32_t per_unit = b->bits <= 8 ? 8 / b->bits : 1;
        for (uint32_t x = 0; x < b->width; x += per_unit, bytes += unit) {
            uint8_t raw[4];
            int err = img_read_bytes(r, raw, unit);
            if (err) {
                return err;
            }
            for (uint32_t k = 0; k < per_unit && x + k < b->width; k++) {
                img_set(to, (int32_t)(x + k), (int32_t)y, pixel_of(b, raw, k));
            }
        }
        // The last row's padding is not missed.
        int err = img_read_bytes(r, NULL, (4 - bytes % 4) % 4);
        if (err && row + 1 < b->height) {
            return err;
        }
    }
    return 0;
}

// Where the next run goes; y counts from the bottom.
typedef struct pen {
    const img_bmp *b;
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

// Index k of a pair in one byte.
static uint32_t nibble(uint32_t byte, uint32_t k) {
    return k % 2 == 0 ? byte >> 4 : byte & 15;
}

static int read_literal(pen *p, img_reader *r, uint32_t count) {
    bool bytes = p->b->compression == RLE8;
    int byte = 0;
    for (uint32_t k = 0; k < count; k++) {
        if (bytes || k % 2 == 0) {
            byte = img_read_byte(r);
            if (byte < 0) {
                return IMG_ERR_INVALID;
            }
        }
        put(p, bytes ? (uint32_t)byte : nibble((uint32_t)byte, k));
    }
    uint32_t used = bytes ? count : (count + 1) / 2;
    return used % 2 ? img_read_bytes(r, NULL, 1) : 0;
}

static int read_rle(const img_bmp *b, img_reader *r, const img_image *to) {
    enum { END_OF_LINE, END_OF_BITMAP, DELTA };
    pen p = {.b = b, .to = to};
    for (;;) {
        uint8_t pair[2];
        int err = img_read_bytes(r, pair, 2);
        if (err) {
            return err;
        }
        uint32_t count = pair[0];
        uint32_t code = pair[1];
        if (count > 0) {
            for (uint32_t k = 0; k < count; k++) {
                put(&p, b->compression == RLE8 ? code : nibble(code, k));
            }
        } else if (code == END_OF_LINE) {
            p.x = 0;
            p.y++;
        } else if (code == END_OF_BITMAP) {
            return 0;
        } else if (code == DELTA) {
            err = img_read_bytes(r, pair, 2);
            p.x += pair[0];
            p.y += pair[1];
        } else {
            err = read_literal(&p, r, code);
        }
        if (err) {
            return err;
        }
    }
}

int img_bmp_read(const img_bmp *b, img_reader *r, const img_image *to) {
    int err = img_check(to);
    if (err || (uint32_t)to->width != b->width ||
            (uint32_t)to->height != b->height) {
        return IMG_ERR_INVALID;
    }
    if (b->compression != RLE8 && b->compression != RLE4) {
        return read_plain(b, r, to);
    }
    // What no run covers has the first colour.
    for (int32_t y = 0; y < to->height; y++) {
        for (int32_t x = 0; x < to->width; x++) {
            img_set(to, x, y, b->palette[0]);
        }
    }
    return read_rle(b, r, to);
}

static void write_headers(img_writer *w, const img_image *image, uint32_t bits,
        uint32_t stride) {
    uint32_t palette = bits == 8 ? 256 * 4 : bits == 16 ? 12 : 0;
    uint32_t pixels = FILE_HEADER + INFO_HEADER + palette;
    uint32_t bytes = stride * (uint32_t)image->height;
    img_write_text(w, "BM");
    img_write_u32(w, pixels + bytes);
    img_write_u32(w, 0);
    img_write_u32(w, pixels);
    img_write_u32(w, INFO_HEADER);
    img_write_u32(w, (uint32_t)image->width);
    img_write_u32(w, 0U - (uint32_t)image->height); // rows from the top
    img_write_u16(w, 1);
    img_write_u16(w, bits);
    img_write_u32(w, bits == 16 ? BIT_FIELDS : PLAIN);
    img_write_u32(w, bytes);
    img_write_u32(w, 2835); // 72 dots an inch
    img_write_u32(w, 2835);
    img_write_u32(w, 0);
    img_write_u32(w, 0);
    for (uint32_t k = 0; bits == 8 && k < 256; k++) {
        img_write_u32(w, 0x010101U * k);
    }
    if (bits == 16) {
        img_write_u32(w, 0xF800);
        img_write_u32(w, 0x07E0);
        img_write_u32(w, 0x001F);
    }
}

int img_bmp_write(const img_image *image, img_writer *w) {
    int err = img_check(image);
    if (err) {
        return err;
    }
    bool gray = image->format == IMG_GRAYSCALE || image->format == IMG_BINARY;
    uint32_t bits = gray ? 8 : image->format == IMG_RGB565 ? 16 : 24;
    uint32_t row_bytes = (uint32_t)image->width * (bits / 8);
    uint32_t stride = (row_bytes + 3) & ~3U;
    write_headers(w, image, bits, stride);
    for (int32_t y = 0; y < image->height; y++) {
        for (int32_t x = 0; x < image->width; x++) {
            img_color c = img_get(image, x, y);
            if (bits == 16) {
                img_write_u16(w, pixel_to_565(c));
                continue;
            }
            img_write_byte(w, c.b);
            if (bits == 24) {
                img_write_byte(w, c.g);
                img_write_byte(w, c.r);
            }
        }
        for (uint32_t k = row_bytes; k < stride; k++) {
            img_write_byte(w, 0);
        }
    }
    return img_writer_flush(w);
}
