// SPDX-License-Identifier: MIT
// Blocks of pixels to channels or images and back.

#include "nn/kernels/blocks.h"

#include <string.h>

#include "nn/kernels/move.h"

// The deep side has the pixels of a block in one. Every row of the wide side is
// copied to or from its part of a deep row.
static void run_depth(const nn_call *call, uint32_t first, uint32_t end,
        bool to_depth) {
    const nn_depth_blocks *p = NN_PARAMS(call->op, nn_depth_blocks);
    const nn_tensor *t = to_depth ? nn_call_output(call, 0)
                                  : nn_op_given(call->graph, call->op, 0);
    const nn_view *deep = to_depth ? call->out : call->in;
    const nn_view *wide = to_depth ? call->in : call->out;
    int32_t pixel = (int32_t)t->row_bytes / t->dim[2];
    int32_t piece = pixel / (int32_t)p->size; // one row of a block
    uint32_t rows = to_depth ? p->size : 1;
    nn_move move;
    nn_move_start(&move, (uint32_t)piece);
    nn_move_dim(&move, t->dim[2], to_depth ? pixel : piece,
            to_depth ? piece : pixel);
    for (uint32_t y = first * rows; y < end * rows; y++) {
        uint8_t *part = (uint8_t *)nn_view_row(deep, y / p->size) +
                (size_t)(y % p->size) * (uint32_t)piece;
        uint8_t *row = nn_view_row(wide, y);
        nn_move_run(&move, to_depth ? part : row, to_depth ? row : part);
    }
}

void nn_space_to_depth_run(const nn_call *call, uint32_t first, uint32_t end) {
    run_depth(call, first, end, true);
}

void nn_depth_to_space_run(const nn_call *call, uint32_t first, uint32_t end) {
    run_depth(call, first, end, false);
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

// The pixels of all blocks, which lie one behind the other, to or from their
// places in the images; those outside are the padding's value.
static void run_blocks(const nn_call *call, bool to_blocks) {
    const nn_batch_blocks *p = NN_PARAMS(call->op, nn_batch_blocks);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *out = nn_call_output(call, 0);
    uint32_t element = nn_type_bytes((nn_type)in->type);
    const shape image = shape_of(to_blocks ? in : out);
    const shape block = shape_of(to_blocks ? out : in);
    const nn_view *view = to_blocks ? &call->in[0] : &call->out[0];
    uint8_t *at = to_blocks ? call->out[0].data : call->in[0].data;
    for (int32_t b = 0; b < block.n; b++) {
        int32_t shift_y = b / image.n / p->width - p->top;
        int32_t shift_x = b / image.n % p->width - p->left;
        for (int32_t i = 0; i < block.h * block.w; i++, at += block.pixel) {
            uint8_t *pixel = pixel_at(view, &image, b % image.n,
                    i / block.w * p->height + shift_y,
                    i % block.w * p->width + shift_x);
            if (pixel != NULL) {
                memcpy(to_blocks ? at : pixel, to_blocks ? pixel : at,
                        block.pixel);
            } else if (to_blocks) {
                nn_move_fill(at, block.pixel, p->value, element);
            }
        }
    }
}

// Never streamed: all rows in one call.
void nn_space_to_batch_run(const nn_call *call, uint32_t first, uint32_t end) {
    (void)first;
    (void)end;
    run_blocks(call, true);
}

void nn_batch_to_space_run(const nn_call *call, uint32_t first, uint32_t end) {
    (void)first;
    (void)end;
    run_blocks(call, false);
}
