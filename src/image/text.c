// SPDX-License-Identifier: MIT
// Text, a box a dot of the font.

#include "image/draw.h"
#include "image/font.h"

enum { ONE = 1 << 16 };

static int32_t clamp(int32_t value, int32_t low, int32_t high) {
    return value < low ? low : value > high ? high : value;
}

// Where the pen is, in dots of the font, and how these become pixels.
typedef struct setter {
    const img_image *image;
    const img_text_style *style;
    img_color color;
    int32_t x, y;          // of the text
    int32_t width, height; // of the text, dots
} setter;

static int32_t to_pixel(const setter *s, int64_t dots) {
    int64_t pixel = (dots * s->style->scale) >> 16;
    return (int32_t)(pixel < -IMG_DRAW_REACH ? -IMG_DRAW_REACH
                    : pixel > IMG_DRAW_REACH ? IMG_DRAW_REACH
                                             : pixel);
}

static void swap(int64_t *a, int64_t *b) {
    int64_t other = *a;
    *a = *b;
    *b = other;
}

// Turns a box inside w x h by quarters; w and h are exchanged as it goes.
static void turn_box(int64_t box[4], int64_t w, int64_t h, uint32_t quarters) {
    for (quarters &= 3; quarters > 0; quarters--) {
        int64_t left = box[0];
        box[0] = h - box[1] - box[3];
        box[1] = left;
        swap(&box[2], &box[3]);
        swap(&w, &h);
    }
}

// One dot at u, v of the text.
static void put_dot(const setter *s, int64_t u, int64_t v) {
    const img_text_style *style = s->style;
    u = style->hmirror ? s->width - 1 - u : u;
    v = style->vflip ? s->height - 1 - v : v;
    int64_t box[4] = {u, v, 1, 1};
    // Around the corner, so in a text without a size.
    turn_box(box, 0, 0, style->turn);
    int32_t left = to_pixel(s, box[0]);
    int32_t top = to_pixel(s, box[1]);
    int32_t w = to_pixel(s, box[0] + 1) - left;
    int32_t h = to_pixel(s, box[1] + 1) - top;
    img_fill(s->image, s->x + left, s->y + top, w, h, s->color);
}

// Columns of the glyph that have dots: first and count.
static int32_t used_columns(const uint8_t *glyph, int32_t *first) {
    uint8_t all = 0;
    for (int32_t row = 0; row < FONT_ROWS; row++) {
        all |= glyph[row];
    }
    if (all == 0) {
        *first = 0;
        return FONT_COLUMNS / 2;
    }
    *first = 0;
    while ((all >> (FONT_COLUMNS - 1 - *first) & 1) == 0) {
        ++*first;
    }
    int32_t last = FONT_COLUMNS - 1;
    while ((all >> (FONT_COLUMNS - 1 - last) & 1) == 0) {
        last--;
    }
    return last + 1 - *first;
}

static int32_t advance(const img_text_style *style, char letter) {
    int32_t first;
    int32_t width = FONT_CELL_WIDTH;
    if (style->proportional) {
        width = used_columns(font_glyph(letter), &first) + 1;
    }
    return width + style->x_spacing;
}

static void put_letter(const setter *s, int64_t u, int64_t v, char letter) {
    const img_text_style *style = s->style;
    const uint8_t *glyph = font_glyph(letter);
    int32_t first = 0;
    int32_t margin = (FONT_CELL_WIDTH - FONT_COLUMNS) / 2;
    if (style->proportional) {
        used_columns(glyph, &first);
        margin = 0;
    }
    for (int32_t row = 0; row < FONT_ROWS; row++) {
        for (int32_t column = first; column < FONT_COLUMNS; column++) {
            if ((glyph[row] >> (FONT_COLUMNS - 1 - column) & 1) == 0) {
                continue;
            }
            int64_t x = margin + column - first;
            int64_t y = FONT_CELL_HEIGHT - FONT_ROWS + row;
            x = style->letter_hmirror ? FONT_CELL_WIDTH - 1 - x : x;
            y = style->letter_vflip ? FONT_CELL_HEIGHT - 1 - y : y;
            int64_t box[4] = {x, y, 1, 1};
            turn_box(box, FONT_CELL_WIDTH, FONT_CELL_HEIGHT,
                    style->letter_turn);
            put_dot(s, u + box[0], v + box[1]);
        }
    }
}

// Size of the text in dots.
static void measure(setter *s, const char *text) {
    int64_t line = 0;
    int64_t longest = 0;
    int64_t height = FONT_CELL_HEIGHT;
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            line = 0;
            height += FONT_CELL_HEIGHT + s->style->y_spacing;
        } else {
            line += advance(s->style, *text);
        }
        longest = line > longest ? line : longest;
    }
    s->width = (int32_t)(longest < IMG_DRAW_REACH ? longest : IMG_DRAW_REACH);
    s->height = (int32_t)(height < IMG_DRAW_REACH ? height : IMG_DRAW_REACH);
}

// Whether the line that goes on at u, v could still come into the image.
static bool in_reach(int64_t at) {
    return at > -IMG_DRAW_REACH && at < IMG_DRAW_REACH;
}

void img_text_styled(const img_image *image, int32_t x, int32_t y,
        const char *text, const img_text_style *style, img_color color) {
    img_text_style safe = *style;
    safe.scale = clamp(style->scale, ONE / 16,
            IMG_MAX_SIDE / FONT_CELL_HEIGHT * ONE);
    safe.x_spacing = clamp(style->x_spacing, -IMG_MAX_SIDE, IMG_MAX_SIDE);
    safe.y_spacing = clamp(style->y_spacing, -IMG_MAX_SIDE, IMG_MAX_SIDE);
    setter s = {
            .image = image,
            .style = &safe,
            .color = color,
            .x = clamp(x, -IMG_DRAW_REACH, IMG_DRAW_REACH),
            .y = clamp(y, -IMG_DRAW_REACH, IMG_DRAW_REACH),
    };
    measure(&s, text);
    int64_t u = 0;
    int64_t v = 0;
    for (; *text != '\0' && in_reach(v); text++) {
        if (*text == '\n') {
            u = 0;
            v += FONT_CELL_HEIGHT + safe.y_spacing;
            continue;
        }
        if (in_reach(u)) {
            put_letter(&s, u, v, *text);
        }
        u += advance(&safe, *text);
    }
}

static int32_t text_scale(int32_t scale) {
    return clamp(scale, 1, IMG_MAX_SIDE / FONT_CELL_HEIGHT);
}

void img_text(const img_image *image, int32_t x, int32_t y, const char *text,
        int32_t scale, img_color color) {
    img_text_style style = {.scale = text_scale(scale) * ONE};
    img_text_styled(image, x, y, text, &style, color);
}

int32_t img_text_width(const char *text, int32_t scale) {
    img_text_style style = {.scale = ONE};
    setter s = {.style = &style};
    measure(&s, text);
    int64_t width = (int64_t)s.width * text_scale(scale);
    return (int32_t)(width < IMG_DRAW_REACH ? width : IMG_DRAW_REACH);
}
