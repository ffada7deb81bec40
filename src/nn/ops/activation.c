// SPDX-License-Identifier: MIT
// Activation functions that are fused into other operators.

#include "nn/ops/activation.h"

#include "nn/fixed.h"

// real as a stored number of the tensor, not yet clamped to int8.
static int32_t stored(const nn_tensor *tensor, float real) {
    float steps = real / tensor->scale;
    // beyond this every zero point saturates
    const float far = 1024.0F;
    double bounded = steps < -far ? -far : steps > far ? far : steps;
    // in double: adding the half to a float could round a second time
    double half = bounded < 0 ? -0.5 : 0.5;
    return tensor->zero_point + (int32_t)(bounded + half);
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
    const nn_tensor *out = loader->out;
    int32_t activation = nn_option_byte(loader, field, NN_ACTIVATION_NONE);
    *low = INT8_MIN;
    *high = INT8_MAX;
    switch (activation) {
    case NN_ACTIVATION_NONE:
        return 0;
    case NN_ACTIVATION_RELU:
        *low = nn_max_i32(*low, stored(out, 0.0F));
        return 0;
    case NN_ACTIVATION_RELU_N1_TO_1:
        *low = nn_max_i32(*low, stored(out, -1.0F));
        *high = nn_min_i32(*high, stored(out, 1.0F));
        return 0;
    case NN_ACTIVATION_RELU6:
        *low = nn_max_i32(*low, stored(out, 0.0F));
        *high = nn_min_i32(*high, stored(out, 6.0F));
        return 0;
    default:
        return unsupported(loader, activation);
    }
}
