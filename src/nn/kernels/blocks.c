// SPDX-License-Identifier: MIT
// Blocks of pixels to channels or images and back.

#include "nn/kernels/blocks.h"

#include <string.h>

#include "nn/kernels/move.h"

void nn_space_to_depth_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_depth_blocks *p = NN_PARAMS(call->op, nn_depth_blocks);
    const nn_tensor *out = nn_call_output(call, 0);
    uint32_t pixel = call->out[0].row_bytes / (uint32_t)out->dim[2];
    uint32_t piece = pixel / p->size; // one row of a block
    nn_move move;
    nn_move_start(&move, piece);
    nn_move_dim(&move, out->dim[2], pixel, piece);
    for (uint32_t y = first; y < end; y++) {
        uint8_t *to = nn_view_row(&call->out[0], y);
        for (uint32_t i = 0; i < p->size; i++) {
            const uint8_t *row = nn_view_row(&call->in[0], y * p->size + i);
            nn_move_run(&move, to + (size_t)i * piece, row);
        }
    }
}

void nn_depth_to_space_run(const nn_call *call, uint32_t first, uint32_t end) {
    const nn_depth_blocks *p = NN_PARAMS(call->op, nn_depth_blocks);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    uint32_t pixel = call->in[0].row_bytes / (uint32_t)in->dim[2];
    uint32_t piece = pixel / p->size;
    nn_move move;
    nn_move_start(&move, piece);
    nn_move_dim(&move, in->dim[2], piece, pixel);
    for (uint32_t y = first; y < end; y++) {
        const uint8_t *row = nn_view_row(&call->in[0], y / p->size);
        nn_move_run(&move, nn_view_row(&call->out[0], y),
                row + (size_t)(y % p->size) * piece);
    }
}

// Both operators work on N, H, W and the rest; three dimensions are N, H, C.
typedef struct shape {
    int32_t n, h, w;
    uint32_t pixel; // bytes
} shape;

static shape shape_of(const nn_tensor *t) {
    shape s = {t->dim[0], t->dim[1], t->rank == 4 ? t->dim[2] : 1, 0};
    s.pixel = t->bytes / (uint32_t)s.n / (uint32_t)s.h / (uint32_t)s.w;
    return s;
}

// Pixel (y, x) of image n, or NULL outside.
static uint8_t *pixel_at(const nn_view *view, const shape *s, int32_t n,
        int32_t y, int32_t x) {
    if (y < 0 || y >= s->h || x < 0 || x >= s->w) {
        return NULL;
    }
    size_t place = ((size_t)n * (size_t)s->h + (size_t)y) * (size_t)s->w;
    return view->data + (place + (size_t)x) * s->pixel;
}

void nn_space_to_batch_run(const nn_call *call, uint32_t first, uint32_t end) {
    (void)first;
    (void)end;
    const nn_batch_blocks *p = NN_PARAMS(call->op, nn_batch_blocks);
    const nn_tensor *tensor = nn_op_given(call->graph, call->op, 0);
    uint32_t element = nn_type_bytes((nn_type)tensor->type);
    shape in = shape_of(tensor);
    shape out = shape_of(nn_call_output(call, 0));
    uint8_t *to = call->out[0].data;
    for (int32_t b = 0; b < out.n; b++) {
        int32_t shift_y = b / in.n / p->width - p->top;
        int32_t shift_x = b / in.n % p->width - p->left;
        for (int32_t y = 0; y < out.h; y++) {
            for (int32_t x = 0; x < out.w; x++) {
                const uint8_t *from = pixel_at(&call->in[0], &in, b % in.n,
                        y * p->height + shift_y, x * p->width + shift_x);
                if (from != NULL) {
                    memcpy(to, from, out.pixel);
                } else {
                    for (uint32_t i = 0; i < out.pixel; i += element) {
                        memcpy(to + i, p->value, element);
                    }
                }
                to += out.pixel;
            }
        }
    }
}

void nn_batch_to_space_run(const nn_call *call, uint32_t first, uint32_t end) {
    (void)first;
    (void)end;
    const nn_batch_blocks *p = NN_PARAMS(call->op, nn_batch_blocks);
    shape in = shape_of(nn_op_given(call->graph, call->op, 0));
    shape out = shape_of(nn_call_output(call, 0));
    const uint8_t *from = call->in[0].data;
    for (int32_t b = 0; b < in.n; b++) {
        int32_t shift_y = b / out.n / p->width - p->top;
        int32_t shift_x = b / out.n % p->width - p->left;
        for (int32_t y = 0; y < in.h; y++) {
            for (int32_t x = 0; x < in.w; x++) {
                uint8_t *to = pixel_at(&call->out[0], &out, b % out.n,
                        y * p->height + shift_y, x * p->width + shift_x);
                if (to != NULL) {
                    memcpy(to, from, in.pixel);
                }
                from += in.pixel;
            }
        }
    }
}
