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

static void copy_pieces(uint8_t *to, uint32_t to_step, const uint8_t *from,
        uint32_t from_step, uint32_t bytes, uint32_t count) {
    nn_move move;
    nn_move_start(&move, bytes);
    nn_move_dim(&move, (int32_t)count, to_step, from_step);
    nn_move_run(&move, to, from);
}

void nn_split_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_op *op = call->op;
    const nn_parts *p = NN_PARAMS(op, nn_parts);
    nn_view whole = one_row(call, nn_op_given(call->graph, op, p->whole),
            &call->in[p->whole]);
    uint32_t line = whole.row_bytes / p->lines;
    uint32_t offset = 0;
    for (uint32_t k = 0; k < op->output_count; k++) {
        nn_view part = one_row(call, nn_call_output(call, k), &call->out[k]);
        uint32_t piece = part.row_bytes / p->lines;
        for (uint32_t y = first; y < (op->row_local ? end : first + 1); y++) {
            const uint8_t *from = nn_view_row(&whole, y);
            copy_pieces(nn_view_row(&part, y), piece, from + offset, line,
                    piece, p->lines);
        }
        offset += piece;
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

void nn_concat_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_op *op = call->op;
    const nn_parts *p = NN_PARAMS(op, nn_parts);
    const nn_tensor *out = nn_call_output(call, 0);
    nn_view whole = one_row(call, out, &call->out[0]);
    uint32_t line = whole.row_bytes / p->lines;
    uint32_t offset = 0;
    const uint8_t *table = call->keep;
    for (uint32_t k = 0; k < op->input_count; k++) {
        const nn_tensor *in = nn_op_given(call->graph, op, k);
        nn_view part = one_row(call, in, &call->in[k]);
        uint32_t piece = part.row_bytes / p->lines;
        bool rescales = op->keep_bytes > 0 && nn_concat_rescales(in, out);
        for (uint32_t y = first; y < (op->row_local ? end : first + 1); y++) {
            uint8_t *to = (uint8_t *)nn_view_row(&whole, y) + offset;
            const uint8_t *from = nn_view_row(&part, y);
            if (!rescales) {
                copy_pieces(to, line, from, piece, piece, p->lines);
                continue;
            }
            for (uint32_t i = 0; i < p->lines; i++) {
                nn_lookup_apply(table, to + (size_t)i * line,
                        from + (size_t)i * piece, piece);
            }
        }
        table += rescales ? NN_LOOKUP_BYTES : 0;
        offset += piece;
    }
}
