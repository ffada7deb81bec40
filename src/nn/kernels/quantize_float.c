// SPDX-License-Identifier: MIT
// QUANTIZE of float32 in plain C.

#include "nn/fixed.h"
#include "nn/kernels/quantize.h"
#include "nn/real.h"

void nn_quantize_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_tensor *out = nn_call_output(call, 0);
    const float scale = out->scale;
    const int32_t zero = out->zero_point;
    const int32_t low = out->type == NN_INT8 ? INT8_MIN : 0;
    const int32_t high = out->type == NN_INT8 ? INT8_MAX : UINT8_MAX;
    for (uint32_t y = first; y < end; y++) {
        uint8_t *to = nn_view_row(&call->out[0], y);
        const float *from = nn_view_row(&call->in[0], y);
        for (uint32_t i = 0; i < call->out[0].row_bytes; i++) {
            // divided: a product with 1 / scale rounds otherwise
            float steps = from[i] / scale;
            int32_t q = nn_round(steps) + zero;
            to[i] = (uint8_t)nn_clamp_i32(q, low, high);
        }
    }
}
