// SPDX-License-Identifier: MIT
// QUANTIZE and DEQUANTIZE.

#ifndef NN_KERNELS_QUANTIZE_H
#define NN_KERNELS_QUANTIZE_H

#include "nn/op.h"

// From 8 bits to 8 bits: a table, params are an nn_linear (linear.h).
// Between uint8 and int8 where only the upper bit changes: without either.
void nn_flip_run(const nn_call *call, uint32_t first, uint32_t end);
// From int16: without the table, same params.
void nn_requantize_16_run(const nn_call *call, uint32_t first, uint32_t end);
// From float32, no params.
void nn_quantize_run(const nn_call *call, uint32_t first, uint32_t end);
void nn_dequantize_run(const nn_call *call, uint32_t first, uint32_t end);

#endif
