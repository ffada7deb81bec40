// SPDX-License-Identifier: MIT
// ml.preprocessing.Normalization: what of an image a model is shown, and how.
#pragma once

#include "image/rows.h"
#include "src/py/ml_model.h"

typedef struct ml_norm {
    mp_obj_base_t base;
    mp_obj_t image; // bound by a call, or None
    float scale[2]; // real values of black and white,
    float mean[3];  // then minus these,
    float stdev[3]; // divided by these
    bool given;     // false: the model's own quantisation says what it wants
    bool has_roi;
    int32_t roi[4]; // x, y, w, h
} ml_norm;

extern const mp_obj_type_t ml_norm_type;

// One that takes the whole image as the model wants it.
void ml_norm_init(ml_norm *norm, mp_obj_t image);

// Prepares the pass from norm's image to input k of the model. Sets norm's
// roi to what the tensor covers, bars included. ValueError says what the
// tensor or the image lacks.
void ml_norm_open(ml_norm *norm, const ml_model *m, uint32_t k, img_rows *rows);
