// SPDX-License-Identifier: MIT
// The taps of a window that lie inside the image.

#ifndef NN_KERNELS_TAPS_H
#define NN_KERNELS_TAPS_H

#include <stdint.h>

// Taps first … end-1; first == end where none lies inside.
typedef struct nn_taps {
    int32_t first, end;
} nn_taps;

// Tap i stands at origin + i * step.
static inline nn_taps nn_taps_inside(int32_t origin, int32_t step, int32_t taps,
        int32_t size) {
    nn_taps inside = {0, taps};
    if (origin < 0) {
        inside.first = (-origin + step - 1) / step;
    }
    if (origin + (taps - 1) * step >= size) {
        inside.end = origin >= size ? 0 : (size - origin + step - 1) / step;
    }
    if (inside.first > inside.end) {
        inside.first = inside.end;
    }
    return inside;
}

#endif
