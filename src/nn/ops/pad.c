// SPDX-License-Identifier: MIT
// PAD, PADV2 and MIRROR_PAD.

#include "nn/kernels/pad.h"

#include <string.h>

#include "nn/fixed.h"
#include "nn/ops/fold_hooks.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

// Reads the sizes of the padding and checks the output's shape; after[] gets
// what the padding adds behind.
static int check_sizes(nn_loader *loader, int32_t *after) {
    const nn_tensor *in = loader->in[0];
    nn_pad *pad = NN_PARAMS(loader->op, nn_pad);
    int error = nn_constant_pairs(loader, 1, in->rank, pad->before, after);
    if (error) {
        return error;
    }
    int32_t dim[NN_MAX_RANK];
    for (uint32_t i = 0; i < in->rank; i++) {
        // beyond 31 bits it comes out negative, as no output is
        dim[i] = (int32_t)((uint32_t)in->dim[i] + (uint32_t)pad->before[i] +
                (uint32_t)after[i]);
    }
    return nn_need_output_shape(loader, in->rank, dim);
}

static int check_pad(nn_loader *loader) {
    int32_t after[NN_MAX_RANK];
    int error = check_sizes(loader, after);
    if (error) {
        return error;
    }
    const nn_tensor *in = loader->in[0];
    const nn_tensor *out = loader->out;
    nn_pad *pad = NN_PARAMS(loader->op, nn_pad);
    if (out->scale_count > 0 &&
            (out->type == NN_INT8 || out->type == NN_UINT8)) {
        error = nn_need(loader, loader->out,
                NN_TYPE_BIT(out->type) | NN_SCALED);
        if (error) {
            return error;
        }
        pad->value[0] = (uint8_t)out->zero_point; // the real zero
    }
    loader->op->row_local = in->rank == 4 && nn_rows_natural(in);
    return 0;
}

static int check_padv2(nn_loader *loader) {
    int error = check_pad(loader);
    if (error) {
        return error;
    }
    const nn_tensor *value = loader->in[2];
    const nn_tensor *out = loader->out;
    if (nn_tensor_elements(value) != 1) {
        return nn_op_invalid(loader, "input 2 must hold one number");
    }
    if (out->type == NN_INT8 || out->type == NN_UINT8) {
        error = nn_need_same_scale(loader, value, 0);
        if (error) {
            return error;
        }
    }
    nn_pad *pad = NN_PARAMS(loader->op, nn_pad);
    memcpy(pad->value, value->data, value->bytes);
    return 0;
}

static void pad_rows(const nn_graph *graph, const nn_op *op, uint32_t k,
        uint32_t y, uint32_t *first, uint32_t *end) {
    const nn_pad *pad = NN_PARAMS(op, nn_pad);
    const nn_tensor *in = nn_op_given(graph, op, k);
    int32_t out_h = nn_op_output(graph, op, 0)->dim[1];
    // rows of images and rows that are outside count as the next one inside
    int32_t n = (int32_t)y / out_h - pad->before[0];
    int32_t h = (int32_t)y % out_h - pad->before[1];
    bool inside = n >= 0 && n < in->dim[0] && h >= 0 && h < in->dim[1];
    int32_t row = nn_clamp_i32(n, 0, in->dim[0]) * in->dim[1];
    if (n >= 0 && n < in->dim[0]) {
        row += nn_clamp_i32(h, 0, in->dim[1]);
    }
    *first = (uint32_t)row;
    *end = *first + (inside ? 1 : 0);
}

static int check_mirror_pad(nn_loader *loader) {
    int32_t after[NN_MAX_RANK];
    int error = check_sizes(loader, after);
    if (error) {
        return error;
    }
    nn_op *op = loader->op;
    const nn_tensor *in = loader->in[0];
    nn_pad *pad = NN_PARAMS(op, nn_pad);
    int32_t mode = nn_option_byte(loader, 0, 0);
    if (mode != 0 && mode != 1) {
        return nn_op_invalid(loader, "mode %d", mode);
    }
    pad->edge = mode == 0; // REFLECT, else SYMMETRIC
    for (uint32_t i = 0; i < in->rank; i++) {
        int32_t most = in->dim[i] - pad->edge;
        if (pad->before[i] > most || after[i] > most) {
            return nn_op_invalid(loader,
                    "more padding than a dimension of %d can be mirrored to",
                    in->dim[i]);
        }
    }
    op->row_local =
            in->rank == 4 && nn_rows_natural(in) && loader->out->dim[0] == 1;
    return 0;
}

// The first rows read downwards and the last ones upwards again, so a row
// asks for all that later rows still read and all that earlier ones did.
static void mirror_rows(const nn_graph *graph, const nn_op *op, uint32_t k,
        uint32_t y, uint32_t *first, uint32_t *end) {
    const nn_pad *pad = NN_PARAMS(op, nn_pad);
    int32_t height = nn_op_given(graph, op, k)->dim[1];
    int32_t before = pad->before[1];
    int32_t last = nn_op_output(graph, op, 0)->dim[1] - 1;
    int32_t at_start = nn_mirrored(0, before, height, pad->edge);
    int32_t at_end = nn_mirrored(last, before, height, pad->edge);
    int32_t row = (int32_t)y - before;
    *first = (uint32_t)nn_clamp_i32(row, 0, at_end);
    row = nn_min_i32(row, height - 1);
    *end = (uint32_t)nn_max_i32(row, at_start) + 1;
}

const int32_t *nn_pad_zeros(const nn_graph *graph, const nn_op *op,
        uint32_t from, uint32_t end) {
    const nn_pad *pad = NN_PARAMS(op, nn_pad);
    const nn_tensor *in = nn_op_given(graph, op, 0);
    const nn_tensor *out = nn_op_output(graph, op, 0);
    for (uint32_t i = 0; i < in->rank; i++) {
        if ((i < from || i >= end) && in->dim[i] != out->dim[i]) {
            return NULL;
        }
    }
    return in->type == NN_INT8 && in->scale_count == 1 &&
                    out->scale_count == 1 && in->scale == out->scale &&
                    in->zero_point == out->zero_point &&
                    pad->value[0] == (uint8_t)out->zero_point
            ? pad->before
            : NULL;
}

const nn_op_def nn_op_pad = {
        .code = 34,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {NN_MOVED, NN_INTS | NN_CONSTANT},
        .makes = NN_MOVED | NN_SAME_TYPE,
        .check = check_pad,
        .rows = pad_rows,
        .run = nn_pad_run,
};

const nn_op_def nn_op_padv2 = {
        .code = 60,
        .min_inputs = 3,
        .max_inputs = 3,
        .takes = {NN_MOVED, NN_INTS | NN_CONSTANT,
                NN_MOVED | NN_SAME_TYPE | NN_CONSTANT},
        .makes = NN_MOVED | NN_SAME_TYPE,
        .check = check_padv2,
        .rows = pad_rows,
        .run = nn_pad_run,
};

const nn_op_def nn_op_mirror_pad = {
        .code = 100,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {NN_MOVED, NN_INTS | NN_CONSTANT},
        .makes = NN_MOVED | NN_SAME_TYPE,
        .check = check_mirror_pad,
        .rows = mirror_rows,
        .run = nn_mirror_pad_run,
};
