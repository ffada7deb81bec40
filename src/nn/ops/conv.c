// SPDX-License-Identifier: MIT
// What CONV_2D and DEPTHWISE_CONV_2D have in common.

#include "nn/ops/conv.h"

#include "nn/kernels/conv.h"
#include "nn/ops/activation.h"
#include "nn/ops/fold_hooks.h"
#include "nn/ops/shape.h"
#include "nn/ops/weights.h"

int nn_need_conv(const nn_loader *loader, uint32_t axis) {
    int err = nn_need_weights(loader, NN_CONV_IMAGE, 4, axis);
    return err ? err : nn_need_images(loader, loader->in[NN_CONV_IMAGE]);
}

static int check_shapes(const nn_loader *loader, nn_window *window,
        int32_t channels, uint32_t dilation) {
    const nn_tensor *in = loader->in[NN_CONV_IMAGE];
    const nn_tensor *filter = loader->in[NN_CONV_FILTER];
    int32_t dim[4] = {in->dim[0], 0, 0, channels};
    window->kernel_h = filter->dim[1];
    window->kernel_w = filter->dim[2];
    int err = nn_window_fit(loader, window, dilation, &in->dim[1], &dim[1]);
    return err ? err : nn_need_output_shape(loader, 4, dim);
}

int nn_check_conv(nn_loader *loader, uint32_t axis, uint32_t activation) {
    nn_op *op = loader->op;
    nn_conv_params *p = NN_PARAMS(op, nn_conv_params);
    const nn_tensor *in = loader->in[NN_CONV_IMAGE];
    const nn_tensor *filter = loader->in[NN_CONV_FILTER];
    int32_t channels = filter->dim[axis];
    int err = check_shapes(loader, &p->window, channels, activation + 1);
    if (err == 0) {
        err = nn_fused_range(loader, activation, &p->low, &p->high);
    }
    if (err == 0) {
        err = nn_need_bias(loader, NN_CONV_BIAS, (uint32_t)channels);
    }
    if (err) {
        return err;
    }
    op->row_local = in->dim[0] == 1 && nn_rows_natural(in);
    op->macs =
            (uint64_t)(loader->out->bytes / (uint32_t)channels) * filter->bytes;
    return 0;
}

int nn_conv_reserve(nn_loader *loader, uint32_t channels, uint64_t words) {
    const nn_conv_params *p = NN_PARAMS(loader->op, const nn_conv_params);
    uint32_t offsets = (uint32_t)p->window.kernel_h * sizeof(uint32_t);
    uint64_t multipliers = (uint64_t)channels * sizeof(nn_multiplier);
    uint64_t block = words * sizeof(uint32_t);
    return nn_reserve(loader,
            (block > multipliers ? block : multipliers) + offsets);
}

void nn_conv_rows(const nn_graph *graph, const nn_op *op, uint32_t k,
        uint32_t y, uint32_t *first, uint32_t *end) {
    const nn_conv_params *p = NN_PARAMS(op, const nn_conv_params);
    nn_window_rows(&p->window, nn_op_given(graph, op, k)->dim[1], y, first,
            end);
}

void nn_conv_absorb_pad(nn_graph *graph, nn_op *conv, int32_t top,
        int32_t left) {
    nn_conv_params *p = NN_PARAMS(conv, nn_conv_params);
    const nn_tensor *padded = nn_op_given(graph, conv, NN_CONV_IMAGE);
    const nn_op *pad = &graph->ops[padded->producer];
    if (!nn_rows_natural(nn_op_given(graph, pad, 0))) {
        conv->row_local = 0;
    }
    p->window.pad_top += top;
    p->window.pad_left += left;
}
