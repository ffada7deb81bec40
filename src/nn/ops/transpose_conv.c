// SPDX-License-Identifier: MIT
// TRANSPOSE_CONV. Inputs: output's shape, filter OHWI, image NHWC, bias.

#include "nn/kernels/conv.h"
#include "nn/ops/activation.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"
#include "nn/ops/weights.h"

// Fields of TransposeConvOptions.
enum { PADDING, STRIDE_W, STRIDE_H, ACTIVATION };
enum { SHAPE, FILTER, IMAGE, BIAS };

// A constant shape must be the output's; one that is computed (from the
// image's own shape) can only be, for sizes here never change.
static int check_shape_input(const nn_loader *loader) {
    int err = nn_need_input(loader, SHAPE);
    if (err || nn_op_given(loader->graph, loader->op, SHAPE)->data == NULL) {
        return err;
    }
    int32_t dim[4];
    uint32_t count;
    err = nn_constant_ints(loader, SHAPE, 4, dim, &count);
    return err ? err : nn_need_output_shape(loader, 0, count, dim);
}

// The convolution that this one reverses reads the output and makes the image.
static int check_shapes(const nn_loader *loader, nn_window *window) {
    const nn_tensor *in = nn_op_given(loader->graph, loader->op, IMAGE);
    const nn_tensor *filter = nn_op_given(loader->graph, loader->op, FILTER);
    const nn_tensor *out = nn_op_output(loader->graph, loader->op, 0);
    if (in->rank != 4 || out->rank != 4) {
        return nn_op_invalid(loader,
                "image and output have %u and %u dimensions instead of 4",
                (uint32_t)in->rank, (uint32_t)out->rank);
    }
    if (in->dim[0] != out->dim[0] || in->dim[3] != filter->dim[3] ||
            out->dim[3] != filter->dim[0]) {
        return nn_op_invalid(loader,
                "%d channels in, %d out do not fit weights for %d, %d",
                in->dim[3], out->dim[3], filter->dim[3], filter->dim[0]);
    }
    *window = (nn_window){
            .kernel_h = filter->dim[1],
            .kernel_w = filter->dim[2],
            .stride_h = nn_option_int(loader, STRIDE_H, 0),
            .stride_w = nn_option_int(loader, STRIDE_W, 0),
            .dilation_h = 1,
            .dilation_w = 1,
    };
    int32_t height;
    int32_t width;
    int err = nn_window_fit(loader, window, nn_option_byte(loader, PADDING, 0),
            out->dim[1], out->dim[2], &height, &width);
    if (err) {
        return err;
    }
    if (in->dim[1] != height || in->dim[2] != width) {
        return nn_op_invalid(loader,
                "an image of %d x %d cannot become %d x %d", in->dim[1],
                in->dim[2], out->dim[1], out->dim[2]);
    }
    return 0;
}

static int check(nn_loader *loader) {
    nn_op *op = loader->op;
    nn_conv_params *p = NN_PARAMS(op, nn_conv_params);
    int err = nn_need_weights(loader, IMAGE, FILTER, 4, 0);
    if (err == 0) {
        err = check_shape_input(loader);
    }
    if (err == 0) {
        err = check_shapes(loader, &p->window);
    }
    if (err == 0) {
        err = nn_fused_range(loader, ACTIVATION, &p->low, &p->high);
    }
    if (err) {
        return err;
    }
    const nn_tensor *in = nn_op_given(loader->graph, op, IMAGE);
    const nn_tensor *filter = nn_op_given(loader->graph, op, FILTER);
    uint32_t channels = (uint32_t)filter->dim[0];
    err = nn_need_bias(loader, BIAS, channels);
    if (err) {
        return err;
    }
    op->row_local = in->dim[0] == 1 && nn_rows_natural(in);
    op->macs = (uint64_t)(in->bytes / (uint32_t)in->dim[3]) * filter->bytes;
    return nn_reserve_multipliers(loader, channels,
            (uint32_t)p->window.kernel_h * (uint32_t)sizeof(uint32_t));
}

// Image row i reaches output rows i * stride - pad … + kernel - 1.
static void rows(const nn_graph *graph, const nn_op *op, uint32_t k, uint32_t y,
        uint32_t *first, uint32_t *end) {
    *first = *end = 0;
    if (k != IMAGE) {
        return; // the shape is not read
    }
    const nn_conv_params *p = NN_PARAMS(op, const nn_conv_params);
    const nn_window *w = &p->window;
    int32_t height = nn_op_given(graph, op, IMAGE)->dim[1];
    int32_t last = ((int32_t)y + w->pad_top) / w->stride_h;
    int32_t before = (int32_t)y + w->pad_top - w->kernel_h;
    // what a stride beyond the kernel leaves out reads nothing
    int32_t begin = before < 0 ? 0 : before / w->stride_h + 1;
    *end = (uint32_t)nn_min_i32(last + 1, height);
    *first = (uint32_t)nn_min_i32(begin, (int32_t)*end);
}

const nn_op_def nn_op_transpose_conv = {
        .code = 67,
        .min_inputs = 3,
        .max_inputs = 4,
        .min_outputs = 1,
        .max_outputs = 1,
        .check = check,
        .rows = rows,
        .run = nn_transpose_conv_run,
};
