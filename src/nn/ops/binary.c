// SPDX-License-Identifier: MIT
// ADD, SUB, MUL, MAXIMUM and MINIMUM of two tensors, with broadcasting.

#include "nn/kernels/binary.h"

#include "nn/ops/activation.h"
#include "nn/ops/fold_hooks.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

// The types of both inputs and of the output.
enum { TYPES = NN_TYPE_BIT(NN_INT8) | NN_TYPE_BIT(NN_INT32) };
// The first field of AddOptions, SubOptions and MulOptions.
enum { ACTIVATION };

static int32_t broadcast_dim(const nn_tensor *a, const nn_tensor *b, int axis) {
    int32_t x = nn_tensor_dim(a, axis);
    return x == 1 ? nn_tensor_dim(b, axis) : x;
}

static int check_shapes(const nn_loader *loader) {
    const nn_tensor *a = loader->in[0];
    const nn_tensor *b = loader->in[1];
    int rank = a->rank > b->rank ? a->rank : b->rank;
    int32_t dim[NN_MAX_RANK];
    for (int i = 0; i < rank; i++) {
        int axis = i - rank;
        dim[i] = broadcast_dim(a, b, axis);
        if (broadcast_dim(b, a, axis) != dim[i]) {
            return nn_op_invalid(loader,
                    "sizes %d and %d of the inputs do not go together",
                    nn_tensor_dim(a, axis), nn_tensor_dim(b, axis));
        }
    }
    return nn_need_output_shape(loader, 0, (uint32_t)rank, dim);
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

static int check_binary(nn_loader *loader, nn_binary_kind kind) {
    nn_op *op = loader->op;
    nn_binary_params *p = NN_PARAMS(op, nn_binary_params);
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
    if (loader->out->type == NN_INT32) {
        if (nn_option_byte(loader, ACTIVATION, 0) != NN_ACTIVATION_NONE) {
            return nn_op_unsupported(loader,
                    "a fused activation on int32 is not supported");
        }
        return 0;
    }
    err = nn_need_input(loader, 0, NN_SCALED_INT8);
    if (err == 0) {
        err = nn_need_input(loader, 1, NN_SCALED_INT8);
    }
    if (err == 0) {
        err = nn_need_output(loader, 0, NN_SCALED_INT8);
    }
    return err ? err : nn_fused_range(loader, ACTIVATION, &p->low, &p->high);
}

// Multipliers for ADD and SUB. Only right shifts are exact there.
static int set_multipliers(const nn_loader *loader, double first, double second,
        double out) {
    nn_binary_params *p = NN_PARAMS(loader->op, nn_binary_params);
    int err = nn_need_factor(loader, first, &p->in[0]);
    if (err == 0) {
        err = nn_need_factor(loader, second, &p->in[1]);
    }
    if (err == 0) {
        err = nn_need_factor(loader, out, &p->out);
    }
    if (err == 0 &&
            (p->in[0].shift > 0 || p->in[1].shift > 0 || p->out.shift > 0)) {
        return nn_op_unsupported(loader, "the scales are too far apart");
    }
    return err;
}

static bool is_int8(const nn_loader *loader) {
    return loader->out->type == NN_INT8;
}

static float scale_of(const nn_loader *loader, uint32_t k) {
    return loader->in[k]->scale;
}

static int check_add(nn_loader *loader) {
    int err = check_binary(loader, NN_ADD);
    if (err || !is_int8(loader)) {
        return err;
    }
    double a = scale_of(loader, 0);
    double b = scale_of(loader, 1);
    double twice = 2 * (a > b ? a : b);
    double out = loader->out->scale;
    return set_multipliers(loader, a / twice, b / twice,
            twice / ((1 << NN_ADD_HEADROOM) * out));
}

// The factors go through float here, as in TFLite Micro (sub_common.cc).
static int check_sub(nn_loader *loader) {
    int err = check_binary(loader, NN_SUB);
    if (err || !is_int8(loader)) {
        return err;
    }
    float a = scale_of(loader, 0);
    float b = scale_of(loader, 1);
    float twice = 2 * (a > b ? a : b);
    float out = loader->out->scale;
    return set_multipliers(loader, a / twice, b / twice,
            twice / ((float)(1 << NN_ADD_HEADROOM) * out));
}

static int check_mul(nn_loader *loader) {
    int err = check_binary(loader, NN_MUL);
    if (err || !is_int8(loader)) {
        return err;
    }
    double product = (double)scale_of(loader, 0) * (double)scale_of(loader, 1);
    double out = loader->out->scale;
    nn_binary_params *p = NN_PARAMS(loader->op, nn_binary_params);
    return nn_need_factor(loader, product / out, &p->out);
}

static int check_maximum(nn_loader *loader) {
    return check_binary(loader, NN_MAXIMUM);
}

static int check_minimum(nn_loader *loader) {
    return check_binary(loader, NN_MINIMUM);
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
        .takes = {TYPES, TYPES | NN_SAME_TYPE},
        .makes = TYPES | NN_SAME_TYPE,
        .check = check_add,
        .run = nn_binary_run,
};

const nn_op_def nn_op_sub = {
        .code = 41,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {TYPES, TYPES | NN_SAME_TYPE},
        .makes = TYPES | NN_SAME_TYPE,
        .check = check_sub,
        .run = nn_binary_run,
};

const nn_op_def nn_op_mul = {
        .code = 18,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {TYPES, TYPES | NN_SAME_TYPE},
        .makes = TYPES | NN_SAME_TYPE,
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
