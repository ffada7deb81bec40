// SPDX-License-Identifier: MIT
// Evens out the channels between two convolutions (cross-layer equalisation).
//
// Between two convolutions with nothing but RELU between them, a channel may
// be multiplied by any positive factor on one side and divided by it on the
// other. Channels of like size use the one int8 scale they share better.
// (Nagel et al., Data-Free Quantization Through Weight Equalization and Bias
// Correction, arXiv 1906.04721, section 4.1.)

#ifndef HOST_QUANTIZE_EQUALIZE_H
#define HOST_QUANTIZE_EQUALIZE_H

#include "host/quantize/photos.h"
#include "host/quantize/ranges.h"
#include "host/tflite/model.h"

// Measures the channels on photos and adds a RANGES_SCALE item to r for every
// pair of convolutions in the prepared model.
int equalize_measure(const tfl_model *model, const photos *p, ranges *r,
        nn_error *error);

// Applies the RANGES_SCALE items. NN_ERR_INVALID where one does not fit.
int equalize_apply(tfl_model *model, const ranges *r, nn_error *error);

#endif
