// SPDX-License-Identifier: MIT
// Activation functions that are fused into other operators.

#include "nn/ops/activation.h"

#include <math.h>

#include "nn/fixed.h"
#include "nn/real.h"

int32_t nn_stored(const nn_tensor *tensor, float real) {
    float steps = real / tensor->scale;
    return tensor->zero_point + nn_round(steps);
}

static int unsupported(const nn_loader *loader, int32_t activation) {
    return nn_op_unsupported(loader, "fused activation %d is not supported",
            activation);
}

int nn_need_no_activation(const nn_loader *loader, uint32_t field) {
    int32_t activation = nn_option_byte(loader, field, NN_ACTIVATION_NONE);
    return activation == NN_ACTIVATION_NONE ? 0
                                            : unsupported(loader, activation);
}

int nn_fused_range(const nn_loader *loader, uint32_t field, int32_t *low,
        int32_t *high) {
    static const float range[][2] = {
            [NN_ACTIVATION_NONE] = {-INFINITY, INFINITY},
            [NN_ACTIVATION_RELU] = {0, INFINITY},
            [NN_ACTIVATION_RELU_N1_TO_1] = {-1, 1},
            [NN_ACTIVATION_RELU6] = {0, 6},
    };
    int32_t activation = nn_option_byte(loader, field, NN_ACTIVATION_NONE);
    if (activation < 0 || activation > NN_ACTIVATION_RELU6) {
        return unsupported(loader, activation);
    }
    *low = nn_max_i32(INT8_MIN, nn_stored(loader->out, range[activation][0]));
    *high = nn_min_i32(INT8_MAX, nn_stored(loader->out, range[activation][1]));
    return 0;
}
