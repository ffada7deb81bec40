// SPDX-License-Identifier: MIT
// Finds the range of every activation on photographs.

#include "host/quantize/calibrate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/quantize/heads.h"
#include "host/quantize/histogram.h"
#include "host/quantize/prepare.h"
#include "host/quantize/scheme.h"
#include "host/quantize/sweep.h"

// An output is taken for logits where this part of its numbers is negative:
// most places show no object.
static const double logit_negative = 0.95;

// Boxes that count are all kept, and what is that much beyond: other photos
// will have others.
static const float box_margin = 1.1F;

// What logits are kept of: a sigmoid makes less than 1e-5 of anything lower,
// and more than 0.997 of anything higher.
static const float logit_low = -12;
static const float logit_high = 6;

// A photo whose numbers in a tensor go further than this many times those of
// the median photo counts as an accident there and is left out: it would
// widen the range for all others. (One photo in a hundred drives BlazeFace's
// late layers to a hundred times what any other does.)
static const float outlier = 3;

// What one tensor showed.
typedef struct seen {
    histogram all; // without accidents
    float *peaks; // largest size of a number in each photo; NULL: not looked at
    float bound;  // of a photo that is no accident
} seen;

typedef struct job {
    const tfl_model *model;
    scheme scheme;
    seen *seen; // by tensor
    heads heads;
    size_t photo_count;
} job;

static int no_memory(nn_error *error) {
    return nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
}

// Tensors that are looked at: what operators make that do more than move
// numbers.
static bool is_source(const job *j, uint32_t tensor) {
    const tfl_op *op = tfl_producer(j->model, (int32_t)tensor);
    const scheme_tensor *t = &j->scheme.tensors[tensor];
    return t->role == SCHEME_ACTIVATION && op &&
            !scheme_keeps_scale(op->code) &&
            !j->scheme.fixed[t->group].is_fixed;
}

// The first sweep finds how far each photo goes …
static int look_at_peaks(void *context, const sweep_part *part) {
    const job *j = context;
    float *peaks = j->seen[part->tensor].peaks;
    for (uint32_t k = 0; peaks && k < part->count; k++) {
        float size = fabsf(part->values[k]);
        float *peak = &peaks[part->photo];
        *peak = size > *peak ? size : *peak;
    }
    return 0;
}

// … and the second one counts the numbers of those that are no accidents.
static int look_at_numbers(void *context, const sweep_part *part) {
    job *j = context;
    seen *s = &j->seen[part->tensor];
    if (!s->peaks) {
        return 0;
    }
    if (heads_look(&j->heads, part)) {
        return NN_ERR_NO_MEMORY;
    }
    return s->peaks[part->photo] <= s->bound
            ? histogram_add(&s->all, part->values, part->count)
            : 0;
}

static int by_size(const void *a, const void *b) {
    float x = *(const float *)a;
    float y = *(const float *)b;
    return (x > y) - (x < y);
}

static int set_bounds(job *j, nn_error *error) {
    size_t bytes = j->photo_count * sizeof(float);
    float *sorted = malloc(bytes);
    if (!sorted) {
        return no_memory(error);
    }
    for (uint32_t k = 0; k < j->model->tensor_count; k++) {
        if (j->seen[k].peaks) {
            memcpy(sorted, j->seen[k].peaks, bytes);
            qsort(sorted, j->photo_count, sizeof *sorted, by_size);
            j->seen[k].bound = outlier * sorted[j->photo_count / 2];
        }
    }
    free(sorted);
    return 0;
}

static bool is_input(const tfl_model *model, uint32_t tensor) {
    for (uint32_t k = 0; k < model->input_count; k++) {
        if (model->inputs[k] == (int32_t)tensor) {
            return true;
        }
    }
    return false;
}

static bool are_logits(const histogram *h) {
    return histogram_negative(h) >= logit_negative;
}

static void choose(const histogram *h, const heads_pair *pair, const job *j,
        bool is_head, bool is_centred, float *low, float *high) {
    if (is_head && are_logits(h)) {
        *low = logit_low;
        *high = h->high > logit_high ? h->high : logit_high;
    } else if (pair && pair->live.counts &&
            are_logits(&j->seen[pair->scores].all)) {
        *low = pair->live.low * box_margin;
        *high = pair->live.high * box_margin;
    } else if (is_centred) {
        // wide channels are few, and what clipping takes from them is missed
        *low = h->low;
        *high = h->high;
    } else {
        histogram_best_range(h, low, high);
    }
}

// Adds the range of a group under the name of its first source.
static int add_group(const job *j, uint32_t group, ranges *r, nn_error *error) {
    const tfl_model *m = j->model;
    char name[PREPARE_NAME_BYTES];
    ranges_item item = {.kind = RANGES_RANGE};
    histogram all = {0};
    bool is_head = false;
    bool has_input = false;
    const heads_pair *pair = NULL;
    for (uint32_t k = 0; k < m->tensor_count; k++) {
        if (j->scheme.tensors[k].group != (int32_t)group) {
            continue;
        }
        is_head = is_head || tfl_is_output(m, (int32_t)k);
        bool input = is_input(m, k);
        has_input = has_input || input;
        pair = pair ? pair : heads_of_boxes(&j->heads, k);
        if (!item.tensor && (input || j->seen[k].all.counts)) {
            item.tensor = prepare_name(m, (int32_t)k, name);
        }
        if (histogram_merge(&all, &j->seen[k].all)) {
            histogram_free(&all);
            return no_memory(error);
        }
    }
    bool is_centred = item.tensor && ranges_find(r, RANGES_CENTRE, item.tensor);
    choose(&all, pair, j, is_head, is_centred, &item.low, &item.high);
    histogram_free(&all);
    if (has_input) {
        item.low = item.low < -1 ? item.low : -1;
        item.high = item.high > 1 ? item.high : 1;
    }
    if (!item.tensor) {
        return 0; // constants only: they bring their range
    }
    if (!(item.low < item.high)) {
        item.high = 1; // never anything but 0: any scale does
    }
    return ranges_add(r, &item, error);
}

static int start(job *j, nn_error *error) {
    size_t count = (size_t)j->model->tensor_count;
    j->seen = calloc(count + 1, sizeof *j->seen);
    if (heads_find(&j->heads, j->model)) {
        return no_memory(error);
    }
    for (uint32_t k = 0; j->seen && k < count; k++) {
        if (!is_source(j, k)) {
            continue;
        }
        j->seen[k].peaks = calloc(j->photo_count, sizeof(float));
        if (!j->seen[k].peaks) {
            return no_memory(error);
        }
    }
    return j->seen ? 0 : no_memory(error);
}

static int run(job *j, const photos *p, ranges *r, nn_error *error) {
    uint8_t *file;
    size_t bytes;
    int code = start(j, error);
    code = code ? code : tfl_write(j->model, "", &file, &bytes, error);
    if (code) {
        return code;
    }
    code = sweep_run(file, bytes, p, 1, "looking", look_at_peaks, j, error);
    code = code ? code : set_bounds(j, error);
    code = code ? code
                : sweep_run(file, bytes, p, 1, "calibrating", look_at_numbers,
                          j, error);
    free(file);
    for (uint32_t k = 0; !code && k < j->model->tensor_count; k++) {
        const scheme_tensor *t = &j->scheme.tensors[k];
        if (t->role == SCHEME_ACTIVATION && t->group == (int32_t)k &&
                !j->scheme.fixed[k].is_fixed) {
            code = add_group(j, k, r, error);
        }
    }
    return code;
}

int calibrate_ranges(const tfl_model *model, const photos *p, ranges *r,
        nn_error *error) {
    // the scheme may add operators, which the float model must not have
    tfl_model copy = *model;
    job j = {.model = model, .photo_count = p->count};
    copy.memory = NULL;
    int code = scheme_make(&j.scheme, &copy, error);
    if (code) {
        return code;
    }
    code = run(&j, p, r, error);
    for (uint32_t k = 0; j.seen && k < model->tensor_count; k++) {
        histogram_free(&j.seen[k].all);
        free(j.seen[k].peaks);
    }
    free(j.seen);
    heads_free(&j.heads);
    scheme_free(&j.scheme);
    tfl_free(&copy);
    return code;
}
