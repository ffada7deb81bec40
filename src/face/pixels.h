// SPDX-License-Identifier: MIT
// How a network wants its pixels: where images and models meet.

#ifndef FACE_PIXELS_H
#define FACE_PIXELS_H

#include "image/rows.h"
#include "nn/graph.h"

// The real values that input k of the model can tell apart at all: those of
// its first quantisation, which is the tensor's own or that of a QUANTIZE
// which reads it. false where there is none.
bool face_pixels_reach(const nn_graph *graph, uint32_t k, float *low,
        float *high);

// The real values that black and white had when the network was trained, as
// far as the file tells: 0 … 1, -1 … 1, 0 … 255 or -128 … 127, whichever the
// reach is within 5 percent of. Any other reach is taken as it is; without one
// it is 0 … 1.
void face_pixels_range(const nn_graph *graph, uint32_t k, float *low,
        float *high);

// What img_rows_init() needs to fill the tensor when black is low and white
// high. false where the tensor is no image: 1 x height x width x 1 or 3 of
// float32, or of int8 or uint8 with a scale.
bool face_pixels_target(img_target *target, const nn_tensor *tensor, float low,
        float high);

#endif
