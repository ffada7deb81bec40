// SPDX-License-Identifier: MIT
// MEAN, SUM and REDUCE_MAX over any axes.

#include "nn/kernels/reduce.h"

#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

// Field of ReducerOptions.
enum { KEEP_DIMS };
enum { VALUES, AXES };

// The axes to reduce over, bit i for dimension i.
static int read_axes(const nn_loader *loader, int32_t rank, uint32_t *reduced) {
    // an axis may be named twice
    int32_t axes[2 * NN_MAX_RANK];
    uint32_t count;
    int err = nn_constant_ints(loader, AXES, 2 * NN_MAX_RANK, axes, &count);
    *reduced = 0;
    for (uint32_t i = 0; err == 0 && i < count; i++) {
        int32_t axis = nn_need_axis(loader, axes[i], rank);
        if (axis < 0) {
            return axis;
        }
        *reduced |= 1U << axis;
    }
    return err;
}

static int check_shape(const nn_loader *loader, const nn_tensor *in,
        uint32_t reduced) {
    bool keep = nn_option_byte(loader, KEEP_DIMS, 0) != 0;
    int32_t dim[NN_MAX_RANK];
    uint32_t rank = 0;
    for (uint32_t i = 0; i < in->rank; i++) {
        bool gone = reduced >> i & 1;
        if (keep || !gone) {
            dim[rank++] = gone ? 1 : in->dim[i];
        }
    }
    return nn_need_output_shape(loader, rank, dim);
}

// Sorts the dimensions into two sets of loops, innermost first; neighbours of
// a kind become one loop, for the inner one's end is the outer one's step.
static void make_loops(const nn_tensor *in, uint32_t reduced,
        nn_reduce_params *p) {
    nn_loops *loops[2] = {&p->kept, &p->reduced};
    uint32_t free[2] = {NN_REDUCE_LOOPS, NN_REDUCE_LOOPS};
    for (uint32_t i = 0; i < NN_REDUCE_LOOPS; i++) {
        p->kept.count[i] = p->reduced.count[i] = 1;
    }
    uint32_t step = 1;
    uint32_t last = 2; // the kind of the loop inside
    for (uint32_t i = in->rank; i-- > 0;) {
        uint32_t kind = reduced >> i & 1;
        uint32_t count = (uint32_t)in->dim[i];
        if (count == 1) {
            continue;
        }
        if (kind != last) {
            free[kind]--;
            loops[kind]->step[free[kind]] = step;
            last = kind;
        }
        loops[kind]->count[free[kind]] *= count;
        step *= count;
    }
}

static int check_reduce(nn_loader *loader) {
    nn_op *op = loader->op;
    const nn_tensor *in = loader->in[VALUES];
    uint32_t reduced;
    int err = read_axes(loader, in->rank, &reduced);
    if (err == 0) {
        err = check_shape(loader, in, reduced);
    }
    if (err == 0) {
        make_loops(in, reduced, NN_PARAMS(op, nn_reduce_params));
    }
    return err;
}

static int check_sum(nn_loader *loader) {
    int err = check_reduce(loader);
    if (err) {
        return err;
    }
    nn_op *op = loader->op;
    nn_reduce_params *p = NN_PARAMS(op, nn_reduce_params);
    double in = loader->in[VALUES]->scale;
    double out = loader->out->scale;
    return nn_need_factor(loader, in / out, &p->multiplier);
}

// Divides the multiplier by the number of elements with as many bits as the
// quotient can keep (TFLite: reference/reduce.h, QuantizedMeanOrSum).
static int check_mean(nn_loader *loader) {
    int err = check_sum(loader);
    if (err) {
        return err;
    }
    nn_op *op = loader->op;
    nn_reduce_params *p = NN_PARAMS(op, nn_reduce_params);
    uint32_t n = loader->in[VALUES]->bytes / loader->out->bytes;
    int32_t shift = 0;
    while (n >> shift > 1) {
        shift++;
    }
    // the result's shift must not fall below -31
    shift = nn_min_i32(shift, 31 + p->multiplier.shift);
    p->multiplier.value =
            (int32_t)(((int64_t)p->multiplier.value << shift) / n);
    p->multiplier.shift -= shift;
    return 0;
}

static int check_max(nn_loader *loader) {
    int err = check_reduce(loader);
    return err ? err : nn_need_same_scale(loader, loader->in[VALUES], 0);
}

const nn_op_def nn_op_mean = {
        .code = 40,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {NN_SCALED_INT8, NN_INTS | NN_CONSTANT},
        .makes = NN_SCALED_INT8,
        .check = check_mean,
        .run = nn_reduce_sum_run,
};

const nn_op_def nn_op_sum = {
        .code = 74,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {NN_SCALED_INT8, NN_INTS | NN_CONSTANT},
        .makes = NN_SCALED_INT8,
        .check = check_sum,
        .run = nn_reduce_sum_run,
};

const nn_op_def nn_op_reduce_max = {
        .code = 82,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {NN_SCALED_INT8, NN_INTS | NN_CONSTANT},
        .makes = NN_SCALED_INT8,
        .check = check_max,
        .run = nn_reduce_max_run,
};
