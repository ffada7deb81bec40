// SPDX-License-Identifier: MIT
// What the quantiser knows about certain models.

#include "host/quantize/profile.h"

#include "host/quantize/prepare.h"

// BlazeFace (short range): anchors of its grids, numbers of an anchor.
enum { FINE = 512, COARSE = 384, BOX = 16, SCORE = 1 };

static bool has_shape(const tfl_model *model, int32_t tensor, int32_t rows,
        int32_t columns) {
    const tfl_tensor *t = &model->tensors[tensor];
    return t->rank == 3 && t->dim[0] == 1 && t->dim[1] == rows &&
            t->dim[2] == columns;
}

// The CONCATENATION of both grids' numbers, NULL where the model has none.
static const tfl_op *find_join(const tfl_model *model, int32_t columns) {
    for (uint32_t k = 0; k < model->output_count; k++) {
        const tfl_op *op = tfl_producer(model, model->outputs[k]);
        if (op && op->code == TFL_CONCATENATION && op->input_count == 2 &&
                op->inputs[0] >= 0 && op->inputs[1] >= 0 &&
                has_shape(model, op->inputs[0], FINE, columns) &&
                has_shape(model, op->inputs[1], COARSE, columns)) {
            return op;
        }
    }
    return NULL;
}

int profile_outputs(const tfl_model *model, ranges *r, nn_error *error) {
    const tfl_op *boxes = find_join(model, BOX);
    const tfl_op *scores = find_join(model, SCORE);
    if (!boxes || !scores || model->output_count != 2) {
        return 0;
    }
    const int32_t order[] = {boxes->inputs[0], scores->inputs[0],
            scores->inputs[1], boxes->inputs[1]};
    for (size_t k = 0; k < sizeof order / sizeof order[0]; k++) {
        char name[PREPARE_NAME_BYTES];
        ranges_item item = {.kind = RANGES_OUTPUT};
        item.tensor = prepare_name(model, order[k], name);
        int code = ranges_add(r, &item, error);
        if (code) {
            return code;
        }
    }
    return 0;
}
