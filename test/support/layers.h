// SPDX-License-Identifier: MIT
// Layers of made-up models, for programs that write them to files. What runs
// out of memory, or cannot be written, ends the program.

#ifndef LAYERS_H
#define LAYERS_H

#include "nn/op.h"
#include "test/support/model.h"
#include "test/support/random.h"

// Memory for count elements.
void *layers_take(size_t count, size_t element_bytes);

// Elements of a tensor with these sizes.
size_t layers_elements(const model_list *dims);

// A constant of random numbers, -127 … 127.
int layers_constant(model *m, random_source *r, model_list dims, float scale);

// A bias of random numbers, -2000 … 2000.
int layers_bias(model *m, random_source *r, int32_t channels);

// Adds the operator, which makes y of the inputs; returns y.
int layers_apply(model *m, const nn_op_def *op, model_list inputs, int y);

// Strides and padding, the first options of all operators with a window. Two
// numbers are those of rows, then columns.
typedef enum layers_padding { LAYERS_SAME, LAYERS_VALID } layers_padding;
void layers_window(model *m, layers_padding padding, const int32_t stride[2]);

// Writes bytes to FOLDER/NAME.
void layers_write(const char *folder, const char *name, const void *data,
        size_t bytes);

// Writes the model to FOLDER/NAME.tflite and frees it.
void layers_write_model(model *m, const char *folder, const char *name);

#endif
