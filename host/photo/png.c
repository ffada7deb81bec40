// SPDX-License-Identifier: MIT
// PNG files, through libpng.

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "host/photo/format.h"

// Deflate packs at most 1032 bytes into one, each of them eight pixels.
enum { DENSEST = 1032 * 8, MAX_CHUNK = 1 << 24 };

typedef struct decoder {
    png_structp lib;
    png_infop info;
    const photo_file *file;
    size_t at;
    photo *out;
    png_bytepp rows;
    int *orientation;
    nn_error *error;
    int code;
} decoder;

static void on_error(png_structp lib, png_const_charp text) {
    decoder *d = png_get_error_ptr(lib);
    d->code = nn_fail(d->error, NN_ERR_INVALID, "damaged PNG: %s", text);
    png_longjmp(lib, 1);
}

static void on_warning(png_structp lib, png_const_charp text) {
    (void)lib;
    (void)text;
}

static void on_read(png_structp lib, png_bytep to, size_t bytes) {
    decoder *d = png_get_io_ptr(lib);
    if (bytes > d->file->size - d->at) {
        png_error(lib, "the file ends early");
    }
    memcpy(to, d->file->bytes + d->at, bytes);
    d->at += bytes;
}

static void read_orientation(decoder *d) {
    png_uint_32 bytes = 0;
    png_bytep exif = NULL;
    if (png_get_eXIf_1(d->lib, d->info, &bytes, &exif) != 0 && exif != NULL) {
        *d->orientation = photo_exif_orientation(exif, bytes);
    }
}

// Lays RGBA on white and closes the gaps, in place.
static void flatten(const img_image *image) {
    size_t pixels = (size_t)image->width * (size_t)image->height;
    const uint8_t *from = image->data;
    uint8_t *to = image->data;
    for (size_t k = 0; k < pixels; k++, from += 4, to += 3) {
        uint32_t alpha = from[3];
        for (int c = 0; c < 3; c++) {
            to[c] = (uint8_t)((from[c] * alpha + 255 * (255 - alpha) + 127) /
                    255);
        }
    }
}

static void decode(decoder *d) {
    png_set_read_fn(d->lib, d, on_read);
    png_set_user_limits(d->lib, 0x7FFFFFFF, 0x7FFFFFFF);
    png_set_chunk_malloc_max(d->lib, MAX_CHUNK);
    png_read_info(d->lib, d->info);
    // To 8-bit RGB or RGBA, whatever it was.
    png_set_expand(d->lib);
    png_set_scale_16(d->lib);
    png_set_gray_to_rgb(d->lib);
    png_set_interlace_handling(d->lib);
    png_uint_32 width = png_get_image_width(d->lib, d->info);
    png_uint_32 height = png_get_image_height(d->lib, d->info);
    png_read_update_info(d->lib, d->info);
    uint32_t channels = png_get_channels(d->lib, d->info);
    d->code = photo_allocate(d->out, width, height, channels, d->file, DENSEST,
            d->error);
    if (d->code) {
        return;
    }
    d->rows = malloc(height * sizeof(png_bytep));
    if (d->rows == NULL) {
        d->code = nn_fail(d->error, NN_ERR_NO_MEMORY, "out of memory");
        return;
    }
    for (png_uint_32 y = 0; y < height; y++) {
        d->rows[y] = d->out->image.data + (size_t)y * width * channels;
    }
    png_read_image(d->lib, d->rows);
    png_read_end(d->lib, d->info);
    read_orientation(d);
    if (channels == 4) {
        flatten(&d->out->image);
    }
}

// Apart from its caller, so that setjmp() has no variables to spoil.
static void try_decode(decoder *d) {
    if (setjmp(png_jmpbuf(d->lib)) == 0) {
        decode(d);
    }
}

int photo_decode_png(photo *out, const photo_file *file, int *orientation,
        nn_error *error) {
    decoder d = {
            .file = file,
            .out = out,
            .orientation = orientation,
            .error = error,
    };
    d.lib = png_create_read_struct(PNG_LIBPNG_VER_STRING, &d, on_error,
            on_warning);
    d.info = d.lib != NULL ? png_create_info_struct(d.lib) : NULL;
    if (d.info == NULL) {
        d.code = nn_fail(error, NN_ERR_NO_MEMORY, "out of memory");
    } else {
        try_decode(&d);
    }
    png_destroy_read_struct(&d.lib, &d.info, NULL);
    free(d.rows);
    return d.code;
}

typedef struct encoder {
    png_structp lib;
    png_infop info;
    FILE *to;
    const img_image *image;
    uint8_t *row;
    nn_error *error;
    int code;
} encoder;

static void on_write_error(png_structp lib, png_const_charp text) {
    encoder *e = png_get_error_ptr(lib);
    // libpng only says "Write Error".
    e->code = nn_fail(e->error, NN_ERR_INPUT, "%s",
            ferror(e->to) ? strerror(errno) : text);
    png_longjmp(lib, 1);
}

static void try_encode(encoder *e) {
    if (setjmp(png_jmpbuf(e->lib)) != 0) {
        return;
    }
    png_init_io(e->lib, e->to);
    png_set_IHDR(e->lib, e->info, (png_uint_32)e->image->width,
            (png_uint_32)e->image->height, 8, PNG_COLOR_TYPE_RGB,
            PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
            PNG_FILTER_TYPE_DEFAULT);
    png_write_info(e->lib, e->info);
    for (int32_t y = 0; y < e->image->height; y++) {
        photo_rgb_row(e->image, y, e->row);
        png_write_row(e->lib, e->row);
    }
    png_write_end(e->lib, e->info);
}

int photo_encode_png(FILE *to, const img_image *image, nn_error *error) {
    encoder e = {.to = to, .image = image, .error = error};
    e.row = malloc((size_t)image->width * 3);
    e.lib = png_create_write_struct(PNG_LIBPNG_VER_STRING, &e, on_write_error,
            on_warning);
    e.info = e.lib != NULL ? png_create_info_struct(e.lib) : NULL;
    if (e.info == NULL || e.row == NULL) {
        e.code = nn_fail(error, NN_ERR_NO_MEMORY, "out of memory");
    } else {
        try_encode(&e);
    }
    png_destroy_write_struct(&e.lib, &e.info);
    free(e.row);
    return e.code;
}
