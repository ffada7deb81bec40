// SPDX-License-Identifier: MIT
// Weights and constants as int8, biases as int32.

#include "host/quantize/weights.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "nn/graph.h"

enum { WEIGHT_MAX = 127 };

// Sums stay far from overflow when the bias takes half of what 32 bits hold.
static const double bias_max = 1 << 30;

static int no_memory(nn_error *error) {
    return nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
}

double weights_round(double x, double limit) {
    if (!(x > -limit)) {
        return -limit;
    }
    if (x >= limit) {
        return limit;
    }
    double low = floor(x);
    double rest = x - low;
    return rest > 0.5 || (rest == 0.5 && x > 0) ? low + 1 : low;
}

static int set_scales(tfl_model *model, tfl_tensor *t, uint32_t count,
        int32_t axis, float **scales, nn_error *error) {
    *scales = tfl_alloc(model, count, sizeof **scales);
    t->zero_points = tfl_alloc(model, count, sizeof(int64_t));
    if (!*scales || !t->zero_points) {
        return no_memory(error);
    }
    t->scales = *scales;
    t->scale_count = count;
    t->scale_axis = axis;
    return 0;
}

// Elements between two steps of the axis, 0 without one.
static size_t step_of(const tfl_tensor *t, int32_t axis) {
    size_t step = axis < 0 ? 0 : 1;
    for (uint32_t k = (uint32_t)axis + 1; axis >= 0 && k < t->rank; k++) {
        step *= (size_t)t->dim[k];
    }
    return step;
}

static float largest(const float *values, size_t count, size_t step,
        uint32_t channels, uint32_t channel) {
    float found = 0;
    for (size_t i = 0; i < count; i++) {
        if (!step || i / step % channels == channel) {
            float size = fabsf(values[i]);
            found = size > found ? size : found;
        }
    }
    return found;
}

// The scale that holds both the weights and, divided by it, the bias.
static float pick_scale(float weight, float bias, float input_scale) {
    float scale = weight / WEIGHT_MAX;
    float least = (float)(fabs((double)bias) / bias_max / (double)input_scale);
    scale = scale > least ? scale : least;
    // nothing but zeros: any scale does
    return scale >= FLT_MIN ? scale : 1.0F;
}

int weights_symmetric(tfl_model *model, int32_t tensor, int32_t axis,
        const float *bias, float input_scale, nn_error *error) {
    tfl_tensor *t = &model->tensors[tensor];
    uint32_t channels = axis < 0 ? 1 : (uint32_t)t->dim[axis];
    size_t count = tfl_elements(t);
    size_t step = step_of(t, axis);
    const float *values = t->data;
    float *scales;
    int8_t *bytes = tfl_alloc(model, count, 1);
    int code = bytes ? set_scales(model, t, channels, axis, &scales, error)
                     : no_memory(error);
    if (code) {
        return code;
    }
    for (uint32_t c = 0; c < channels; c++) {
        float b = bias ? bias[c] : 0;
        scales[c] = pick_scale(largest(values, count, step, channels, c), b,
                input_scale);
    }
    for (size_t i = 0; i < count; i++) {
        double scale = (double)scales[step ? i / step % channels : 0];
        bytes[i] = (int8_t)weights_round((double)values[i] / scale, WEIGHT_MAX);
    }
    t->type = NN_INT8;
    t->data = bytes;
    t->bytes = count;
    return 0;
}

int weights_bias(tfl_model *model, int32_t bias, int32_t weights,
        float input_scale, const ranges_item *shift, nn_error *error) {
    tfl_tensor *t = &model->tensors[bias];
    const tfl_tensor *w = &model->tensors[weights];
    size_t count = tfl_elements(t);
    const float *values = t->data;
    float *scales;
    int32_t *steps = tfl_alloc(model, count, sizeof *steps);
    int code = steps ? set_scales(model, t, w->scale_count, 0, &scales, error)
                     : no_memory(error);
    if (code) {
        return code;
    }
    for (uint32_t c = 0; c < w->scale_count; c++) {
        scales[c] = input_scale * w->scales[c];
    }
    for (size_t c = 0; c < count; c++) {
        double scale = (double)input_scale *
                (double)w->scales[w->scale_count > 1 ? c : 0];
        double extra = shift ? shift->steps[c] : 0;
        steps[c] = (int32_t)weights_round(
                weights_round((double)values[c] / scale, bias_max) + extra,
                INT32_MAX);
    }
    t->type = NN_INT32;
    t->data = steps;
    t->bytes = count * sizeof *steps;
    return 0;
}

int weights_constant(tfl_model *model, int32_t tensor, float scale,
        int32_t zero_point, nn_error *error) {
    tfl_tensor *t = &model->tensors[tensor];
    size_t count = tfl_elements(t);
    const float *values = t->data;
    int8_t *bytes = tfl_alloc(model, count, 1);
    if (!bytes) {
        return no_memory(error);
    }
    for (size_t i = 0; i < count; i++) {
        double q = weights_round((double)values[i] / (double)scale, 512) +
                zero_point;
        bytes[i] = (int8_t)(q < INT8_MIN ? INT8_MIN
                        : q > INT8_MAX   ? INT8_MAX
                                         : q);
    }
    t->data = bytes;
    t->bytes = count;
    return 0;
}
