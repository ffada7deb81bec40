// SPDX-License-Identifier: MIT
// Convolutions: parameters and plain kernels.

#ifndef NN_KERNELS_CONV_H
#define NN_KERNELS_CONV_H

#include "nn/kernels/channels.h"
#include "nn/kernels/records.h"
#include "nn/kernels/taps.h"
#include "nn/ops/window.h"

// CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV. Sizes and zero points are
// those of the tensors. The call's scratch holds a multiplier for each output
// channel, then an offset for each kernel row.
typedef struct nn_conv_params {
    nn_window window; // TRANSPOSE_CONV: that of the convolution it reverses
    int32_t low, high;
} nn_conv_params;

void nn_conv_2d_run(const nn_call *call, uint32_t first, uint32_t end);
void nn_depthwise_conv_2d_run(const nn_call *call, uint32_t first,
        uint32_t end);
void nn_transpose_conv_run(const nn_call *call, uint32_t first, uint32_t end);

// How CONV_2D for Cortex-M7 uses its scratch, the same on every machine so
// that plans are: a record, three windows as bytes, a block of windows widened
// to 16 bits, for a lonely channel or windows of several pixels their numbers,
// then an offset for each kernel
// row.
typedef struct nn_conv_block {
    nn_conv_layout layout;
    uint32_t record; // words
    uint32_t strip;  // words of a window as bytes
    uint32_t pixels; // windows in the block
    uint64_t lonely; // words up to those numbers
    uint64_t words;  // in front of the offsets
} nn_conv_block;

// Windows to widen at once; the block holds three of them at least, and those
// of a row where that takes little more: weights are read once a block.
enum { NN_CONV_BLOCK_BYTES = 10240, NN_CONV_ROW_BYTES = 16384 };

static inline nn_conv_block nn_conv_2d_block(const nn_window *window,
        const nn_tensor *in, const nn_tensor *filter, const nn_tensor *out) {
    nn_conv_block b = {.layout = nn_conv_2d_layout(window, in, filter)};
    uint32_t steps = b.layout.steps;
    uint32_t pixels = NN_CONV_BLOCK_BYTES / 4 / steps;
    uint32_t all = out->bytes / (uint32_t)out->dim[3];
    uint32_t row =
            ((uint32_t)out->dim[2] + b.layout.pixels - 1) / b.layout.pixels;
    if (pixels < row && row <= NN_CONV_ROW_BYTES / 4 / steps) {
        pixels = row;
    }
    pixels = pixels < 3 ? 3 : pixels;
    pixels = pixels < all ? pixels : all;
    b.pixels = pixels < 2 ? 2 : pixels;
    b.record = nn_conv_2d_record_words(steps);
    b.strip = steps / 2 + 1;
    // groups of pixels load two words behind the last one
    b.lonely =
            b.record + 3 * (uint64_t)b.strip + (uint64_t)b.pixels * steps + 2;
    uint32_t apart = b.layout.pixels > 1 ? b.layout.lanes
            : b.layout.lanes == 1        ? 2
                                         : 0;
    b.words = b.lonely + ((uint64_t)b.pixels * apart + 3) / 4;
    return b;
}

// Likewise DEPTHWISE_CONV_2D: the record of a channel, segments of a window,
// columns of the image for four channels, an offset for each kernel
// row. Columns lie in phases, see below. Where windows are three by three:
// records of four channels, no places, and a fixed number of columns.
typedef struct nn_depthwise_block {
    uint32_t record; // words
    uint32_t places; // words
    uint32_t pixels; // of the output
    uint64_t words;  // in front of the offsets
} nn_depthwise_block;

enum {
    NN_DEPTHWISE_BLOCK_BYTES = 4096, // for the columns
    NN_DEPTHWISE_LEAST = 4,          // pixels that the block has columns for
    NN_DEPTHWISE_3X3_WORDS = 6 * 51, // see M7_COLUMNS_PITCH
    NN_DEPTHWISE_3X3_COLUMNS = 50,   // that are used
};

// Columns of the image that n pixels of the output read, within 31 bits: no
// side of a window reaches over 2^28 pixels.
static inline uint32_t nn_depthwise_columns(const nn_window *window,
        uint32_t n) {
    return (n - 1) * (uint32_t)window->stride_w +
            (uint32_t)(window->kernel_w - 1) * (uint32_t)window->dilation_w + 1;
}

// Kinds of columns that lie together: those that the windows of neighbouring
// pixels begin in, then those one further on, and so on. Dilated windows have
// those together that one window reads.
static inline uint32_t nn_depthwise_phases(const nn_window *window) {
    if (window->stride_w == 1) {
        return (uint32_t)window->dilation_w;
    }
    bool taps = window->kernel_h == 3 && window->kernel_w == 3 &&
            window->stride_w == 2 && window->dilation_w == 1;
    return taps ? 1 : (uint32_t)window->stride_w;
}

// Words for the segments of a window, see m7_segment: at the most one a word,
// and an end, for the first two lanes and for the others.
static inline uint32_t nn_depthwise_places(const nn_window *window) {
    return 4 * (nn_depthwise_weights(window) + 1);
}

static inline nn_depthwise_block nn_depthwise_block_of(const nn_window *window,
        const nn_tensor *in, const nn_tensor *out) {
    if (nn_depthwise_is_3x3(window, in, out)) {
        uint32_t pixels =
                (NN_DEPTHWISE_3X3_COLUMNS - 2) / (uint32_t)window->stride_w;
        uint32_t records =
                NN_DEPTHWISE_LANES * nn_depthwise_record_words(window);
        return (nn_depthwise_block){records, 0, pixels,
                records + NN_DEPTHWISE_3X3_WORDS + 4};
    }
    uint32_t pairs = (uint32_t)window->kernel_h / 2;
    uint32_t lanes = nn_depthwise_lanes((uint32_t)in->dim[3]);
    bool few = lanes < NN_DEPTHWISE_LANES;
    // two channels share the words of an odd last row; behind two or three
    // there are words of those that make up four
    uint32_t odd = (uint32_t)window->kernel_h % 2;
    uint32_t column = pairs * lanes + (lanes > 1 && (few || odd > 0) ? 2 : odd);
    uint32_t words = NN_DEPTHWISE_BLOCK_BYTES / sizeof(uint32_t);
    uint32_t room = words / column;
    uint32_t least = nn_depthwise_columns(window, 1);
    uint32_t pixels =
            room <= least ? 1 : (room - least) / (uint32_t)window->stride_w + 1;
    pixels = pixels > 4 ? pixels / 4 * 4 : NN_DEPTHWISE_LEAST;
    if (pixels > (uint32_t)out->dim[2]) {
        pixels = (uint32_t)out->dim[2];
    }
    uint32_t record = nn_depthwise_record_words(window);
    uint32_t most = pixels < NN_DEPTHWISE_LEAST ? NN_DEPTHWISE_LEAST : pixels;
    // all phases are as long, and groups of pixels may load some words behind
    // the last column
    uint32_t phases = nn_depthwise_phases(window);
    uint32_t columns =
            (nn_depthwise_columns(window, most) + phases - 1) / phases * phases;
    uint32_t places = nn_depthwise_places(window);
    return (nn_depthwise_block){record, places, pixels,
            record + places + (uint64_t)column * columns + 4};
}

#endif
