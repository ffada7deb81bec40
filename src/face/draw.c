// SPDX-License-Identifier: MIT
// Draws boxes, scores and keypoints.

#include "face/draw.h"

#include "image/draw.h"
#include "image/font.h"

static const img_color rim = {0, 0, 0};
static const img_color line = {64, 255, 96};
static const img_color dot = {255, 224, 32};

// To the nearest pixel; what is out of reach stays there.
static int32_t to_pixel(float value) {
    if (!(value > -IMG_DRAW_REACH)) {
        return -IMG_DRAW_REACH;
    }
    if (!(value < IMG_DRAW_REACH)) {
        return IMG_DRAW_REACH;
    }
    return (int32_t)(value < 0 ? value - 0.5F : value + 0.5F);
}

// "0.87"
static void write_score(char text[5], float score) {
    int32_t percent = to_pixel(score * 100);
    percent = percent < 0 ? 0 : percent > 100 ? 100 : percent;
    text[0] = (char)('0' + percent / 100);
    text[1] = '.';
    text[2] = (char)('0' + percent / 10 % 10);
    text[3] = (char)('0' + percent % 10);
    text[4] = '\0';
}

static void draw_score(const img_image *image, int32_t x, int32_t y,
        float score, int32_t scale) {
    char text[5];
    write_score(text, score);
    int32_t width = img_text_width(text, scale);
    int32_t height = scale * FONT_CELL_HEIGHT;
    // Above the box; where the image ends there, inside.
    y = y >= height ? y - height : y < 0 ? 0 : y;
    x = x > image->width - width ? image->width - width : x;
    x = x < 0 ? 0 : x;
    img_fill(image, x, y, width, height, rim);
    img_text(image, x, y, text, scale, line);
}

// unit: thickness of lines and scale of letters.
static void draw_face(const img_image *image, const face_detection *face,
        int32_t unit) {
    int32_t x = to_pixel(face->x);
    int32_t y = to_pixel(face->y);
    int32_t w = to_pixel(face->x + face->w) - x;
    int32_t h = to_pixel(face->y + face->h) - y;
    int32_t edge = (unit + 1) / 2;
    img_rectangle(image, x - edge, y - edge, w + 2 * edge, h + 2 * edge,
            unit + 2 * edge, rim);
    img_rectangle(image, x, y, w, h, unit, line);
    // Large enough to be seen, small enough for the face.
    int32_t radius = w / 60 > unit ? w / 60 : unit;
    for (uint32_t k = 0; k < FACE_KEYPOINTS; k++) {
        int32_t at_x = to_pixel(face->keypoints[k].x);
        int32_t at_y = to_pixel(face->keypoints[k].y);
        img_disc(image, at_x, at_y, radius + edge, rim);
        img_disc(image, at_x, at_y, radius, dot);
    }
    draw_score(image, x - edge, y - edge, face->score, unit);
}

void face_draw(const img_image *image, const face_detection *faces,
        uint32_t count) {
    int32_t side = image->width < image->height ? image->width : image->height;
    int32_t unit = side / 200 > 1 ? side / 200 : 1;
    // The best score last, on top of the others.
    for (uint32_t k = count; k > 0; k--) {
        draw_face(image, &faces[k - 1], unit);
    }
}
