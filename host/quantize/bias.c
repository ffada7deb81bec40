// SPDX-License-Identifier: MIT
// Corrects biases for what rounding does to the mean of each channel.

#include "host/quantize/bias.h"

#include <stdlib.h>

#include "host/cli/cli.h"
#include "host/quantize/build.h"
#include "host/quantize/prepare.h"
#include "host/quantize/scheme.h"
#include "host/quantize/sweep.h"
#include "host/quantize/weights.h"

// Photos that the int8 model is run on, for each convolution anew.
enum { INT8_PHOTOS = 48 };

// Sums of one tensor's channels.
typedef struct sums {
    double *sum;
    uint64_t count; // of numbers in each channel
    uint32_t channels;
    float low, high; // numbers are clipped to what int8 can tell
} sums;

typedef struct watch {
    sums *by_tensor;
    int64_t only; // tensor, or -1 for all that have a sum
} watch;

static int no_memory(nn_error *error) {
    return nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
}

static int look(void *context, const sweep_part *part) {
    const watch *w = context;
    sums *s = &w->by_tensor[part->tensor];
    if (!s->sum || (w->only >= 0 && w->only != part->tensor)) {
        return 0;
    }
    for (uint32_t k = 0; k < part->count; k++) {
        float x = part->values[k];
        x = x < s->low ? s->low : x > s->high ? s->high : x;
        s->sum[k % part->channels] += (double)x;
    }
    s->count += part->count / part->channels;
    return 0;
}

static bool has_bias(const tfl_op *op) {
    scheme_inputs where = scheme_weights(op->code);
    return where.weights >= 0 && (uint32_t)where.bias < op->input_count &&
            op->inputs[where.bias] >= 0;
}

// Room for the channels of every tensor that a bias belongs to.
static int start(sums *list, const tfl_model *int8, nn_error *error) {
    for (uint32_t k = 0; k < int8->op_count; k++) {
        const tfl_op *op = &int8->ops[k];
        if (!has_bias(op)) {
            continue;
        }
        const tfl_tensor *t = &int8->tensors[op->outputs[0]];
        sums *s = &list[op->outputs[0]];
        s->channels = (uint32_t)t->dim[t->rank - 1];
        s->low = (float)(-128 - t->zero_points[0]) * t->scales[0];
        s->high = (float)(127 - t->zero_points[0]) * t->scales[0];
        s->sum = calloc(s->channels, sizeof *s->sum);
        if (!s->sum) {
            return no_memory(error);
        }
    }
    return 0;
}

static void clear(sums *s) {
    for (uint32_t c = 0; c < s->channels; c++) {
        s->sum[c] = 0;
    }
    s->count = 0;
}

static int sweep(const tfl_model *model, const photos *p, size_t step, watch *w,
        nn_error *error) {
    uint8_t *file;
    size_t bytes;
    int code = tfl_write(model, "", &file, &bytes, error);
    if (code) {
        return code;
    }
    code = sweep_run(file, bytes, p, step, "correcting biases", look, w, error);
    free(file);
    return code;
}

// Moves the bias by what the means differ and adds the item.
static int correct(tfl_model *int8, const tfl_op *op, const sums *real,
        const sums *rounded, const char *name, ranges *r, nn_error *error) {
    tfl_tensor *bias =
            &int8->tensors[op->inputs[scheme_weights(op->code).bias]];
    size_t count = tfl_elements(bias);
    int32_t *moved = tfl_alloc(int8, count, sizeof *moved);
    ranges_item item = {.kind = RANGES_SHIFT, .count = (uint32_t)count};
    item.steps = calloc(count + 1, sizeof *item.steps);
    if (!moved || !item.steps || count != real->channels) {
        free(item.steps);
        return no_memory(error);
    }
    const int32_t *from = bias->data;
    for (size_t c = 0; c < count; c++) {
        double step = (double)bias->scales[bias->scale_count > 1 ? c : 0];
        double off = real->sum[c] / (double)real->count -
                rounded->sum[c] / (double)rounded->count;
        item.steps[c] = (int32_t)weights_round(off / step, 1 << 30);
        moved[c] = (int32_t)weights_round((double)from[c] + item.steps[c],
                INT32_MAX);
    }
    bias->data = moved;
    item.tensor = name;
    return ranges_add(r, &item, error);
}

static int run(const tfl_model *model, tfl_model *int8, const photos *p,
        sums *real, sums *rounded, ranges *r, nn_error *error) {
    watch seen = {.by_tensor = real, .only = -1};
    size_t step = (p->count + INT8_PHOTOS - 1) / INT8_PHOTOS;
    int code = start(real, int8, error);
    code = code ? code : start(rounded, int8, error);
    code = code ? code : sweep(model, p, step, &seen, error);
    for (uint32_t k = 0; !code && k < int8->op_count; k++) {
        const tfl_op *op = &int8->ops[k];
        if (!has_bias(op)) {
            continue;
        }
        int32_t t = op->outputs[0];
        char name[PREPARE_NAME_BYTES];
        watch one = {.by_tensor = rounded, .only = t};
        clear(&rounded[t]);
        code = sweep(int8, p, step, &one, error);
        code = code ? code
                    : correct(int8, op, &real[t], &rounded[t],
                              prepare_name(model, t, name), r, error);
    }
    return code;
}

static void free_sums(sums *list, uint32_t count) {
    for (uint32_t k = 0; list && k < count; k++) {
        free(list[k].sum);
    }
    free(list);
}

int bias_measure(const tfl_model *model, const photos *p, ranges *r,
        nn_error *error) {
    tfl_model int8;
    int code = prepare_copy(&int8, model, error);
    code = code ? code : build_int8(&int8, r, error);
    if (!code) {
        uint32_t count = int8.tensor_count;
        sums *real = calloc((size_t)count + 1, sizeof *real);
        sums *rounded = calloc((size_t)count + 1, sizeof *rounded);
        code = real && rounded ? run(model, &int8, p, real, rounded, r, error)
                               : no_memory(error);
        free_sums(real, count);
        free_sums(rounded, count);
    }
    tfl_free(&int8);
    return code;
}
