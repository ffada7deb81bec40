// SPDX-License-Identifier: MIT
// PAD, PADV2 and MIRROR_PAD.

#ifndef NN_KERNELS_PAD_H
#define NN_KERNELS_PAD_H

#include "nn/op.h"

typedef struct nn_pad {
    int32_t before[NN_MAX_RANK];
    uint8_t value[8]; // one element, for PAD and PADV2
    int32_t edge;     // MIRROR_PAD: 1 where the edge itself is not repeated
} nn_pad;

// The place in an input dimension of `size` that is mirrored to place i of
// the output's.
int32_t nn_mirrored(int32_t i, int32_t before, int32_t size, int32_t edge);

void nn_pad_run(const nn_call *call, uint32_t first, uint32_t end);
void nn_mirror_pad_run(const nn_call *call, uint32_t first, uint32_t end);

#endif
