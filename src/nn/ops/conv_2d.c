// SPDX-License-Identifier: MIT
// CONV_2D. Inputs: image NHWC, filter OHWI, bias. A filter with fewer input
// channels than the image is a grouped convolution.

#include "nn/kernels/conv.h"
#include "nn/ops/activation.h"
#include "nn/ops/fold_hooks.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"
#include "nn/ops/weights.h"

// Fields of Conv2DOptions.
enum { PADDING, STRIDE_W, STRIDE_H, ACTIVATION, DILATION_W, DILATION_H };
enum { IMAGE, FILTER, BIAS };

static void read_window(const nn_loader *loader, const nn_tensor *filter,
        nn_window *window) {
    window->kernel_h = filter->dim[1];
    window->kernel_w = filter->dim[2];
    window->stride_h = nn_option_int(loader, STRIDE_H, 0);
    window->stride_w = nn_option_int(loader, STRIDE_W, 0);
    window->dilation_h = nn_option_int(loader, DILATION_H, 1);
    window->dilation_w = nn_option_int(loader, DILATION_W, 1);
}

static int check_groups(const nn_loader *loader, int32_t channels,
        const nn_tensor *filter) {
    int32_t group = filter->dim[3];
    if (channels % group != 0 || filter->dim[0] % (channels / group) != 0) {
        return nn_op_invalid(loader,
                "%d channels do not fit weights for %d in, %d out", channels,
                group, filter->dim[0]);
    }
    return 0;
}

static int check_shapes(const nn_loader *loader, nn_conv_params *p) {
    const nn_tensor *in = nn_op_given(loader->graph, loader->op, IMAGE);
    const nn_tensor *filter = nn_op_given(loader->graph, loader->op, FILTER);
    if (in->rank != 4) {
        return nn_op_invalid(loader, "the image has %u dimensions instead of 4",
                (uint32_t)in->rank);
    }
    int err = check_groups(loader, in->dim[3], filter);
    if (err) {
        return err;
    }
    int32_t dim[4] = {in->dim[0], 0, 0, filter->dim[0]};
    read_window(loader, filter, &p->window);
    err = nn_window_fit(loader, &p->window, nn_option_byte(loader, PADDING, 0),
            in->dim[1], in->dim[2], &dim[1], &dim[2]);
    return err ? err : nn_need_output_shape(loader, 0, 4, dim);
}

static int check(nn_loader *loader) {
    nn_op *op = loader->op;
    nn_conv_params *p = NN_PARAMS(op, nn_conv_params);
    int err = nn_need_weights(loader, IMAGE, FILTER, 4, 0);
    if (err == 0) {
        err = check_shapes(loader, p);
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
    uint32_t channels = (uint32_t)filter->dim[0];
    err = nn_need_bias(loader, BIAS, channels);
    if (err) {
        return err;
    }
    op->row_local = in->dim[0] == 1 && nn_rows_natural(in);
    op->macs = (uint64_t)(out->bytes / channels) * filter->bytes;
    uint32_t offsets = (uint32_t)p->window.kernel_h * sizeof(uint32_t);
    err = nn_reserve_multipliers(loader, channels, offsets);
    uint64_t block = nn_conv_2d_block(&p->window, in, filter, out).words *
                    sizeof(uint32_t) +
            offsets;
    if (err == 0 && block > INT32_MAX) {
        return nn_op_fail(loader, NN_ERR_RANGE, "the windows are too large");
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

void nn_conv_absorb_pad(nn_graph *graph, nn_op *conv, int32_t top,
        int32_t left) {
    nn_conv_params *p = NN_PARAMS(conv, nn_conv_params);
    const nn_tensor *padded = nn_op_given(graph, conv, IMAGE);
    const nn_op *pad = &graph->ops[padded->producer];
    if (!nn_rows_natural(nn_op_given(graph, pad, 0))) {
        conv->row_local = 0;
    }
    p->window.pad_top += top;
    p->window.pad_left += left;
}

const nn_op_def nn_op_conv_2d = {
        .code = 3,
        .min_inputs = 2,
        .max_inputs = 3,
        .min_outputs = 1,
        .max_outputs = 1,
        .check = check,
        .rows = rows,
        .run = nn_conv_2d_run,
};
