// SPDX-License-Identifier: MIT
// A .tflite file as lists that can be edited and written again.
//
// The engine reads models in place and never changes them; this is the other
// view, for tools that rewrite a model. Source of the format: schema.fbs,
// version 3, of TensorFlow Lite. Metadata, signatures and the options of
// custom operators are not kept.

#ifndef HOST_TFLITE_MODEL_H
#define HOST_TFLITE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nn/error.h"

enum { TFL_MAX_RANK = 8, TFL_MAX_FIELDS = 8 };

// BuiltinOperator numbers of the schema, those that tools look at.
enum {
    TFL_ADD = 0,
    TFL_AVERAGE_POOL_2D = 1,
    TFL_CONCATENATION = 2,
    TFL_CONV_2D = 3,
    TFL_DEPTHWISE_CONV_2D = 4,
    TFL_DEPTH_TO_SPACE = 5,
    TFL_DEQUANTIZE = 6,
    TFL_FULLY_CONNECTED = 9,
    TFL_LOGISTIC = 14,
    TFL_MAX_POOL_2D = 17,
    TFL_MUL = 18,
    TFL_RELU = 19,
    TFL_RELU_N1_TO_1 = 20,
    TFL_RELU6 = 21,
    TFL_RESHAPE = 22,
    TFL_RESIZE_BILINEAR = 23,
    TFL_SOFTMAX = 25,
    TFL_SPACE_TO_DEPTH = 26,
    TFL_TANH = 28,
    TFL_CUSTOM = 32,
    TFL_PAD = 34,
    TFL_GATHER = 36,
    TFL_BATCH_TO_SPACE_ND = 37,
    TFL_SPACE_TO_BATCH_ND = 38,
    TFL_TRANSPOSE = 39,
    TFL_MEAN = 40,
    TFL_SUB = 41,
    TFL_SQUEEZE = 43,
    TFL_STRIDED_SLICE = 45,
    TFL_EXP = 47,
    TFL_SPLIT = 49,
    TFL_PRELU = 54,
    TFL_MAXIMUM = 55,
    TFL_ARG_MAX = 56,
    TFL_MINIMUM = 57,
    TFL_NEG = 59,
    TFL_PADV2 = 60,
    TFL_SLICE = 65,
    TFL_TRANSPOSE_CONV = 67,
    TFL_EXPAND_DIMS = 70,
    TFL_SUM = 74,
    TFL_SQRT = 75,
    TFL_RSQRT = 76,
    TFL_SHAPE = 77,
    TFL_REDUCE_MAX = 82,
    TFL_PACK = 83,
    TFL_UNPACK = 88,
    TFL_RESIZE_NEAREST_NEIGHBOR = 97,
    TFL_LEAKY_RELU = 98,
    TFL_MIRROR_PAD = 100,
    TFL_ABS = 101,
    TFL_SPLIT_V = 102,
    TFL_QUANTIZE = 114,
    TFL_HARD_SWISH = 117,
    TFL_RELU_0_TO_1 = 152,
};

// ActivationFunctionType of the schema.
enum { TFL_ACT_NONE, TFL_ACT_RELU, TFL_ACT_RELU_N1_TO_1, TFL_ACT_RELU6 };

typedef struct tfl_tensor {
    const char *name;
    uint8_t type; // nn_type; others are kept as they are
    bool has_rank;
    bool is_variable;
    uint32_t rank;
    int32_t dim[TFL_MAX_RANK];
    const void *data;     // a constant's bytes, else NULL
    size_t bytes;         // of data
    uint32_t scale_count; // 0: not quantised, 1: per tensor, else per channel
    int32_t scale_axis;   // as in the file: may disagree with the shape
    const float *scales;
    const int64_t *zero_points; // scale_count of them
} tfl_tensor;

// A field of an operator's options. Absent fields are not written, so that
// readers see the schema's default.
typedef struct tfl_field {
    bool present;
    int32_t number;      // bytes, booleans and ints
    float real;          // floats
    const int32_t *list; // vectors of ints, count of them
    uint32_t count;
} tfl_field;

typedef struct tfl_op {
    int32_t code;
    int32_t version;
    const char *custom;   // name of a custom operator, else ""
    uint8_t options_type; // tag of the union BuiltinOptions, 0: none
    uint32_t input_count;
    uint32_t output_count;
    const int32_t *inputs; // places in tfl_model.tensors, -1: left out
    const int32_t *outputs;
    uint32_t origin; // the operator's index in the file that was read
    tfl_field fields[TFL_MAX_FIELDS]; // by their number in the schema
} tfl_op;

typedef struct tfl_model {
    tfl_tensor *tensors;
    tfl_op *ops;
    const int32_t *inputs;
    const int32_t *outputs;
    const char *description;
    uint32_t tensor_count;
    uint32_t op_count;
    uint32_t input_count;
    uint32_t output_count;
    struct tfl_block *memory; // all that the pointers above lead to
} tfl_model;

// Reads a file; it may be freed afterwards. Any bytes are safe to read:
// positions, sizes, indices and the order of operators are checked, and the
// bytes of every constant agree with its shape. What operators do with their
// inputs is not checked here (nn_load() does).
int tfl_read(tfl_model *model, const void *file, size_t file_bytes,
        nn_error *error);

// Writes the model; tensors that nothing refers to are left out. *file is
// malloc'ed and the caller's. The same model gives the same bytes anywhere.
int tfl_write(const tfl_model *model, const char *description, uint8_t **file,
        size_t *file_bytes, nn_error *error);

// Frees all memory of the model; one that is all zeros is allowed.
void tfl_free(tfl_model *model);

// Memory that lives until tfl_free(), zeroed; NULL when there is none.
void *tfl_alloc(tfl_model *model, size_t count, size_t size);

// Appends a copy of tensor; returns its place, or -1 when memory runs out.
// Pointers into model->tensors are void afterwards.
int32_t tfl_add_tensor(tfl_model *model, const tfl_tensor *tensor);

// Removes the operators whose code is negative, keeping the others' order.
void tfl_compact(tfl_model *model);

// Elements of a tensor of this shape.
size_t tfl_elements(const tfl_tensor *tensor);

// The operator that makes tensor, and how many inputs of operators and
// outputs of the model refer to it. NULL: a constant or an input.
tfl_op *tfl_producer(const tfl_model *model, int32_t tensor);
uint32_t tfl_use_count(const tfl_model *model, int32_t tensor);
bool tfl_is_output(const tfl_model *model, int32_t tensor);

// Lets everything that refers to tensor `from` refer to `to`.
int tfl_redirect(tfl_model *model, int32_t from, int32_t to, nn_error *error);

// Field number of the fused activation in op's options, -1: has none.
int tfl_activation_field(const tfl_op *op);

#endif
