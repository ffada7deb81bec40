// SPDX-License-Identifier: MIT
// libjpeg as the judge of our own JPEG code.

#include "test/support/jpeg_peer.h"

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

typedef struct peer {
    struct jpeg_error_mgr manager; // first: libjpeg gives it back
    jmp_buf failed;
    struct jpeg_decompress_struct lib;
    img_image *out;
} peer;

static void fail(j_common_ptr lib) {
    peer *p = (peer *)lib->err;
    longjmp(p->failed, 1);
}

static void complain(j_common_ptr lib, int level) {
    if (level < 0) {
        fail(lib);
    }
}

uint8_t *jpeg_peer_encode(const img_image *image,
        const jpeg_peer_options *options, size_t *bytes) {
    struct jpeg_compress_struct lib;
    struct jpeg_error_mgr manager;
    uint8_t *file = NULL;
    unsigned long size = 0;
    lib.err = jpeg_std_error(&manager);
    jpeg_create_compress(&lib);
    jpeg_mem_dest(&lib, &file, &size);
    bool gray = image->format == IMG_GRAYSCALE;
    lib.image_width = (JDIMENSION)image->width;
    lib.image_height = (JDIMENSION)image->height;
    lib.input_components = gray ? 1 : 3;
    lib.in_color_space = gray ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&lib);
    if (options->rgb && !gray) {
        jpeg_set_colorspace(&lib, JCS_RGB);
    }
    jpeg_set_quality(&lib, options->quality, !options->wide);
    lib.comp_info[0].h_samp_factor = options->h;
    lib.comp_info[0].v_samp_factor = options->v;
    lib.restart_interval = options->restart;
    lib.optimize_coding = options->optimise;
    lib.arith_code = options->arithmetic;
    jpeg_scan_info scans[3] = {{1, {0}, 0, 63, 0, 0}, {1, {1}, 0, 63, 0, 0},
            {1, {2}, 0, 63, 0, 0}};
    if (options->progressive) {
        jpeg_simple_progression(&lib);
    } else if (!options->interleave && !gray) {
        lib.scan_info = scans;
        lib.num_scans = 3;
    }
    jpeg_start_compress(&lib, TRUE);
    for (int32_t y = 0; y < image->height; y++) {
        JSAMPROW row = image->data + (size_t)y * image->stride;
        jpeg_write_scanlines(&lib, &row, 1);
    }
    jpeg_finish_compress(&lib);
    jpeg_destroy_compress(&lib);
    *bytes = size;
    return file;
}

static void decode(peer *p) {
    struct jpeg_decompress_struct *lib = &p->lib;
    jpeg_read_header(lib, TRUE);
    bool gray = lib->jpeg_color_space == JCS_GRAYSCALE;
    lib->out_color_space = gray ? JCS_GRAYSCALE : JCS_RGB;
    lib->do_fancy_upsampling = FALSE;
    *p->out = img_image_of(malloc((size_t)lib->image_width * lib->image_height *
                                   3),
            (int32_t)lib->image_width, (int32_t)lib->image_height,
            gray ? IMG_GRAYSCALE : IMG_RGB888);
    jpeg_start_decompress(lib);
    while (lib->output_scanline < lib->output_height) {
        JSAMPROW row =
                p->out->data + (size_t)lib->output_scanline * p->out->stride;
        jpeg_read_scanlines(lib, &row, 1);
    }
    jpeg_finish_decompress(lib);
}

// Apart from its caller, so that setjmp() has no variables to spoil.
static bool try_decode(peer *p) {
    if (setjmp(p->failed) == 0) {
        decode(p);
        return true;
    }
    return false;
}

bool jpeg_peer_decode(const uint8_t *file, size_t bytes, img_image *out) {
    peer p = {.out = out};
    out->data = NULL;
    p.lib.err = jpeg_std_error(&p.manager);
    p.manager.error_exit = fail;
    p.manager.emit_message = complain;
    jpeg_create_decompress(&p.lib);
    jpeg_mem_src(&p.lib, file, bytes);
    bool good = try_decode(&p);
    jpeg_destroy_decompress(&p.lib);
    if (!good) {
        free(out->data);
        out->data = NULL;
    }
    return good;
}

double jpeg_psnr(const img_image *a, const img_image *b) {
    double sum = 0;
    uint32_t row = img_row_bytes(a->format, a->width);
    for (int32_t y = 0; y < a->height; y++) {
        for (uint32_t x = 0; x < row; x++) {
            double off = (double)a->data[(size_t)y * a->stride + x] -
                    b->data[(size_t)y * b->stride + x];
            sum += off * off;
        }
    }
    double mean = sum / ((double)row * a->height);
    return mean == 0 ? 99 : 10 * log10(255 * 255 / mean);
}
