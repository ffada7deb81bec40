// SPDX-License-Identifier: MIT
// Moves the channels between two convolutions to a common centre.

#include "host/quantize/centre.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/quantize/pairs.h"
#include "host/quantize/prepare.h"
#include "host/quantize/scheme.h"
#include "host/quantize/sweep.h"

// A channel reaches from the low that this share of the photos keep above to
// the high that as many keep below: the extremes of all photos are accidents.
static const double usual_share = 0.75;

// What each channel of a tensor showed: [photo][channel].
typedef struct extremes {
    float *low; // NULL: not looked at
    float *high;
    uint32_t channels;
} extremes;

static int no_memory(nn_error *error) {
    return nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
}

static int look(void *context, const sweep_part *part) {
    const extremes *e = &((const extremes *)context)[part->tensor];
    size_t from = part->photo * e->channels;
    for (uint32_t k = 0; e->low && k < part->count; k++) {
        float *low = &e->low[from + k % e->channels];
        float *high = &e->high[from + k % e->channels];
        *low = part->values[k] < *low ? part->values[k] : *low;
        *high = part->values[k] > *high ? part->values[k] : *high;
    }
    return 0;
}

static int start(const tfl_model *model, extremes *list, size_t photo_count,
        nn_error *error) {
    for (uint32_t k = 0; k < model->tensor_count; k++) {
        if (!pairs_taker(model, (int32_t)k, NN_FLOAT32)) {
            continue;
        }
        extremes *e = &list[k];
        e->channels = pairs_channels(&model->tensors[k]);
        size_t count = photo_count * e->channels;
        e->low = malloc((count + 1) * sizeof *e->low);
        e->high = malloc((count + 1) * sizeof *e->high);
        if (!e->low || !e->high) {
            return no_memory(error);
        }
        for (size_t i = 0; i < count; i++) {
            e->low[i] = INFINITY;
            e->high[i] = -INFINITY;
        }
    }
    return 0;
}

static int by_size(const void *a, const void *b) {
    float x = *(const float *)a;
    float y = *(const float *)b;
    return (x > y) - (x < y);
}

// The number that this share of the numbers, `step` apart, do not exceed.
// room: for count numbers.
static float at_share(const float *values, size_t count, size_t step,
        double share, float *room) {
    for (size_t k = 0; k < count; k++) {
        room[k] = values[k * step];
    }
    qsort(room, count, sizeof *room, by_size);
    return room[(size_t)(share * (double)(count - 1) + 0.5)];
}

static int add_centres(const tfl_model *model, uint32_t tensor,
        const extremes *e, size_t photo_count, ranges *r, nn_error *error) {
    char name[PREPARE_NAME_BYTES];
    ranges_item item = {.kind = RANGES_CENTRE, .count = e->channels};
    item.centres = calloc(e->channels, sizeof *item.centres);
    float *room = malloc(photo_count * sizeof *room);
    if (!item.centres || !room) {
        free(room);
        free(item.centres);
        return no_memory(error);
    }
    for (uint32_t c = 0; c < e->channels; c++) {
        float low = at_share(&e->low[c], photo_count, e->channels,
                1 - usual_share, room);
        float high = at_share(&e->high[c], photo_count, e->channels,
                usual_share, room);
        float centre = low / 2 + high / 2;
        item.centres[c] = isfinite(centre) ? centre : 0;
    }
    free(room);
    item.tensor = prepare_name(model, (int32_t)tensor, name);
    return ranges_add(r, &item, error);
}

static int measure(const tfl_model *model, const photos *p, extremes *list,
        ranges *r, nn_error *error) {
    uint8_t *file;
    size_t bytes;
    int code = start(model, list, p->count, error);
    code = code ? code : tfl_write(model, "", &file, &bytes, error);
    if (code) {
        return code;
    }
    code = sweep_run(file, bytes, p, 1, "centring", look, list, error);
    free(file);
    for (uint32_t k = 0; !code && k < model->tensor_count; k++) {
        if (list[k].low) {
            code = add_centres(model, k, &list[k], p->count, r, error);
        }
    }
    return code;
}

int centre_measure(const tfl_model *model, const photos *p, ranges *r,
        nn_error *error) {
    extremes *list = calloc((size_t)model->tensor_count + 1, sizeof *list);
    if (!list) {
        return no_memory(error);
    }
    int code = measure(model, p, list, r, error);
    for (uint32_t k = 0; k < model->tensor_count; k++) {
        free(list[k].low);
        free(list[k].high);
    }
    free(list);
    return code;
}

// Gives an operator's bias numbers of its own and returns them.
static float *own_bias(tfl_model *model, const tfl_op *op) {
    tfl_tensor *bias =
            &model->tensors[op->inputs[scheme_weights(op->code).bias]];
    float *values = tfl_alloc(model, tfl_elements(bias) + 1, sizeof *values);
    if (values) {
        memcpy(values, bias->data, bias->bytes);
        bias->data = values;
    }
    return values;
}

static int move(tfl_model *model, const tfl_op *first, const tfl_op *second,
        const ranges_item *item, nn_error *error) {
    const tfl_tensor *w =
            &model->tensors
                     [second->inputs[scheme_weights(second->code).weights]];
    const float *weights = w->data;
    size_t outputs = (size_t)w->dim[0];
    size_t each = outputs ? tfl_elements(w) / outputs : 0;
    float *given = own_bias(model, first);
    float *taken = own_bias(model, second);
    if (!given || !taken) {
        return no_memory(error);
    }
    bool fits = true;
    for (uint32_t c = 0; c < item->count; c++) {
        given[c] -= item->centres[c];
        fits = fits && isfinite(given[c]);
    }
    for (size_t k = 0; k < outputs; k++) {
        double sum = (double)taken[k];
        for (size_t i = 0; i < each; i++) {
            sum += (double)weights[k * each + i] *
                    (double)item->centres[i % item->count];
        }
        taken[k] = (float)sum;
        fits = fits && isfinite(taken[k]);
    }
    return fits ? 0
                : nn_fail(error, NN_ERR_INVALID,
                          "the centres of tensor %s are too far away",
                          item->tensor);
}

static int apply(tfl_model *model, const ranges_item *item, nn_error *error) {
    char name[PREPARE_NAME_BYTES];
    for (uint32_t k = 0; k < model->tensor_count; k++) {
        if (strcmp(prepare_name(model, (int32_t)k, name), item->tensor) != 0) {
            continue;
        }
        const tfl_op *second = pairs_taker(model, (int32_t)k, NN_FLOAT32);
        if (!second) {
            break;
        }
        if (item->count != pairs_channels(&model->tensors[k])) {
            return nn_fail(error, NN_ERR_INVALID,
                    "%u centres do not fit the channels of tensor %s",
                    item->count, item->tensor);
        }
        return move(model, tfl_producer(model, (int32_t)k), second, item,
                error);
    }
    return nn_fail(error, NN_ERR_INVALID,
            "tensor %s has centres but is not between two convolutions",
            item->tensor);
}

int centre_apply(tfl_model *model, const ranges *r, nn_error *error) {
    int code = 0;
    for (size_t k = 0; !code && k < r->count; k++) {
        if (r->items[k].kind == RANGES_CENTRE) {
            code = apply(model, &r->items[k], error);
        }
    }
    return code;
}
