// SPDX-License-Identifier: MIT
// RESHAPE, SPLIT, UNPACK, CONCATENATION and PACK: pieces copied as they are.

#include "nn/kernels/copy.h"

#include <string.h>

#include "nn/kernels/lookup.h"
#include "nn/kernels/move.h"
#include "nn/real.h"

// A view of the whole tensor as one row, where the operator is not row-local.
static nn_view one_row(const nn_call *call, const nn_tensor *tensor,
        const nn_view *view) {
    if (call->op->row_local) {
        return *view;
    }
    return (nn_view){view->data, tensor->bytes, 1};
}

void nn_copy_run(const nn_call *call, uint32_t first, uint32_t end) {
    nn_view in = one_row(call, nn_op_given(call->graph, call->op, 0), call->in);
    nn_view out = one_row(call, nn_call_output(call, 0), call->out);
    for (uint32_t y = first; y < (call->op->row_local ? end : first + 1); y++) {
        uint8_t *to = nn_view_row(&out, y);
        const uint8_t *from = nn_view_row(&in, y);
        if (to != from) {
            memcpy(to, from, out.row_bytes);
        }
    }
}

bool nn_concat_rescales(const nn_tensor *in, const nn_tensor *out) {
    return (in->type == NN_INT8 || in->type == NN_UINT8) &&
            in->scale_count == 1 && out->scale_count == 1 &&
            (in->scale != out->scale || in->zero_point != out->zero_point);
}

typedef struct rescale {
    float scale, bias;
    int32_t out_zero;
} rescale;

// In float and with the reciprocal of the scale, as TFLite does for uint8. (It
// refuses int8 inputs that differ in scale.)
static int32_t rescaled(const void *params, int32_t q) {
    const rescale *p = params;
    float product = (float)q * p->scale;
    float y = product + p->bias;
    return nn_round(y) + p->out_zero;
}

void nn_concat_begin(const nn_call *call) {
    const nn_tensor *out = nn_call_output(call, 0);
    uint8_t *table = call->keep;
    for (uint32_t k = 0; k < call->op->input_count; k++) {
        const nn_tensor *in = nn_op_given(call->graph, call->op, k);
        if (!nn_concat_rescales(in, out)) {
            continue;
        }
        rescale p;
        float inverse = 1.0f / out->scale;
        p.scale = in->scale * inverse;
        p.bias = (float)-in->zero_point * p.scale;
        p.out_zero = out->zero_point;
        nn_lookup_fill(table, (nn_type)in->type, (nn_type)out->type, rescaled,
                &p);
        table += NN_LOOKUP_BYTES;
    }
}

// Pieces of a whole, line bytes from each other, and those of a part, which
// lie one behind the other.
typedef struct pieces {
    uint32_t line, bytes, count;
} pieces;

static void copy_pieces(const pieces *p, uint8_t *whole, uint8_t *part,
        bool split) {
    nn_move move;
    nn_move_start(&move, p->bytes);
    nn_move_dim(&move, (int32_t)p->count, split ? p->bytes : p->line,
            split ? p->line : p->bytes);
    nn_move_run(&move, split ? part : whole, split ? whole : part);
}

// All parts, from the whole or to it.
static void run_parts(const nn_call *call, uint32_t first, uint32_t end,
        bool split) {
    const nn_op *op = call->op;
    const nn_parts *p = NN_PARAMS(op, nn_parts);
    const nn_tensor *all = split ? nn_op_given(call->graph, op, p->whole)
                                 : nn_call_output(call, 0);
    nn_view whole =
            one_row(call, all, split ? &call->in[p->whole] : &call->out[0]);
    pieces piece = {.line = whole.row_bytes / p->lines, .count = p->lines};
    uint32_t offset = 0;
    const uint8_t *table = call->keep;
    end = op->row_local ? end : first + 1;
    for (uint32_t k = 0; k < (split ? op->output_count : op->input_count);
            k++) {
        const nn_tensor *t = split ? nn_call_output(call, k)
                                   : nn_op_given(call->graph, op, k);
        nn_view part = one_row(call, t, split ? &call->out[k] : &call->in[k]);
        bool rescales =
                !split && op->keep_bytes > 0 && nn_concat_rescales(t, all);
        piece.bytes = part.row_bytes / p->lines;
        for (uint32_t y = first; y < end; y++) {
            uint8_t *to = (uint8_t *)nn_view_row(&whole, y) + offset;
            uint8_t *from = nn_view_row(&part, y);
            if (!rescales) {
                copy_pieces(&piece, to, from, split);
                continue;
            }
            for (uint32_t i = 0; i < p->lines; i++) {
                nn_lookup_apply(table, to + (size_t)i * piece.line,
                        from + (size_t)i * piece.bytes, piece.bytes);
            }
        }
        table += rescales ? NN_LOOKUP_BYTES : 0;
        offset += piece.bytes;
    }
}

void nn_split_run(const nn_call *call, uint32_t first, uint32_t end) {
    run_parts(call, first, end, true);
}

void nn_concat_run(const nn_call *call, uint32_t first, uint32_t end) {
    run_parts(call, first, end, false);
}
