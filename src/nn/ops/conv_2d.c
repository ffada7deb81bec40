// SPDX-License-Identifier: MIT
// CONV_2D. Inputs: image NHWC, filter OHWI, bias. A filter with fewer input
// channels than the image is a grouped convolution.

#include "nn/ops/conv.h"

#include "nn/kernels/conv.h"
#include "nn/ops/ops.h"
#include "nn/ops/weights.h"

// Field of Conv2DOptions.
enum { ACTIVATION = 3 };

static int check(nn_loader *loader) {
    int err = nn_need_conv(loader, 0);
    if (err) {
        return err;
    }
    const nn_tensor *in = loader->in[NN_CONV_IMAGE];
    const nn_tensor *filter = loader->in[NN_CONV_FILTER];
    int32_t channels = in->dim[3];
    int32_t group = filter->dim[3];
    if (channels % group != 0 || filter->dim[0] % (channels / group) != 0) {
        return nn_weights_misfit(loader, in);
    }
    err = nn_check_conv(loader, 0, ACTIVATION);
    if (err) {
        return err;
    }
    const nn_conv_params *p = NN_PARAMS(loader->op, const nn_conv_params);
    return nn_conv_reserve(loader, (uint32_t)filter->dim[0],
            nn_conv_2d_block(&p->window, in, filter, loader->out).words);
}

const nn_op_def nn_op_conv_2d = {
        .code = 3,
        .min_inputs = 2,
        .max_inputs = 3,
        .takes = {NN_SCALED_INT8, NN_WEIGHTS},
        .makes = NN_SCALED_INT8,
        .check = check,
        .rows = nn_conv_rows,
        .run = nn_conv_2d_run,
};
