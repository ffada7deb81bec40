// SPDX-License-Identifier: MIT
// FULLY_CONNECTED: four outputs at a time.

#include "nn/kernels/fully_connected.h"

#include "nn/kernels/m7/scale.h"
#include "nn/ops/weights.h"

// Four products more: x without its zero point, bytes 0 and 2, then 1 and 3.
static inline int32_t add_4(int32_t sum, uint32_t even, uint32_t odd,
        uint32_t w) {
    return m7_smlad(odd, m7_sxtb16_odd(w), m7_smlad(even, m7_sxtb16(w), sum));
}

// Adds the sum over n numbers, with each of four rows of weights, to sum[].
static void dot_4(const int8_t *x, const int8_t *const rows[4], uint32_t n,
        int32_t zero_point, int32_t *sum) {
    const int8_t *w0 = rows[0];
    const int8_t *w1 = rows[1];
    const int8_t *w2 = rows[2];
    const int8_t *w3 = rows[3];
    uint32_t minus = m7_both(-zero_point);
    int32_t s0 = sum[0];
    int32_t s1 = sum[1];
    int32_t s2 = sum[2];
    int32_t s3 = sum[3];
    uint32_t i = 0;
    for (; i + 4 <= n; i += 4) {
        uint32_t word = m7_load(x + i);
        uint32_t even = m7_sxtab16(minus, word);
        uint32_t odd = m7_sxtab16_odd(minus, word);
        s0 = add_4(s0, even, odd, m7_load(w0 + i));
        s1 = add_4(s1, even, odd, m7_load(w1 + i));
        s2 = add_4(s2, even, odd, m7_load(w2 + i));
        s3 = add_4(s3, even, odd, m7_load(w3 + i));
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
    if (i < n) { // what is not there has weight 0
        uint32_t word = m7_load_some(x + i, n - i);
        uint32_t even = m7_sxtab16(minus, word);
        uint32_t odd = m7_sxtab16_odd(minus, word);
        for (uint32_t k = 0; k < 4; k++) {
            uint32_t w = m7_load_some(rows[k] + i, n - i);
            sum[k] = add_4(sum[k], even, odd, w);
        }
    }
}

typedef struct layer {
    const nn_fully_connected_params *p;
    const nn_tensor *in, *weights, *out;
    const int32_t *bias;
} layer;

static int8_t finish(const layer *l, uint32_t o, int32_t sum) {
    nn_target target = {l->out->zero_point, l->p->low, l->p->high};
    nn_multiplier m = l->p->multiplier;
    if (l->weights->scale_count > 1) {
        // it was checked at load
        (void)nn_multiplier_make(nn_channel_factor(l->in, l->weights, l->out,
                                         o),
                &m);
    }
    return nn_target_int8(target, sum, m);
}

static void run_vector(const layer *l, const int8_t *x, int8_t *to) {
    uint32_t count = (uint32_t)l->weights->dim[0];
    uint32_t length = (uint32_t)l->weights->dim[1];
    const int8_t *weights = l->weights->data;
    for (uint32_t o = 0; o < count; o += 4) {
        uint32_t some = count - o < 4 ? count - o : 4;
        const int8_t *rows[4];
        int32_t sum[4];
        for (uint32_t k = 0; k < 4; k++) {
            uint32_t row = o + (k < some ? k : 0);
            rows[k] = weights + (size_t)row * length;
            sum[k] = l->bias != NULL ? l->bias[row] : 0;
        }
        dot_4(x, rows, length, l->in->zero_point, sum);
        for (uint32_t k = 0; k < some; k++) {
            to[o + k] = finish(l, o + k, sum[k]);
        }
    }
}

void nn_fully_connected_run(const nn_call *call, uint32_t first, uint32_t end) {
    layer l = {
            .p = NN_PARAMS(call->op, const nn_fully_connected_params),
            .in = nn_op_given(call->graph, call->op, 0),
            .weights = nn_op_given(call->graph, call->op, 1),
            .out = nn_call_output(call, 0),
            .bias = nn_bias_data(call->graph, call->op, 2),
    };
    uint32_t length = (uint32_t)l.weights->dim[1];
    uint32_t count = (uint32_t)l.weights->dim[0];
    // whole tensors are one run of vectors, whatever their rows
    uint32_t vectors = l.out->row_bytes / count;
    if (!call->op->row_local) {
        vectors = l.out->bytes / count;
        end = first + 1;
    }
    for (uint32_t row = first; row < end; row++) {
        const int8_t *x = nn_view_row(&call->in[0], row);
        int8_t *to = nn_view_row(&call->out[0], row);
        for (uint32_t v = 0; v < vectors; v++, x += length, to += count) {
            run_vector(&l, x, to);
        }
    }
}
