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
                for (uint32_t k = 0; k < block.pixel; k += element) {
                    memcpy(at + k, p->value, element);
                }
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
