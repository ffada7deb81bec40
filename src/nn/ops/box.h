// SPDX-License-Identifier: MIT
// What SLICE, STRIDED_SLICE and TRANSPOSE share.

#ifndef NN_OPS_BOX_H
#define NN_OPS_BOX_H

#include "nn/kernels/box.h"

// The whole input, its axes in order.
void nn_box_all(const nn_tensor *in, nn_box *box);
// Sets row_local where output rows are parts of input rows, in their order.
void nn_box_rows_local(nn_loader *loader, const nn_box *box);
// rows() of all three.
void nn_box_rows(const nn_graph *graph, const nn_op *op, uint32_t k, uint32_t y,
        uint32_t *first, uint32_t *end);

#endif
