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

// Output's shape by its images, height and width.
static int need_shape(const nn_loader *loader, int64_t n,
        const int64_t *space) {
    const nn_tensor *in = loader->in[0];
    int32_t dim[4] = {(int32_t)n};
    if (n > INT32_MAX || space[0] > INT32_MAX || space[1] > INT32_MAX) {
        return nn_op_fail(loader, NN_ERR_RANGE, "the output is too large");
    }
    for (uint32_t i = 0; i + 2 < in->rank; i++) {
        dim[i + 1] = (int32_t)space[i];
    }
    dim[in->rank - 1] = in->dim[in->rank - 1];
    return nn_need_output_shape(loader, 0, in->rank, dim);
}

static int check_space_to_batch(nn_loader *loader) {
    int32_t block[2], before[2], after[2];
    int error = read_blocks(loader, block, before, after);
    if (error) {
        return error;
    }
    const nn_tensor *in = loader->in[0];
    int64_t space[2] = {1, 1};
    for (uint32_t i = 0; i + 2 < in->rank; i++) {
        int64_t size = (int64_t)in->dim[i + 1] + before[i] + after[i];
        if (size % block[i] != 0) {
            return nn_op_invalid(loader,
                    "blocks of %d do not divide the padded input", block[i]);
        }
        space[i] = size / block[i];
    }
    const nn_tensor *out = loader->out;
    nn_batch_blocks *p = NN_PARAMS(loader->op, nn_batch_blocks);
    memset(p->value, 0, sizeof(p->value));
    if (out->type == NN_INT8 || out->type == NN_UINT8) {
        p->value[0] = (uint8_t)out->zero_point;
    }
    int64_t blocks = (int64_t)block[0] * block[1];
    if (blocks > INT32_MAX) {
        return nn_op_fail(loader, NN_ERR_RANGE, "the output is too large");
    }
    return need_shape(loader, in->dim[0] * blocks, space);
}

static int check_batch_to_space(nn_loader *loader) {
    int32_t block[2], before[2], after[2];
    int error = read_blocks(loader, block, before, after);
    if (error) {
        return error;
    }
    const nn_tensor *in = loader->in[0];
    int64_t blocks = (int64_t)block[0] * block[1];
    if (in->dim[0] % blocks != 0) {
        return nn_op_invalid(loader,
                "%d images are not whole blocks of %d x %d", in->dim[0],
                block[0], block[1]);
    }
    int64_t space[2] = {1, 1};
    for (uint32_t i = 0; i + 2 < in->rank; i++) {
        space[i] = (int64_t)in->dim[i + 1] * block[i] - before[i] - after[i];
    }
    return need_shape(loader, in->dim[0] / blocks, space);
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
