// SPDX-License-Identifier: MIT
// DEPTHWISE_CONV_2D. Inputs: image NHWC, filter 1HWC, bias. Output channel
// c reads image channel c / multiplier alone.

#include "nn/kernels/conv.h"
#include "nn/ops/activation.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"
#include "nn/ops/weights.h"

// Fields of DepthwiseConv2DOptions. Its depth multiplier (3) says nothing that
// the shapes do not say.
enum {
    PADDING = 0,
    STRIDE_W = 1,
    STRIDE_H = 2,
    ACTIVATION = 4,
    DILATION_W = 5,
    DILATION_H = 6,
};
enum { IMAGE, FILTER, BIAS };

static int check_shapes(const nn_loader *loader, nn_window *window) {
    const nn_tensor *in = nn_op_given(loader->graph, loader->op, IMAGE);
    const nn_tensor *filter = nn_op_given(loader->graph, loader->op, FILTER);
    if (in->rank != 4) {
        return nn_op_invalid(loader, "the image has %u dimensions instead of 4",
                (uint32_t)in->rank);
    }
    if (filter->dim[0] != 1 || filter->dim[3] % in->dim[3] != 0) {
        return nn_op_invalid(loader, "%d channels do not fit weights for %d",
                in->dim[3], filter->dim[3]);
    }
    *window = (nn_window){
            .kernel_h = filter->dim[1],
            .kernel_w = filter->dim[2],
            .stride_h = nn_option_int(loader, STRIDE_H, 0),
            .stride_w = nn_option_int(loader, STRIDE_W, 0),
            .dilation_h = nn_option_int(loader, DILATION_H, 1),
            .dilation_w = nn_option_int(loader, DILATION_W, 1),
    };
    int32_t dim[4] = {in->dim[0], 0, 0, filter->dim[3]};
    int err = nn_window_fit(loader, window, nn_option_byte(loader, PADDING, 0),
            in->dim[1], in->dim[2], &dim[1], &dim[2]);
    return err ? err : nn_need_output_shape(loader, 0, 4, dim);
}

static int check(nn_loader *loader) {
    nn_op *op = loader->op;
    nn_conv_params *p = NN_PARAMS(op, nn_conv_params);
    int err = nn_need_weights(loader, IMAGE, FILTER, 4, 3);
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
    const nn_tensor *out = nn_op_output(loader->graph, op, 0);
    uint32_t channels = (uint32_t)filter->dim[3];
    err = nn_need_bias(loader, BIAS, channels);
    if (err) {
        return err;
    }
    op->row_local = in->dim[0] == 1 && nn_rows_natural(in);
    op->macs = (uint64_t)(out->bytes / channels) * filter->bytes;
    uint32_t offsets = (uint32_t)p->window.kernel_h * sizeof(uint32_t);
    err = nn_reserve_multipliers(loader, channels, offsets);
    uint64_t block = nn_depthwise_block_of(&p->window, in, out).words *
                    sizeof(uint32_t) +
            offsets;
    if (err == 0 && block > INT32_MAX) {
        return nn_op_fail(loader, NN_ERR_RANGE, "the window is too large");
    }
    if (err == 0 && block > op->scratch_bytes) {
        op->scratch_bytes = (uint32_t)block;
    }
    return err;
}

static void rows(const nn_graph *graph, const nn_op *op, uint32_t k, uint32_t y,
        uint32_t *first, uint32_t *end) {
    const nn_conv_params *p = NN_PARAMS(op, const nn_conv_params);
    nn_window_rows(&p->window, nn_op_given(graph, op, k)->dim[1], y, first,
            end);
}

const nn_op_def nn_op_depthwise_conv_2d = {
        .code = 4,
        .min_inputs = 2,
        .max_inputs = 3,
        .min_outputs = 1,
        .max_outputs = 1,
        .check = check,
        .rows = rows,
        .run = nn_depthwise_conv_2d_run,
};
