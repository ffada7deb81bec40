// SPDX-License-Identifier: MIT
// The headers of a JPEG file (T.81 annex B).

#include "image/jpeg_decoder.h"

#include <string.h>

#include "image/jpeg.h"

// A segment's bytes; reading past its end gives zeros and is remembered.
typedef struct segment {
    const uint8_t *at;
    const uint8_t *end;
    bool short_of;
} segment;

static uint32_t take8(segment *s) {
    if (s->at == s->end) {
        s->short_of = true;
        return 0;
    }
    return *s->at++;
}

static uint32_t take16(segment *s) {
    uint32_t high = take8(s);
    return high << 8 | take8(s);
}

static const uint8_t *take_bytes(segment *s, size_t count) {
    const uint8_t *from = s->at;
    if ((size_t)(s->end - s->at) < count) {
        s->short_of = true;
        return NULL;
    }
    s->at += count;
    return from;
}

static int read_quantisers(jpeg_header *h, segment s) {
    while (s.at != s.end) {
        uint32_t id = take8(&s);
        uint32_t t = id & 15;
        if (t >= JPEG_QUANTISERS || id >> 4 > 1) {
            return IMG_JPEG_ERR_DAMAGED;
        }
        h->wide[t] = id >> 4;
        h->steps[t] = take_bytes(&s, JPEG_BLOCK_SAMPLES << (id >> 4));
        if (s.short_of) {
            return IMG_JPEG_ERR_DAMAGED;
        }
    }
    return 0;
}

static int read_codes(jpeg_header *h, segment s) {
    while (s.at != s.end) {
        uint32_t id = take8(&s);
        uint32_t sum = 0;
        jpeg_codes codes = {.counts = take_bytes(&s, JPEG_LENGTHS)};
        for (int i = 0; codes.counts != NULL && i < JPEG_LENGTHS; i++) {
            sum += codes.counts[i];
        }
        if (sum > 256 || id >> 4 > 1) {
            return IMG_JPEG_ERR_DAMAGED;
        }
        codes.symbol_count = (uint16_t)sum;
        codes.symbols = take_bytes(&s, sum);
        if (s.short_of) {
            return IMG_JPEG_ERR_DAMAGED;
        }
        if ((id & 15) >= JPEG_TABLES) {
            return IMG_JPEG_ERR_UNSUPPORTED;
        }
        *(id >> 4 ? &h->ac[id & 15] : &h->dc[id & 15]) = codes;
    }
    return 0;
}

static int read_component(jpeg_header *h, jpeg_component *c, segment *s) {
    c->id = (uint8_t)take8(s);
    uint32_t factors = take8(s);
    c->h = (uint8_t)(factors >> 4);
    c->v = (uint8_t)(factors & 15);
    c->quantiser = (uint8_t)take8(s);
    if (c->h < 1 || c->h > JPEG_FACTOR || c->v < 1 || c->v > JPEG_FACTOR ||
            c->quantiser >= JPEG_QUANTISERS) {
        return IMG_JPEG_ERR_DAMAGED;
    }
    if (h->count == 1) {
        // Without others to be shared with, factors mean nothing (A.2.2).
        c->h = 1;
        c->v = 1;
    }
    h->h = c->h > h->h ? c->h : h->h;
    h->v = c->v > h->v ? c->v : h->v;
    return 0;
}

static int read_frame(jpeg_header *h, segment s) {
    if (h->count != 0) {
        return IMG_JPEG_ERR_DAMAGED;
    }
    uint32_t precision = take8(&s);
    h->height = (int32_t)take16(&s);
    h->width = (int32_t)take16(&s);
    h->count = (uint8_t)take8(&s);
    if (s.short_of || h->width == 0 || h->count == 0) {
        return IMG_JPEG_ERR_DAMAGED;
    }
    // 12 bits; CMYK; a height that only comes after the scan.
    if (precision != 8 || (h->count != 1 && h->count != 3) || h->height == 0) {
        return IMG_JPEG_ERR_UNSUPPORTED;
    }
    uint32_t blocks = 0;
    for (int c = 0; c < h->count; c++) {
        int err = read_component(h, &h->component[c], &s);
        if (err) {
            return err;
        }
        blocks += (uint32_t)h->component[c].h * h->component[c].v;
    }
    return s.short_of || blocks > JPEG_UNIT_BLOCKS ? IMG_JPEG_ERR_DAMAGED : 0;
}

static bool read_scan_component(jpeg_header *h, int c, segment *s) {
    uint32_t id = take8(s);
    uint32_t tables = take8(s);
    jpeg_component *component = &h->component[c];
    component->dc = (uint8_t)(tables >> 4);
    component->ac = (uint8_t)(tables & 15);
    return id == component->id && component->dc < JPEG_TABLES &&
            component->ac < JPEG_TABLES && h->steps[component->quantiser];
}

static int read_scan(jpeg_header *h, segment s) {
    uint32_t count = take8(&s);
    if (h->count == 0 || count < 1 || count > h->count) {
        return IMG_JPEG_ERR_DAMAGED;
    }
    if (count != h->count) {
        return IMG_JPEG_ERR_UNSUPPORTED; // more scans follow
    }
    for (int c = 0; c < h->count; c++) {
        if (!read_scan_component(h, c, &s)) {
            return IMG_JPEG_ERR_DAMAGED;
        }
    }
    take_bytes(&s, 3); // what matters to progressive files only
    return s.short_of ? IMG_JPEG_ERR_DAMAGED : 0;
}

// Adobe's marker tells whether the components are RGB; without one (JFIF's
// tells that they are not), their names may.
static void read_adobe(jpeg_header *h, segment s, bool *known) {
    const uint8_t *text = take_bytes(&s, 12);
    if (text != NULL && s.at != s.end && memcmp(text, "Adobe", 5) == 0) {
        h->rgb = *s.at == 0;
        *known = true;
    }
}

static int read_restart(jpeg_header *h, segment s) {
    h->restart = take16(&s);
    return s.short_of ? IMG_JPEG_ERR_DAMAGED : 0;
}

static int read_segment(jpeg_header *h, uint32_t marker, segment s,
        bool *known) {
    switch (marker) {
    case JPEG_DQT:
        return read_quantisers(h, s);
    case JPEG_DHT:
        return read_codes(h, s);
    case JPEG_SOF0:
    case JPEG_SOF1:
        return read_frame(h, s);
    case JPEG_DRI:
        return read_restart(h, s);
    case JPEG_SOS:
        return read_scan(h, s);
    case JPEG_APP0:
        *known = true;
        return 0;
    case JPEG_APP14:
        read_adobe(h, s, known);
        return 0;
    case JPEG_SOI:
    case JPEG_EOI:
        return IMG_JPEG_ERR_DAMAGED;
    default:
        break;
    }
    // The other frames: progressive, lossless, arithmetic …
    return marker > JPEG_SOF1 && marker <= JPEG_SOF15 ? IMG_JPEG_ERR_UNSUPPORTED
                                                      : 0;
}

int jpeg_parse(jpeg_header *header, const void *data, size_t bytes) {
    segment file = {data, (const uint8_t *)data + bytes, false};
    bool known = false;
    *header = (jpeg_header){.end = file.end};
    // What frames of video leave out.
    for (int t = 0; t < JPEG_TABLES; t++) {
        header->dc[t] = jpeg_standard_dc[t];
        header->ac[t] = jpeg_standard_ac[t];
    }
    if (take16(&file) != (0xFF00 | JPEG_SOI)) {
        return IMG_JPEG_ERR_DAMAGED;
    }
    for (;;) {
        uint32_t marker = take8(&file);
        if (marker != 0xFF) {
            return IMG_JPEG_ERR_DAMAGED;
        }
        while (marker == 0xFF) { // any number of them
            marker = take8(&file);
        }
        uint32_t length = take16(&file);
        segment s = {.at = take_bytes(&file, length < 2 ? 0 : length - 2)};
        s.end = file.at;
        if (file.short_of || length < 2) {
            return IMG_JPEG_ERR_DAMAGED;
        }
        int err = read_segment(header, marker, s, &known);
        if (err) {
            return err;
        }
        if (marker == JPEG_SOS) {
            break;
        }
    }
    header->scan = file.at;
    if (!known && header->count == 3) {
        header->rgb = header->component[0].id == 'R' &&
                header->component[1].id == 'G' &&
                header->component[2].id == 'B';
    }
    return 0;
}
