// SPDX-License-Identifier: MIT
// QUANTIZE and DEQUANTIZE.

#include "nn/kernels/quantize.h"

#include <string.h>

#include "nn/fixed.h"
#include "nn/kernels/linear.h"
#include "nn/real.h"

void nn_flip_run(const nn_call *call, uint32_t first, uint32_t end) {
    const uint8_t bit = 0x80;
    for (uint32_t y = first; y < end; y++) {
        uint8_t *to = nn_view_row(&call->out[0], y);
        const uint8_t *from = nn_view_row(&call->in[0], y);
        const uint8_t *stop = to + call->out[0].row_bytes;
        for (; stop - to >= 4; to += 4, from += 4) {
            uint32_t word;
            memcpy(&word, from, sizeof(word));
            word ^= bit * 0x01010101U;
            memcpy(to, &word, sizeof(word));
        }
        while (to < stop) {
            *to++ = *from++ ^ bit;
        }
    }
}

void nn_requantize_16_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_linear *p = NN_PARAMS(call->op, nn_linear);
    for (uint32_t y = first; y < end; y++) {
        uint8_t *to = nn_view_row(&call->out[0], y);
        const int16_t *from = nn_view_row(&call->in[0], y);
        for (uint32_t i = 0; i < call->out[0].row_bytes; i++) {
            to[i] = (uint8_t)nn_linear_at(p, from[i]);
        }
    }
}

void nn_dequantize_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const double scale = in->scale; // the product is rounded once, to float
    const int32_t zero = in->zero_point;
    uint32_t count = call->out[0].row_bytes / sizeof(float);
    for (uint32_t y = first; y < end; y++) {
        float *to = nn_view_row(&call->out[0], y);
        const void *from = nn_view_row(&call->in[0], y);
        const int8_t *int8 = from;
        const uint8_t *uint8 = from;
        const int16_t *int16 = from;
        for (uint32_t i = 0; i < count; i++) {
            int32_t q = in->type == NN_INT8 ? int8[i]
                    : in->type == NN_UINT8  ? uint8[i]
                                            : int16[i];
            to[i] = (float)(scale * (q - zero));
        }
    }
}
