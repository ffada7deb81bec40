// SPDX-License-Identifier: MIT
// DEPTHWISE_CONV_2D. Inputs: image NHWC, filter 1HWC, bias. Output channel
// c reads image channel c / multiplier alone.

#include "nn/ops/conv.h"

#include "nn/kernels/conv.h"
#include "nn/ops/ops.h"
#include "nn/ops/weights.h"

// Field of DepthwiseConv2DOptions. Its depth multiplier (3) says nothing that
// the shapes do not say.
enum { ACTIVATION = 4 };

static int check(nn_loader *loader) {
    int err = nn_need_conv(loader, 3);
    if (err) {
        return err;
    }
    const nn_tensor *in = loader->in[NN_CONV_IMAGE];
    const nn_tensor *filter = loader->in[NN_CONV_FILTER];
    if (filter->dim[0] != 1 || filter->dim[3] % in->dim[3] != 0) {
        return nn_weights_misfit(loader, in);
    }
    err = nn_check_conv(loader, 3, ACTIVATION);
    if (err) {
        return err;
    }
    const nn_conv_params *p = NN_PARAMS(loader->op, const nn_conv_params);
    return nn_conv_reserve(loader, (uint32_t)filter->dim[3],
            nn_depthwise_block_of(&p->window, in, loader->out).words);
}

const nn_op_def nn_op_depthwise_conv_2d = {
        .code = 4,
        .min_inputs = 2,
        .max_inputs = 3,
        .takes = {NN_SCALED_INT8, NN_WEIGHTS},
        .makes = NN_SCALED_INT8,
        .check = check,
        .rows = nn_conv_rows,
        .run = nn_depthwise_conv_2d_run,
};
