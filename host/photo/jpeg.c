// SPDX-License-Identifier: MIT
// JPEG files, through libjpeg.

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "host/photo/format.h"

// A hostile progressive file can ask for the whole image to be gone through
// once for every few bytes; real ones need about ten scans.
enum { MAX_SCANS = 100, EXIF_ID_BYTES = 6, QUALITY = 92 };

// A block of 64 pixels takes at least a bit with Huffman's codes; arithmetic
// ones, which hardly anybody uses, get some more.
enum { DENSEST = 2048 };

typedef struct decoder {
    struct jpeg_decompress_struct lib;
    struct jpeg_error_mgr manager;
    struct jpeg_progress_mgr progress;
    jmp_buf failed;
    const photo_file *file;
    photo *out;
    uint8_t *row; // CMYK, where the file holds that
    int *orientation;
    nn_error *error;
    int code;
} decoder;

static void on_error(j_common_ptr lib) {
    decoder *d = lib->client_data;
    char text[JMSG_LENGTH_MAX];
    lib->err->format_message(lib, text);
    d->code = nn_fail(d->error, NN_ERR_INVALID, "damaged JPEG: %s", text);
    longjmp(d->failed, 1);
}

// libjpeg fills in for what is missing and only warns; a face in such a part
// would be found nowhere, so it is an error here.
static void on_message(j_common_ptr lib, int level) {
    if (level >= 0) {
        return;
    }
    switch (lib->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
        on_error(lib);
        break;
    default:
        break;
    }
}

static void on_progress(j_common_ptr lib) {
    decoder *d = lib->client_data;
    if (lib->is_decompressor && d->lib.input_scan_number > MAX_SCANS) {
        d->code = nn_fail(d->error, NN_ERR_INVALID,
                "damaged JPEG: more than %d scans", MAX_SCANS);
        longjmp(d->failed, 1);
    }
}

static void read_orientation(decoder *d) {
    for (jpeg_saved_marker_ptr marker = d->lib.marker_list; marker != NULL;
            marker = marker->next) {
        if (marker->data_length > EXIF_ID_BYTES &&
                memcmp(marker->data, "Exif\0\0", EXIF_ID_BYTES) == 0) {
            *d->orientation =
                    photo_exif_orientation(marker->data + EXIF_ID_BYTES,
                            marker->data_length - EXIF_ID_BYTES);
            return;
        }
    }
}

// Adobe's programs store CMYK inverted: 255 is no ink.
static void cmyk_to_rgb(const uint8_t *cmyk, uint8_t *rgb, size_t pixels,
        bool inverted) {
    uint8_t flip = inverted ? 0 : 255;
    for (size_t k = 0; k < pixels; k++, cmyk += 4, rgb += 3) {
        uint32_t light = cmyk[3] ^ flip;
        for (int c = 0; c < 3; c++) {
            rgb[c] =
                    (uint8_t)(((uint32_t)(cmyk[c] ^ flip) * light + 127) / 255);
        }
    }
}

static void read_pixels(decoder *d) {
    const img_image *image = &d->out->image;
    bool is_cmyk = d->lib.out_color_space == JCS_CMYK;
    while (d->lib.output_scanline < d->lib.output_height) {
        uint8_t *rgb =
                image->data + (size_t)d->lib.output_scanline * image->stride;
        JSAMPROW row = is_cmyk ? d->row : rgb;
        jpeg_read_scanlines(&d->lib, &row, 1);
        if (is_cmyk) {
            cmyk_to_rgb(d->row, rgb, (size_t)image->width,
                    d->lib.saw_Adobe_marker);
        }
    }
}

static void decode(decoder *d) {
    jpeg_create_decompress(&d->lib);
    d->progress.progress_monitor = on_progress;
    d->lib.progress = &d->progress;
    jpeg_mem_src(&d->lib, d->file->bytes, (unsigned long)d->file->size);
    jpeg_save_markers(&d->lib, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(&d->lib, TRUE);
    read_orientation(d);
    d->code = photo_allocate(d->out, d->lib.image_width, d->lib.image_height, 3,
            d->file, DENSEST, d->error);
    if (d->code) {
        return;
    }
    d->lib.out_color_space = JCS_RGB;
    if (d->lib.jpeg_color_space == JCS_CMYK ||
            d->lib.jpeg_color_space == JCS_YCCK) {
        d->lib.out_color_space = JCS_CMYK;
        d->row = malloc((size_t)d->lib.image_width * 4);
        if (d->row == NULL) {
            d->code = nn_fail(d->error, NN_ERR_NO_MEMORY, "out of memory");
            return;
        }
    }
    jpeg_start_decompress(&d->lib);
    read_pixels(d);
    jpeg_finish_decompress(&d->lib);
}

// Apart from its caller, so that setjmp() has no variables to spoil.
static void try_decode(decoder *d) {
    if (setjmp(d->failed) == 0) {
        decode(d);
    }
}

int photo_decode_jpeg(photo *out, const photo_file *file, int *orientation,
        nn_error *error) {
    decoder d = {
            .file = file,
            .out = out,
            .orientation = orientation,
            .error = error,
    };
    d.lib.err = jpeg_std_error(&d.manager);
    d.lib.client_data = &d;
    d.manager.error_exit = on_error;
    d.manager.emit_message = on_message;
    try_decode(&d);
    jpeg_destroy_decompress(&d.lib);
    free(d.row);
    return d.code;
}

typedef struct encoder {
    struct jpeg_compress_struct lib;
    struct jpeg_error_mgr manager;
    jmp_buf failed;
    uint8_t *row;
    nn_error *error;
    int code;
} encoder;

static void on_write_error(j_common_ptr lib) {
    encoder *e = lib->client_data;
    char text[JMSG_LENGTH_MAX];
    lib->err->format_message(lib, text);
    e->code = nn_fail(e->error, NN_ERR_INPUT, "%s", text);
    longjmp(e->failed, 1);
}

static void encode(encoder *e, FILE *to, const img_image *image) {
    jpeg_create_compress(&e->lib);
    jpeg_stdio_dest(&e->lib, to);
    e->lib.image_width = (JDIMENSION)image->width;
    e->lib.image_height = (JDIMENSION)image->height;
    e->lib.input_components = 3;
    e->lib.in_color_space = JCS_RGB;
    jpeg_set_defaults(&e->lib);
    jpeg_set_quality(&e->lib, QUALITY, TRUE);
    jpeg_start_compress(&e->lib, TRUE);
    for (int32_t y = 0; y < image->height; y++) {
        JSAMPROW row = e->row;
        photo_rgb_row(image, y, e->row);
        jpeg_write_scanlines(&e->lib, &row, 1);
    }
    jpeg_finish_compress(&e->lib);
}

static void try_encode(encoder *e, FILE *to, const img_image *image) {
    if (setjmp(e->failed) == 0) {
        encode(e, to, image);
    }
}

int photo_encode_jpeg(FILE *to, const img_image *image, nn_error *error) {
    encoder e = {.error = error};
    e.row = malloc((size_t)image->width * 3);
    if (e.row == NULL) {
        return nn_fail(error, NN_ERR_NO_MEMORY, "out of memory");
    }
    e.lib.err = jpeg_std_error(&e.manager);
    e.lib.client_data = &e;
    e.manager.error_exit = on_write_error;
    try_encode(&e, to, image);
    jpeg_destroy_compress(&e.lib);
    free(e.row);
    return e.code;
}
