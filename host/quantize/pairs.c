// SPDX-License-Identifier: MIT
// Tensors between two convolutions with nothing but a bias in between.

#include "host/quantize/pairs.h"

#include "host/quantize/scheme.h"

// The constant of this type at this input; NULL where there is none.
static const tfl_tensor *constant(const tfl_model *model, const tfl_op *op,
        int32_t k, nn_type type) {
    if (k < 0 || (uint32_t)k >= op->input_count || op->inputs[k] < 0) {
        return NULL;
    }
    const tfl_tensor *t = &model->tensors[op->inputs[k]];
    return t->data && t->type == type ? t : NULL;
}

uint32_t pairs_channels(const tfl_tensor *t) {
    return t->rank ? (uint32_t)t->dim[t->rank - 1] : 0;
}

static nn_type bias_type(nn_type type) {
    return type == NN_INT8 ? NN_INT32 : type;
}

// Whether what the operator makes is its bias and something else.
static bool ends_in_bias(const tfl_model *model, const tfl_op *op,
        nn_type type) {
    if (op->code != TFL_CONV_2D && op->code != TFL_DEPTHWISE_CONV_2D) {
        return false;
    }
    const tfl_tensor *bias =
            constant(model, op, scheme_weights(op->code).bias, bias_type(type));
    int field = tfl_activation_field(op);
    return bias && op->fields[field].number == TFL_ACT_NONE &&
            tfl_elements(bias) ==
            pairs_channels(&model->tensors[op->outputs[0]]);
}

// Whether every output of the operator sees each of its weights once.
static bool never_pads(const tfl_op *op, const tfl_tensor *weights) {
    enum { PADDING_FIELD = 0, VALID = 1 };
    return op->code == TFL_FULLY_CONNECTED ||
            op->fields[PADDING_FIELD].number == VALID ||
            (weights->dim[1] == 1 && weights->dim[2] == 1);
}

static bool takes_constants(const tfl_model *model, const tfl_op *op,
        int32_t tensor, nn_type type) {
    if (op->code != TFL_CONV_2D && op->code != TFL_FULLY_CONNECTED) {
        return false;
    }
    scheme_inputs where = scheme_weights(op->code);
    const tfl_tensor *weights = constant(model, op, where.weights, type);
    const tfl_tensor *bias = constant(model, op, where.bias, bias_type(type));
    uint32_t channels = pairs_channels(&model->tensors[tensor]);
    uint32_t rank = op->code == TFL_CONV_2D ? 4 : 2;
    if (op->inputs[where.data] != tensor || !weights || !bias ||
            weights->rank != rank || channels == 0) {
        return false;
    }
    // the weights of one output, channels innermost, then those of the next
    return pairs_channels(weights) % channels == 0 &&
            (rank == 2 || pairs_channels(weights) == channels) &&
            tfl_elements(bias) == (size_t)weights->dim[0] &&
            never_pads(op, weights);
}

const tfl_op *pairs_taker(const tfl_model *model, int32_t tensor,
        nn_type type) {
    const tfl_op *first = tfl_producer(model, tensor);
    if (!first || !ends_in_bias(model, first, type) ||
            tfl_use_count(model, tensor) != 1) {
        return NULL;
    }
    for (uint32_t k = 0; k < model->op_count; k++) {
        if (takes_constants(model, &model->ops[k], tensor, type)) {
            return &model->ops[k];
        }
    }
    return NULL;
}
