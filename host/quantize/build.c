// SPDX-License-Identifier: MIT
// Makes the int8 model from a prepared float model and its ranges.

#include "host/quantize/build.h"

#include <float.h>
#include <stdlib.h>

#include "host/quantize/prepare.h"
#include "host/quantize/weights.h"
#include "nn/graph.h"

// A group's scale while ranges are gathered.
typedef struct span {
    bool known;
    float low, high;
    float scale;
    int32_t zero_point;
} span;

typedef struct job {
    tfl_model *model;
    const ranges *ranges;
    scheme scheme;
    span *spans;        // by group
    const char **names; // by tensor, before anything was changed
    nn_error *error;
} job;

static void widen(span *s, float low, float high) {
    s->low = low < s->low ? low : s->low;
    s->high = high > s->high ? high : s->high;
    s->known = true;
}

// Constants bring their own range.
static void widen_constant(span *s, const tfl_tensor *t) {
    const float *values = t->data;
    size_t count = tfl_elements(t);
    for (size_t i = 0; i < count; i++) {
        widen(s, values[i], values[i]);
    }
}

// Steps are a 255th of the range; the zero point is where 0 comes to lie.
static void finish_span(span *s) {
    float range = s->high - s->low;
    s->scale = range / 255;
    if (!(s->scale >= FLT_MIN)) {
        s->scale = 1;
    }
    double zero = -128 - (double)s->low / (double)s->scale;
    zero = weights_round(zero, 128);
    s->zero_point = (int32_t)(zero > 127 ? 127 : zero);
}

static int set_span(job *j, uint32_t group) {
    span *s = &j->spans[group];
    const scheme_fixed *fixed = &j->scheme.fixed[group];
    if (fixed->is_fixed) {
        *s = (span){true, 0, 0, fixed->scale, fixed->zero_point};
        return 0;
    }
    for (uint32_t k = 0; k < j->model->tensor_count; k++) {
        const scheme_tensor *t = &j->scheme.tensors[k];
        if (t->role != SCHEME_ACTIVATION || t->group != (int32_t)group) {
            continue;
        }
        const ranges_item *item =
                ranges_find(j->ranges, RANGES_RANGE, j->names[k]);
        if (j->model->tensors[k].data) {
            widen_constant(s, &j->model->tensors[k]);
        } else if (item) {
            widen(s, item->low, item->high);
        }
    }
    if (!s->known) {
        return nn_fail(j->error, NN_ERR_INVALID, "no range for tensor %s",
                j->names[group]);
    }
    finish_span(s);
    return 0;
}

static int set_activation(job *j, uint32_t k) {
    tfl_tensor *t = &j->model->tensors[k];
    const span *s = &j->spans[j->scheme.tensors[k].group];
    float *scale = tfl_alloc(j->model, 1, sizeof *scale);
    int64_t *zero = tfl_alloc(j->model, 1, sizeof *zero);
    if (!scale || !zero) {
        return nn_fail(j->error, NN_ERR_NO_MEMORY, "not enough memory");
    }
    if (t->data) {
        int code = weights_constant(j->model, (int32_t)k, s->scale,
                s->zero_point, j->error);
        if (code) {
            return code;
        }
    }
    *scale = s->scale;
    *zero = s->zero_point;
    t->type = NN_INT8;
    t->scale_count = 1;
    t->scales = scale;
    t->zero_points = zero;
    return 0;
}

static int set_weights(job *j, const tfl_op *op) {
    scheme_inputs where = scheme_weights(op->code);
    if (where.weights < 0 ||
            j->scheme.tensors[op->inputs[where.weights]].role !=
                    SCHEME_WEIGHTS) {
        return 0;
    }
    const tfl_tensor *tensors = j->model->tensors;
    int32_t weights = op->inputs[where.weights];
    int32_t bias = (uint32_t)where.bias < op->input_count
            ? op->inputs[where.bias]
            : -1;
    float scale = tensors[op->inputs[where.data]].scales[0];
    bool by_channel = bias >= 0 && where.axis >= 0 &&
            tfl_elements(&tensors[bias]) ==
                    (size_t)tensors[weights].dim[where.axis];
    int code = weights_symmetric(j->model, weights, where.axis,
            by_channel ? tensors[bias].data : NULL, scale, j->error);
    if (code || bias < 0) {
        return code;
    }
    const ranges_item *shift =
            ranges_find(j->ranges, RANGES_SHIFT, j->names[op->outputs[0]]);
    if (shift && shift->count != tfl_elements(&tensors[bias])) {
        return nn_fail(j->error, NN_ERR_INVALID,
                "%u shifts do not fit the bias of tensor %s", shift->count,
                shift->tensor);
    }
    return weights_bias(j->model, bias, weights, scale, shift, j->error);
}

static int find_names(job *j) {
    size_t count = (size_t)j->model->tensor_count + 1;
    j->spans = calloc(count, sizeof *j->spans);
    j->names = calloc(count, sizeof *j->names);
    for (uint32_t k = 0; j->names && k < j->model->tensor_count; k++) {
        char *buffer = tfl_alloc(j->model, PREPARE_NAME_BYTES, 1);
        if (!buffer) {
            return NN_ERR_NO_MEMORY;
        }
        j->names[k] = prepare_name(j->model, (int32_t)k, buffer);
    }
    return j->spans && j->names ? 0 : NN_ERR_NO_MEMORY;
}

static int build(job *j) {
    tfl_model *m = j->model;
    int code = find_names(j);
    if (code) {
        return nn_fail(j->error, code, "not enough memory");
    }
    for (uint32_t k = 0; !code && k < m->tensor_count; k++) {
        const scheme_tensor *t = &j->scheme.tensors[k];
        if (t->role == SCHEME_ACTIVATION && t->group == (int32_t)k) {
            code = set_span(j, k);
        }
    }
    for (uint32_t k = 0; !code && k < m->tensor_count; k++) {
        if (j->scheme.tensors[k].role == SCHEME_ACTIVATION) {
            code = set_activation(j, k);
        }
    }
    for (uint32_t k = 0; !code && k < m->op_count; k++) {
        code = set_weights(j, &m->ops[k]);
    }
    for (uint32_t k = 0; !code && k < m->op_count; k++) {
        int32_t version = scheme_version(m, &m->ops[k]);
        m->ops[k].version = version ? version : m->ops[k].version;
    }
    return code;
}

int build_int8(tfl_model *model, const ranges *r, nn_error *error) {
    job j = {.model = model, .ranges = r, .error = error};
    int code = scheme_make(&j.scheme, model, error);
    if (code) {
        return code;
    }
    code = build(&j);
    scheme_free(&j.scheme);
    free(j.spans);
    free(j.names);
    return code;
}
