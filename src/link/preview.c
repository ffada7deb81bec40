// SPDX-License-Identifier: MIT
// The picture that a host is shown.

#include "link/preview.h"

#include <string.h>

#include "image/jpeg.h"
#include "image/pixel.h"
#include "image/rows.h"
#include "link/omv_wire.h"

// Written by snapshot() while EMPTY or FILLING, by the host's side otherwise.
// The host's side may interrupt snapshot(), never the other way round.
enum state { EMPTY, FILLING, READY, LOCKED };

static struct preview {
    uint8_t *memory;
    size_t bytes;
    uint32_t (*ms)(void);
    volatile enum state state;
    volatile bool enabled;
    volatile bool stale; // what is being written is wanted no more
    bool raw;
    uint32_t raw_width, raw_height;
    uint32_t picture_bytes;
    int quality;
    uint32_t hold; // frames that quality stays
    uint32_t last_ms;
    float period; // of frames, in ms
} preview;

static preview_encoder encoder = img_jpeg_encode;

void preview_encode_with(preview_encoder with) {
    encoder = with;
}

void preview_init(void *memory, size_t bytes, uint32_t (*ms)(void)) {
    preview = (struct preview){
            .memory = memory,
            .bytes = bytes,
            .ms = ms,
            .quality = PREVIEW_QUALITY_FIRST,
    };
}

// The format's number in OpenMV's protocol, 0 when it has none.
static uint32_t format_word(const img_image *image) {
    switch (image->format) {
    case IMG_BINARY:
        return 0x08010000;
    case IMG_GRAYSCALE:
        return 0x08020001;
    case IMG_RGB565:
        return 0x0C030002;
    case IMG_BAYER:
        return 0x05040001U + 0x100U * (uint32_t)image->bayer;
    case IMG_YUV422:
        return 0x14050002;
    case IMG_JPEG:
        return 0x06060000;
    case IMG_PNG:
        return 0x06070000;
    default:
        return 0;
    }
}

static void write_header(uint32_t width, uint32_t height, uint32_t format,
        uint32_t depth) {
    uint8_t *to = preview.memory;
    float fps = preview.period > 0 ? 1000.0F / preview.period : 0;
    uint32_t fps_bits;
    memcpy(&fps_bits, &fps, sizeof(fps_bits));
    memset(to, 0, PREVIEW_HEADER_BYTES);
    omv_put32(to, width);
    omv_put32(to + 4, height);
    omv_put32(to + 8, format);
    omv_put32(to + 12, depth);
    omv_put32(to + 16, PREVIEW_HEADER_BYTES);
    omv_put32(to + 20, fps_bits);
}

static void measure_period(void) {
    uint32_t now = preview.ms();
    float took = (float)(now - preview.last_ms);
    preview.last_ms = now;
    preview.period =
            preview.period > 0 ? 0.9F * preview.period + 0.1F * took : took;
}

// Bytes for the picture behind the header.
static size_t room(void) {
    return preview.bytes - PREVIEW_HEADER_BYTES;
}

// As it is, where it fits and has a name.
static bool copy_raw(const img_image *image) {
    size_t bytes = img_bytes(image);
    uint32_t word = format_word(image);
    if (word == 0 || bytes > room()) {
        return false;
    }
    uint8_t *to = preview.memory + PREVIEW_HEADER_BYTES;
    size_t row = img_row_bytes(image->format, image->width);
    if (row == 0) {
        memcpy(to, image->data, bytes);
    }
    for (int32_t y = 0; row > 0 && y < image->height; y++) {
        memcpy(to + (size_t)y * row, image->data + (size_t)y * image->stride,
                row);
    }
    preview.picture_bytes = (uint32_t)bytes;
    write_header((uint32_t)image->width, (uint32_t)image->height, word,
            row == 0 ? (uint32_t)bytes : word & 0xFF);
    return true;
}

// Smaller, so that it fits the host's window: gray stays gray, all else
// becomes RGB565.
static bool scale_raw(const img_image *image) {
    uint32_t w = (uint32_t)image->width;
    uint32_t h = (uint32_t)image->height;
    if (preview.raw_width == 0) {
        return false;
    }
    if (w > preview.raw_width) {
        h = h * preview.raw_width / w;
        w = preview.raw_width;
    }
    if (h > preview.raw_height) {
        w = w * preview.raw_height / h;
        h = preview.raw_height;
    }
    bool gray = image->format == IMG_GRAYSCALE || image->format == IMG_BINARY;
    uint32_t depth = gray ? 1 : 2;
    size_t row = gray ? 0 : 3 * (size_t)w;
    // One row of red, green and blue lies behind the picture.
    if (w == 0 || h == 0 || (size_t)w * h * depth + row > room()) {
        return false;
    }
    img_target target = {.width = (int32_t)w,
            .height = (int32_t)h,
            .channels = gray ? 1 : 3,
            .element = IMG_UINT8,
            .mul = 1};
    img_rows rows;
    if (img_rows_init(&rows, image, NULL, IMG_STRETCH, &target) != 0) {
        return false;
    }
    uint8_t *to = preview.memory + PREVIEW_HEADER_BYTES;
    uint8_t *rgb = to + (size_t)w * h * depth;
    for (uint32_t y = 0; y < h; y++, to += (size_t)w * depth) {
        if (img_rows_read(&rows, y, gray ? to : rgb) != 0) {
            return false;
        }
        for (uint32_t x = 0; !gray && x < w; x++) {
            img_color c = {rgb[3 * x], rgb[3 * x + 1], rgb[3 * x + 2]};
            omv_put16(to + 2 * x, pixel_to_565(c));
        }
    }
    preview.picture_bytes = w * h * depth;
    write_header(w, h, gray ? 0x08020001 : 0x0C030002, depth);
    return true;
}

static void adapt_quality(bool fitted, size_t raw_bytes) {
    if (!fitted) {
        preview.quality = preview.quality > 1 ? preview.quality / 2 : 1;
        preview.hold = PREVIEW_HOLD;
        return;
    }
    if (preview.hold > 0) {
        preview.hold--;
        return;
    }
    int most = raw_bytes > PREVIEW_LARGE ? PREVIEW_QUALITY_LARGE
                                         : PREVIEW_QUALITY_MOST;
    preview.quality += preview.quality < most ? 1 : 0;
    preview.quality = preview.quality > most ? most : preview.quality;
}

static bool encode(const img_image *image) {
    size_t bytes = 0;
    int err = encoder(image, preview.quality, IMG_JPEG_AUTO,
            preview.memory + PREVIEW_HEADER_BYTES, room(), &bytes);
    if (err != 0 && err != IMG_JPEG_ERR_FULL) {
        return false;
    }
    adapt_quality(err == 0, img_bytes(image));
    preview.picture_bytes = (uint32_t)bytes;
    write_header((uint32_t)image->width, (uint32_t)image->height, 0x06060000,
            (uint32_t)bytes);
    return err == 0;
}

static bool fill(const img_image *image) {
    if (!img_has_pixels(image->format)) {
        return copy_raw(image);
    }
    return (preview.raw && (copy_raw(image) || scale_raw(image))) ||
            encode(image);
}

void preview_frame(const img_image *image) {
    if (!preview.enabled) {
        preview.period = 0;
        return;
    }
    measure_period();
    if (preview.state != EMPTY || image == NULL || image->data == NULL) {
        return;
    }
    preview.stale = false;
    preview.state = FILLING;
    bool shown = fill(image);
    preview.state = shown && !preview.stale ? READY : EMPTY;
}

// --- for the host's side -------------------------------------------------

static void forget(void) {
    if (preview.state == FILLING) {
        preview.stale = true;
    } else {
        preview.state = EMPTY;
    }
}

void preview_enable(bool on) {
    if (on && !preview.enabled && preview.ms != NULL) {
        preview.last_ms = preview.ms();
    }
    preview.enabled = on && preview.memory != NULL;
    forget();
}

bool preview_enabled(void) {
    return preview.enabled;
}

void preview_raw(bool on) {
    preview.raw = on;
    forget();
}

bool preview_raw_size(uint32_t width, uint32_t height) {
    if (width == 0 || height == 0 || width > IMG_MAX_SIDE ||
            height > IMG_MAX_SIDE) {
        return false;
    }
    preview.raw_width = width;
    preview.raw_height = height;
    forget();
    return true;
}

bool preview_ready(void) {
    return preview.state == READY;
}

bool preview_lock(void) {
    if (preview.state != READY) {
        return false;
    }
    preview.state = LOCKED;
    return true;
}

void preview_unlock(void) {
    if (preview.state == LOCKED) {
        preview.state = EMPTY;
    }
}

const uint8_t *preview_data(uint32_t *bytes) {
    bool there = preview.state == READY || preview.state == LOCKED;
    *bytes = there ? PREVIEW_HEADER_BYTES + preview.picture_bytes : 0;
    return preview.memory;
}
