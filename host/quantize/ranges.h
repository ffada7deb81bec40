// SPDX-License-Identifier: MIT
// What quantising a model takes besides the model, as a text file.
//
// One item a line, words separated by one blank; # begins a comment line.
//
//     output TENSOR             what the int8 model gives out, in this order;
//                               without such lines: what the model gives out
//     range LOW HIGH TENSOR     real values that the tensor's int8 covers
//     shift N S1 … SN TENSOR    steps added to the bias that makes the tensor
//     centre N C1 … CN TENSOR   real value that each channel of the tensor is
//                               moved down by, by way of the bias before it;
//                               the bias behind it makes up for that, and the
//                               tensor's range is what is left (centre.h)
//
// Numbers are decimal and read back to the bit. TENSOR is a tensor's name or,
// where names are missing or doubled, @ and its index.

#ifndef HOST_QUANTIZE_RANGES_H
#define HOST_QUANTIZE_RANGES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "nn/error.h"

typedef enum ranges_kind {
    RANGES_OUTPUT,
    RANGES_RANGE,
    RANGES_SHIFT,
    RANGES_CENTRE,
} ranges_kind;

typedef struct ranges_item {
    ranges_kind kind;
    const char *tensor; // ranges_add() copies it
    float low, high;    // RANGES_RANGE
    uint32_t count;     // of steps or centres
    int32_t *steps;     // RANGES_SHIFT
    float *centres;     // RANGES_CENTRE
} ranges_item;

// Zero-initialise before use.
typedef struct ranges {
    ranges_item *items;
    size_t count;
} ranges;

// Reads a file; error says which line is wrong and why.
int ranges_read(ranges *out, const char *path, nn_error *error);

// Writes the items in their order behind a comment (its lines without #).
int ranges_write(const ranges *r, const char *path, const char *comment,
        nn_error *error);

void ranges_free(ranges *r);

// Adds an item and takes its lists over, which were malloc'ed; the name is
// copied. Fails only for want of memory; the lists are freed then.
int ranges_add(ranges *r, const ranges_item *item, nn_error *error);

// The item of this kind and tensor, or NULL.
const ranges_item *ranges_find(const ranges *r, ranges_kind kind,
        const char *tensor);

#endif
