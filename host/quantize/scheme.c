// SPDX-License-Identifier: MIT
// Which tensors of a float model become int8, and which of them share a scale.

#include "host/quantize/scheme.h"

#include <stdlib.h>
#include <string.h>

#include "nn/graph.h"
#include "nn/op.h"

typedef enum rule_kind {
    RULE_NONE,  // no int8 form
    RULE_FREE,  // the output has a scale of its own
    RULE_SAME,  // inputs and outputs share one
    RULE_FIXED, // the output's is given
    RULE_INDEX, // the output is no activation
} rule_kind;

typedef struct rule {
    int32_t code;
    rule_kind kind;
    int32_t version; // least of the int8 form
    float scale;     // RULE_FIXED
    int32_t zero_point;
} rule;

static const rule rules[] = {
        {TFL_ABS, RULE_FREE, 2, 0, 0},
        {TFL_ADD, RULE_FREE, 2, 0, 0},
        {TFL_ARG_MAX, RULE_INDEX, 2, 0, 0},
        {TFL_AVERAGE_POOL_2D, RULE_SAME, 2, 0, 0},
        {TFL_BATCH_TO_SPACE_ND, RULE_SAME, 2, 0, 0},
        {TFL_CONCATENATION, RULE_SAME, 2, 0, 0},
        {TFL_CONV_2D, RULE_FREE, 3, 0, 0},
        {TFL_DEPTHWISE_CONV_2D, RULE_FREE, 3, 0, 0},
        {TFL_DEPTH_TO_SPACE, RULE_SAME, 2, 0, 0},
        {TFL_EXP, RULE_FREE, 2, 0, 0},
        {TFL_EXPAND_DIMS, RULE_SAME, 1, 0, 0},
        {TFL_FULLY_CONNECTED, RULE_FREE, 4, 0, 0},
        {TFL_GATHER, RULE_SAME, 2, 0, 0},
        {TFL_HARD_SWISH, RULE_FREE, 1, 0, 0},
        {TFL_LEAKY_RELU, RULE_FREE, 1, 0, 0},
        {TFL_LOGISTIC, RULE_FIXED, 2, 1.0F / 256, -128},
        {TFL_MAXIMUM, RULE_SAME, 2, 0, 0},
        {TFL_MAX_POOL_2D, RULE_SAME, 2, 0, 0},
        {TFL_MEAN, RULE_FREE, 2, 0, 0},
        {TFL_MINIMUM, RULE_SAME, 2, 0, 0},
        {TFL_MIRROR_PAD, RULE_SAME, 2, 0, 0},
        {TFL_MUL, RULE_FREE, 2, 0, 0},
        {TFL_PACK, RULE_SAME, 2, 0, 0},
        {TFL_PAD, RULE_SAME, 2, 0, 0},
        {TFL_PADV2, RULE_SAME, 2, 0, 0},
        {TFL_PRELU, RULE_FREE, 1, 0, 0},
        {TFL_QUANTIZE, RULE_FREE, 1, 0, 0},
        {TFL_REDUCE_MAX, RULE_SAME, 2, 0, 0},
        {TFL_RELU, RULE_FREE, 2, 0, 0},
        // TFLite Micro's int8 kernel does not requantise
        {TFL_RELU6, RULE_SAME, 2, 0, 0},
        {TFL_RELU_0_TO_1, RULE_FREE, 1, 0, 0},
        {TFL_RESHAPE, RULE_SAME, 1, 0, 0},
        {TFL_RESIZE_BILINEAR, RULE_SAME, 2, 0, 0},
        {TFL_RESIZE_NEAREST_NEIGHBOR, RULE_SAME, 2, 0, 0},
        {TFL_RSQRT, RULE_FREE, 2, 0, 0},
        {TFL_SHAPE, RULE_INDEX, 1, 0, 0},
        {TFL_SLICE, RULE_SAME, 2, 0, 0},
        {TFL_SOFTMAX, RULE_FIXED, 2, 1.0F / 256, -128},
        {TFL_SPACE_TO_BATCH_ND, RULE_SAME, 2, 0, 0},
        {TFL_SPACE_TO_DEPTH, RULE_SAME, 2, 0, 0},
        {TFL_SPLIT, RULE_SAME, 2, 0, 0},
        {TFL_SPLIT_V, RULE_SAME, 2, 0, 0},
        {TFL_SQRT, RULE_FREE, 2, 0, 0},
        {TFL_SQUEEZE, RULE_SAME, 1, 0, 0},
        {TFL_STRIDED_SLICE, RULE_SAME, 2, 0, 0},
        {TFL_SUB, RULE_FREE, 2, 0, 0},
        {TFL_SUM, RULE_FREE, 2, 0, 0},
        {TFL_TANH, RULE_FIXED, 2, 1.0F / 128, 0},
        {TFL_TRANSPOSE, RULE_SAME, 2, 0, 0},
        {TFL_TRANSPOSE_CONV, RULE_FREE, 2, 0, 0},
        {TFL_UNPACK, RULE_SAME, 2, 0, 0},
};

static const rule *find_rule(int32_t code) {
    static const rule none;
    for (size_t k = 0; k < sizeof rules / sizeof rules[0]; k++) {
        if (rules[k].code == code) {
            return &rules[k];
        }
    }
    return &none;
}

bool scheme_keeps_scale(int32_t code) {
    return find_rule(code)->kind == RULE_SAME;
}

scheme_inputs scheme_weights(int32_t code) {
    switch (code) {
    case TFL_CONV_2D:
        return (scheme_inputs){0, 1, 2, 0};
    case TFL_DEPTHWISE_CONV_2D:
        return (scheme_inputs){0, 1, 2, 3};
    case TFL_TRANSPOSE_CONV:
        return (scheme_inputs){2, 1, 3, 0};
    case TFL_FULLY_CONNECTED:
        // a scale for each output is newer than many runtimes
        return (scheme_inputs){0, 1, 2, -1};
    default:
        return (scheme_inputs){-1, -1, -1, -1};
    }
}

static uint32_t input_rank(const tfl_model *model, const tfl_op *op) {
    return model->tensors[op->inputs[0]].rank;
}

static bool has_input(const tfl_op *op, uint32_t k) {
    return k < op->input_count && op->inputs[k] >= 0;
}

// Versions that a rank or an option asks for.
static int32_t special_version(const tfl_model *model, const tfl_op *op) {
    const tfl_field *f = op->fields;
    switch (op->code) {
    case TFL_FULLY_CONNECTED:
        return !has_input(op, 2) ? 6 : f[2].number ? 5 : 4;
    case TFL_TRANSPOSE_CONV:
        return f[3].number ? 4 : has_input(op, 3) ? 3 : 2;
    case TFL_RESIZE_BILINEAR:
        return f[3].number ? 3 : 2;
    case TFL_RESIZE_NEAREST_NEIGHBOR:
        return f[0].number || f[1].number ? 3 : 2;
    case TFL_TRANSPOSE:
    case TFL_PAD:
    case TFL_PADV2:
        return input_rank(model, op) > 4 ? 4 : 2;
    case TFL_SLICE:
        return input_rank(model, op) > 4 ? 5 : 2;
    case TFL_STRIDED_SLICE:
        return f[2].number || f[3].number   ? 6
                : input_rank(model, op) > 4 ? 4
                                            : 2;
    case TFL_BATCH_TO_SPACE_ND:
    case TFL_SPACE_TO_BATCH_ND:
        return input_rank(model, op) != 4 ? 3 : 2;
    case TFL_GATHER:
        return f[1].number ? 5 : 2;
    default:
        return 0;
    }
}

static double scale_of(const tfl_model *model, int32_t tensor) {
    const tfl_tensor *t = &model->tensors[tensor];
    return t->scale_count ? (double)t->scales[0] : 0;
}

int32_t scheme_version(const tfl_model *model, const tfl_op *op) {
    int32_t special = special_version(model, op);
    if (special) {
        return special;
    }
    if (op->code == TFL_MUL) {
        double factor = scale_of(model, op->inputs[0]) *
                scale_of(model, op->inputs[1]) /
                scale_of(model, op->outputs[0]);
        return factor >= 1 ? 3 : 2;
    }
    return find_rule(op->code)->version;
}

static bool is_float(const tfl_model *model, int32_t tensor) {
    return tensor >= 0 && model->tensors[tensor].type == NN_FLOAT32;
}

static void set_group(const scheme *s, const tfl_model *model, int32_t from,
        int32_t to) {
    for (uint32_t k = 0; k < model->tensor_count; k++) {
        if (s->tensors[k].group == from) {
            s->tensors[k].group = to;
        }
    }
}

// Puts two tensors into one group, under the smaller number; a demanded
// scale stays with the group.
static void unite(scheme *s, const tfl_model *model, int32_t a, int32_t b) {
    int32_t p = s->tensors[a].group;
    int32_t q = s->tensors[b].group;
    if (p == q) {
        return;
    }
    int32_t low = p < q ? p : q;
    int32_t high = p < q ? q : p;
    if (s->fixed[high].is_fixed) {
        s->fixed[low] = s->fixed[high];
    }
    set_group(s, model, high, low);
}

static bool clash(const scheme_fixed *a, const scheme_fixed *b) {
    return a->is_fixed != b->is_fixed || a->scale != b->scale ||
            a->zero_point != b->zero_point;
}

static void set_weights(scheme *s, const tfl_op *op,
        const scheme_inputs *where) {
    int32_t weights = op->inputs[where->weights];
    s->tensors[weights].role = SCHEME_WEIGHTS;
    s->tensors[weights].axis = where->axis;
    if (has_input(op, (uint32_t)where->bias)) {
        s->tensors[op->inputs[where->bias]].role = SCHEME_BIAS;
    }
}

static int cannot(const tfl_op *op, const char *why, nn_error *error) {
    nn_name name = nn_builtin_name((uint32_t)op->code);
    return nn_fail(error, NN_ERR_UNSUPPORTED, "op %u %s: %s", op->origin,
            *name.text ? name.text : "?", why);
}

static int check_weights(const tfl_model *model, const tfl_op *op,
        const scheme_inputs *where, nn_error *error) {
    if (!has_input(op, (uint32_t)where->weights) ||
            !model->tensors[op->inputs[where->weights]].data) {
        return cannot(op, "weights that are computed have no int8 form", error);
    }
    const tfl_tensor *w = &model->tensors[op->inputs[where->weights]];
    if (where->axis >= (int32_t)w->rank) {
        return cannot(op, "the weights have too few dimensions", error);
    }
    return 0;
}

// Appends a tensor like the one given; it joins the scheme with a group of
// its own.
static int32_t add_tensor(scheme *s, tfl_model *model, int32_t like) {
    size_t count = (size_t)model->tensor_count + 1;
    scheme_tensor *tensors = realloc(s->tensors, count * sizeof *tensors);
    if (!tensors) {
        return -1;
    }
    s->tensors = tensors;
    scheme_fixed *fixed = realloc(s->fixed, count * sizeof *fixed);
    if (!fixed) {
        return -1;
    }
    s->fixed = fixed;
    tfl_tensor copy = model->tensors[like];
    copy.name = "";
    int32_t place = tfl_add_tensor(model, &copy);
    if (place >= 0) {
        s->tensors[place] = (scheme_tensor){SCHEME_ACTIVATION, place, -1};
        s->fixed[place] = (scheme_fixed){0};
    }
    return place;
}

// Puts a QUANTIZE in front of input k of operator `at`, which moves on by one.
static int requantise(scheme *s, tfl_model *model, uint32_t at, uint32_t k,
        nn_error *error) {
    tfl_op *ops = tfl_alloc(model, (size_t)model->op_count + 1, sizeof *ops);
    int32_t *lists = tfl_alloc(model, (size_t)model->ops[at].input_count + 2,
            sizeof *lists);
    int32_t from = model->ops[at].inputs[k];
    int32_t to = ops && lists ? add_tensor(s, model, from) : -1;
    if (to < 0) {
        return nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
    }
    memcpy(ops, model->ops, at * sizeof *ops);
    memcpy(ops + at + 1, model->ops + at, (model->op_count - at) * sizeof *ops);
    model->ops = ops;
    model->op_count++;
    tfl_op *op = &ops[at + 1];
    lists[0] = from;
    lists[1] = to;
    ops[at] = (tfl_op){.code = TFL_QUANTIZE,
            .custom = "",
            .version = 1,
            .input_count = 1,
            .output_count = 1,
            .inputs = &lists[0],
            .outputs = &lists[1],
            .origin = op->origin};
    memcpy(lists + 2, op->inputs, op->input_count * sizeof *lists);
    lists[2 + k] = to;
    op->inputs = lists + 2;
    return 0;
}

// Unites what an operator that moves numbers connects. *added: operators put
// in front of it.
static int share(scheme *s, tfl_model *model, uint32_t at, uint32_t *added,
        nn_error *error) {
    int32_t first = -1;
    *added = 0;
    for (uint32_t k = 0; k < model->ops[at + *added].input_count; k++) {
        int32_t t = model->ops[at + *added].inputs[k];
        if (!is_float(model, t)) {
            continue;
        }
        if (first >= 0) {
            const scheme_fixed *a = &s->fixed[s->tensors[first].group];
            const scheme_fixed *b = &s->fixed[s->tensors[t].group];
            if (clash(a, b) && b->is_fixed) {
                int code = requantise(s, model, at + *added, k, error);
                if (code) {
                    return code;
                }
                ++*added;
                t = model->ops[at + *added].inputs[k];
            }
            unite(s, model, first, t);
        }
        first = first < 0 ? t : first;
    }
    const tfl_op *op = &model->ops[at + *added];
    for (uint32_t k = 0; first >= 0 && k < op->output_count; k++) {
        if (is_float(model, op->outputs[k])) {
            unite(s, model, first, op->outputs[k]);
        }
    }
    return 0;
}

// Whether operator op reads two floats with different demanded scales, or one
// demanded and one not, in an order that share() cannot mend: the demanded
// one comes first.
static bool fixed_comes_first(const scheme *s, const tfl_model *model,
        const tfl_op *op, uint32_t *k) {
    uint32_t floats = 0;
    bool all_fixed = true;
    uint32_t first = 0;
    for (uint32_t j = 0; j < op->input_count; j++) {
        if (!is_float(model, op->inputs[j])) {
            continue;
        }
        first = floats++ ? first : j;
        all_fixed =
                all_fixed && s->fixed[s->tensors[op->inputs[j]].group].is_fixed;
    }
    *k = first;
    return floats > 1 && !all_fixed &&
            s->fixed[s->tensors[op->inputs[first]].group].is_fixed;
}

static int apply(scheme *s, tfl_model *model, uint32_t *at, nn_error *error) {
    const tfl_op *op = &model->ops[*at];
    const rule *r = find_rule(op->code);
    bool moves_floats = false;
    for (uint32_t k = 0; k < op->input_count; k++) {
        moves_floats = moves_floats || is_float(model, op->inputs[k]);
    }
    if (!moves_floats) {
        return 0;
    }
    scheme_inputs where = scheme_weights(op->code);
    if (r->kind == RULE_NONE) {
        return cannot(op, "has no int8 form", error);
    }
    if (where.weights >= 0) {
        int code = check_weights(model, op, &where, error);
        if (code) {
            return code;
        }
        set_weights(s, op, &where);
    }
    if (r->kind == RULE_FIXED) {
        s->fixed[s->tensors[op->outputs[0]].group] =
                (scheme_fixed){true, r->scale, r->zero_point};
    }
    if (r->kind != RULE_SAME) {
        return 0;
    }
    uint32_t k;
    if (fixed_comes_first(s, model, op, &k)) {
        int code = requantise(s, model, *at, k, error);
        if (code) {
            return code;
        }
        ++*at;
    }
    uint32_t added;
    int code = share(s, model, *at, &added, error);
    *at += added;
    return code;
}

int scheme_make(scheme *out, tfl_model *model, nn_error *error) {
    size_t count = (size_t)model->tensor_count + 1;
    *out = (scheme){calloc(count, sizeof *out->tensors),
            calloc(count, sizeof *out->fixed)};
    if (!out->tensors || !out->fixed) {
        scheme_free(out);
        return nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
    }
    for (uint32_t k = 0; k < model->tensor_count; k++) {
        bool real = is_float(model, (int32_t)k);
        out->tensors[k] =
                (scheme_tensor){real ? SCHEME_ACTIVATION : SCHEME_OTHER,
                        (int32_t)k, -1};
    }
    for (uint32_t k = 0; k < model->op_count; k++) {
        int code = apply(out, model, &k, error);
        if (code) {
            scheme_free(out);
            return code;
        }
    }
    return 0;
}

void scheme_free(scheme *s) {
    free(s->tensors);
    free(s->fixed);
    *s = (scheme){0};
}
