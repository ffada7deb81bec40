// SPDX-License-Identifier: MIT
// What operators that join and cut tensors along one axis share.

#ifndef NN_OPS_PARTS_H
#define NN_OPS_PARTS_H

#include "nn/op.h"

enum {
    NN_PARTS_READ = 1 << 0,    // the parts are the inputs, else the outputs
    NN_PARTS_FLAT = 1 << 1,    // they lack the axis along which they lie
    NN_PARTS_COUNTED = 1 << 2, // option 0 is their number
};

// The parts have the type of the whole and its sizes, and add up to it along
// the axis `wanted`, negative from the end. Returns it as nn_need_axis() does.
int32_t nn_need_parts(const nn_loader *loader, const nn_tensor *whole,
        int32_t wanted, uint32_t how);

#endif
