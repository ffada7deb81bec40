// SPDX-License-Identifier: MIT
// MAX_POOL_2D and AVERAGE_POOL_2D in float32.

#include "host/float/float.h"

#include <math.h>

#include "nn/kernels/taps.h"
#include "nn/ops/window.h"

typedef struct pool_params {
    nn_window window;
    float_range range;
} pool_params;

static int check(nn_loader *loader) {
    pool_params *params = NN_PARAMS(loader->op, pool_params);
    int error = float_fused_range(loader, 5, &params->range);
    if (error) {
        return error;
    }
    const nn_tensor *in = nn_op_given(loader->graph, loader->op, 0);
    if (in->rank != 4) {
        return nn_op_fail(loader, NN_ERR_INVALID,
                "the input must have 4 dimensions");
    }
    params->window = (nn_window){
            .kernel_w = nn_option_int(loader, 3, 0),
            .kernel_h = nn_option_int(loader, 4, 0),
    };
    int32_t shape[4] = {in->dim[0], 0, 0, in->dim[3]};
    error = nn_window_fit(loader, &params->window, 0, &in->dim[1], &shape[1]);
    return error ? error : nn_need_output_shape(loader, 4, shape);
}

// Sum or maximum over the window for one channel; at is the image's element
// of channel c.
static float pool(const nn_tensor *in, const float *image, nn_taps rows,
        nn_taps columns, int32_t top, int32_t left, bool average) {
    float result = average ? 0 : -INFINITY;
    size_t channels = (size_t)in->dim[3];
    for (int32_t ky = rows.first; ky < rows.end; ky++) {
        size_t row = (size_t)(top + ky) * (size_t)in->dim[2];
        for (int32_t kx = columns.first; kx < columns.end; kx++) {
            float x = image[(row + (size_t)(left + kx)) * channels];
            result = average ? result + x : x > result ? x : result;
        }
    }
    int32_t taps = (rows.end - rows.first) * (columns.end - columns.first);
    return average ? result / (float)taps : result;
}

static void run_pool(const nn_call *call, bool average) {
    const pool_params *params = NN_PARAMS(call->op, pool_params);
    const nn_window *w = &params->window;
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *out = nn_call_output(call, 0);
    const float *image = float_input(call, 0);
    float *to = float_output(call);
    for (int32_t n = 0; n < out->dim[0]; n++) {
        for (int32_t y = 0; y < out->dim[1]; y++) {
            int32_t top = y * w->stride_h - w->pad_top;
            nn_taps rows = nn_taps_inside(top, 1, w->kernel_h, in->dim[1]);
            for (int32_t x = 0; x < out->dim[2]; x++) {
                int32_t left = x * w->stride_w - w->pad_left;
                nn_taps columns =
                        nn_taps_inside(left, 1, w->kernel_w, in->dim[2]);
                for (int32_t c = 0; c < out->dim[3]; c++) {
                    *to++ = float_clamp(pool(in, image + c, rows, columns, top,
                                                left, average),
                            params->range);
                }
            }
        }
        image += in->bytes / sizeof *image / (size_t)in->dim[0];
    }
}

static void run_max(const nn_call *call, uint32_t first, uint32_t end) {
    (void)first;
    (void)end;
    run_pool(call, false);
}

static void run_average(const nn_call *call, uint32_t first, uint32_t end) {
    (void)first;
    (void)end;
    run_pool(call, true);
}

const nn_op_def float_max_pool_2d = {
        .code = 17,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {FLOAT_TYPE},
        .makes = FLOAT_TYPE,
        .check = check,
        .run = run_max,
};

const nn_op_def float_average_pool_2d = {
        .code = 1,
        .min_inputs = 1,
        .max_inputs = 1,
        .takes = {FLOAT_TYPE},
        .makes = FLOAT_TYPE,
        .check = check,
        .run = run_average,
};
