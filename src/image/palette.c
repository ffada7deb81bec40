// SPDX-License-Identifier: MIT
// Palettes, as straight lines between a few colours.

#include "image/palette.h"

#include "image/pixel.h"

typedef struct stop {
    uint8_t at; // gray value
    img_color color;
} stop;

static const stop rainbow[] = {
        {0, {0, 0, 255}},
        {64, {0, 255, 255}},
        {128, {0, 255, 0}},
        {192, {255, 255, 0}},
        {255, {255, 0, 0}},
};
static const stop ironbow[] = {
        {0, {0, 0, 0}},
        {48, {32, 0, 128}},
        {112, {176, 0, 144}},
        {160, {240, 72, 0}},
        {216, {255, 208, 0}},
        {255, {255, 255, 255}},
};

static uint8_t between(int32_t from, int32_t to, int32_t at, int32_t span) {
    return (uint8_t)((from * (span - at) + to * at + span / 2) / span);
}

void img_palette_fill(img_palette palette, uint8_t *bytes) {
    const stop *s = palette == IMG_PALETTE_RAINBOW ? rainbow : ironbow;
    for (int32_t k = 0; k < 256; k++) {
        while (k > s[1].at) {
            s++;
        }
        int32_t at = k - s->at;
        int32_t span = s[1].at - s->at;
        img_color c = {between(s->color.r, s[1].color.r, at, span),
                between(s->color.g, s[1].color.g, at, span),
                between(s->color.b, s[1].color.b, at, span)};
        uint32_t word = pixel_to_565(c);
        *bytes++ = (uint8_t)word;
        *bytes++ = (uint8_t)(word >> 8);
    }
}
