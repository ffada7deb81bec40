// SPDX-License-Identifier: MIT
// Weights and constants as int8, biases as int32.

#ifndef HOST_QUANTIZE_WEIGHTS_H
#define HOST_QUANTIZE_WEIGHTS_H

#include "host/quantize/ranges.h"
#include "host/tflite/model.h"

// Makes the constant symmetric int8 within +-127, with a scale for each step
// of axis or, for axis -1, one scale. bias (may be NULL) has as many numbers
// as there are scales or outputs: scales are kept large enough for it to fit
// 32 bits at the input's scale.
int weights_symmetric(tfl_model *model, int32_t tensor, int32_t axis,
        const float *bias, float input_scale, nn_error *error);

// Makes the bias of these weights int32, with what shift (may be NULL) adds.
int weights_bias(tfl_model *model, int32_t bias, int32_t weights,
        float input_scale, const ranges_item *shift, nn_error *error);

// Makes the constant int8 with this scale and zero point.
int weights_constant(tfl_model *model, int32_t tensor, float scale,
        int32_t zero_point, nn_error *error);

// x to the nearest whole number, ties away from zero, within +-limit.
double weights_round(double x, double limit);

#endif
