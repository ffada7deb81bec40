// SPDX-License-Identifier: MIT
// Corrects biases for what rounding does to the mean of each channel.

#ifndef HOST_QUANTIZE_BIAS_H
#define HOST_QUANTIZE_BIAS_H

#include "host/quantize/photos.h"
#include "host/quantize/ranges.h"
#include "host/tflite/model.h"

// Rounding weights and activations moves the mean of a channel a little, and
// all of its numbers with it. Compares the means of the prepared
// float model with those of the int8 model that r gives, one
// convolution after the other, so that each is judged behind corrected ones,
// and adds a RANGES_SHIFT item for each but those that make outputs.
int bias_measure(const tfl_model *model, const photos *p, ranges *r,
        nn_error *error);

#endif
