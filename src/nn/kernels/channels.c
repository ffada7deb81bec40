// SPDX-License-Identifier: MIT
// From 32-bit sums to int8 numbers, channel by channel.

#include "nn/kernels/channels.h"

void nn_channel_multipliers(const nn_tensor *in, const nn_tensor *filter,
        const nn_tensor *out, uint32_t count, nn_multiplier *multipliers) {
    for (uint32_t c = 0; c < count; c++) {
        if (c > 0 && filter->scale_count == 1) {
            multipliers[c] = multipliers[0];
            continue;
        }
        (void)nn_multiplier_make(nn_channel_factor(in, filter, out, c),
                &multipliers[c]);
    }
}

int8_t nn_target_number(const nn_target *target, int32_t sum,
        const nn_multiplier *multiplier) {
    int32_t value = nn_wrap_add(nn_times(sum, multiplier), target->zero_point);
    return (int8_t)nn_clamp_i32(value, target->low, target->high);
}
