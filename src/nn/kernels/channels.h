// SPDX-License-Identifier: MIT
// From 32-bit sums to int8 numbers, channel by channel.

#ifndef NN_KERNELS_CHANNELS_H
#define NN_KERNELS_CHANNELS_H

#include "nn/fixed.h"
#include "nn/op.h"

// Channels that plain kernels sum up at once.
enum { NN_CHANNEL_BLOCK = 16 };

// The real factor from sums of channel c to the output's steps. A filter with
// one scale has it for all channels.
static inline double nn_channel_factor(const nn_tensor *in,
        const nn_tensor *filter, const nn_tensor *out, uint32_t c) {
    double scale = filter->scales[filter->scale_count > 1 ? c : 0];
    return (double)in->scale * scale / (double)out->scale;
}

// Sets multipliers[0 … count-1]; the factors were checked at load.
void nn_channel_multipliers(const nn_tensor *in, const nn_tensor *filter,
        const nn_tensor *out, uint32_t count, nn_multiplier *multipliers);

// Where sums end up.
typedef struct nn_target {
    int32_t zero_point;
    int32_t low, high; // of the fused activation
} nn_target;

// Sums wrap: only a hostile model can make them that large.
static inline int32_t nn_wrap_add(int32_t a, int32_t b) {
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

static inline int8_t nn_target_int8(nn_target target, int32_t sum,
        nn_multiplier multiplier) {
    int32_t value =
            nn_wrap_add(nn_multiply(sum, multiplier), target.zero_point);
    return (int8_t)nn_clamp_i32(value, target.low, target.high);
}

// The same as a call, for what is not done often.
int8_t nn_target_number(const nn_target *target, int32_t sum,
        const nn_multiplier *multiplier);

#endif
