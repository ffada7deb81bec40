// SPDX-License-Identifier: MIT
// ADD, SUB, MUL, MAXIMUM and MINIMUM of two tensors, with broadcasting.

#include "nn/kernels/binary.h"

#include "nn/ops/activation.h"
#include "nn/ops/fold_hooks.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

// The types of both inputs and of the output.
enum {
    TYPES = NN_TYPE_BIT(NN_INT8) | NN_TYPE_BIT(NN_INT32),
    SCALED = TYPES | NN_SCALED,
};
// The first field of AddOptions, SubOptions and MulOptions.
enum { ACTIVATION };

static int check_shapes(const nn_loader *loader) {
    const nn_tensor *a = loader->in[0];
    const nn_tensor *b = loader->in[1];
    int rank = a->rank > b->rank ? a->rank : b->rank;
    int32_t dim[NN_MAX_RANK];
    for (int i = 0; i < rank; i++) {
        int32_t x = nn_tensor_dim(a, i - rank);
        int32_t y = nn_tensor_dim(b, i - rank);
        dim[i] = x == 1 ? y : x;
        if (y != 1 && y != dim[i]) {
            return nn_op_invalid(loader,
                    "sizes %d and %d of the inputs do not go together", x, y);
        }
    }
    return nn_need_output_shape(loader, (uint32_t)rank, dim);
}

// Without broadcasting the output takes over the rows of a computed input, else
// they are those of NHWC. An input of one row goes with every row.
static void find_rows(nn_loader *loader) {
    nn_op *op = loader->op;
    nn_binary_params *p = NN_PARAMS(op, nn_binary_params);
    nn_tensor *out = loader->out;
    const nn_tensor *leader = NULL;
    p->flat = 1;
    for (uint32_t k = 0; k < 2; k++) {
        const nn_tensor *in = loader->in[k];
        bool full = in->bytes == out->bytes;
        if (full && in->data == NULL) {
            op->in_place |= (uint8_t)(1U << k);
        }
        if (!full && nn_tensor_elements(in) != 1) {
            p->flat = 0;
        }
        if (full && in->data == NULL && (!leader || in->rows > leader->rows)) {
            leader = in;
        }
    }
    if (p->flat && leader) {
        nn_rows_follow(leader, out);
    }
    op->row_local = 1;
    for (uint32_t k = 0; k < 2; k++) {
        const nn_tensor *in = loader->in[k];
        bool fits = in->rows == 1 ||
                (in->rows == out->rows && (p->flat || nn_rows_natural(in)));
        if (in->data == NULL && !fits) {
            op->row_local = 0;
        }
    }
}

// Multipliers for ADD and SUB. Only right shifts are exact there. Those of SUB
// go through float, as in TFLite Micro (sub_common.cc).
static int set_multiplier(const nn_loader *loader, double real,
        nn_multiplier *multiplier) {
    const nn_binary_params *p = NN_PARAMS(loader->op, nn_binary_params);
    return nn_need_fraction(loader, p->kind == NN_SUB ? (float)real : real,
            multiplier);
}

static int set_multipliers(const nn_loader *loader) {
    nn_binary_params *p = NN_PARAMS(loader->op, nn_binary_params);
    double a = loader->in[0]->scale;
    double b = loader->in[1]->scale;
    double out = loader->out->scale;
    double twice = 2 * (a > b ? a : b);
    int err = set_multiplier(loader, a / twice, &p->in[0]);
    if (err == 0) {
        err = set_multiplier(loader, b / twice, &p->in[1]);
    }
    if (err == 0) {
        err = set_multiplier(loader, twice / ((1 << NN_ADD_HEADROOM) * out),
                &p->out);
    }
    return err;
}

static int check_int8(const nn_loader *loader) {
    nn_binary_params *p = NN_PARAMS(loader->op, nn_binary_params);
    const nn_tensor *a = loader->in[0];
    const nn_tensor *b = loader->in[1];
    const nn_tensor *out = loader->out;
    int err = nn_fused_range(loader, ACTIVATION, &p->low, &p->high);
    if (err == 0) {
        err = p->kind == NN_MUL
                ? nn_need_factor(loader,
                          (double)a->scale * (double)b->scale / out->scale,
                          &p->out)
                : set_multipliers(loader);
    }
    return err;
}

static int check(nn_loader *loader, nn_binary_kind kind) {
    nn_binary_params *p = NN_PARAMS(loader->op, nn_binary_params);
    p->kind = (uint8_t)kind;
    p->low = INT32_MIN;
    p->high = INT32_MAX;
    int err = check_shapes(loader);
    if (err) {
        return err;
    }
    find_rows(loader);
    if (kind == NN_MAXIMUM || kind == NN_MINIMUM) {
        return 0; // stored numbers, whatever their scales, as TFLite does
    }
    return loader->out->type == NN_INT8
            ? check_int8(loader)
            : nn_need_no_activation(loader, ACTIVATION);
}

static int check_add(nn_loader *loader) {
    return check(loader, NN_ADD);
}

static int check_sub(nn_loader *loader) {
    return check(loader, NN_SUB);
}

static int check_mul(nn_loader *loader) {
    return check(loader, NN_MUL);
}

static int check_maximum(nn_loader *loader) {
    return check(loader, NN_MAXIMUM);
}

static int check_minimum(nn_loader *loader) {
    return check(loader, NN_MINIMUM);
}

void nn_add_absorb_pad(nn_graph *graph, nn_op *add, uint32_t k, int32_t front) {
    nn_binary_params *p = NN_PARAMS(add, nn_binary_params);
    const nn_tensor *padded = nn_op_given(graph, add, k);
    const nn_op *pad = &graph->ops[padded->producer];
    const nn_tensor *out = nn_op_output(graph, add, 0);
    uint32_t pixel = (uint32_t)nn_tensor_dim(out, -1);
    p->absorbed[k] = 1;
    p->front[k] = front;
    add->in_place &= (uint8_t) ~(1U << k);
    // a row must hold the same pixels in both
    if (nn_op_given(graph, pad, 0)->rows != out->rows ||
            out->row_bytes % pixel != 0) {
        add->row_local = 0;
    }
}

const nn_op_def nn_op_add = {
        .code = 0,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {SCALED, SCALED | NN_SAME_TYPE},
        .makes = SCALED | NN_SAME_TYPE,
        .check = check_add,
        .run = nn_binary_run,
};

const nn_op_def nn_op_sub = {
        .code = 41,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {SCALED, SCALED | NN_SAME_TYPE},
        .makes = SCALED | NN_SAME_TYPE,
        .check = check_sub,
        .run = nn_binary_run,
};

const nn_op_def nn_op_mul = {
        .code = 18,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {SCALED, SCALED | NN_SAME_TYPE},
        .makes = SCALED | NN_SAME_TYPE,
        .check = check_mul,
        .run = nn_binary_run,
};

const nn_op_def nn_op_maximum = {
        .code = 55,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {TYPES, TYPES | NN_SAME_TYPE},
        .makes = TYPES | NN_SAME_TYPE,
        .check = check_maximum,
        .run = nn_binary_run,
};

const nn_op_def nn_op_minimum = {
        .code = 57,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {TYPES, TYPES | NN_SAME_TYPE},
        .makes = TYPES | NN_SAME_TYPE,
        .check = check_minimum,
        .run = nn_binary_run,
};
