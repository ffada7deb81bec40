// SPDX-License-Identifier: MIT
// Encodes the picture in every way that photo_decode() has to read.

#include "test/support/photo_files.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>

enum { MAX_SAMPLES = 40, W = PICTURE_WIDTH, H = PICTURE_HEIGHT };

img_color picture_at(int32_t x, int32_t y) {
    return (img_color){(uint8_t)(40 + 12 * x), (uint8_t)(60 + 16 * y),
            (uint8_t)(200 - 6 * x - 4 * y)};
}

static uint8_t gray_at(int32_t x, int32_t y) {
    img_color c = picture_at(x, y);
    return (uint8_t)((c.r * 299 + c.g * 587 + c.b * 114 + 500) / 1000);
}

typedef struct list {
    photo_sample *items;
    size_t count;
    FILE *stream; // of the last one
} list;

static FILE *begin(list *all, const char *name, int slack, int gray) {
    assert(all->count < MAX_SAMPLES);
    photo_sample *s = &all->items[all->count++];
    *s = (photo_sample){.name = name, .slack = slack, .gray = gray};
    all->stream = open_memstream((char **)&s->bytes, &s->size);
    assert(all->stream != NULL);
    return all->stream;
}

static void end(list *all) {
    fclose(all->stream);
}

static void put16(FILE *to, uint32_t value) {
    fputc((int)(value & 255), to);
    fputc((int)(value >> 8 & 255), to);
}

static void put32(FILE *to, uint32_t value) {
    put16(to, value);
    put16(to, value >> 16);
}

// --- JPEG ---

typedef struct jpeg_kind {
    const char *name;
    J_COLOR_SPACE given, stored;
    bool progressive;
    bool adobe;
} jpeg_kind;

static void jpeg_row(const jpeg_kind *kind, int32_t y, uint8_t *row) {
    for (int32_t x = 0; x < W; x++) {
        img_color c = picture_at(x, y);
        if (kind->given == JCS_GRAYSCALE) {
            *row++ = gray_at(x, y);
        } else if (kind->given == JCS_RGB) {
            *row++ = c.r;
            *row++ = c.g;
            *row++ = c.b;
        } else {
            // Ink, no black; Adobe's way is the other way round.
            uint8_t flip = kind->adobe ? 0 : 255;
            *row++ = c.r ^ flip;
            *row++ = c.g ^ flip;
            *row++ = c.b ^ flip;
            *row++ = 255 ^ flip;
        }
    }
}

static void add_jpeg(list *all, const jpeg_kind *kind) {
    struct jpeg_compress_struct lib;
    struct jpeg_error_mgr manager;
    uint8_t row[4 * W];
    lib.err = jpeg_std_error(&manager);
    jpeg_create_compress(&lib);
    jpeg_stdio_dest(&lib,
            begin(all, kind->name, 12, kind->given == JCS_GRAYSCALE));
    lib.image_width = W;
    lib.image_height = H;
    lib.input_components = kind->given == JCS_GRAYSCALE ? 1
            : kind->given == JCS_RGB                    ? 3
                                                        : 4;
    lib.in_color_space = kind->given;
    jpeg_set_defaults(&lib);
    jpeg_set_colorspace(&lib, kind->stored);
    jpeg_set_quality(&lib, 97, TRUE);
    for (int c = 0; c < lib.num_components; c++) {
        lib.comp_info[c].h_samp_factor = 1;
        lib.comp_info[c].v_samp_factor = 1;
    }
    if (kind->progressive) {
        jpeg_simple_progression(&lib);
    }
    lib.write_Adobe_marker = kind->adobe;
    jpeg_start_compress(&lib, TRUE);
    for (int32_t y = 0; y < H; y++) {
        JSAMPROW rows = row;
        jpeg_row(kind, y, row);
        jpeg_write_scanlines(&lib, &rows, 1);
    }
    jpeg_finish_compress(&lib);
    jpeg_destroy_compress(&lib);
    end(all);
}

static void add_jpegs(list *all) {
    static const jpeg_kind kinds[] = {
            {"baseline.jpg", JCS_RGB, JCS_YCbCr, false, false},
            {"progressive.jpg", JCS_RGB, JCS_YCbCr, true, false},
            {"rgb.jpg", JCS_RGB, JCS_RGB, false, true},
            {"gray.jpg", JCS_GRAYSCALE, JCS_GRAYSCALE, false, false},
            {"cmyk.jpg", JCS_CMYK, JCS_CMYK, false, false},
            {"cmyk-adobe.jpg", JCS_CMYK, JCS_CMYK, false, true},
            {"ycck.jpg", JCS_CMYK, JCS_YCCK, false, true},
    };
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        add_jpeg(all, &kinds[k]);
    }
}

// --- PNG ---

typedef struct png_kind {
    const char *name;
    int color, depth;
    int interlace;
} png_kind;

static uint8_t *png_sample(uint8_t *at, uint8_t value, int depth) {
    *at++ = value;
    if (depth == 16) {
        *at++ = value; // 257 times as much is exactly the same brightness
    }
    return at;
}

static void png_fill_row(const png_kind *kind, int32_t y, uint8_t *at) {
    for (int32_t x = 0; x < W; x++) {
        img_color c = picture_at(x, y);
        if (kind->color == PNG_COLOR_TYPE_PALETTE) {
            *at++ = (uint8_t)(y * W + x);
            continue;
        }
        if (kind->color & PNG_COLOR_MASK_COLOR) {
            at = png_sample(at, c.r, kind->depth);
            at = png_sample(at, c.g, kind->depth);
            at = png_sample(at, c.b, kind->depth);
        } else {
            at = png_sample(at, gray_at(x, y), kind->depth);
        }
        if (kind->color & PNG_COLOR_MASK_ALPHA) {
            at = png_sample(at, 255, kind->depth);
        }
    }
}

static void add_png(list *all, const png_kind *kind) {
    png_structp lib =
            png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(lib);
    uint8_t pixels[H][W * 8];
    png_bytep rows[H];
    png_init_io(lib,
            begin(all, kind->name, 1, !(kind->color & PNG_COLOR_MASK_COLOR)));
    png_set_IHDR(lib, info, W, H, kind->depth, kind->color, kind->interlace,
            PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (kind->color == PNG_COLOR_TYPE_PALETTE) {
        png_color colors[W * H];
        for (int32_t k = 0; k < W * H; k++) {
            img_color c = picture_at(k % W, k / W);
            colors[k] = (png_color){c.r, c.g, c.b};
        }
        png_set_PLTE(lib, info, colors, W * H);
    }
    png_write_info(lib, info);
    for (int32_t y = 0; y < H; y++) {
        png_fill_row(kind, y, pixels[y]);
        rows[y] = pixels[y];
    }
    png_write_image(lib, rows);
    png_write_end(lib, info);
    png_destroy_write_struct(&lib, &info);
    end(all);
}

static void add_pngs(list *all) {
    static const png_kind kinds[] = {
            {"rgb.png", PNG_COLOR_TYPE_RGB, 8, 0},
            {"rgb16.png", PNG_COLOR_TYPE_RGB, 16, 0},
            {"rgb-interlaced.png", PNG_COLOR_TYPE_RGB, 8, 1},
            {"rgba.png", PNG_COLOR_TYPE_RGBA, 8, 0},
            {"rgba16-interlaced.png", PNG_COLOR_TYPE_RGBA, 16, 1},
            {"gray.png", PNG_COLOR_TYPE_GRAY, 8, 0},
            {"gray16.png", PNG_COLOR_TYPE_GRAY, 16, 0},
            {"gray-alpha.png", PNG_COLOR_TYPE_GRAY_ALPHA, 8, 0},
            {"palette.png", PNG_COLOR_TYPE_PALETTE, 8, 0},
            {"palette-interlaced.png", PNG_COLOR_TYPE_PALETTE, 8, 1},
    };
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        add_png(all, &kinds[k]);
    }
}

// --- BMP ---

static void bmp_header(FILE *to, uint32_t bits, uint32_t compression,
        bool top_down) {
    uint32_t palette = bits == 8 ? 4 * W * H : 0;
    uint32_t masks = compression == 3 ? 12 : 0;
    fputs("BM", to);
    put32(to, 0); // the file's size, which nobody looks at
    put32(to, 0);
    put32(to, 14 + 40 + masks + palette);
    put32(to, 40);
    put32(to, W);
    put32(to, top_down ? 0U - H : H);
    put16(to, 1);
    put16(to, bits);
    put32(to, compression);
    put32(to, 0);
    put32(to, 2835);
    put32(to, 2835);
    put32(to, bits == 8 ? W * H : 0);
    put32(to, 0);
    if (compression == 3) {
        put32(to, bits == 16 ? 0xF800 : 0x000000FF);
        put32(to, bits == 16 ? 0x07E0 : 0x0000FF00);
        put32(to, bits == 16 ? 0x001F : 0x00FF0000);
    }
    for (int32_t k = 0; k < (int32_t)palette / 4; k++) {
        img_color c = picture_at(k % W, k / W);
        put32(to, (uint32_t)c.r << 16 | (uint32_t)c.g << 8 | c.b);
    }
}

static void bmp_pixel(FILE *to, uint32_t bits, bool masks, int32_t x,
        int32_t y) {
    img_color c = picture_at(x, y);
    switch (bits) {
    case 8:
        fputc(y * W + x, to);
        break;
    case 16:
        put16(to,
                masks ? (uint32_t)(c.r >> 3) << 11 | (uint32_t)(c.g >> 2) << 5 |
                                c.b >> 3
                      : (uint32_t)(c.r >> 3) << 10 | (uint32_t)(c.g >> 3) << 5 |
                                c.b >> 3);
        break;
    case 24:
        fputc(c.b, to);
        fputc(c.g, to);
        fputc(c.r, to);
        break;
    default:
        fputc(masks ? c.r : c.b, to);
        fputc(c.g, to);
        fputc(masks ? c.b : c.r, to);
        fputc(0, to);
        break;
    }
}

static void add_bmp(list *all, const char *name, uint32_t bits, bool masks,
        bool top_down) {
    FILE *to = begin(all, name, bits == 16 ? 8 : 0, 0);
    bmp_header(to, bits, masks ? 3 : 0, top_down);
    for (int32_t row = 0; row < H; row++) {
        int32_t y = top_down ? row : H - 1 - row;
        for (int32_t x = 0; x < W; x++) {
            bmp_pixel(to, bits, masks, x, y);
        }
        for (uint32_t k = W * bits / 8; k % 4 != 0; k++) {
            fputc(0, to);
        }
    }
    end(all);
}

// Every way of saying pixels: a run, single values, a jump over nothing.
static void add_rle8(list *all) {
    FILE *to = begin(all, "rle8.bmp", 0, 0);
    bmp_header(to, 8, 1, false);
    for (int32_t y = H - 1; y >= 0; y--) {
        fputc(1, to); // a run of one
        fputc(y * W, to);
        fputc(0, to); // single values, and a byte to make them even
        fputc(W - 2, to);
        for (int32_t x = 1; x < W - 1; x++) {
            fputc(y * W + x, to);
        }
        fputc(0, to);
        fputc(0, to); // a jump of 0, 0
        fputc(2, to);
        put16(to, 0);
        fputc(1, to);
        fputc(y * W + W - 1, to);
        put16(to, 0); // end of line
    }
    put16(to, 0x0100); // end of bitmap
    end(all);
}

static void add_core_bmp(list *all) {
    FILE *to = begin(all, "core.bmp", 0, 0);
    fputs("BM", to);
    put32(to, 0);
    put32(to, 0);
    put32(to, 26);
    put32(to, 12);
    put16(to, W);
    put16(to, H);
    put16(to, 1);
    put16(to, 24);
    for (int32_t y = H - 1; y >= 0; y--) {
        for (int32_t x = 0; x < W; x++) {
            bmp_pixel(to, 24, false, x, y);
        }
        fputc(0, to);
    }
    end(all);
}

static void add_bmps(list *all) {
    add_bmp(all, "rgb24.bmp", 24, false, false);
    add_bmp(all, "rgb24-top-down.bmp", 24, false, true);
    add_bmp(all, "rgb32.bmp", 32, false, false);
    add_bmp(all, "rgb32-masks.bmp", 32, true, true);
    add_bmp(all, "rgb555.bmp", 16, false, false);
    add_bmp(all, "rgb565.bmp", 16, true, false);
    add_bmp(all, "palette.bmp", 8, false, false);
    add_rle8(all);
    add_core_bmp(all);
}

// --- PGM and PPM ---

static void pnm_sample(FILE *to, char kind, uint32_t max, uint8_t value) {
    uint32_t sample = max == 255 ? value : value * 257U;
    if (kind <= '3') {
        fprintf(to, "%u ", sample);
        return;
    }
    if (max > 255) {
        fputc((int)(sample >> 8), to);
    }
    fputc((int)(sample & 255), to);
}

static void add_pnm(list *all, const char *name, char kind, uint32_t max) {
    bool gray = kind == '2' || kind == '5';
    FILE *to = begin(all, name, 0, gray);
    fprintf(to, "P%c # a comment\n%d\t%d\n# another\n%u\n", kind, W, H, max);
    for (int32_t y = 0; y < H; y++) {
        for (int32_t x = 0; x < W; x++) {
            img_color c = picture_at(x, y);
            if (gray) {
                pnm_sample(to, kind, max, gray_at(x, y));
            } else {
                pnm_sample(to, kind, max, c.r);
                pnm_sample(to, kind, max, c.g);
                pnm_sample(to, kind, max, c.b);
            }
        }
        if (kind <= '3') {
            fputc('\n', to);
        }
    }
    end(all);
}

static void add_pnms(list *all) {
    add_pnm(all, "plain.pgm", '2', 255);
    add_pnm(all, "plain.ppm", '3', 255);
    add_pnm(all, "plain16.ppm", '3', 65535);
    add_pnm(all, "raw.pgm", '5', 255);
    add_pnm(all, "raw.ppm", '6', 255);
    add_pnm(all, "raw16.pgm", '5', 65535);
    add_pnm(all, "raw16.ppm", '6', 65535);
}

photo_sample *photo_samples(size_t *count) {
    list all = {.items = calloc(MAX_SAMPLES, sizeof(photo_sample))};
    assert(all.items != NULL);
    add_jpegs(&all);
    add_pngs(&all);
    add_bmps(&all);
    add_pnms(&all);
    *count = all.count;
    return all.items;
}

void photo_samples_free(photo_sample *samples, size_t count) {
    for (size_t k = 0; k < count; k++) {
        free(samples[k].bytes);
    }
    free(samples);
}
