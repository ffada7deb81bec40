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

// Means of one tensor's channels, photo by photo.
typedef struct sums {
    double *sum;    // [photo][channel], later divided by count
    uint64_t count; // of numbers in each channel of one photo
    size_t photo;   // the one at hand
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
    if (s->photo != part->photo) {
        s->photo = part->photo;
        s->count = 0;
    }
    double *sum = s->sum + part->photo * s->channels;
    for (uint32_t k = 0; k < part->count; k++) {
        float x = part->values[k];
        x = x < s->low ? s->low : x > s->high ? s->high : x;
        sum[k % part->channels] += (double)x;
    }
    s->count += part->count / part->channels;
    return 0;
}

// Whether the tensor is an output of the model or becomes one unchanged.
static bool becomes_output(const tfl_model *model, int32_t tensor) {
    for (uint32_t k = 0; k < model->op_count; k++) {
        const tfl_op *op = &model->ops[k];
        if (op->inputs[0] == tensor && scheme_keeps_scale(op->code)) {
            tensor = op->outputs[0];
        }
    }
    return tfl_is_output(model, tensor);
}

// Heads are left alone: the mean of a head is that of the many places where
// there is nothing, and what counts are the few others.
static bool has_bias(const tfl_model *model, const tfl_op *op) {
    scheme_inputs where = scheme_weights(op->code);
    return where.weights >= 0 && (uint32_t)where.bias < op->input_count &&
            op->inputs[where.bias] >= 0 &&
            !becomes_output(model, op->outputs[0]);
}

// Room for the channels of every tensor that a bias belongs to.
static int start(sums *list, const tfl_model *int8, size_t photo_count,
        nn_error *error) {
    for (uint32_t k = 0; k < int8->op_count; k++) {
        const tfl_op *op = &int8->ops[k];
        if (!has_bias(int8, op)) {
            continue;
        }
        const tfl_tensor *t = &int8->tensors[op->outputs[0]];
        sums *s = &list[op->outputs[0]];
        s->channels = (uint32_t)t->dim[t->rank - 1];
        s->low = (float)(-128 - t->zero_points[0]) * t->scales[0];
        s->high = (float)(127 - t->zero_points[0]) * t->scales[0];
        s->sum = calloc(photo_count * s->channels, sizeof *s->sum);
        if (!s->sum) {
            return no_memory(error);
        }
    }
    return 0;
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

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

// By how much int8 falls short in a channel: the median over the photos, so
// that one odd photo does not decide for all. room: a number a photo.
static double shortfall(const sums *real, const sums *rounded, uint32_t c,
        size_t photo_count, double *room) {
    for (size_t k = 0; k < photo_count; k++) {
        size_t at = k * real->channels + c;
        room[k] = (real->sum[at] - rounded->sum[at]) / (double)real->count;
    }
    qsort(room, photo_count, sizeof *room, by_size);
    return (room[(photo_count - 1) / 2] + room[photo_count / 2]) / 2;
}

// Moves the bias by what the means differ and adds the item.
static int correct(tfl_model *int8, const tfl_op *op, const sums *real,
        const sums *rounded, size_t photo_count, const char *name, ranges *r,
        nn_error *error) {
    tfl_tensor *bias =
            &int8->tensors[op->inputs[scheme_weights(op->code).bias]];
    size_t count = tfl_elements(bias);
    int32_t *moved = tfl_alloc(int8, count, sizeof *moved);
    double *room = tfl_alloc(int8, photo_count, sizeof *room);
    ranges_item item = {.kind = RANGES_SHIFT, .count = (uint32_t)count};
    item.steps = calloc(count + 1, sizeof *item.steps);
    if (!moved || !room || !item.steps || count != real->channels) {
        free(item.steps);
        return no_memory(error);
    }
    const int32_t *from = bias->data;
    for (uint32_t c = 0; c < count; c++) {
        double step = (double)bias->scales[bias->scale_count > 1 ? c : 0];
        double off = shortfall(real, rounded, c, photo_count, room);
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
    size_t used = (p->count + step - 1) / step;
    int code = start(real, int8, used, error);
    code = code ? code : start(rounded, int8, used, error);
    code = code ? code : sweep(model, p, step, &seen, error);
    for (uint32_t k = 0; !code && k < int8->op_count; k++) {
        const tfl_op *op = &int8->ops[k];
        if (!has_bias(int8, op)) {
            continue;
        }
        int32_t t = op->outputs[0];
        char name[PREPARE_NAME_BYTES];
        watch one = {.by_tensor = rounded, .only = t};
        code = sweep(int8, p, step, &one, error);
        code = code ? code
                    : correct(int8, op, &real[t], &rounded[t], used,
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
