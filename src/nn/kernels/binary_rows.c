// SPDX-License-Identifier: MIT
// Walks over the rows of two inputs and an output, with broadcasting.

#include "nn/kernels/binary.h"

// The output as axes around lines, and how the inputs lie under it. The first
// axis is of one place at least.
typedef struct walk {
    const nn_tensor *out, *in[2];
    uint32_t dim[NN_MAX_RANK + 1];
    uint32_t stride[2][NN_MAX_RANK + 1]; // in elements; 0 along a broadcast
    uint32_t axes;                       // those outside a line
    uint32_t line;                       // elements of a line
} walk;

// Inputs as long as the output, or one number: a row is a line.
static void find_rows(walk *w, nn_binary_line *line, uint32_t rows,
        uint32_t size) {
    w->axes = 1;
    w->dim[0] = rows;
    w->line = w->out->bytes / size / rows;
    for (uint32_t k = 0; k < 2; k++) {
        uint32_t elements = w->in[k]->bytes / size;
        w->stride[k][0] = elements / rows;
        line->step[k] = elements != 1;
    }
}

static void find_axes(walk *w) {
    uint32_t step[2] = {1, 1};
    w->axes = w->out->rank + 1u;
    for (uint32_t i = w->axes; i-- > 0;) {
        int axis = (int)i - (int)w->axes;
        w->dim[i] = (uint32_t)nn_tensor_dim(w->out, axis);
        for (uint32_t k = 0; k < 2; k++) {
            uint32_t dim = (uint32_t)nn_tensor_dim(w->in[k], axis);
            w->stride[k][i] = dim == 1 ? 0 : step[k];
            step[k] *= dim;
        }
    }
}

// A line takes in further dimensions as long as both inputs go on evenly.
static void find_line(walk *w, nn_binary_line *line, uint32_t row_axes) {
    w->line = 1;
    line->step[0] = line->step[1] = 0; // of a line of one number
    for (; w->axes > row_axes; w->axes--) {
        uint32_t axis = w->axes - 1;
        if (w->dim[axis] == 1) {
            continue;
        }
        for (uint32_t k = 0; k < 2; k++) {
            if (w->line == 1) {
                line->step[k] = w->stride[k][axis];
            } else if (w->stride[k][axis] != w->line * line->step[k]) {
                return;
            }
        }
        w->line *= w->dim[axis];
    }
}

// The place of line number `index` in an input, in elements.
static uint32_t line_place(const walk *w, const uint32_t *stride,
        uint32_t index) {
    uint32_t place = 0;
    for (uint32_t axis = w->axes; axis-- > 0 && index > 0;) {
        place += index % w->dim[axis] * stride[axis];
        index /= w->dim[axis];
    }
    return place;
}

// All lines in one call where the kernel takes them, or one after the other.
static void run_lines(nn_binary_line *line, uint8_t *to, uint32_t n,
        nn_binary_kernel *kernel) {
    bool same = true;
    for (uint32_t k = 0; k < 2; k++) {
        same = same && (line->step[k] != 0 || line->pitch[k] == 0);
    }
    uint32_t left = line->lines;
    line->lines = same ? left : 1;
    for (; left > 0; left -= line->lines) {
        kernel(line, to, n);
        to += line->out_pitch;
        for (uint32_t k = 0; k < 2; k++) {
            line->from[k] = (const uint8_t *)line->from[k] + line->pitch[k];
        }
    }
}

// Where an input has some of the channels only: those that both have, then
// the others, of all pixels of a row at once.
static void run_absorbed(const walk *w, nn_binary_line *line, uint8_t *to,
        nn_binary_kernel *kernel) {
    const nn_binary_params *p = line->params;
    const int8_t *from[2] = {line->from[0], line->from[1]};
    const int8_t zero[2] = {(int8_t)line->zero_point[0],
            (int8_t)line->zero_point[1]};
    int32_t channels = nn_tensor_dim(w->out, -1);
    int32_t next;
    line->lines = w->line / (uint32_t)channels;
    line->out_pitch = (uint32_t)channels;
    for (int32_t c = 0; c < channels; c = next) {
        next = channels;
        for (uint32_t k = 0; k < 2; k++) {
            int32_t own = nn_tensor_dim(w->in[k], -1);
            int32_t begin = p->front[k];
            int32_t end = begin + own;
            bool inside = c >= begin && c < end;
            if (c < end) {
                next = nn_min_i32(next, inside ? end : begin);
            }
            line->from[k] = inside ? &from[k][c - begin] : &zero[k];
            line->step[k] = inside;
            line->pitch[k] = inside ? (uint32_t)own : 0;
        }
        kernel(line, to + c, (uint32_t)(next - c));
    }
}

void nn_binary_rows(const nn_call *call, uint32_t first, uint32_t end,
        nn_binary_kernel *kernel) {
    const nn_binary_params *p = NN_PARAMS(call->op, const nn_binary_params);
    const nn_tensor *out = nn_call_output(call, 0);
    bool local = call->op->row_local;
    bool whole = p->flat && !local; // contiguous, whatever the rows
    uint32_t rows = whole ? 1 : out->rows;
    uint32_t size = nn_type_bytes((nn_type)out->type);
    nn_binary_line line; // all of it and of w is set, without memset()
    walk w;
    line.params = p;
    line.out_zero_point = out->zero_point;
    w.out = out;
    for (uint32_t k = 0; k < 2; k++) {
        w.in[k] = nn_op_given(call->graph, call->op, k);
        line.zero_point[k] = w.in[k]->zero_point;
    }
    if (p->flat) {
        find_rows(&w, &line, rows, size);
    } else {
        find_axes(&w);
        find_line(&w, &line, rows == 1 ? 1 : 3); // it stays within its row
    }
    uint32_t bytes = w.line * size;
    uint32_t lines = out->bytes / rows / bytes; // of a row
    line.out_pitch = bytes;
    for (uint32_t row = first; row < (whole ? 1 : end); row++) {
        uint8_t *to = nn_view_row(&call->out[0], row);
        uint32_t count;
        for (uint32_t i = 0; i < lines; i += count) {
            uint32_t index = row * lines + i;
            // so many lines lie evenly in both inputs
            uint32_t last = w.axes - 1;
            count = w.dim[last] - index % w.dim[last];
            count = count < lines - i ? count : lines - i;
            line.lines = count;
            for (uint32_t k = 0; k < 2; k++) {
                uint32_t at = size * line_place(&w, w.stride[k], index);
                uint32_t row_bytes =
                        local ? w.in[k]->row_bytes : w.in[k]->bytes;
                line.pitch[k] = size * w.stride[k][last];
                line.from[k] =
                        (uint8_t *)nn_view_row(&call->in[k], at / row_bytes) +
                        at % row_bytes;
            }
            if (p->absorbed[0] || p->absorbed[1]) {
                run_absorbed(&w, &line, to, kernel);
            } else {
                run_lines(&line, to, w.line, kernel);
            }
            to += count * bytes;
        }
    }
}
