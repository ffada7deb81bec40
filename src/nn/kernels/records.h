// SPDX-License-Identifier: MIT
// Weights in the order in which kernels for Cortex-M7 read them: one record
// for every two output channels of a CONV_2D, one for each of a
// DEPTHWISE_CONV_2D. Kernels make a record when they need it, or read it where
// `blazecam pack` has put it beside the model (nn/packed.h, SPEC.md).

#ifndef NN_KERNELS_RECORDS_H
#define NN_KERNELS_RECORDS_H

#include "nn/kernels/channels.h"
#include "nn/ops/window.h"

enum {
    NN_SCALE_MAX_SHIFT = 22, // a zero point shifted up still fits
    NN_SCALE_MAX_TAPS = 1 << 13,
    NN_SCALE_MAX_BIAS = 1 << 29, // with those taps doubled sums fit 32 bits
    NN_SCALE_MAX_UP = 6,         // weights shifted up so far still fit 16 bits
    NN_SCALE_SLOW = -1,
};

// A channel's factor value * 2^-(31 + shift) for sums that are doubled. offset
// is half a step of the right shift plus the zero point shifted up: added to
// the high multiply, it rounds and moves at once. A factor from one half up
// has shift 0, and sums that are shifted up further instead. Where none of this
// is exact shift is NN_SCALE_SLOW: value and offset are those of an
// nn_multiplier, the sum is as it is.
typedef struct nn_scale {
    int32_t value;
    int32_t offset;
    int32_t shift;
} nn_scale;

// In front of the weights of two channels. The biases have the image's zero
// point taken into account, so that numbers are multiplied as they are and
// padding is the zero point. Doubled where the scale says so, like weights.
typedef struct nn_conv_record {
    int32_t bias[2];
    nn_scale scale[2];
} nn_conv_record;

// In front of the weights of one channel.
typedef struct nn_depthwise_record {
    nn_scale scale;
    int32_t bias;
} nn_depthwise_record;

// How the windows of a CONV_2D become 32-bit words of two numbers each. A
// piece is the bytes that are rounded up to a multiple of four: a kernel row,
// or the whole window where many short rows would waste much. Of four
// neighbouring bytes the first word holds 0 and 2, the second 1 and 3.
//
// Every `lines`-th pixel of a row makes a line: its windows begin a whole
// number of dilated columns apart. Where filters and channels are few, a window
// is that of two or four neighbouring pixels of a line: it has the filters for
// the first one, then those for the next.
typedef struct nn_conv_layout {
    uint32_t pieces;
    uint32_t piece;    // bytes, not rounded up
    uint32_t steps;    // words of a window
    uint32_t columns;  // of a window
    uint32_t dilation; // from one of them to the next
    uint32_t lines;    // of a row
    uint32_t stride;   // columns from a pixel of a line to the next
    uint32_t pixels;   // of a window
    uint32_t lanes;    // numbers of a window, or of a group's
} nn_conv_layout;

nn_conv_layout nn_conv_2d_layout(const nn_window *window, const nn_tensor *in,
        const nn_tensor *filter);

// Words of a record.
static inline uint32_t nn_conv_2d_record_words(uint32_t steps) {
    return (uint32_t)(sizeof(nn_conv_record) / sizeof(uint32_t)) + 2 * steps;
}

// Makes record number `pair` of op, whose layout is given: pairs of channels
// are counted through the groups, each of which has as many as hold its
// channels. Where these are odd in number, the last pair begins one channel
// earlier; a single one is there twice. Where windows are those of several
// pixels, pairs are of their lanes.
void nn_conv_2d_record(const nn_graph *graph, const nn_op *op,
        const nn_conv_layout *layout, uint32_t pair, uint32_t *record);

// Channels that DEPTHWISE_CONV_2D packs at a time.
enum { NN_DEPTHWISE_LANES = 4 };

static inline uint32_t nn_depthwise_lanes(uint32_t channels) {
    return channels < NN_DEPTHWISE_LANES ? channels : NN_DEPTHWISE_LANES;
}

// The first of the channels that image channel c is packed with: the last four
// overlap those before where their number is not a multiple of four.
static inline uint32_t nn_depthwise_first(uint32_t c, uint32_t channels) {
    uint32_t last = channels - nn_depthwise_lanes(channels);
    c = c / NN_DEPTHWISE_LANES * NN_DEPTHWISE_LANES;
    return c < last ? c : last;
}

// Words of the weights of a channel: for each two kernel rows a word a column,
// whose halves are theirs. Of an odd last row the first two lanes have their
// weights in the lower halves, the others in the upper ones.
static inline uint32_t nn_depthwise_weights(const nn_window *window) {
    return ((uint32_t)window->kernel_h + 1) / 2 * (uint32_t)window->kernel_w;
}

// Kernel columns whose image columns lie together, see nn_depthwise_phases(),
// are so many apart.
static inline uint32_t nn_depthwise_step(const nn_window *window) {
    bool has_taps = window->kernel_h == 3 && window->kernel_w == 3 &&
            window->stride_w == 2;
    return window->dilation_w > 1 || has_taps ? 1 : (uint32_t)window->stride_w;
}

// The kernel column behind this one, of so many, in the order of the weights:
// those a step apart follow each other.
static inline uint32_t nn_depthwise_next(uint32_t column, uint32_t step,
        uint32_t columns) {
    uint32_t behind = column + step;
    return behind < columns ? behind : column % step + 1;
}

static inline uint32_t nn_depthwise_record_words(const nn_window *window) {
    return (uint32_t)(sizeof(nn_depthwise_record) / sizeof(uint32_t)) +
            nn_depthwise_weights(window);
}

// Windows of three by three have kernels of their own.
static inline bool nn_depthwise_is_3x3(const nn_window *window,
        const nn_tensor *in, const nn_tensor *out) {
    return window->kernel_h == 3 && window->kernel_w == 3 &&
            window->dilation_w == 1 && window->stride_w <= 2 &&
            in->dim[3] == out->dim[3] && in->dim[3] >= NN_DEPTHWISE_LANES;
}

// Makes the records of so many output channels, one behind the other.
void nn_depthwise_records(const nn_graph *graph, const nn_op *op,
        uint32_t first, uint32_t count, uint32_t *record);

#endif
