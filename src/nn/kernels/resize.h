// SPDX-License-Identifier: MIT
// RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR: parameters and plain kernels.

#ifndef NN_KERNELS_RESIZE_H
#define NN_KERNELS_RESIZE_H

#include <stdbool.h>

#include "nn/op.h"

// Sides beyond this would overflow the fixed point of the bilinear kernel.
enum { NN_RESIZE_MAX_SIDE = 1 << 20 };

typedef struct nn_resize_params {
    bool align_corners;
    bool half_pixel_centers;
} nn_resize_params;

// The input pixel nearest to output pixel `place`, along one axis.
int32_t nn_resize_nearest(const nn_resize_params *params, int32_t in,
        int32_t out, int32_t place);

// The two input pixels that output pixel `place` lies between, along one axis,
// and the share of `second` in NN_RESIZE_ONE-ths; negative in front of the
// first pixel's centre, where both pixels are the same.
enum { NN_RESIZE_BITS = 10, NN_RESIZE_ONE = 1 << NN_RESIZE_BITS };
typedef struct nn_resize_between {
    int32_t first, second, share;
} nn_resize_between;
nn_resize_between nn_resize_bilinear(const nn_resize_params *params, int32_t in,
        int32_t out, int32_t place);

void nn_resize_nearest_run(const nn_call *call, uint32_t first, uint32_t end);
void nn_resize_bilinear_run(const nn_call *call, uint32_t first, uint32_t end);

#endif
