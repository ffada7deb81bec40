// SPDX-License-Identifier: MIT
// Field numbers and codes of the TensorFlow Lite schema, version 3
// (tensorflow/lite/schema/schema.fbs). A field's number is its place in the
// table's declaration; unions take two.

#ifndef NN_SCHEMA_H
#define NN_SCHEMA_H

enum { NN_SCHEMA_VERSION = 3 };

enum nn_model_field {
    NN_MODEL_VERSION = 0,
    NN_MODEL_OPERATOR_CODES = 1,
    NN_MODEL_SUBGRAPHS = 2,
    NN_MODEL_BUFFERS = 4,
};

enum nn_operator_code_field {
    NN_CODE_SHORT = 0, // int8, for codes below 127
    NN_CODE_CUSTOM = 1,
    NN_CODE_BUILTIN = 3, // int32; the larger of the two counts
};

enum nn_buffer_field {
    NN_BUFFER_DATA = 0,
    NN_BUFFER_OFFSET = 1, // data behind the FlatBuffer, above 2 GB
};

enum nn_subgraph_field {
    NN_SUBGRAPH_TENSORS = 0,
    NN_SUBGRAPH_INPUTS = 1,
    NN_SUBGRAPH_OUTPUTS = 2,
    NN_SUBGRAPH_OPERATORS = 3,
};

enum nn_tensor_field {
    NN_TENSOR_SHAPE = 0,
    NN_TENSOR_TYPE = 1,
    NN_TENSOR_BUFFER = 2,
    NN_TENSOR_NAME = 3,
    NN_TENSOR_QUANTIZATION = 4,
    NN_TENSOR_IS_VARIABLE = 5,
    NN_TENSOR_SPARSITY = 6,
};

enum nn_quantization_field {
    NN_QUANTIZATION_SCALE = 2,
    NN_QUANTIZATION_ZERO_POINT = 3,
    NN_QUANTIZATION_DETAILS = 5,
    NN_QUANTIZATION_DIMENSION = 6,
};

enum nn_operator_field {
    NN_OPERATOR_CODE = 0,
    NN_OPERATOR_INPUTS = 1,
    NN_OPERATOR_OUTPUTS = 2,
    NN_OPERATOR_OPTIONS_TYPE = 3,
    NN_OPERATOR_OPTIONS = 4,
};

// BuiltinOperator
enum { NN_CODE_IS_CUSTOM = 32, NN_CODE_IS_EXTENDED = 127 };

#endif
