// SPDX-License-Identifier: MIT
// JPEG by the chip's own block.

#include "src/py/jpeg_block.h"

#include <string.h>

#include "chip/jpeg.h"
#include "image/jpeg_encoder.h"
#include "image/pixel.h"
#include "py/runtime.h"
#include "src/py/image_object.h"

// The picture of the trial: slopes, so that a block out of place shows.
enum { TRIAL_WIDTH = 32, TRIAL_HEIGHT = 16, TRIAL_SLACK = 6 };
enum { TRIAL_FILE = 2048, SCRATCH = 8192 };

static enum { UNTRIED, GOOD, BAD } block;

static uint32_t four(const int16_t *samples) {
    uint32_t word = 0;
    for (uint32_t i = 0; i < 4; i++) {
        int32_t rounded = (samples[i] + (1 << (JPEG_FRACTION_BITS - 1))) >>
                JPEG_FRACTION_BITS;
        word |= (uint32_t)pixel_clamp(rounded + 128) << 8 * i;
    }
    return word;
}

static uint32_t *put_block(uint32_t *to, const int16_t *samples,
        uint32_t stride) {
    for (uint32_t y = 0; y < JPEG_BLOCK; y++, samples += stride) {
        *to++ = four(samples);
        *to++ = four(samples + 4);
    }
    return to;
}

static int put_unit(const jpeg_mcu *mcu, jpeg_layout layout) {
    uint32_t words[6 * JPEG_BLOCK_SAMPLES / 4];
    uint32_t *to = words;
    uint32_t stride = JPEG_BLOCK * (uint32_t)layout.h;
    for (uint32_t v = 0; v < layout.v; v++) {
        for (uint32_t h = 0; h < layout.h; h++) {
            to = put_block(to,
                    mcu->luma + v * JPEG_BLOCK * stride + h * JPEG_BLOCK,
                    stride);
        }
    }
    if (!layout.gray) {
        to = put_block(to, mcu->blue, JPEG_BLOCK);
        to = put_block(to, mcu->red, JPEG_BLOCK);
    }
    return chip_jpeg_put(words, (size_t)(to - words));
}

static int put_image(const img_image *image, jpeg_layout layout) {
    jpeg_mcu mcu;
    for (int32_t y = 0; y < image->height; y += JPEG_BLOCK * layout.v) {
        for (int32_t x = 0; x < image->width; x += JPEG_BLOCK * layout.h) {
            jpeg_fetch(image, x, y, layout, &mcu);
            int err = put_unit(&mcu, layout);
            if (err) {
                return err;
            }
        }
    }
    return 0;
}

// 0, IMG_JPEG_ERR_FULL or CHIP_ETIMEDOUT.
static int by_block(const img_image *image, int quality,
        img_jpeg_sampling sampling, uint8_t *out, size_t capacity,
        size_t *bytes) {
    jpeg_layout layout = jpeg_layout_of(image->format, quality, sampling);
    uint8_t steps[2][JPEG_BLOCK_SAMPLES];
    struct chip_jpeg_job job = {
            .width = (uint16_t)image->width,
            .height = (uint16_t)image->height,
            .h = layout.h,
            .v = layout.v,
            .gray = layout.gray,
            .out = out,
            .capacity = capacity,
    };
    for (int t = 0; t < 2; t++) {
        jpeg_quantisers(quality, t, steps[t]);
        job.steps[t] = steps[t];
        job.dc[t].counts = jpeg_standard_dc[t].counts;
        job.dc[t].symbols = jpeg_standard_dc[t].symbols;
        job.ac[t].counts = jpeg_standard_ac[t].counts;
        job.ac[t].symbols = jpeg_standard_ac[t].symbols;
    }
    chip_jpeg_start(&job);
    int err = put_image(image, layout);
    int end = chip_jpeg_end(bytes);
    err = err ? err : end;
    if (err) {
        *bytes = 0;
    }
    return err;
}

// A small picture through the block and back through the decoder. `memory` has
// at least SCRATCH + 2 * TRIAL_FILE bytes.
static bool try_block(uint8_t *memory) {
    uint8_t *file = memory + SCRATCH;
    img_image image = img_image_of(file + TRIAL_FILE, TRIAL_WIDTH, TRIAL_HEIGHT,
            IMG_GRAYSCALE);
    img_image seen = img_image_of(image.data + img_bytes(&image), TRIAL_WIDTH,
            TRIAL_HEIGHT, IMG_GRAYSCALE);
    for (int32_t i = 0; i < TRIAL_WIDTH * TRIAL_HEIGHT; i++) {
        image.data[i] =
                (uint8_t)(40 + i % TRIAL_WIDTH * 3 + i / TRIAL_WIDTH * 5);
    }
    size_t bytes = 0;
    if (by_block(&image, 90, IMG_JPEG_AUTO, file, TRIAL_FILE, &bytes) ||
            img_jpeg_decode(file, bytes, &seen, memory, SCRATCH)) {
        return false;
    }
    for (int32_t i = 0; i < TRIAL_WIDTH * TRIAL_HEIGHT; i++) {
        int32_t off = seen.data[i] - image.data[i];
        if (off > TRIAL_SLACK || off < -TRIAL_SLACK) {
            return false;
        }
    }
    return true;
}

int jpeg_block_encode(const img_image *image, int quality,
        img_jpeg_sampling sampling, uint8_t *out, size_t capacity,
        size_t *bytes) {
    *bytes = 0;
    if (img_check(image) != 0 || quality < 1 || quality > 100) {
        return IMG_ERR_INVALID;
    }
    if (block == UNTRIED && capacity >= SCRATCH + 2 * TRIAL_FILE) {
        block = try_block(out) ? GOOD : BAD;
    }
    if (block == GOOD) {
        int err = by_block(image, quality, sampling, out, capacity, bytes);
        if (err != CHIP_ETIMEDOUT) {
            return err;
        }
        block = BAD;
    }
    return img_jpeg_encode(image, quality, sampling, out, capacity, bytes);
}

// _jpeg.encode(image, quality, buffer): bytes of the file; for tests.
static mp_obj_t py_encode(mp_obj_t image, mp_obj_t quality, mp_obj_t buffer) {
    mp_buffer_info_t to;
    mp_get_buffer_raise(buffer, &to, MP_BUFFER_WRITE);
    size_t bytes = 0;
    int err = jpeg_block_encode(image_object_get(image),
            mp_obj_get_int(quality), IMG_JPEG_AUTO, to.buf, to.len, &bytes);
    if (err) {
        mp_raise_OSError(-err);
    }
    return mp_obj_new_int_from_uint(bytes);
}
static MP_DEFINE_CONST_FUN_OBJ_3(encode_obj, py_encode);

static mp_obj_t py_is_used(void) {
    return mp_obj_new_bool(block == GOOD);
}
static MP_DEFINE_CONST_FUN_OBJ_0(is_used_obj, py_is_used);

static const mp_rom_map_elem_t jpeg_globals_table[] = {
        {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__jpeg)},
        {MP_ROM_QSTR(MP_QSTR_encode), MP_ROM_PTR(&encode_obj)},
        {MP_ROM_QSTR(MP_QSTR_is_used), MP_ROM_PTR(&is_used_obj)},
};
static MP_DEFINE_CONST_DICT(jpeg_globals, jpeg_globals_table);

const mp_obj_module_t jpeg_block_module = {
        .base = {&mp_type_module},
        .globals = (mp_obj_dict_t *)&jpeg_globals,
};

MP_REGISTER_MODULE(MP_QSTR__jpeg, jpeg_block_module);
