// SPDX-License-Identifier: MIT
// QUANTIZE of float32: the FPU rounds as TFLite does.

#include "nn/fixed.h"
#include "nn/kernels/quantize.h"

#ifdef __ARM_FEATURE_DSP

// Nearest integer, ties away from zero, cut off at 16 bits; 0 for not-a-number
// (VCVTA, Armv7-M Architecture Reference Manual, A7.7.226).
static inline int32_t round_16(float x) {
    float rounded;
    int32_t r;
    __asm__("vcvta.s32.f32 %0, %1" : "=t"(rounded) : "t"(x));
    __asm__("vmov %0, %1\n\tssat %0, #16, %0" : "=r"(r) : "t"(rounded));
    return r;
}

#else

#include "nn/real.h"

static inline int32_t round_16(float x) {
    return nn_clamp_i32(nn_round(x), INT16_MIN, INT16_MAX);
}

#endif

void nn_quantize_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_tensor *out = nn_call_output(call, 0);
    const float scale = out->scale;
    const int32_t zero = out->zero_point;
    const int32_t low = out->type == NN_INT8 ? INT8_MIN : 0;
    for (uint32_t y = first; y < end; y++) {
        uint8_t *to = nn_view_row(&call->out[0], y);
        const float *from = nn_view_row(&call->in[0], y);
        for (const uint8_t *last = to + call->out[0].row_bytes; to < last;
                to++) {
            // divided: a product with 1 / scale rounds otherwise
            int32_t q = round_16(*from++ / scale) + zero;
            *to = (uint8_t)nn_clamp_i32(q, low, low + UINT8_MAX);
        }
    }
}
