// SPDX-License-Identifier: MIT
// Rewrites that leave a float model's results as they are.

#include "host/tflite/fold.h"

#include <string.h>

#include "nn/graph.h"

enum {
    HALF_FRACTION_BITS = 10,
    HALF_BIAS = 15,
    FLOAT_FRACTION_BITS = 23,
    FLOAT_BIAS = 127,
};

float tfl_half_to_float(uint16_t half) {
    uint32_t sign = (uint32_t)(half >> 15) << 31;
    uint32_t exponent = half >> HALF_FRACTION_BITS & 31;
    uint32_t fraction = half & 1023;
    uint32_t shift = FLOAT_FRACTION_BITS - HALF_FRACTION_BITS;
    uint32_t bits;
    if (exponent == 31) {
        bits = sign | 0x7F800000 | fraction << shift;
    } else if (exponent) {
        bits = sign | (exponent + FLOAT_BIAS - HALF_BIAS) << 23 |
                fraction << shift;
    } else {
        // subnormal: fraction * 2^-24, a product that float32 holds exactly
        float value = (float)fraction * 0x1p-24f;
        return sign ? -value : value;
    }
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static int no_memory(nn_error *error) {
    return nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
}

static double quantised_value(const tfl_tensor *t, size_t i) {
    switch (t->type) {
    case NN_INT8:
        return ((const int8_t *)t->data)[i];
    case NN_UINT8:
        return ((const uint8_t *)t->data)[i];
    case NN_INT16:
        return ((const int16_t *)t->data)[i];
    default:
        return ((const int32_t *)t->data)[i];
    }
}

static bool is_quantised(const tfl_tensor *t) {
    return t->scale_count &&
            (t->type == NN_INT8 || t->type == NN_UINT8 || t->type == NN_INT16 ||
                    t->type == NN_INT32);
}

// Elements between two steps of the channel axis; 0: one scale for all.
static int channel_step(const tfl_tensor *t, uint32_t index, size_t *step,
        nn_error *error) {
    *step = 0;
    if (t->scale_count == 1) {
        return 0;
    }
    if (t->scale_axis < 0 || (uint32_t)t->scale_axis >= t->rank ||
            (uint32_t)t->dim[t->scale_axis] != t->scale_count) {
        return nn_fail(error, NN_ERR_INVALID,
                "tensor %u has scales that do not fit its shape", index);
    }
    *step = 1;
    for (uint32_t k = (uint32_t)t->scale_axis + 1; k < t->rank; k++) {
        *step *= (size_t)t->dim[k];
    }
    return 0;
}

// Makes the constant a float32 one.
static int widen(tfl_model *model, int32_t index, nn_error *error) {
    tfl_tensor *t = &model->tensors[index];
    size_t count = tfl_elements(t);
    float *values = tfl_alloc(model, count, sizeof *values);
    if (!values) {
        return no_memory(error);
    }
    if (t->type == NN_FLOAT16) {
        const uint16_t *halves = t->data;
        for (size_t i = 0; i < count; i++) {
            values[i] = tfl_half_to_float(halves[i]);
        }
    } else {
        size_t step;
        int code = channel_step(t, (uint32_t)index, &step, error);
        if (code) {
            return code;
        }
        for (size_t i = 0; i < count; i++) {
            size_t c = step ? i / step % t->scale_count : 0;
            values[i] = (float)((quantised_value(t, i) -
                                        (double)t->zero_points[c]) *
                    t->scales[c]);
        }
    }
    t->data = values;
    t->bytes = count * sizeof *values;
    t->type = NN_FLOAT32;
    t->scale_count = 0;
    return 0;
}

static bool can_widen(const tfl_tensor *t) {
    return t->data && (t->type == NN_FLOAT16 || is_quantised(t));
}

// Weights stored small that an operator on float32 activations reads.
static int widen_inputs(tfl_model *model, const tfl_op *op, nn_error *error) {
    for (uint32_t k = 0; k < op->input_count; k++) {
        int32_t t = op->inputs[k];
        if (t >= 0 && can_widen(&model->tensors[t])) {
            int code = widen(model, t, error);
            if (code) {
                return code;
            }
        }
    }
    return 0;
}

int tfl_fold_constants(tfl_model *model, nn_error *error) {
    for (uint32_t k = 0; k < model->op_count; k++) {
        tfl_op *op = &model->ops[k];
        if (!op->input_count || !op->output_count || op->inputs[0] < 0 ||
                model->tensors[op->outputs[0]].type != NN_FLOAT32) {
            continue;
        }
        int code = widen_inputs(model, op, error);
        const tfl_tensor *in = &model->tensors[op->inputs[0]];
        if (!code && op->code == TFL_DEQUANTIZE && in->data &&
                in->type == NN_FLOAT32) {
            code = tfl_redirect(model, op->outputs[0], op->inputs[0], error);
            op->code = -1;
        }
        if (code) {
            return code;
        }
    }
    tfl_compact(model);
    return 0;
}

static int fused_activation(int32_t code) {
    switch (code) {
    case TFL_RELU:
        return TFL_ACT_RELU;
    case TFL_RELU6:
        return TFL_ACT_RELU6;
    case TFL_RELU_N1_TO_1:
        return TFL_ACT_RELU_N1_TO_1;
    default:
        return TFL_ACT_NONE;
    }
}

void tfl_fold_activations(tfl_model *model) {
    for (uint32_t k = 0; k < model->op_count; k++) {
        tfl_op *op = &model->ops[k];
        int activation = fused_activation(op->code);
        if (!activation || op->input_count != 1 || op->output_count != 1) {
            continue;
        }
        tfl_op *maker = tfl_producer(model, op->inputs[0]);
        int field = maker ? tfl_activation_field(maker) : -1;
        if (field < 0 || !maker->options_type ||
                maker->fields[field].number != TFL_ACT_NONE ||
                tfl_use_count(model, op->inputs[0]) != 1) {
            continue;
        }
        maker->fields[field] =
                (tfl_field){.present = true, .number = activation};
        // the activated tensor keeps its name, which outputs are known by
        maker->outputs = op->outputs;
        op->code = -1;
    }
    tfl_compact(model);
}
