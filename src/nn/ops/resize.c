// SPDX-License-Identifier: MIT
// RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR. Inputs: image NHWC, new height
// and width.

#include "nn/kernels/resize.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

enum { IMAGE, SIZE };
// The first field of each options table; half_pixel_centers follows it.
// ResizeBilinearOptions has two withdrawn fields in front.
enum { NEAREST_FLAGS = 0, BILINEAR_FLAGS = 2 };

static int check_shapes(const nn_loader *loader) {
    const nn_tensor *in = loader->in[IMAGE];
    const nn_tensor *out = loader->out;
    int err = nn_need_images(loader, in);
    if (err) {
        return err;
    }
    // a size that is computed (from shapes) can only be the output's
    int32_t dim[4] = {in->dim[0], out->dim[1], out->dim[2], in->dim[3]};
    if (loader->in[SIZE]->data != NULL) {
        err = nn_constant_list(loader, SIZE, 2, &dim[1]);
    }
    if (err == 0) {
        err = nn_need_output_shape(loader, 4, dim);
    }
    for (uint32_t axis = 1; err == 0 && axis <= 2; axis++) {
        if (in->dim[axis] > NN_RESIZE_MAX_SIDE ||
                dim[axis] > NN_RESIZE_MAX_SIDE) {
            err = nn_op_fail(loader, NN_ERR_RANGE,
                    "from %d to %d pixels is too large", in->dim[axis],
                    dim[axis]);
        }
    }
    return err;
}

static int check_resize(nn_loader *loader, uint32_t flags) {
    nn_op *op = loader->op;
    nn_resize_params *p = NN_PARAMS(op, nn_resize_params);
    int err = check_shapes(loader);
    if (err) {
        return err;
    }
    p->align_corners = nn_option_byte(loader, flags, 0) != 0;
    p->half_pixel_centers = nn_option_byte(loader, flags + 1, 0) != 0;
    const nn_tensor *in = loader->in[IMAGE];
    op->row_local = in->dim[0] == 1 && nn_rows_natural(in);
    return 0;
}

static int check_nearest(nn_loader *loader) {
    return check_resize(loader, NEAREST_FLAGS);
}

static int check_bilinear(nn_loader *loader) {
    int err = check_resize(loader, BILINEAR_FLAGS);
    if (err) {
        return err;
    }
    const nn_resize_params *p = NN_PARAMS(loader->op, const nn_resize_params);
    if (p->align_corners && p->half_pixel_centers) {
        return nn_op_invalid(loader,
                "align_corners and half_pixel_centers exclude each other");
    }
    return 0;
}

static void rows_nearest(const nn_graph *graph, const nn_op *op, uint32_t k,
        uint32_t y, uint32_t *first, uint32_t *end) {
    *first = *end = 0;
    if (k != IMAGE) {
        return; // the size is not read
    }
    *first = (uint32_t)nn_resize_nearest(NN_PARAMS(op, const nn_resize_params),
            nn_op_given(graph, op, IMAGE)->dim[1],
            nn_op_output(graph, op, 0)->dim[1], (int32_t)y);
    *end = *first + 1;
}

static void rows_bilinear(const nn_graph *graph, const nn_op *op, uint32_t k,
        uint32_t y, uint32_t *first, uint32_t *end) {
    *first = *end = 0;
    if (k != IMAGE) {
        return;
    }
    nn_resize_between at =
            nn_resize_bilinear(NN_PARAMS(op, const nn_resize_params),
                    nn_op_given(graph, op, IMAGE)->dim[1],
                    nn_op_output(graph, op, 0)->dim[1], (int32_t)y);
    *first = (uint32_t)at.first;
    *end = (uint32_t)at.second + 1;
}

const nn_op_def nn_op_resize_nearest_neighbor = {
        .code = 97,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {NN_MOVED, NN_INTS},
        .makes = NN_MOVED | NN_SAME_TYPE,
        .check = check_nearest,
        .rows = rows_nearest,
        .run = nn_resize_nearest_run,
};

const nn_op_def nn_op_resize_bilinear = {
        .code = 23,
        .min_inputs = 2,
        .max_inputs = 2,
        .takes = {NN_TYPE_BIT(NN_INT8), NN_INTS},
        .makes = NN_TYPE_BIT(NN_INT8),
        .check = check_bilinear,
        .rows = rows_bilinear,
        .run = nn_resize_bilinear_run,
};
