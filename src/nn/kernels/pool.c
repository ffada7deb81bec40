// SPDX-License-Identifier: MIT
// Pooling: from pixel to pixel.

#include "nn/kernels/pool.h"

#include "nn/kernels/image_rows.h"
#include "nn/kernels/pool_pixel.h"

typedef void pool_pixel(const nn_pool_area *area, int8_t *out);

static void run_pool(const nn_call *call, uint32_t first, uint32_t end,
        pool_pixel *pixel) {
    const nn_pool_params *p = NN_PARAMS(call->op, const nn_pool_params);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *out = nn_call_output(call, 0);
    const nn_window *w = &p->window;
    nn_pool_area a = {
            .image = (const int8_t *)call->in[0].data,
            .rows = call->scratch,
            .channels = (uint32_t)in->dim[3],
            .low = p->low,
            .high = p->high,
    };
    for (uint32_t row = first; row < end; row++) {
        a.down = nn_image_taps(call, 0, w, row, call->scratch);
        int8_t *to = nn_image_out(call, row);
        for (int32_t x = 0; x < out->dim[2]; x++) {
            a.left = x * w->stride_w - w->pad_left;
            a.across = nn_taps_inside(a.left, 1, w->kernel_w, in->dim[2]);
            pixel(&a, to);
            to += a.channels;
        }
    }
}

void nn_max_pool_2d_run(const nn_call *call, uint32_t first, uint32_t end) {
    run_pool(call, first, end, nn_max_pool_pixel);
}

void nn_average_pool_2d_run(const nn_call *call, uint32_t first, uint32_t end) {
    run_pool(call, first, end, nn_average_pool_pixel);
}
