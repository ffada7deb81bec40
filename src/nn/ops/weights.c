// SPDX-License-Identifier: MIT
// What operators with int8 weights and an int32 bias have in common.

#include "nn/ops/weights.h"

#include "nn/fixed.h"
#include "nn/kernels/channels.h"

int nn_need_weights(const nn_loader *loader, uint32_t input, uint32_t rank,
        uint32_t axis) {
    const nn_tensor *weights = loader->in[NN_FILTER];
    uint32_t count = weights->scale_count;
    int err = nn_need_rank(loader, weights, rank);
    if (err) {
        return err;
    }
    if (count == 0 || (count > 1 && weights->scale_axis != axis)) {
        return nn_op_invalid(loader,
                "the weights need one scale, or one a channel");
    }
    for (uint32_t c = 0; err == 0 && c < count; c++) {
        if (nn_tensor_zero_point(weights, c) != 0) {
            return nn_op_invalid(loader, "the weights' zero point %u is not 0",
                    c);
        }
        nn_multiplier multiplier;
        err = nn_need_factor(loader,
                nn_channel_factor(loader->in[input], weights, loader->out, c),
                &multiplier);
    }
    return err;
}

int nn_weights_misfit(const nn_loader *loader, const nn_tensor *image) {
    const nn_tensor *weights = loader->in[NN_FILTER];
    return nn_op_invalid(loader, "%d channels do not fit weights of %d and %d",
            image->dim[3], weights->dim[0], weights->dim[3]);
}

int nn_need_bias(const nn_loader *loader, uint32_t bias, uint32_t count) {
    const nn_tensor *t = nn_loader_input(loader, bias);
    int err = nn_need_input(loader, bias,
            NN_TYPE_BIT(NN_INT32) | NN_CONSTANT | NN_OPTIONAL);
    if (err == 0 && t != NULL && t->bytes / sizeof(int32_t) != count) {
        return nn_op_invalid(loader, "the bias has %u numbers for %u channels",
                t->bytes / (uint32_t)sizeof(int32_t), count);
    }
    return err;
}

const int32_t *nn_bias_data(const nn_graph *graph, const nn_op *op,
        uint32_t bias) {
    return bias < op->input_count && op->inputs[bias] != NN_NONE
            ? nn_op_given(graph, op, bias)->data
            : NULL;
}

int nn_reserve(const nn_loader *loader, uint64_t bytes) {
    if (bytes > INT32_MAX) {
        return nn_op_fail(loader, NN_ERR_RANGE,
                "needs more than 2 GB of memory");
    }
    loader->op->scratch_bytes = (uint32_t)bytes;
    return 0;
}
