// SPDX-License-Identifier: MIT
// Builds .tflite models (schema 3) in memory, for tests.
//
//     model m = {0};
//     int x = model_tensor(&m, NN_INT8, LIST(1, 4, 4, 2), 0.5f, -3);
//     int y = model_tensor(&m, NN_INT8, LIST(1, 2, 2, 2), 0.5f, -3);
//     model_op(&m, nn_op_max_pool_2d.code, LIST(x), LIST(y));
//     model_byte(&m, 0, 1);                      // padding: VALID
//     model_int(&m, 1, 2), model_int(&m, 2, 2);  // strides
//     …
//     m.inputs = LIST(x), m.outputs = LIST(y);
//     const uint8_t *file = model_file(&m, &bytes);
//     …
//     model_free(&m);
//
// Nothing is checked, so broken models can be made as well. A test that runs
// out of memory aborts.

#ifndef MODEL_H
#define MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "host/tflite/flatbuffer_writer.h"
#include "nn/graph.h"

enum { MODEL_LIST_MAX = 32 };

// A few numbers: sizes of a tensor, tensors of an operator.
typedef struct model_list {
    uint32_t count;
    int32_t value[MODEL_LIST_MAX];
} model_list;

// LIST(1, 2, 3), at least one number; (model_list){0} is the empty one.
#define LIST(...)                                                     \
    ((model_list){sizeof((int32_t[]){__VA_ARGS__}) / sizeof(int32_t), \
            {__VA_ARGS__}})

typedef struct model_tensor_spec {
    model_list dims;
    uint8_t *data; // of a constant, else NULL
    size_t data_bytes;
    float *scales;
    int64_t *zero_points;
    uint32_t scale_count;
    uint32_t scale_axis;
    nn_type type;
} model_tensor_spec;

typedef struct model_option {
    enum { OPTION_BYTE, OPTION_INT, OPTION_FLOAT, OPTION_INTS } kind;
    uint32_t field;
    model_list ints; // value[0] for OPTION_BYTE and OPTION_INT
    float real;
} model_option;

typedef struct model_op_spec {
    int32_t code;
    uint32_t options_type; // BuiltinOptions tag, set from code
    model_list inputs, outputs;
    model_option options[12];
    uint32_t option_count;
} model_op_spec;

// Zero-initialise before use.
typedef struct model {
    model_tensor_spec *tensors;
    model_op_spec *ops;
    int tensor_count;
    int op_count;
    model_list inputs, outputs; // of the model
    fbw writer;
} model;

// A tensor that is computed; scale 0: not quantised. Returns its number.
int model_tensor(model *m, nn_type type, model_list dims, float scale,
        int32_t zero_point);
// A constant; as many bytes as type and dims say are copied from data.
int model_constant(model *m, nn_type type, model_list dims, float scale,
        int32_t zero_point, const void *data);
// A constant int32 vector: axes, paddings, a new shape.
int model_ints(model *m, model_list values);
// Gives the tensor a scale (and zero point 0) for each of count channels.
void model_scales(model *m, int tensor, uint32_t axis, uint32_t count,
        const float *scales);

// Adds the operator with this BuiltinOperator code; an input of -1 is left
// out. The options that follow belong to it: field is the number of the field
// in its options table.
int model_op(model *m, int32_t code, model_list inputs, model_list outputs);
void model_byte(model *m, uint32_t field, int32_t value); // enum, bool
void model_int(model *m, uint32_t field, int32_t value);
void model_float(model *m, uint32_t field, float value);
void model_int_vector(model *m, uint32_t field, model_list values);

// The finished file, aligned to 16 bytes, valid until model_free(). Called
// once, after everything was added.
const uint8_t *model_file(model *m, size_t *bytes);
void model_free(model *m);

#endif
