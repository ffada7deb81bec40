// SPDX-License-Identifier: MIT
// What operators with int8 weights and an int32 bias have in common.

#include "nn/ops/weights.h"

#include "nn/fixed.h"
#include "nn/kernels/channels.h"

static int need_symmetric(const nn_loader *loader, const nn_tensor *filter,
        uint32_t axis) {
    uint32_t count = filter->scale_count;
    if (count == 0 || (count > 1 && filter->scale_axis != axis)) {
        return nn_op_invalid(loader,
                "the weights need a scale, or one a channel (dimension %u)",
                axis);
    }
    for (uint32_t c = 0; c < count; c++) {
        if (nn_tensor_zero_point(filter, c) != 0) {
            return nn_op_invalid(loader, "the weights' zero point %u is not 0",
                    c);
        }
    }
    return 0;
}

int nn_need_weights(const nn_loader *loader, uint32_t input, uint32_t rank,
        uint32_t axis) {
    const nn_tensor *weights = loader->in[NN_FILTER];
    if (weights->rank != rank) {
        return nn_op_invalid(loader,
                "the weights have %u dimensions instead of %u",
                (uint32_t)weights->rank, rank);
    }
    int err = need_symmetric(loader, weights, axis);
    if (err) {
        return err;
    }
    for (uint32_t c = 0; c < weights->scale_count; c++) {
        nn_multiplier multiplier;
        double factor =
                nn_channel_factor(loader->in[input], weights, loader->out, c);
        if (nn_multiplier_make(factor, &multiplier)) {
            return nn_op_unsupported(loader,
                    "the scales of channel %u are too far apart", c);
        }
    }
    return 0;
}

static bool given(const nn_op *op, uint32_t bias) {
    return bias < op->input_count && op->inputs[bias] != NN_NONE;
}

int nn_need_bias(const nn_loader *loader, uint32_t bias, uint32_t count) {
    int err = nn_need_input(loader, bias,
            NN_TYPE_BIT(NN_INT32) | NN_CONSTANT | NN_OPTIONAL);
    if (err || !given(loader->op, bias)) {
        return err;
    }
    const nn_tensor *t = nn_op_given(loader->graph, loader->op, bias);
    if (t->bytes / sizeof(int32_t) != count) {
        return nn_op_invalid(loader, "the bias has %u numbers for %u channels",
                t->bytes / (uint32_t)sizeof(int32_t), count);
    }
    return 0;
}

const int32_t *nn_bias_data(const nn_graph *graph, const nn_op *op,
        uint32_t bias) {
    return given(op, bias) ? nn_op_given(graph, op, bias)->data : NULL;
}

int nn_reserve_multipliers(nn_loader *loader, uint32_t count, uint32_t extra) {
    uint64_t bytes = (uint64_t)count * sizeof(nn_multiplier) + extra;
    if (bytes > INT32_MAX) {
        return nn_op_fail(loader, NN_ERR_RANGE, "%u channels are too many",
                count);
    }
    loader->op->scratch_bytes = (uint32_t)bytes;
    return 0;
}
