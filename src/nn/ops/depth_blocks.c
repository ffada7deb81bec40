// SPDX-License-Identifier: MIT
// SPACE_TO_DEPTH and DEPTH_TO_SPACE.

#include "nn/kernels/blocks.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

// Blocks of size x size pixels of `space` are the channels of `depth`.
static int check_blocks(nn_loader *loader, const nn_tensor *space,
        const nn_tensor *depth) {
    int32_t size = nn_option_int(loader, 0, 0);
    int error = nn_need_images(loader, loader->in[0]);
    if (error) {
        return error;
    }
    // once size divides height and width, its square times the channels is at
    // most the number of elements
    if (size < 1 || space->dim[0] != depth->dim[0] ||
            space->dim[1] % size != 0 || space->dim[2] % size != 0 ||
            space->dim[1] / size != depth->dim[1] ||
            space->dim[2] / size != depth->dim[2] ||
            space->dim[3] * size * size != depth->dim[3]) {
        return nn_op_invalid(loader, "blocks of %d do not fit input and output",
                size);
    }
    nn_depth_blocks *p = NN_PARAMS(loader->op, nn_depth_blocks);
    p->size = (uint32_t)size;
    loader->op->row_local = 1;
    return 0;
}

static int check_space_to_depth(nn_loader *loader) {
    return check_blocks(loader, loader->in[0], loader->out);
}

static int check_depth_to_space(nn_loader *loader) {
    return check_blocks(loader, loader->out, loader->in[0]);
}

static void space_to_depth_rows(const nn_graph *graph, const nn_op *op,
        uint32_t k, uint32_t y, uint32_t *first, uint32_t *end) {
    (void)graph;
    (void)k;
    const nn_depth_blocks *p = NN_PARAMS(op, nn_depth_blocks);
    *first = y * p->size;
    *end = *first + p->size;
}

static void depth_to_space_rows(const nn_graph *graph, const nn_op *op,
        uint32_t k, uint32_t y, uint32_t *first, uint32_t *end) {
    (void)graph;
    (void)k;
    const nn_depth_blocks *p = NN_PARAMS(op, nn_depth_blocks);
    *first = y / p->size;
    *end = *first + 1;
}

const nn_op_def nn_op_space_to_depth = {
        .code = 26,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_MOVED},
        .makes = NN_MOVED | NN_SAME_TYPE,
        .check = check_space_to_depth,
        .rows = space_to_depth_rows,
        .run = nn_space_to_depth_run,
};

const nn_op_def nn_op_depth_to_space = {
        .code = 5,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_MOVED},
        .makes = NN_MOVED | NN_SAME_TYPE,
        .check = check_depth_to_space,
        .rows = depth_to_space_rows,
        .run = nn_depth_to_space_run,
};
