// SPDX-License-Identifier: MIT
// Finds the range of every activation on photographs.

#include "host/quantize/calibrate.h"

#include <stdlib.h>

#include "host/quantize/histogram.h"
#include "host/quantize/prepare.h"
#include "host/quantize/scheme.h"
#include "host/quantize/sweep.h"

// An output with a range beyond this below but not above is taken for logits.
static const float logit_top = 16;

// What logits are kept of: a sigmoid makes less than 1e-5 of anything lower,
// and more than 0.997 of anything higher.
static const float logit_low = -12;
static const float logit_high = 6;

typedef struct job {
    const tfl_model *model;
    scheme scheme;
    histogram *seen; // by tensor
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

static int look(void *context, uint32_t tensor, const float *values,
        uint32_t count, uint32_t channels) {
    const job *j = context;
    (void)channels;
    return is_source(j, tensor) ? histogram_add(&j->seen[tensor], values, count)
                                : 0;
}

static bool is_input(const tfl_model *model, uint32_t tensor) {
    for (uint32_t k = 0; k < model->input_count; k++) {
        if (model->inputs[k] == (int32_t)tensor) {
            return true;
        }
    }
    return false;
}

static void choose(const histogram *h, bool is_head, float *low, float *high) {
    if (is_head && h->low < -logit_top && h->high < logit_top) {
        *low = logit_low;
        *high = h->high > logit_high ? h->high : logit_high;
        return;
    }
    histogram_best_range(h, low, high);
}

// Adds the range of a group under the name of its first source.
static int add_group(const job *j, uint32_t group, ranges *r, nn_error *error) {
    const tfl_model *m = j->model;
    char name[PREPARE_NAME_BYTES];
    ranges_item item = {.kind = RANGES_RANGE};
    histogram all = {0};
    bool is_head = false;
    bool has_input = false;
    for (uint32_t k = 0; k < m->tensor_count; k++) {
        if (j->scheme.tensors[k].group != (int32_t)group) {
            continue;
        }
        is_head = is_head || tfl_is_output(m, (int32_t)k);
        bool input = is_input(m, k);
        has_input = has_input || input;
        if (!item.tensor && (input || j->seen[k].counts)) {
            item.tensor = prepare_name(m, (int32_t)k, name);
        }
        if (histogram_merge(&all, &j->seen[k])) {
            histogram_free(&all);
            return no_memory(error);
        }
    }
    choose(&all, is_head, &item.low, &item.high);
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

static int run(job *j, const photos *p, ranges *r, nn_error *error) {
    uint8_t *file;
    size_t bytes;
    int code = tfl_write(j->model, "", &file, &bytes, error);
    if (code) {
        return code;
    }
    code = sweep_run(file, bytes, p, 1, "calibrating", look, j, error);
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
    job j = {.model = model};
    copy.memory = NULL;
    int code = scheme_make(&j.scheme, &copy, error);
    if (code) {
        return code;
    }
    j.seen = calloc((size_t)model->tensor_count + 1, sizeof *j.seen);
    code = j.seen ? run(&j, p, r, error) : no_memory(error);
    for (uint32_t k = 0; j.seen && k < model->tensor_count; k++) {
        histogram_free(&j.seen[k]);
    }
    free(j.seen);
    scheme_free(&j.scheme);
    tfl_free(&copy);
    return code;
}
