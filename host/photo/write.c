// SPDX-License-Identifier: MIT
// Writes images, in the format that the file's name asks for.

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/file/file.h"
#include "host/photo/format.h"

typedef struct writer {
    const char *suffix;
    int (*encode)(FILE *to, const img_image *image, nn_error *error);
} writer;

static const writer writers[] = {
        {".png", photo_encode_png},
        {".jpg", photo_encode_jpeg},
        {".jpeg", photo_encode_jpeg},
        {".ppm", photo_encode_ppm},
};

static const writer *writer_of(const char *path) {
    size_t length = strlen(path);
    for (size_t k = 0; k < sizeof(writers) / sizeof(writers[0]); k++) {
        size_t suffix = strlen(writers[k].suffix);
        if (length > suffix &&
                strcasecmp(path + length - suffix, writers[k].suffix) == 0) {
            return &writers[k];
        }
    }
    return NULL;
}

int photo_can_write(const char *path) {
    return writer_of(path) != NULL;
}

void photo_rgb_row(const img_image *image, int32_t y, uint8_t *rgb) {
    if (image->format == IMG_RGB888) {
        memcpy(rgb, image->data + (size_t)y * image->stride,
                (size_t)image->width * 3);
        return;
    }
    for (int32_t x = 0; x < image->width; x++) {
        img_color c = img_get(image, x, y);
        *rgb++ = c.r;
        *rgb++ = c.g;
        *rgb++ = c.b;
    }
}

int photo_encode_ppm(FILE *to, const img_image *image, nn_error *error) {
    size_t bytes = (size_t)image->width * 3;
    uint8_t *row = malloc(bytes);
    if (row == NULL) {
        return nn_fail(error, NN_ERR_NO_MEMORY, "out of memory");
    }
    fprintf(to, "P6\n%d %d\n255\n", (int)image->width, (int)image->height);
    for (int32_t y = 0; y < image->height; y++) {
        photo_rgb_row(image, y, row);
        fwrite(row, 1, bytes, to);
    }
    free(row);
    return 0;
}

int photo_write(const char *path, const img_image *image, nn_error *error) {
    const writer *format = writer_of(path);
    if (format == NULL) {
        return nn_fail(error, NN_ERR_UNSUPPORTED,
                "the name must end in .png, .jpg or .ppm");
    }
    file_output output;
    int err = file_begin(&output, path, error);
    if (err) {
        return err;
    }
    err = format->encode(output.stream, image, error);
    if (err) {
        file_abandon(&output);
        return err;
    }
    return file_commit(&output, error);
}
