// SPDX-License-Identifier: MIT
// MEAN, SUM and REDUCE_MAX in plain C.

#include "nn/kernels/reduce.h"

#include "nn/kernels/channels.h"

enum { LAST = NN_REDUCE_LOOPS - 1 };

_Static_assert(NN_REDUCE_LOOPS == 3, "the loops below are written out");

// unsigned, for a hostile model's sums may wrap
static void add_numbers(uint32_t *sum, const int8_t *x, uint32_t n) {
    for (uint32_t c = 0; c < n; c++) {
        sum[c] += (uint32_t)x[c];
    }
}

static void keep_largest(uint32_t *most, const int8_t *x, uint32_t n) {
    for (uint32_t c = 0; c < n; c++) {
        most[c] = (uint32_t)nn_max_i32((int32_t)most[c], x[c]);
    }
}

// Results of n outputs that are neighbours in the input too, from the first
// one's place in the input on: sums or largest numbers.
static void reduce_block(const nn_call *call, const int8_t *in, uint32_t n,
        int8_t *out, bool sums) {
    const nn_reduce_params *p = NN_PARAMS(call->op, const nn_reduce_params);
    const nn_loops *r = &p->reduced;
    const nn_tensor *from = nn_op_given(call->graph, call->op, 0);
    const nn_target target = {nn_call_output(call, 0)->zero_point, INT8_MIN,
            INT8_MAX};
    uint32_t count = r->count[0] * r->count[1] * r->count[LAST];
    uint32_t zero = (uint32_t)from->zero_point * count;
    uint32_t all[NN_CHANNEL_BLOCK];
    for (uint32_t c = 0; c < n; c++) {
        all[c] = sums ? 0 - zero : (uint32_t)INT8_MIN;
    }
    for (uint32_t i = 0; i < r->count[0]; i++) {
        for (uint32_t j = 0; j < r->count[1]; j++) {
            const int8_t *x = in + (size_t)i * r->step[0];
            x += (size_t)j * r->step[1];
            for (uint32_t k = 0; k < r->count[LAST]; k++) {
                if (sums) {
                    add_numbers(all, x, n);
                } else {
                    keep_largest(all, x, n);
                }
                x += r->step[LAST];
            }
        }
    }
    for (uint32_t c = 0; c < n; c++) {
        int32_t number = (int32_t)all[c];
        out[c] = sums ? nn_target_number(&target, number, &p->multiplier)
                      : (int8_t)number;
    }
}

static void run_loops(const nn_call *call, bool sums) {
    const nn_reduce_params *p = NN_PARAMS(call->op, const nn_reduce_params);
    const nn_loops *kept = &p->kept;
    const int8_t *in = (const int8_t *)call->in[0].data;
    int8_t *out = (int8_t *)call->out[0].data;
    // outputs are neighbours in the input unless its innermost loop is reduced
    uint32_t most = kept->step[LAST] == 1 ? NN_CHANNEL_BLOCK : 1;
    for (uint32_t i = 0; i < kept->count[0]; i++) {
        for (uint32_t j = 0; j < kept->count[1]; j++) {
            const int8_t *x = in + (size_t)i * kept->step[0];
            x += (size_t)j * kept->step[1];
            uint32_t n;
            for (uint32_t k = 0; k < kept->count[LAST]; k += n) {
                n = kept->count[LAST] - k;
                n = n < most ? n : most;
                reduce_block(call, x + (size_t)k * kept->step[LAST], n, out,
                        sums);
                out += n;
            }
        }
    }
}

// Never streamed: all rows in one call.
void nn_reduce_sum_run(const nn_call *call, uint32_t first, uint32_t end) {
    (void)first;
    (void)end;
    run_loops(call, true);
}

void nn_reduce_max_run(const nn_call *call, uint32_t first, uint32_t end) {
    (void)first;
    (void)end;
    run_loops(call, false);
}
