// SPDX-License-Identifier: MIT
// ml.Model: what its files share.
#pragma once

#include "nn/nn.h"
#include "py/obj.h"

// Tables of nn_load(), nn_plan_make() and nn_run_init().
enum { ML_TABLE_STATE, ML_TABLE_PLAN, ML_TABLE_RUN, ML_TABLES };

// A model that is loaded and planned. Its file lies in flash or in the heap,
// its tables in the pool or in the heap, its tensors in the arena or the heap.
typedef struct ml_model {
    mp_obj_base_t base;
    mp_obj_t source;      // keeps the file's bytes alive
    mp_obj_t postprocess; // or None
    mp_obj_t labels;      // list of str or None
    const void *file;
    size_t file_bytes;
    nn_graph graph;
    nn_plan plan;
    void *tables[ML_TABLES];
    uint8_t pooled;  // bit i: table i lies in the pool
    void *own_arena; // NULL: the shared one
} ml_model;

extern const mp_obj_type_t ml_model_type;

// Letters of OpenMV's dtypes: b B h H f, and i for int32, q for int64.
char ml_dtype(const nn_tensor *t);
mp_obj_t ml_shape(const nn_tensor *t);

// ml_predict.c: model.predict(inputs, *, callback=None).
MP_DECLARE_CONST_FUN_OBJ_KW(ml_model_predict_obj);

// ml_input.c: rows of an input tensor from what Python hands in.
typedef struct ml_input {
    const nn_tensor *tensor;
    const uint8_t *bytes; // of the tensor's own type, or NULL
    const float *reals;   // real values, one an element, or NULL
} ml_input;

// Prepares input from value: an object with the tensor's bytes, floats in an
// array, a sequence of numbers, or a function that fills a bytearray.
// Raises ValueError with what was wanted and what there was.
void ml_input_init(ml_input *input, const nn_tensor *tensor, mp_obj_t value);
// An nn_input.read.
int ml_input_read(void *user, uint32_t row, void *out);
