// SPDX-License-Identifier: MIT
// ml.Model: what its files share.
#pragma once

#include "face/face.h"
#include "nn/nn.h"
#include "py/obj.h"

// Tables of nn_load(), nn_plan_make() and nn_run_init().
enum { ML_TABLE_STATE, ML_TABLE_PLAN, ML_TABLE_RUN, ML_TABLES };

// A model that is loaded and planned. Its file lies in flash or in the heap,
// its tables in the pool or in the heap, its tensors in the arena or the heap.
typedef struct ml_model {
    mp_obj_base_t base;
    mp_obj_t source;      // keeps the file's bytes alive
    mp_obj_t packed;      // likewise those of its packed weights, or None
    mp_obj_t postprocess; // or None
    mp_obj_t labels;      // list of str or None
    const void *file;
    size_t file_bytes;
    nn_graph graph;
    nn_plan plan;
    void *tables[ML_TABLES];
    uint8_t pooled;  // bit i: table i lies in the pool
    bool busy;       // in the middle of an inference
    bool is_face;    // a BlazeFace: it gets its image between black bars
    face_model face; // how to read its outputs
    img_map map;     // where the last image's pixels went in input 0
    void *own_arena; // NULL: the shared one
} ml_model;

extern const mp_obj_type_t ml_model_type;

// Letters of OpenMV's dtypes: b B h H f, and i for int32, q for int64.
char ml_dtype(const nn_tensor *t);
mp_obj_t ml_shape(const nn_tensor *t);

// ml_predict.c: model.predict(inputs, *, callback=None).
MP_DECLARE_CONST_FUN_OBJ_KW(ml_model_predict_obj);

// ml_blazeface.c: the faces in the outputs of the model's last run, as a list
// of ([x, y, w, h], score, keypoints).
extern const mp_obj_type_t ml_blazeface_type;
mp_obj_t ml_blazeface_faces(mp_obj_t self, const ml_model *m,
        const void *const *outputs);

// ml_input.c: rows of an input tensor from what Python hands in.
typedef struct ml_input {
    const nn_tensor *tensor;
    const uint8_t *bytes; // of the tensor's own type, or NULL
    const float *reals;   // real values, one an element, or NULL
    img_rows rows;        // of an image, where both are NULL
} ml_input;

// Prepares input k from *value: an Image or a Normalization of one, an object
// with the tensor's bytes, floats in an array, numbers in (nested) sequences,
// or a function that fills a bytearray. Raises ValueError with what was wanted
// and what there was. An Image becomes its Normalization in *value when
// `wrap`, for who asks for its roi.
nn_input ml_input_init(ml_input *input, ml_model *m, uint32_t k,
        mp_obj_t *value, bool wrap);
