// SPDX-License-Identifier: MIT
// SPACE_TO_DEPTH and DEPTH_TO_SPACE.

#include "nn/kernels/blocks.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

// Input and output are NHWC of the same type; blocks of *size x *size.
static int check_both(nn_loader *loader, int32_t *size) {
    const nn_tensor *in = loader->in[0];
    *size = nn_option_int(loader, 0, 0);
    if (in->rank != 4 || *size < 1) {
        return nn_op_invalid(loader,
                "blocks of %d in a tensor of %u dimensions", *size,
                (uint32_t)in->rank);
    }
    nn_depth_blocks *p = NN_PARAMS(loader->op, nn_depth_blocks);
    p->size = (uint32_t)*size;
    loader->op->row_local = 1;
    return 0;
}

static int misfit(const nn_loader *loader, int32_t size) {
    return nn_op_invalid(loader, "blocks of %d do not divide the input", size);
}

static int check_space_to_depth(nn_loader *loader) {
    int32_t size;
    int error = check_both(loader, &size);
    if (error) {
        return error;
    }
    const nn_tensor *in = loader->in[0];
    if (in->dim[1] % size != 0 || in->dim[2] % size != 0) {
        return misfit(loader, size);
    }
    // size divides a dimension, the product is at most the input's elements
    int32_t dim[4] = {in->dim[0], in->dim[1] / size, in->dim[2] / size,
            in->dim[3] * size * size};
    return nn_need_output_shape(loader, 0, 4, dim);
}

static int check_depth_to_space(nn_loader *loader) {
    int32_t size;
    int error = check_both(loader, &size);
    if (error) {
        return error;
    }
    const nn_tensor *in = loader->in[0];
    if (in->dim[3] % size != 0 || in->dim[3] / size % size != 0) {
        return misfit(loader, size);
    }
    int32_t dim[4] = {in->dim[0], in->dim[1] * size, in->dim[2] * size,
            in->dim[3] / size / size};
    return nn_need_output_shape(loader, 0, 4, dim);
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
