// SPDX-License-Identifier: MIT
// CONCATENATION and PACK: tensors laid side by side along one axis.

#include "nn/kernels/copy.h"
#include "nn/kernels/lookup.h"
#include "nn/ops/activation.h"
#include "nn/ops/fold_hooks.h"
#include "nn/ops/ops.h"
#include "nn/ops/parts.h"
#include "nn/ops/shape.h"

// Whether every input's rows can be pieces of the output's.
static bool rows_local(const nn_loader *loader, int32_t axis) {
    const nn_op *op = loader->op;
    bool local = loader->out->rank == 4 && axis >= 2;
    for (uint32_t k = 0; k < op->input_count; k++) {
        local = local && nn_rows_natural(nn_op_given(loader->graph, op, k));
    }
    return local;
}

// Counts the inputs that need a table, or fails.
static int count_tables(nn_loader *loader) {
    nn_op *op = loader->op;
    const nn_tensor *out = loader->out;
    for (uint32_t k = 0; k < op->input_count; k++) {
        const nn_tensor *in = nn_op_given(loader->graph, op, k);
        if (nn_concat_rescales(in, out)) {
            uint32_t scaled = NN_TYPE_BIT(in->type) | NN_SCALED;
            int error = nn_need_input(loader, k, scaled);
            if (error == 0) {
                error = nn_need(loader, loader->out, scaled);
            }
            if (error) {
                return error;
            }
            op->keep_bytes += NN_LOOKUP_BYTES;
        }
    }
    return 0;
}

static int check_concatenation(nn_loader *loader) {
    nn_op *op = loader->op;
    int32_t axis = nn_need_parts(loader, loader->out,
            nn_option_int(loader, 0, 0), NN_PARTS_READ);
    if (axis < 0) {
        return axis;
    }
    int error = nn_need_no_activation(loader, 1);
    if (error) {
        return error;
    }
    op->row_local = rows_local(loader, axis);
    nn_parts *p = NN_PARAMS(op, nn_parts);
    p->lines = nn_span(loader->out, op->row_local ? 2 : 0, (uint32_t)axis);
    return count_tables(loader);
}

static int check_pack(nn_loader *loader) {
    int32_t axis =
            nn_need_parts(loader, loader->out, nn_option_int(loader, 1, 0),
                    NN_PARTS_READ | NN_PARTS_FLAT | NN_PARTS_COUNTED);
    if (axis < 0) {
        return axis;
    }
    nn_parts *p = NN_PARAMS(loader->op, nn_parts);
    p->lines = nn_span(loader->out, 0, (uint32_t)axis);
    return 0;
}

bool nn_concat_is_contiguous(const nn_graph *graph, const nn_op *op) {
    const nn_tensor *out = nn_op_output(graph, op, 0);
    const nn_parts *p = NN_PARAMS(op, nn_parts);
    // row-local, lines counts those of one row
    uint32_t rows = op->row_local ? out->rows : 1;
    return p->lines == 1 && rows == 1 && op->keep_bytes == 0;
}

const nn_op_def nn_op_concatenation = {
        .code = 2,
        .min_inputs = 1,
        .max_inputs = 255,
        .makes = NN_MOVED,
        .check = check_concatenation,
        .begin = nn_concat_begin,
        .run = nn_concat_run,
};

const nn_op_def nn_op_pack = {
        .code = 83,
        .min_inputs = 1,
        .max_inputs = 255,
        .makes = NN_MOVED,
        .check = check_pack,
        .run = nn_concat_run,
};
