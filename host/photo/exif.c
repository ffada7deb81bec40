// SPDX-License-Identifier: MIT
// Reads EXIF's orientation and turns photographs by it.

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "host/photo/format.h"

enum { TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3, ENTRY_BYTES = 12 };

typedef struct tiff {
    const uint8_t *bytes;
    size_t size;
    bool big_endian;
} tiff;

// Numbers beyond the end read as 0.
static uint32_t u16(const tiff *t, size_t at) {
    if (at + 2 > t->size) {
        return 0;
    }
    uint32_t first = t->bytes[at];
    uint32_t second = t->bytes[at + 1];
    return t->big_endian ? first << 8 | second : second << 8 | first;
}

static uint32_t u32(const tiff *t, size_t at) {
    uint32_t first = u16(t, at);
    uint32_t second = u16(t, at + 2);
    return t->big_endian ? first << 16 | second : second << 16 | first;
}

int photo_exif_orientation(const uint8_t *bytes, size_t size) {
    tiff t = {.bytes = bytes, .size = size};
    if (size < 8 || bytes[0] != bytes[1] ||
            (bytes[0] != 'I' && bytes[0] != 'M')) {
        return 1;
    }
    t.big_endian = bytes[0] == 'M';
    size_t directory = u32(&t, 4);
    if (u16(&t, 2) != 42 || directory > size) {
        return 1;
    }
    uint32_t entries = u16(&t, directory);
    for (uint32_t k = 0; k < entries; k++) {
        size_t at = directory + 2 + (size_t)k * ENTRY_BYTES;
        if (u16(&t, at) == TAG_ORIENTATION && u16(&t, at + 2) == TYPE_SHORT) {
            uint32_t value = u16(&t, at + 8);
            return value >= 1 && value <= 8 ? (int)value : 1;
        }
    }
    return 1;
}

// Orientations 5 to 8 swap rows and columns; then 3, 4, 7 and 8 mean that the
// stored rows run from the bottom up, 2, 3, 6 and 7 that they run from right
// to left, as seen in the stored image.
int photo_turn(photo *p, int orientation, nn_error *error) {
    if (orientation == 1) {
        return 0;
    }
    bool swap = orientation >= 5;
    bool flip_x = orientation == 2 || orientation == 3 || orientation == 7 ||
            orientation == 8;
    bool flip_y = orientation == 3 || orientation == 4 || orientation == 6 ||
            orientation == 7;
    const img_image *from = &p->image;
    int32_t width = swap ? from->height : from->width;
    int32_t height = swap ? from->width : from->height;
    uint8_t *data = malloc((size_t)width * (size_t)height * 3);
    if (data == NULL) {
        return nn_fail(error, NN_ERR_NO_MEMORY, "out of memory");
    }
    uint8_t *to = data;
    for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++) {
            int32_t from_x = swap ? y : x;
            int32_t from_y = swap ? x : y;
            from_x = flip_x ? from->width - 1 - from_x : from_x;
            from_y = flip_y ? from->height - 1 - from_y : from_y;
            memcpy(to,
                    from->data + (size_t)from_y * from->stride +
                            (size_t)from_x * 3,
                    3);
            to += 3;
        }
    }
    photo_free(p);
    p->image = img_image_of(data, width, height, IMG_RGB888);
    return 0;
}
