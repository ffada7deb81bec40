// SPDX-License-Identifier: MIT
// RESHAPE, SPLIT, UNPACK, CONCATENATION and PACK: pieces copied as they are.

#include "nn/kernels/copy.h"

#include <string.h>

#include "nn/kernels/lookup.h"
#include "nn/kernels/move.h"
#include "nn/real.h"

// Bytes of a row; of all where the operator is not row-local: one row then.
static uint32_t row_bytes(const nn_call *call, const nn_tensor *tensor) {
    return call->op->row_local ? tensor->row_bytes : tensor->bytes;
}

void nn_copy_run(const nn_call *call, uint32_t first, uint32_t end) {
    uint32_t bytes = row_bytes(call, nn_call_output(call, 0));
    for (uint32_t y = first; y < (call->op->row_local ? end : 1); y++) {
        uint8_t *to = nn_view_row(&call->out[0], y);
        const uint8_t *from = nn_view_row(&call->in[0], y);
        if (to != from) {
            memcpy(to, from, bytes);
        }
    }
}

bool nn_concat_rescales(const nn_tensor *in, const nn_tensor *out) {
    return (in->type == NN_INT8 || in->type == NN_UINT8) &&
            in->scale_count == 1 && out->scale_count == 1 &&
            (in->scale != out->scale || in->zero_point != out->zero_point);
}

typedef struct rescale {
    const nn_tensor *in, *out;
} rescale;

// In float and with the reciprocal of the scale, as TFLite does for uint8. (It
// refuses int8 inputs that differ in scale.)
static int32_t rescaled(const void *params, int32_t q) {
    const rescale *p = params;
    float inverse = 1.0f / p->out->scale;
    float scale = p->in->scale * inverse;
    float bias = (float)-p->in->zero_point * scale;
    float product = (float)q * scale;
    float y = product + bias;
    return nn_round(y) + p->out->zero_point;
}

void nn_concat_begin(const nn_call *call) {
    const nn_tensor *out = nn_call_output(call, 0);
    uint8_t *table = call->keep;
    for (uint32_t k = 0; k < call->op->input_count; k++) {
        const nn_tensor *in = nn_op_given(call->graph, call->op, k);
        if (!nn_concat_rescales(in, out)) {
            continue;
        }
        const rescale p = {in, out};
        nn_lookup_fill(table, (nn_type)in->type, (nn_type)out->type, rescaled,
                &p);
        table += NN_LOOKUP_BYTES;
    }
}

// All parts, from the whole or to it.
static void run_parts(const nn_call *call, uint32_t first, uint32_t end,
        bool split) {
    const nn_op *op = call->op;
    const nn_parts *p = NN_PARAMS(op, nn_parts);
    const nn_tensor *all = split ? nn_op_given(call->graph, op, p->whole)
                                 : nn_call_output(call, 0);
    const nn_view *whole = split ? &call->in[p->whole] : &call->out[0];
    const nn_view *part = split ? call->out : call->in;
    uint32_t count = split ? op->output_count : op->input_count;
    uint32_t line = row_bytes(call, all) / p->lines;
    uint32_t offset = 0;
    const uint8_t *table = call->keep;
    end = op->row_local ? end : 1;
    for (uint32_t k = 0; k < count; k++, part++) {
        const nn_tensor *t = split ? nn_call_output(call, k)
                                   : nn_op_given(call->graph, op, k);
        uint32_t bytes = row_bytes(call, t) / p->lines;
        bool rescales =
                !split && op->keep_bytes > 0 && nn_concat_rescales(t, all);
        nn_move move;
        nn_move_start(&move, bytes);
        nn_move_dim(&move, (int32_t)p->lines, (int32_t)(split ? bytes : line),
                (int32_t)(split ? line : bytes));
        for (uint32_t y = first; y < end; y++) {
            uint8_t *in_whole = (uint8_t *)nn_view_row(whole, y) + offset;
            uint8_t *alone = nn_view_row(part, y);
            if (!rescales) {
                nn_move_run(&move, split ? alone : in_whole,
                        split ? in_whole : alone);
                continue;
            }
            for (uint32_t i = 0; i < p->lines; i++) {
                nn_lookup_apply(table, in_whole, alone, bytes);
                alone += bytes;
                in_whole += line;
            }
        }
        table += rescales ? NN_LOOKUP_BYTES : 0;
        offset += bytes;
    }
}

void nn_split_run(const nn_call *call, uint32_t first, uint32_t end) {
    run_parts(call, first, end, true);
}

void nn_concat_run(const nn_call *call, uint32_t first, uint32_t end) {
    run_parts(call, first, end, false);
}
