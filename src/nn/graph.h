// SPDX-License-Identifier: MIT
// A loaded model: tensors and operators, all checked, all in caller's memory.

#ifndef NN_GRAPH_H
#define NN_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NN_MAX_RANK = 6,     // dimensions of a tensor
    NN_NONE = 0xFFFF,    // "no tensor": an optional input that is left out
    NN_PARAM_BYTES = 96, // what an operator may keep of its options
    NN_ALIGN = 16,       // of the arena and of every buffer in it
};

// Element types, with the numbers of the TFLite schema (enum TensorType).
typedef enum nn_type {
    NN_FLOAT32 = 0,
    NN_FLOAT16 = 1,
    NN_INT32 = 2,
    NN_UINT8 = 3,
    NN_INT64 = 4,
    NN_BOOL = 6,
    NN_INT16 = 7,
    NN_INT8 = 9,
} nn_type;

// One tensor. dim[] holds rank sizes, each at least 1, whose product times
// the element size is bytes and fits 31 bits.
//
// Rows: the engine moves tensors row by row. A rank-4 tensor NHWC has N*H
// rows of W*C elements. Any other tensor is one row, unless the operator that
// makes it says otherwise (a reshape of rows keeps them, so do element-wise
// operators behind it): rows * row_bytes == bytes always holds, and a row
// is contiguous.
typedef struct nn_tensor {
    // what is small and looked at often is first: short instructions reach it
    int32_t dim[NN_MAX_RANK];
    uint8_t rank;
    uint8_t type;       // nn_type
    uint8_t is_input;   // of the model
    uint8_t is_output;  // of the model
    uint8_t scale_axis; // the dimension that scale_count runs over
    uint8_t name_length;
    uint16_t scale_count; // 0 unquantised, 1 per tensor, else per channel
    const void *data;     // a constant's bytes inside the file, else NULL
    uint32_t bytes;
    uint32_t rows;
    uint32_t row_bytes;
    float scale;         // of the tensor, or of channel 0
    int32_t zero_point;  // of the tensor; 0 where per channel
    uint16_t producer;   // operator's place in nn_graph.ops or NN_NONE
    uint16_t index;      // in the file, for messages
    const char *name;    // inside the file, not terminated
    const float *scales; // inside the file: one a channel, NULL: unquantised
    const void *zero_points; // inside the file: int64 each, may be unaligned
} nn_tensor;

struct nn_op_def;

// One operator. inputs and outputs are places in nn_graph.tensors.
typedef struct nn_op {
    const struct nn_op_def *def;
    const uint16_t *inputs;
    const uint16_t *outputs;
    const uint32_t *records; // its weights packed (nn/packed.h), or NULL
    uint16_t input_count;
    uint16_t output_count;
    uint16_t index;    // in the file, for messages
    uint8_t row_local; // output row y needs a few input rows only
    uint8_t folded;    // does nothing any more: another op does its work
    uint8_t alias;     // output 0 is input 0's bytes (RESHAPE and the like)
    uint8_t in_place;  // bit k: output 0 may overwrite input k
    uint32_t scratch_bytes; // memory needed during a call
    uint32_t keep_bytes;    // memory needed from begin() to the last call
    uint64_t macs;          // multiply-accumulates of the whole operator
    // the operator's own parameters, see NN_PARAMS in op.h
    uint64_t params[NN_PARAM_BYTES / sizeof(uint64_t)];
} nn_op;

// The model. Everything points into the file and into the state memory that
// nn_load() was given; both must outlive the graph and must not move.
typedef struct nn_graph {
    const uint8_t *file;
    uint32_t file_bytes;
    nn_tensor *tensors;
    nn_op *ops;
    const uint16_t *inputs; // of the model, places in tensors
    const uint16_t *outputs;
    uint16_t tensor_count;
    uint16_t op_count;
    uint16_t input_count;
    uint16_t output_count;
} nn_graph;

// Bytes of one element; 0 for a type that the engine does not know.
uint32_t nn_type_bytes(nn_type type);
// "int8", "float32", …; "?" for a type that the engine does not know.
const char *nn_type_name(nn_type type);
// Elements in the tensor.
uint32_t nn_tensor_elements(const nn_tensor *tensor);
// dim[axis] counted from the end: nn_tensor_dim(t, -1) is the channel count;
// 1 where the tensor has fewer dimensions.
int32_t nn_tensor_dim(const nn_tensor *tensor, int axis);
// zero point of channel (0 … scale_count-1).
int32_t nn_tensor_zero_point(const nn_tensor *tensor, uint32_t channel);
// Whether both have the same rank and sizes.
bool nn_same_shape(const nn_tensor *a, const nn_tensor *b);

#endif
