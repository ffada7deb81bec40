// SPDX-License-Identifier: MIT
// What an operator is to the engine: checks at load time, rows at run time.

#ifndef NN_OP_H
#define NN_OP_H

#include <assert.h>

#include "nn/error.h"
#include "nn/fixed.h"
#include "nn/flatbuffer.h"
#include "nn/graph.h"

// Where a tensor's rows lie. Row y starts at data + (y % ring) * row_bytes;
// a whole tensor has ring == its rows, so its bytes are contiguous from data.
typedef struct nn_view {
    uint8_t *data;
    uint32_t row_bytes;
    uint32_t ring;
} nn_view;

static inline void *nn_view_row(const nn_view *view, uint32_t row) {
    return view->data + (size_t)(row % view->ring) * view->row_bytes;
}

// One call of a kernel. in[k] is inputs[k] (data NULL where left out), out[k]
// is outputs[k]. scratch has op->scratch_bytes bytes that hold nothing between
// calls, keep has op->keep_bytes bytes that begin() filled; both are aligned
// to 16 bytes. In place, out[0].data may equal in[k].data for the inputs that
// op->in_place names.
typedef struct nn_call {
    const nn_graph *graph;
    const nn_op *op;
    const nn_view *in;
    const nn_view *out;
    void *scratch;
    void *keep;
} nn_call;

// What an operator takes at an input or makes as an output: the types as
// NN_TYPE_BIT()s, and what else must hold.
#define NN_TYPE_BIT(type) (1U << (type))
enum {
    NN_SAME_TYPE = 1 << 10, // of these types, the one that input 0 has
    NN_CONSTANT = 1 << 11,
    NN_SCALED = 1 << 12,     // int32, or quantised with one scale above 0
    NN_OPTIONAL = 1 << 13,   // may be left out
    NN_ONE_TO_ONE = 1 << 14, // an output with the shape and rows of input 0,
                             // each row made of one row
    NN_MANY = 1 << 15,       // any number of outputs
    NN_ELEMENTWISE = NN_SAME_TYPE | NN_ONE_TO_ONE, // may work in place

    NN_INTS = NN_TYPE_BIT(NN_INT32) | NN_TYPE_BIT(NN_INT64),
    // every type whose elements can be moved about
    NN_MOVED = NN_INTS | NN_TYPE_BIT(NN_FLOAT32) | NN_TYPE_BIT(NN_UINT8) |
            NN_TYPE_BIT(NN_BOOL) | NN_TYPE_BIT(NN_INT16) | NN_TYPE_BIT(NN_INT8),
    NN_SCALED_INT8 = NN_TYPE_BIT(NN_INT8) | NN_SCALED,
};

// Inputs of an operator that its definition describes.
enum { NN_TAKEN = 3 };

// What check() is given: the graph so far and the operator's options.
typedef struct nn_loader {
    nn_graph *graph;
    nn_op *op;                     // the operator being checked
    const nn_tensor *in[NN_TAKEN]; // its first inputs, NULL: left out
    nn_tensor *out;                // its output 0
    uint32_t options; // position of its options table in the file, 0: none
    nn_flatbuffer file;
    nn_error *error;
    // Who is at fault while no operator is checked, for messages.
    const nn_tensor *tensor; // the one being read, or NULL
    uint16_t op_index;       // the operator being read, or NN_NONE
} nn_loader;

// An operator kind; nn_builtin_name(code) is its name.
typedef struct nn_op_def {
    uint16_t code;                  // BuiltinOperator of the TFLite schema
    uint8_t min_inputs, max_inputs; // max 255: any number
    // What must hold of the first inputs and of output 0 before check() is
    // called; 0: check() looks itself.
    uint16_t takes[NN_TAKEN];
    uint16_t makes;
    // Validates what the definition does not say: types, shapes, quantisation
    // and options of loader->op; fills params, row_local, alias, in_place,
    // scratch_bytes, keep_bytes and macs, all of them 0 before, and may set
    // rows and row_bytes of the outputs. Everything that run() relies on is
    // checked: run() cannot fail. Outputs' sizes in the file are untrusted too:
    // they must equal what the operator makes. NULL: nothing is left to do.
    int (*check)(nn_loader *loader);
    // For row_local operators: the rows [*first, *end) of input k (a dynamic
    // tensor) that output row y reads, within 0 … rows of that input; an
    // empty range (*first == *end) where it reads none. Both never fall as y
    // grows. NULL: row y of every input (row 0 of an input with one row).
    void (*rows)(const nn_graph *graph, const nn_op *op, uint32_t k, uint32_t y,
            uint32_t *first, uint32_t *end);
    // Fills call->keep once before the first run() of an inference, or NULL.
    void (*begin)(const nn_call *call);
    // Computes rows first … end-1 of every output (of output 0's row count).
    // Operators that are not row_local are called once with all rows.
    void (*run)(const nn_call *call, uint32_t first, uint32_t end);
} nn_op_def;

// The name of a BuiltinOperator of the TFLite schema ("CONV_2D"), "unknown"
// where the code has none.
typedef struct nn_name {
    char text[40];
} nn_name;
nn_name nn_builtin_name(uint32_t code);

// The parameters of op as type T, which must fit NN_PARAM_BYTES.
#define NN_PARAMS(op, T)          \
    ((T *)(void *)((op)->params + \
            0 * sizeof(char[sizeof(T) <= NN_PARAM_BYTES ? 1 : -1])))

static inline const nn_tensor *nn_op_input(const nn_graph *graph,
        const nn_op *op, uint32_t k) {
    return op->inputs[k] == NN_NONE ? NULL : &graph->tensors[op->inputs[k]];
}

// The same for an input that check() found to be there.
static inline const nn_tensor *nn_op_given(const nn_graph *graph,
        const nn_op *op, uint32_t k) {
    return &graph->tensors[op->inputs[k]];
}

static inline nn_tensor *nn_op_output(const nn_graph *graph, const nn_op *op,
        uint32_t k) {
    return &graph->tensors[op->outputs[k]];
}

static inline const nn_tensor *nn_call_input(const nn_call *c, uint32_t k) {
    return nn_op_input(c->graph, c->op, k);
}

static inline const nn_tensor *nn_call_output(const nn_call *c, uint32_t k) {
    return nn_op_output(c->graph, c->op, k);
}

// Checks the operator that loader->op is filled for as its definition says,
// then with its check().
int nn_op_check(nn_loader *loader);

// Helpers for check(). Each returns 0 or fails with a sentence that begins
// with the operator's index and name ("op 7 CONV_2D: ").

// Fails with code and a text of format (see nn_fail).
int nn_op_fail(const nn_loader *loader, int code, const char *format, ...);
// The same with NN_ERR_INVALID, NN_ERR_UNSUPPORTED.
int nn_op_invalid(const nn_loader *loader, const char *format, ...);
int nn_op_unsupported(const nn_loader *loader, const char *format, ...);
// The same with NN_ERR_UNSUPPORTED for a shape that would need more than
// NN_MAX_RANK dimensions.
int nn_op_dimensions(const nn_loader *loader);
// Input k, which need not be one of the first: NULL where it is left out.
const nn_tensor *nn_loader_input(const nn_loader *loader, uint32_t k);
// A tensor is as nn_op_def.takes and makes would say; input k is.
int nn_need(const nn_loader *loader, const nn_tensor *t, uint32_t what);
int nn_need_input(const nn_loader *loader, uint32_t k, uint32_t takes);
// A tensor has so many dimensions.
int nn_need_rank(const nn_loader *loader, const nn_tensor *t, uint32_t rank);
// Output 0 has exactly these sizes, all above 0.
int nn_need_output_shape(const nn_loader *loader, uint32_t rank,
        const int32_t *dim);
// An input, the image, and output 0 have four dimensions.
int nn_need_images(const nn_loader *loader, const nn_tensor *image);
// An input and output 0 have the same zero point and scale, but for the
// tolerance (operators that only move numbers).
int nn_need_same_scale(const nn_loader *loader, const nn_tensor *in,
        float tolerance);
// The factor real as a multiplier.
int nn_need_factor(const nn_loader *loader, double real,
        nn_multiplier *multiplier);
// The same for one that must not shift to the left.
int nn_need_fraction(const nn_loader *loader, double real,
        nn_multiplier *multiplier);
// Element i of a constant of int32 or int64.
int64_t nn_constant_at(const nn_tensor *constant, uint32_t i);
// Copies a constant int32 or int64 input of one dimension (or a scalar) into
// value[0 … max-1] and its length into *count; a value beyond int32 fails.
int nn_constant_ints(const nn_loader *loader, uint32_t k, uint32_t max,
        int32_t *value, uint32_t *count);
// The same for one of exactly so many numbers.
int nn_constant_list(const nn_loader *loader, uint32_t k, uint32_t count,
        int32_t *value);

// Options: field is the number of the field in the options table of the
// TFLite schema, fallback its default. Reading past the table is impossible:
// a field that is not there gives the fallback.
int32_t nn_option_int(const nn_loader *loader, uint32_t field,
        int32_t fallback); // int32 fields
int32_t nn_option_byte(const nn_loader *loader, uint32_t field,
        int32_t fallback); // enums (int8) and bool
float nn_option_float(const nn_loader *loader, uint32_t field, float fallback);
// An int32 vector of count 0 where it is not there. Its elements may be
// unaligned: read them with nn_load_i32().
int nn_option_ints(const nn_loader *loader, uint32_t field, nn_vector *ints);

#endif
