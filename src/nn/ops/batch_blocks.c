// SPDX-License-Identifier: MIT
// SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND.

#include "nn/kernels/blocks.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

// The blocks of the padded images, or of those to be cropped, are the batch.
// Over one or two dimensions: height and width, which is 1 where there is none.
static int check_blocks(nn_loader *loader, const nn_tensor *images,
        const nn_tensor *batch) {
    uint32_t rank = loader->in[0]->rank;
    if (rank != 3 && rank != 4) {
        return nn_op_unsupported(loader, "an input of %u dimensions", rank);
    }
    int32_t block[2] = {1, 1}, before[2] = {0, 0}, after[2];
    int error = nn_constant_list(loader, 1, rank - 2, block);
    if (error == 0) {
        error = nn_constant_pairs(loader, 2, rank - 2, before, after);
    }
    if (error) {
        return error;
    }
    bool fits = block[0] > 0 && block[1] > 0 && images->rank == rank &&
            batch->rank == rank && images->bytes != 0 && batch->bytes != 0 &&
            batch->dim[0] % images->dim[0] == 0 &&
            images->dim[rank - 1] == batch->dim[rank - 1];
    if (fits) {
        int32_t blocks = batch->dim[0] / images->dim[0];
        fits = blocks % block[0] == 0 && blocks / block[0] == block[1];
    }
    for (uint32_t i = 0; fits && i + 2 < rank; i++) {
        uint32_t size = (uint32_t)images->dim[i + 1] + (uint32_t)before[i] +
                (uint32_t)after[i];
        uint32_t side = (uint32_t)block[i];
        fits = size % side == 0 && size / side == (uint32_t)batch->dim[i + 1];
    }
    if (!fits) {
        return nn_op_invalid(loader,
                "blocks of %d x %d do not fit input and output", block[0],
                block[1]);
    }
    nn_batch_blocks *p = NN_PARAMS(loader->op, nn_batch_blocks);
    p->height = block[0];
    p->width = block[1];
    p->top = before[0];
    p->left = before[1];
    return 0;
}

static int check_space_to_batch(nn_loader *loader) {
    const nn_tensor *out = loader->out;
    nn_batch_blocks *p = NN_PARAMS(loader->op, nn_batch_blocks);
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
