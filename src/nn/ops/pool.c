// SPDX-License-Identifier: MIT
// MAX_POOL_2D and AVERAGE_POOL_2D of images NHWC.

#include "nn/kernels/pool.h"
#include "nn/ops/activation.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

// Fields of Pool2DOptions.
enum { WIDTH = 3, HEIGHT, ACTIVATION };

static int check_shapes(const nn_loader *loader, nn_window *window) {
    const nn_tensor *in = loader->in[0];
    int err = nn_need_images(loader, in);
    if (err) {
        return err;
    }
    int32_t dim[4] = {in->dim[0], 0, 0, in->dim[3]};
    window->kernel_h = nn_option_int(loader, HEIGHT, 0);
    window->kernel_w = nn_option_int(loader, WIDTH, 0);
    err = nn_window_fit(loader, window, 0, &in->dim[1], &dim[1]);
    if (err) {
        return err;
    }
    if ((int64_t)window->kernel_h * window->kernel_w > NN_POOL_MAX_PIXELS) {
        return nn_op_fail(loader, NN_ERR_RANGE,
                "a window of %d x %d is too large", window->kernel_h,
                window->kernel_w);
    }
    return nn_need_output_shape(loader, 4, dim);
}

static int check(nn_loader *loader) {
    nn_op *op = loader->op;
    nn_pool_params *p = NN_PARAMS(op, nn_pool_params);
    // numbers are compared and averaged as they are stored; the tolerance is
    // TFLite's
    int err = nn_need_same_scale(loader, loader->in[0], 1.0e-6F);
    if (err == 0) {
        err = check_shapes(loader, &p->window);
    }
    if (err == 0) {
        err = nn_fused_range(loader, ACTIVATION, &p->low, &p->high);
    }
    if (err) {
        return err;
    }
    const nn_tensor *in = loader->in[0];
    op->row_local = in->dim[0] == 1 && nn_rows_natural(in);
    op->scratch_bytes =
            (uint32_t)p->window.kernel_h * (uint32_t)sizeof(uint32_t);
    return 0;
}

static void rows(const nn_graph *graph, const nn_op *op, uint32_t k, uint32_t y,
        uint32_t *first, uint32_t *end) {
    const nn_pool_params *p = NN_PARAMS(op, const nn_pool_params);
    nn_window_rows(&p->window, nn_op_given(graph, op, k)->dim[1], y, first,
            end);
}

const nn_op_def nn_op_max_pool_2d = {
        .code = 17,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_SCALED_INT8},
        .makes = NN_SCALED_INT8,
        .check = check,
        .rows = rows,
        .run = nn_max_pool_2d_run,
};

const nn_op_def nn_op_average_pool_2d = {
        .code = 1,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {NN_SCALED_INT8},
        .makes = NN_SCALED_INT8,
        .check = check,
        .rows = rows,
        .run = nn_average_pool_2d_run,
};
