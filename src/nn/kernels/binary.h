// SPDX-License-Identifier: MIT
// ADD, SUB, MUL, MAXIMUM, MINIMUM: parameters and plain kernels.

#ifndef NN_KERNELS_BINARY_H
#define NN_KERNELS_BINARY_H

#include "nn/fixed.h"
#include "nn/op.h"

typedef enum nn_binary_kind {
    NN_ADD,
    NN_SUB,
    NN_MUL,
    NN_MAXIMUM,
    NN_MINIMUM,
} nn_binary_kind;

typedef struct nn_binary_params {
    nn_multiplier in[2]; // ADD, SUB: from the inputs' steps to common ones
    nn_multiplier out;   // to the output's steps
    int32_t low, high;   // of the fused activation
    int32_t front[2];
    uint8_t absorbed[2]; // input k is that of a folded PAD: it begins at
                         // channel front[k], other channels are zero
    uint8_t flat;        // every input has one element or as many as the
                         // output: rows need not be those of NHWC
    uint8_t kind;        // nn_binary_kind
} nn_binary_params;

// Bits by which ADD and SUB shift their inputs up first.
enum { NN_ADD_HEADROOM = 20 };

// Neighbouring numbers of the output. step is 0 where one number of an input
// goes with all of them, else 1.
typedef struct nn_binary_line {
    const nn_binary_params *params;
    const void *from[2];
    uint32_t step[2];
    int32_t zero_point[2];
    int32_t out_zero_point;
    // Lines, and the bytes from one to the next.
    uint32_t lines;
    uint32_t pitch[2];
    uint32_t out_pitch;
} nn_binary_line;

// Computes n numbers a line; out may be one of the inputs. Those of int8 take
// any number of lines, of which one number that goes with all of a line goes
// with all lines; those of int32 take one line.
typedef void nn_binary_kernel(const nn_binary_line *line, void *out,
        uint32_t n);

// int8, all but ADD and SUB (add.c) in binary_int8.c.
void nn_add_int8(const nn_binary_line *line, void *out, uint32_t n);
void nn_sub_int8(const nn_binary_line *line, void *out, uint32_t n);
void nn_mul_int8(const nn_binary_line *line, void *out, uint32_t n);
void nn_maximum_int8(const nn_binary_line *line, void *out, uint32_t n);
void nn_minimum_int8(const nn_binary_line *line, void *out, uint32_t n);

// Calls kernel for all lines of the output's rows first … end-1.
void nn_binary_rows(const nn_call *call, uint32_t first, uint32_t end,
        nn_binary_kernel *kernel);

void nn_binary_run(const nn_call *call, uint32_t first, uint32_t end);

#endif
