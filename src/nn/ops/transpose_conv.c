// SPDX-License-Identifier: MIT
// TRANSPOSE_CONV. Inputs: output's shape, filter OHWI, image NHWC, bias.

#include "nn/kernels/conv.h"
#include "nn/ops/activation.h"
#include "nn/ops/conv.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"
#include "nn/ops/weights.h"

// Field of TransposeConvOptions.
enum { ACTIVATION = 3 };
enum { SHAPE, FILTER, IMAGE, BIAS };

// The convolution that this one reverses reads the output and makes the image.
static int check_shapes(const nn_loader *loader, nn_window *window) {
    const nn_tensor *in = loader->in[IMAGE];
    const nn_tensor *filter = loader->in[FILTER];
    const nn_tensor *out = loader->out;
    int err = nn_need_images(loader, in);
    if (err) {
        return err;
    }
    if (in->dim[0] != out->dim[0] || in->dim[3] != filter->dim[3] ||
            out->dim[3] != filter->dim[0]) {
        return nn_weights_misfit(loader, in);
    }
    // a constant shape must be the output's; one that is computed (from the
    // image's own shape) can only be, for sizes here never change
    if (loader->in[SHAPE]->data != NULL) {
        int32_t dim[4];
        err = nn_constant_list(loader, SHAPE, 4, dim);
        if (err == 0) {
            err = nn_need_output_shape(loader, 4, dim);
        }
        if (err) {
            return err;
        }
    }
    int32_t size[2];
    window->kernel_h = filter->dim[1];
    window->kernel_w = filter->dim[2];
    err = nn_window_fit(loader, window, 0, &out->dim[1], size);
    if (err) {
        return err;
    }
    if (in->dim[1] != size[0] || in->dim[2] != size[1]) {
        return nn_op_invalid(loader,
                "the output needs an image of %d x %d pixels", size[0],
                size[1]);
    }
    return 0;
}

static int check(nn_loader *loader) {
    nn_op *op = loader->op;
    nn_conv_params *p = NN_PARAMS(op, nn_conv_params);
    int err = nn_need_weights(loader, IMAGE, 4, 0);
    if (err == 0) {
        err = check_shapes(loader, &p->window);
    }
    if (err == 0) {
        err = nn_fused_range(loader, ACTIVATION, &p->low, &p->high);
    }
    if (err) {
        return err;
    }
    const nn_tensor *in = loader->in[IMAGE];
    const nn_tensor *filter = loader->in[FILTER];
    uint32_t channels = (uint32_t)filter->dim[0];
    err = nn_need_bias(loader, BIAS, channels);
    if (err) {
        return err;
    }
    op->row_local = in->dim[0] == 1 && nn_rows_natural(in);
    op->macs = (uint64_t)(in->bytes / (uint32_t)in->dim[3]) * filter->bytes;
    return nn_conv_reserve(loader, channels, 0);
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
        .takes = {NN_INTS, NN_WEIGHTS, NN_SCALED_INT8},
        .makes = NN_SCALED_INT8,
        .check = check,
        .rows = rows,
        .run = nn_transpose_conv_run,
};
