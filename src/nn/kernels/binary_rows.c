// SPDX-License-Identifier: MIT
// Walks over the rows of two inputs and an output, with broadcasting.

#include "nn/kernels/binary.h"

// Where an input has some of the channels only: those that both have, then
// the others, of all pixels at once.
static void absorbed_row(nn_binary_line line, const nn_tensor *const in[2],
        int32_t channels, uint8_t *out, uint32_t bytes,
        nn_binary_kernel *kernel) {
    const nn_binary_params *p = line.params;
    const int8_t *from[2] = {line.from[0], line.from[1]};
    const int8_t zero[2] = {(int8_t)line.zero_point[0],
            (int8_t)line.zero_point[1]};
    int32_t next;
    line.lines = bytes / (uint32_t)channels;
    line.out_pitch = (uint32_t)channels;
    for (int32_t c = 0; c < channels; c = next) {
        next = channels;
        for (uint32_t k = 0; k < 2; k++) {
            int32_t own = nn_tensor_dim(in[k], -1);
            int32_t begin = p->absorbed[k] ? p->front[k] : 0;
            int32_t end = begin + own;
            bool inside = !p->absorbed[k] || (c >= begin && c < end);
            int32_t border = c < begin ? begin : inside ? end : channels;
            next = border < next ? border : next;
            line.from[k] = inside ? &from[k][c - begin] : &zero[k];
            line.step[k] = inside;
            line.pitch[k] = inside ? (uint32_t)own : 0;
        }
        kernel(&line, out + c, (uint32_t)(next - c));
    }
}

// Inputs as long as the output, or one number.
static void flat_rows(const nn_call *call, nn_binary_line line, uint32_t first,
        uint32_t end, nn_binary_kernel *kernel) {
    const nn_tensor *in[2];
    const nn_tensor *out = nn_call_output(call, 0);
    const nn_binary_params *p = line.params;
    uint32_t bytes = out->row_bytes;
    if (!call->op->row_local) { // contiguous, whatever the rows
        bytes = out->bytes;
        end = first + 1;
    }
    for (uint32_t row = first; row < end; row++) {
        for (uint32_t k = 0; k < 2; k++) {
            in[k] = nn_op_given(call->graph, call->op, k);
            const nn_view *view = &call->in[k];
            line.step[k] = nn_tensor_elements(in[k]) != 1;
            size_t offset = line.step[k] ? (size_t)row * bytes : 0;
            line.from[k] = call->op->row_local && in[k]->rows == out->rows
                    ? nn_view_row(view, row)
                    : view->data + offset;
        }
        uint8_t *to = nn_view_row(&call->out[0], row);
        if (p->absorbed[0] || p->absorbed[1]) {
            absorbed_row(line, in, nn_tensor_dim(out, -1), to, bytes, kernel);
        } else {
            kernel(&line, to, bytes / nn_type_bytes(out->type));
        }
    }
}

// How the inputs lie under the output.
typedef struct broadcast {
    uint32_t stride[2][NN_MAX_RANK]; // in elements; 0 along a broadcast
    uint32_t axes;                   // those outside a line
    uint32_t line;                   // elements of a line
} broadcast;

static void find_strides(const nn_tensor *in, const nn_tensor *out,
        uint32_t *stride) {
    uint32_t step = 1;
    for (int axis = -1; axis >= -(int)out->rank; axis--) {
        uint32_t dim = (uint32_t)nn_tensor_dim(in, axis);
        stride[out->rank + axis] = dim == 1 ? 0 : step;
        step *= dim;
    }
}

// A line takes in further dimensions as long as both inputs go on evenly.
static void find_line(broadcast *b, const nn_tensor *out,
        nn_binary_line *line) {
    uint32_t last = out->rows > 1 ? 2 : 0; // a line stays within its row
    b->line = 1;
    line->step[0] = line->step[1] = 0;
    for (b->axes = out->rank; b->axes > last; b->axes--) {
        uint32_t axis = b->axes - 1;
        if (out->dim[axis] == 1) {
            continue;
        }
        for (uint32_t k = 0; k < 2; k++) {
            if (b->line == 1) {
                line->step[k] = b->stride[k][axis];
            } else if (b->stride[k][axis] != b->line * line->step[k]) {
                return;
            }
        }
        b->line *= (uint32_t)out->dim[axis];
    }
}

// The place of line number `index` in an input, in elements.
static uint32_t line_place(const broadcast *b, const nn_tensor *out,
        const uint32_t *stride, uint32_t index) {
    uint32_t place = 0;
    for (uint32_t axis = b->axes; axis-- > 0 && index > 0;) {
        uint32_t dim = (uint32_t)out->dim[axis];
        place += index % dim * stride[axis];
        index /= dim;
    }
    return place;
}

// All lines in one call where the kernel takes them, or one after the other.
static void run_lines(nn_binary_line line, uint8_t *to, uint32_t n,
        nn_binary_kernel *kernel, bool int8) {
    bool same = (line.step[0] != 0 || line.pitch[0] == 0) &&
            (line.step[1] != 0 || line.pitch[1] == 0);
    if (int8 && same) {
        kernel(&line, to, n);
        return;
    }
    for (uint32_t left = line.lines; left > 0; left--) {
        line.lines = 1;
        kernel(&line, to, n);
        to += line.out_pitch;
        for (uint32_t k = 0; k < 2; k++) {
            line.from[k] = (const uint8_t *)line.from[k] + line.pitch[k];
        }
    }
}

static void broadcast_rows(const nn_call *call, nn_binary_line line,
        uint32_t first, uint32_t end, nn_binary_kernel *kernel) {
    const nn_tensor *out = nn_call_output(call, 0);
    uint32_t size = nn_type_bytes(out->type);
    broadcast b;
    for (uint32_t k = 0; k < 2; k++) {
        find_strides(nn_op_given(call->graph, call->op, k), out, b.stride[k]);
    }
    find_line(&b, out, &line);
    uint32_t bytes = b.line * size;
    uint32_t lines = out->row_bytes / bytes;
    // so many lines lie evenly in both inputs, at the most
    uint32_t side = b.axes > 0 ? (uint32_t)out->dim[b.axes - 1] : 1;
    for (uint32_t row = first; row < end; row++) {
        uint8_t *to = nn_view_row(&call->out[0], row);
        for (uint32_t i = 0; i < lines; i += line.lines) {
            uint32_t index = row * lines + i;
            line.lines = lines == 1 ? 1 : side - index % side;
            line.out_pitch = bytes;
            for (uint32_t k = 0; k < 2; k++) {
                const nn_tensor *in = nn_op_given(call->graph, call->op, k);
                uint32_t at = size * line_place(&b, out, b.stride[k], index);
                line.pitch[k] = lines == 1 ? 0 : size * b.stride[k][b.axes - 1];
                line.from[k] = call->op->row_local
                        ? (uint8_t *)nn_view_row(&call->in[k],
                                  at / in->row_bytes) +
                                at % in->row_bytes
                        : call->in[k].data + at;
            }
            run_lines(line, to, b.line, kernel, out->type == NN_INT8);
            to += line.lines * bytes;
        }
    }
}

void nn_binary_rows(const nn_call *call, uint32_t first, uint32_t end,
        nn_binary_kernel *kernel) {
    const nn_binary_params *p = NN_PARAMS(call->op, const nn_binary_params);
    nn_binary_line line = {
            .params = p,
            .zero_point = {nn_op_given(call->graph, call->op, 0)->zero_point,
                    nn_op_given(call->graph, call->op, 1)->zero_point},
            .out_zero_point = nn_call_output(call, 0)->zero_point,
            .lines = 1,
    };
    if (p->flat) {
        flat_rows(call, line, first, end, kernel);
    } else {
        broadcast_rows(call, line, first, end, kernel);
    }
}
