// SPDX-License-Identifier: MIT
// Evens out the channels between two convolutions.

#include "host/quantize/equalize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/quantize/prepare.h"
#include "host/quantize/scheme.h"
#include "host/quantize/sweep.h"

// How a channel's share of activation and weights is split: its factor is
// (1 / activation)^SHARE * weight^(1 - SHARE), both relative to the largest.
static const float share = 0.5F;

// Channels further apart than this are not brought together entirely.
static const float factor_max = 1024;

static int no_memory(nn_error *error) {
    return nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
}

static bool is_conv(const tfl_op *op) {
    return op->code == TFL_CONV_2D || op->code == TFL_DEPTHWISE_CONV_2D;
}

static bool lets_factors_pass(const tfl_op *op) {
    int field = tfl_activation_field(op);
    int32_t activation = field < 0 ? TFL_ACT_NONE : op->fields[field].number;
    return activation == TFL_ACT_NONE || activation == TFL_ACT_RELU;
}

// The only operator that reads the tensor, NULL where there are several or
// the tensor is an output of the model.
static tfl_op *only_reader(const tfl_model *model, int32_t tensor) {
    if (tfl_use_count(model, tensor) != 1) {
        return NULL;
    }
    for (uint32_t k = 0; k < model->op_count; k++) {
        tfl_op *op = &model->ops[k];
        for (uint32_t j = 0; j < op->input_count; j++) {
            if (op->inputs[j] == tensor) {
                return op;
            }
        }
    }
    return NULL;
}

// The convolution behind `first` with which it can trade factors, or NULL.
static const tfl_op *partner(const tfl_model *model, const tfl_op *first) {
    if (!is_conv(first) || !lets_factors_pass(first)) {
        return NULL;
    }
    int32_t between = first->outputs[0];
    const tfl_op *second = only_reader(model, between);
    if (!second || !is_conv(second) || second->inputs[0] != between ||
            first->inputs[1] < 0 || second->inputs[1] < 0) {
        return NULL;
    }
    const tfl_tensor *w = &model->tensors[second->inputs[1]];
    const tfl_tensor *t = &model->tensors[between];
    if (!w->data || !model->tensors[first->inputs[1]].data || w->rank != 4 ||
            t->rank != 4 || w->dim[3] != t->dim[3]) {
        return NULL;
    }
    return second;
}

// Largest numbers seen in each channel of each tensor between two partners.
typedef struct peaks {
    float **by_tensor; // NULL: not looked at
} peaks;

static int look(void *context, uint32_t tensor, const float *values,
        uint32_t count, uint32_t channels) {
    float *peak = ((peaks *)context)->by_tensor[tensor];
    for (uint32_t k = 0; peak && k < count; k++) {
        float size = fabsf(values[k]);
        float *p = &peak[k % channels];
        *p = size > *p ? size : *p;
    }
    return 0;
}

// Weights of the second convolution that belong to input channel c.
static float weight_peak(const tfl_tensor *w, uint32_t c) {
    const float *values = w->data;
    uint32_t channels = (uint32_t)w->dim[3];
    size_t count = tfl_elements(w);
    float peak = 0;
    for (size_t k = c; k < count; k += channels) {
        float size = fabsf(values[k]);
        peak = size > peak ? size : peak;
    }
    return peak;
}

static int add_factors(const tfl_model *model, const tfl_op *first,
        const tfl_op *second, const float *peak, ranges *r, nn_error *error) {
    int32_t between = first->outputs[0];
    const tfl_tensor *w = &model->tensors[second->inputs[1]];
    uint32_t channels = (uint32_t)w->dim[3];
    // a depthwise filter's scales are per channel: it loses nothing
    float part = second->code == TFL_DEPTHWISE_CONV_2D ? 1 : share;
    char name[PREPARE_NAME_BYTES];
    ranges_item item = {.kind = RANGES_SCALE, .count = channels};
    item.factors = calloc(channels, sizeof *item.factors);
    if (!item.factors) {
        return no_memory(error);
    }
    float top = 0;
    for (uint32_t c = 0; c < channels; c++) {
        top = peak[c] > top ? peak[c] : top;
    }
    for (uint32_t c = 0; c < channels; c++) {
        float weight = weight_peak(w, c);
        float a = peak[c] > 0 ? top / peak[c] : 1;
        float factor = powf(a, part) * powf(weight, 1 - part);
        item.factors[c] = weight > 0 && peak[c] > 0 ? factor : 0;
    }
    float largest = 0;
    for (uint32_t c = 0; c < channels; c++) {
        float f = item.factors[c];
        largest = f > largest ? f : largest;
    }
    for (uint32_t c = 0; c < channels; c++) {
        float f = largest > 0 ? item.factors[c] / largest : 1;
        item.factors[c] = f > 1 / factor_max ? f : 1 / factor_max;
    }
    item.tensor = prepare_name(model, between, name);
    return ranges_add(r, &item, error);
}

static int measure(const tfl_model *model, const photos *p, peaks *seen,
        ranges *r, nn_error *error) {
    uint8_t *file;
    size_t bytes;
    for (uint32_t k = 0; k < model->op_count; k++) {
        const tfl_op *op = &model->ops[k];
        if (partner(model, op)) {
            int32_t t = op->outputs[0];
            size_t channels = (size_t)model->tensors[t].dim[3];
            seen->by_tensor[t] = calloc(channels, sizeof(float));
            if (!seen->by_tensor[t]) {
                return no_memory(error);
            }
        }
    }
    int code = tfl_write(model, "", &file, &bytes, error);
    if (code) {
        return code;
    }
    code = sweep_run(file, bytes, p, 1, "measuring channels", look, seen,
            error);
    free(file);
    for (uint32_t k = 0; !code && k < model->op_count; k++) {
        const tfl_op *first = &model->ops[k];
        const tfl_op *second = partner(model, first);
        if (second) {
            code = add_factors(model, first, second,
                    seen->by_tensor[first->outputs[0]], r, error);
        }
    }
    return code;
}

int equalize_measure(const tfl_model *model, const photos *p, ranges *r,
        nn_error *error) {
    peaks seen = {
            calloc((size_t)model->tensor_count + 1, sizeof *seen.by_tensor)};
    if (!seen.by_tensor) {
        return no_memory(error);
    }
    int code = measure(model, p, &seen, r, error);
    for (uint32_t k = 0; k < model->tensor_count; k++) {
        free(seen.by_tensor[k]);
    }
    free(seen.by_tensor);
    return code;
}

// Multiplies (or divides) the constant's numbers by the factor of their step
// of axis; the tensor gets numbers of its own.
static int scale_constant(tfl_model *model, int32_t tensor, int32_t axis,
        const float *factors, bool divide, nn_error *error) {
    tfl_tensor *t = &model->tensors[tensor];
    size_t count = tfl_elements(t);
    size_t step = 1;
    const float *values = t->data;
    float *scaled = tfl_alloc(model, count, sizeof *scaled);
    if (!scaled) {
        return no_memory(error);
    }
    for (uint32_t k = (uint32_t)axis + 1; k < t->rank; k++) {
        step *= (size_t)t->dim[k];
    }
    for (size_t k = 0; k < count; k++) {
        float factor = factors[k / step % (size_t)t->dim[axis]];
        scaled[k] = divide ? values[k] / factor : values[k] * factor;
    }
    t->data = scaled;
    return 0;
}

static int apply(tfl_model *model, const tfl_op *first, const tfl_op *second,
        const ranges_item *item, nn_error *error) {
    scheme_inputs where = scheme_weights(first->code);
    const tfl_tensor *w = &model->tensors[second->inputs[1]];
    if (item->count != (uint32_t)w->dim[3]) {
        return nn_fail(error, NN_ERR_INVALID,
                "%u factors do not fit the channels of tensor %s", item->count,
                item->tensor);
    }
    int code = scale_constant(model, first->inputs[1], where.axis,
            item->factors, false, error);
    if (!code && first->input_count > 2 && first->inputs[2] >= 0) {
        code = scale_constant(model, first->inputs[2], 0, item->factors, false,
                error);
    }
    return code ? code
                : scale_constant(model, second->inputs[1], 3, item->factors,
                          true, error);
}

int equalize_apply(tfl_model *model, const ranges *r, nn_error *error) {
    char name[PREPARE_NAME_BYTES];
    size_t left = 0;
    for (size_t k = 0; k < r->count; k++) {
        left += r->items[k].kind == RANGES_SCALE;
    }
    for (uint32_t k = 0; k < model->op_count; k++) {
        const tfl_op *first = &model->ops[k];
        const tfl_op *second = partner(model, first);
        const ranges_item *item = second
                ? ranges_find(r, RANGES_SCALE,
                          prepare_name(model, first->outputs[0], name))
                : NULL;
        int code = item ? apply(model, first, second, item, error) : 0;
        if (code) {
            return code;
        }
        left -= item != NULL;
    }
    return left ? nn_fail(error, NN_ERR_INVALID,
                          "factors for a tensor that the model does not have "
                          "between two convolutions")
                : 0;
}
