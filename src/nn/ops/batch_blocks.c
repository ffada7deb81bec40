// SPDX-License-Identifier: MIT
// SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND.

#include <string.h>

#include "nn/kernels/blocks.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

// Reads the sizes of a block and what is padded or cropped, over one or two
// dimensions: height and width, both 1 and 0 where there is no width.
static int read_blocks(nn_loader *loader, int32_t *block, int32_t *before,
        int32_t *after) {
    const nn_tensor *in = loader->in[0];
    if (in->rank != 3 && in->rank != 4) {
        return nn_op_unsupported(loader, "an input of %u dimensions",
                (uint32_t)in->rank);
    }
    block[1] = 1;
    before[1] = 0;
    after[1] = 0;
    uint32_t count;
    int error = nn_constant_ints(loader, 1, 2, block, &count);
    if (error) {
        return error;
    }
    if (count != in->rank - 2u || block[0] < 1 || block[1] < 1) {
        return nn_op_invalid(loader, "input 1 must hold %u sizes above 0",
                in->rank - 2u);
    }
    error = nn_constant_pairs(loader, 2, count, before, after);
    if (error) {
        return error;
    }
    nn_batch_blocks *p = NN_PARAMS(loader->op, nn_batch_blocks);
    p->height = block[0];
    p->width = block[1];
    p->top = before[0];
    p->left = before[1];
    return 0;
}

// The blocks of the padded images, or of those to be cropped, are the batch.
static int check_blocks(nn_loader *loader, const nn_tensor *images,
        const nn_tensor *batch) {
    int32_t block[2], before[2], after[2];
    int error = read_blocks(loader, block, before, after);
    if (error) {
        return error;
    }
    uint32_t rank = images->rank;
    int64_t blocks = (int64_t)block[0] * block[1];
    // more blocks than there are images do not fit, and nothing overflows
    bool fits = loader->out->bytes != 0 && batch->rank == rank &&
            blocks <= batch->dim[0] &&
            images->dim[0] * blocks == batch->dim[0] &&
            images->dim[rank - 1] == batch->dim[rank - 1];
    for (uint32_t i = 0; fits && i + 2 < rank; i++) {
        fits = (int64_t)images->dim[i + 1] + before[i] + after[i] ==
                (int64_t)batch->dim[i + 1] * block[i];
    }
    if (!fits) {
        return nn_op_invalid(loader,
                "blocks of %d x %d do not lead from the input's sizes to the "
                "output's",
                block[0], block[1]);
    }
    return 0;
}

static int check_space_to_batch(nn_loader *loader) {
    const nn_tensor *out = loader->out;
    nn_batch_blocks *p = NN_PARAMS(loader->op, nn_batch_blocks);
    memset(p->value, 0, sizeof(p->value));
    if (out->type == NN_INT8 || out->type == NN_UINT8) {
        p->value[0] = (uint8_t)out->zero_point;
    }
    return check_blocks(loader, loader->in[0], out);
}

static int check_batch_to_space(nn_loader *loader) {
    return check_blocks(loader, loader->out, loader->in[0]);
}

const nn_op_def nn_op_space_to_batch_nd = {
        .code = 38,
        .min_inputs = 3,
        .max_inputs = 3,
        .takes = {NN_MOVED, 0, NN_INTS | NN_CONSTANT},
        .makes = NN_MOVED | NN_SAME_TYPE,
        .check = check_space_to_batch,
        .run = nn_space_to_batch_run,
};

const nn_op_def nn_op_batch_to_space_nd = {
        .code = 37,
        .min_inputs = 3,
        .max_inputs = 3,
        .takes = {NN_MOVED, 0, NN_INTS | NN_CONSTANT},
        .makes = NN_MOVED | NN_SAME_TYPE,
        .check = check_batch_to_space,
        .run = nn_batch_to_space_run,
};
