// SPDX-License-Identifier: MIT
// A pixel of pooling.

#ifndef NN_KERNELS_POOL_PIXEL_H
#define NN_KERNELS_POOL_PIXEL_H

#include <stddef.h>

#include "nn/kernels/taps.h"

// The window of an output pixel: the image pixels that lie inside it, at least
// one.
typedef struct nn_pool_area {
    const int8_t *image;
    const uint32_t *rows; // for each window row inside: where it begins
    nn_taps down, across;
    int32_t left; // column of tap 0
    uint32_t channels;
    int32_t low, high; // what results are clamped to
} nn_pool_area;

static inline const int8_t *nn_pool_tap(const nn_pool_area *a, int32_t i,
        int32_t j) {
    return a->image + a->rows[i] +
            (size_t)(uint32_t)(a->left + j) * a->channels;
}

// Write all channels of the pixel to out, which lies outside the image.
void nn_max_pool_pixel(const nn_pool_area *a, int8_t *out);
void nn_average_pool_pixel(const nn_pool_area *a, int8_t *out);

#endif
