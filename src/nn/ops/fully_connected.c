// SPDX-License-Identifier: MIT
// FULLY_CONNECTED. Inputs: any shape, as vectors of the weights' length;
// weights [outputs, inputs]; bias.

#include "nn/kernels/fully_connected.h"
#include "nn/ops/activation.h"
#include "nn/ops/ops.h"
#include "nn/ops/weights.h"

// Fields of FullyConnectedOptions.
enum { ACTIVATION, WEIGHTS_FORMAT };
enum { VECTORS, WEIGHTS, BIAS };

// The output may keep the input's leading dimensions or have them flattened:
// only the number of vectors and their length count.
static int check_shapes(const nn_loader *loader) {
    const nn_tensor *in = loader->in[VECTORS];
    const nn_tensor *weights = loader->in[WEIGHTS];
    const nn_tensor *out = loader->out;
    uint32_t length = (uint32_t)weights->dim[1];
    uint32_t count = (uint32_t)weights->dim[0];
    if (in->bytes % length != 0) {
        return nn_op_invalid(loader, "%u numbers are no vectors of %u",
                in->bytes, length);
    }
    if (nn_tensor_dim(out, -1) != weights->dim[0] ||
            out->bytes / count != in->bytes / length) {
        return nn_op_invalid(loader, "the output is not %u vectors of %u",
                in->bytes / length, count);
    }
    if (nn_option_byte(loader, WEIGHTS_FORMAT, 0) != 0) {
        return nn_op_unsupported(loader, "shuffled weights are not supported");
    }
    return 0;
}

// With one scale TFLite rounds the product of the two scales to float first
// (kernels/kernel_util.cc, GetQuantizedConvolutionMultipler).
static int make_multiplier(const nn_loader *loader, nn_multiplier *multiplier) {
    float product = loader->in[VECTORS]->scale * loader->in[WEIGHTS]->scale;
    double out = loader->out->scale;
    return nn_need_factor(loader, (double)product / out, multiplier);
}

static int check(nn_loader *loader) {
    nn_op *op = loader->op;
    nn_fully_connected_params *p = NN_PARAMS(op, nn_fully_connected_params);
    int err = nn_need_weights(loader, VECTORS, 2, 0);
    if (err == 0) {
        err = check_shapes(loader);
    }
    if (err == 0) {
        err = make_multiplier(loader, &p->multiplier);
    }
    if (err == 0) {
        err = nn_fused_range(loader, ACTIVATION, &p->low, &p->high);
    }
    if (err) {
        return err;
    }
    const nn_tensor *in = loader->in[VECTORS];
    const nn_tensor *weights = loader->in[WEIGHTS];
    nn_tensor *out = loader->out;
    uint32_t length = (uint32_t)weights->dim[1];
    uint32_t count = (uint32_t)weights->dim[0];
    err = nn_need_bias(loader, BIAS, count);
    if (err) {
        return err;
    }
    // rows of whole vectors stay rows
    if (in->row_bytes % length == 0) {
        out->rows = in->rows;
        out->row_bytes = in->row_bytes / length * count;
        op->row_local = 1;
    }
    op->macs = (uint64_t)(in->bytes / length) * weights->bytes;
    return nn_reserve(loader,
            weights->scale_count > 1 ? (uint64_t)count * sizeof(nn_multiplier)
                                     : 0);
}

const nn_op_def nn_op_fully_connected = {
        .code = 9,
        .min_inputs = 2,
        .max_inputs = 3,
        .takes = {NN_SCALED_INT8, NN_WEIGHTS},
        .makes = NN_SCALED_INT8,
        .check = check,
        .run = nn_fully_connected_run,
};
