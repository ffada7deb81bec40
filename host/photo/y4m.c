// SPDX-License-Identifier: MIT
// Y4M: a line of text, then frames of planes.

#include "host/photo/y4m.h"

#include <stdlib.h>
#include <string.h>

#include "host/photo/format.h"
#include "image/pixel.h"

enum { LINE_MAX_BYTES = 1024, FASTEST = 100000 };

static const char MAGIC[] = "YUV4MPEG2";
static const char FRAME[] = "FRAME";

bool y4m_is_known(const uint8_t *bytes, size_t size) {
    return size > sizeof MAGIC - 1 &&
            memcmp(bytes, MAGIC, sizeof MAGIC - 1) == 0;
}

// Where the line that begins at `at` ends; 0 for nowhere near.
static size_t line_end(const uint8_t *bytes, size_t size, size_t at) {
    for (size_t i = at; i < size && i - at < LINE_MAX_BYTES; i++) {
        if (bytes[i] == '\n') {
            return i;
        }
    }
    return 0;
}

static bool begins(const char *word, const char *with) {
    return strncmp(word, with, strlen(with)) == 0;
}

static int chroma(y4m_header *h, const char *name, nn_error *error) {
    static const struct {
        const char *name;
        uint8_t across, down;
    } known[] = {{"420jpeg", 2, 2}, {"420mpeg2", 2, 2}, {"420paldv", 2, 2},
            {"420", 2, 2}, {"422", 2, 1}, {"444", 1, 1}, {"mono", 0, 0}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(name, known[i].name) == 0) {
            h->across = known[i].across;
            h->down = known[i].down;
            return 0;
        }
    }
    return nn_fail(error, NN_ERR_UNSUPPORTED,
            "colour format C%s is none of 420, 422, 444 and mono with 8 bits",
            name);
}

static uint64_t period(const char *rate) {
    char *end;
    uint64_t frames = strtoul(rate, &end, 10);
    uint64_t seconds = *end == ':' ? strtoul(end + 1, NULL, 10) : 1;
    if (frames == 0 || seconds == 0 || frames > UINT32_MAX ||
            seconds > UINT32_MAX || frames / seconds > FASTEST) {
        return 0;
    }
    // In microseconds first: the product must fit.
    return seconds * 1000000ull / frames * 1000000ull;
}

static int parameter(y4m_header *h, const char *word, nn_error *error) {
    switch (*word) {
    case 'W':
        h->width = (uint32_t)strtoul(word + 1, NULL, 10);
        return 0;
    case 'H':
        h->height = (uint32_t)strtoul(word + 1, NULL, 10);
        return 0;
    case 'F':
        h->period = period(word + 1);
        return 0;
    case 'C':
        return chroma(h, word + 1, error);
    case 'X':
        h->full |= begins(word, "XCOLORRANGE=FULL");
        return 0;
    default:
        return 0; // interlacing, aspect of pixels, comments
    }
}

int y4m_read_header(y4m_header *header, const uint8_t *bytes, size_t size,
        size_t *at, nn_error *error) {
    *header = (y4m_header){.across = 2, .down = 2};
    size_t end = line_end(bytes, size, 0);
    if (!end) {
        return nn_fail(error, NN_ERR_INVALID, "the Y4M header has no end");
    }
    char line[LINE_MAX_BYTES + 1];
    memcpy(line, bytes, end);
    line[end] = '\0';
    char *rest = NULL;
    for (char *w = strtok_r(line, " ", &rest); w;
            w = strtok_r(NULL, " ", &rest)) {
        int err = parameter(header, w, error);
        if (err) {
            return err;
        }
    }
    uint64_t w = header->width;
    uint64_t h = header->height;
    if (w == 0 || h == 0 || w > IMG_MAX_SIDE || h > IMG_MAX_SIDE) {
        return nn_fail(error, NN_ERR_INVALID,
                "the Y4M header has no width and height from 1 to %d",
                IMG_MAX_SIDE);
    }
    uint64_t plane = header->across == 0 ? 0
                                         : (w + header->across - 1) /
                    header->across * ((h + header->down - 1) / header->down);
    header->frame_bytes = (size_t)(w * h + 2 * plane);
    *at = end + 1;
    return 0;
}

size_t y4m_frame_start(const uint8_t *bytes, size_t size, size_t at) {
    size_t end = line_end(bytes, size, at);
    bool frame = end && end - at >= sizeof FRAME - 1 &&
            memcmp(bytes + at, FRAME, sizeof FRAME - 1) == 0;
    return frame ? end + 1 : 0;
}

// From 16 … 235 or 16 … 240 to 0 … 255 about the middle.
static int32_t widen(int32_t value, int32_t span) {
    return value * 255 / span;
}

int y4m_decode(const y4m_header *header, const uint8_t *planes, size_t size,
        photo *out, nn_error *error) {
    const photo_file file = {.bytes = planes, .size = size};
    out->image.data = NULL;
    int err = photo_allocate(out, header->width, header->height, 3, &file, 1,
            error);
    if (err) {
        return err;
    }
    uint32_t across = header->across ? header->across : 1;
    size_t chroma_width = (header->width + across - 1) / across;
    const uint8_t *u_plane = planes + (size_t)header->width * header->height;
    uint8_t *to = out->image.data;
    for (uint32_t y = 0; y < header->height; y++) {
        for (uint32_t x = 0; x < header->width; x++, to += 3) {
            int32_t luma = planes[(size_t)y * header->width + x];
            int32_t u = 128;
            int32_t v = 128;
            if (header->across) {
                size_t rows =
                        (header->height + header->down - 1) / header->down;
                size_t at = y / header->down * chroma_width + x / across;
                u = u_plane[at];
                v = u_plane[at + chroma_width * rows];
            }
            if (!header->full) {
                luma = widen(luma - 16, 219);
                u = 128 + widen(u - 128, 224);
                v = 128 + widen(v - 128, 224);
            }
            img_color c = pixel_from_yuv(luma, u, v);
            to[0] = c.r;
            to[1] = c.g;
            to[2] = c.b;
        }
    }
    return 0;
}
