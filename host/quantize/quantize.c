// SPDX-License-Identifier: MIT
// From a float .tflite to an int8 one.

#include "host/quantize/quantize.h"

#include "host/quantize/bias.h"
#include "host/quantize/build.h"
#include "host/quantize/calibrate.h"
#include "host/quantize/centre.h"
#include "host/quantize/lift.h"
#include "host/quantize/photos.h"
#include "host/quantize/prepare.h"
#include "host/quantize/profile.h"

int quantize_with(const uint8_t *file, size_t bytes, const ranges *r,
        uint8_t **out, size_t *out_bytes, nn_error *error) {
    tfl_model model;
    *out = NULL;
    int code = prepare_model(&model, file, bytes, r, error);
    code = code ? code : centre_apply(&model, r, error);
    code = code ? code : build_int8(&model, r, error);
    // not before biases are corrected, which looks at what tensors stand for
    code = code ? code : lift_zero_points(&model, error);
    code = code ? code
                : tfl_write(&model, "int8 by blazecam quantize", out, out_bytes,
                          error);
    tfl_free(&model);
    return code;
}

// The outputs go by names of the model as it was read: preparing numbers
// tensors anew.
static int find_outputs(const uint8_t *file, size_t bytes, ranges *out,
        nn_error *error) {
    tfl_model model;
    int code = tfl_read(&model, file, bytes, error);
    code = code ? code : profile_outputs(&model, out, error);
    tfl_free(&model);
    return code;
}

static int measure(const uint8_t *file, size_t bytes, const photos *p,
        ranges *out, nn_error *error) {
    tfl_model model = {0};
    int code = find_outputs(file, bytes, out, error);
    code = code ? code : prepare_model(&model, file, bytes, out, error);
    code = code ? code : centre_measure(&model, p, out, error);
    code = code ? code : centre_apply(&model, out, error);
    code = code ? code : calibrate_ranges(&model, p, out, error);
    code = code ? code : bias_measure(&model, p, out, error);
    tfl_free(&model);
    return code;
}

int quantize_measure(const uint8_t *file, size_t bytes, const photos *p,
        ranges *out, nn_error *error) {
    *out = (ranges){0};
    int code = measure(file, bytes, p, out, error);
    if (code) {
        ranges_free(out);
    }
    return code;
}
