// SPDX-License-Identifier: MIT
// What operators that join and cut tensors along one axis share.

#include "nn/ops/parts.h"

#include "nn/ops/shape.h"

// Whether the sizes of part are those of whole, the axis aside.
static bool fits(const nn_tensor *part, const nn_tensor *whole, uint32_t axis,
        uint32_t flat) {
    if (part->bytes == 0 || part->rank + flat != whole->rank) {
        return false;
    }
    for (uint32_t i = 0; i < whole->rank; i++) {
        if (i != axis && part->dim[i > axis ? i - flat : i] != whole->dim[i]) {
            return false;
        }
    }
    return true;
}

int32_t nn_need_parts(const nn_loader *loader, const nn_tensor *whole,
        int32_t wanted, uint32_t how) {
    const nn_op *op = loader->op;
    bool read = (how & NN_PARTS_READ) != 0;
    uint32_t flat = (how & NN_PARTS_FLAT) != 0;
    int32_t axis = nn_need_axis(loader, wanted, whole->rank);
    if (axis < 0) {
        return axis;
    }
    uint32_t count = read ? op->input_count : op->output_count;
    int32_t rest = whole->dim[axis];
    for (uint32_t k = 0; k < count && rest >= 0; k++) {
        int err = read ? nn_need_input(loader, k, NN_MOVED) : 0;
        if (err) {
            return err;
        }
        const nn_tensor *part = read ? nn_op_given(loader->graph, op, k)
                                     : nn_op_output(loader->graph, op, k);
        if (part->type != whole->type ||
                !fits(part, whole, (uint32_t)axis, flat)) {
            return nn_op_invalid(loader,
                    "%t differs from the whole in more than axis %d", part,
                    axis);
        }
        rest -= flat ? 1 : part->dim[axis];
    }
    if (rest != 0) {
        return nn_op_invalid(loader,
                "%u parts do not add up to a dimension of %d", count,
                whole->dim[axis]);
    }
    int32_t said = nn_option_int(loader, 0, 0);
    if ((how & NN_PARTS_COUNTED) != 0 && said != (int32_t)count) {
        return nn_op_invalid(loader, "%u parts instead of %d", count, said);
    }
    return axis;
}
