// SPDX-License-Identifier: MIT
// Runs a model over photographs and shows every tensor that it computes.

#include "host/quantize/sweep.h"

#include <stdlib.h>

#include "host/cli/cli.h"
#include "nn/op.h"

typedef struct sweep {
    sweep_look look;
    void *context;
    float *reals; // room for one row of the widest tensor
    size_t photo;
    int code;
} sweep;

static const float *as_real(const sweep *s, const nn_tensor *t, const void *row,
        uint32_t count) {
    if (t->type == NN_FLOAT32) {
        return row;
    }
    const int8_t *q = row;
    for (uint32_t k = 0; k < count; k++) {
        s->reals[k] = (float)(q[k] - t->zero_point) * t->scale;
    }
    return s->reals;
}

static void observe(void *user, const nn_call *call, uint32_t first,
        uint32_t end) {
    sweep *s = user;
    for (uint32_t k = 0; k < call->op->output_count; k++) {
        const nn_tensor *t = nn_op_output(call->graph, call->op, k);
        bool quantised = t->type == NN_INT8 && t->scale_count == 1;
        if (t->type != NN_FLOAT32 && !quantised) {
            continue;
        }
        uint32_t count = t->row_bytes / nn_type_bytes((nn_type)t->type);
        uint32_t channels = (uint32_t)nn_tensor_dim(t, -1);
        for (uint32_t y = first; y < end && y < t->rows && !s->code; y++) {
            const void *row = nn_view_row(&call->out[k], y);
            sweep_part part = {.photo = s->photo,
                    .tensor = t->index,
                    .values = as_real(s, t, row, count),
                    .count = count,
                    .channels = channels};
            s->code = s->look(s->context, &part);
        }
    }
}

static uint32_t longest_row(const nn_graph *graph) {
    uint32_t longest = 1;
    for (uint32_t k = 0; k < graph->tensor_count; k++) {
        uint32_t bytes = graph->tensors[k].row_bytes;
        longest = bytes > longest ? bytes : longest;
    }
    return longest;
}

int sweep_run(const uint8_t *file, size_t bytes, const photos *p, size_t step,
        const char *verb, sweep_look look, void *context, nn_error *error) {
    engine *e;
    engine_options options = {.whole = true};
    int code = engine_open_bytes(&e, file, bytes, &options, error);
    if (code) {
        return code;
    }
    sweep s = {.look = look, .context = context};
    s.reals = malloc(sizeof(float) * longest_row(engine_graph(e)));
    code = s.reals ? photos_fit(e, error)
                   : nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
    engine_set_observer(e, observe, &s);
    for (size_t k = 0; !code && k < p->count; k += step) {
        cli_progress(verb, k + 1, p->count);
        code = photos_run(p, k, e, error);
        s.photo++;
        if (!code && s.code) {
            code = nn_fail(error, s.code, "not enough memory");
        }
    }
    cli_progress_end();
    free(s.reals);
    engine_close(e);
    return code;
}
