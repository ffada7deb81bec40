// SPDX-License-Identifier: MIT
// Pairs of outputs of a detector: for each anchor a score and other numbers.

#include "host/quantize/heads.h"

#include <stdlib.h>

#include "nn/graph.h"

// Logits from here on may be objects (a sigmoid makes 0.05 of it).
static const float live_logit = -3;

// The tensor behind RESHAPEs, whose numbers lie in the same order.
static int32_t behind_reshapes(const tfl_model *model, int32_t tensor) {
    const tfl_op *op = tfl_producer(model, tensor);
    while (op && op->code == TFL_RESHAPE && op->inputs[0] >= 0) {
        tensor = op->inputs[0];
        op = tfl_producer(model, tensor);
    }
    return op ? tensor : -1;
}

// Rank 3 (images, anchors, numbers), so that classes of a picture are no
// anchors.
static bool is_list(const tfl_tensor *t, int32_t anchors, bool scores) {
    return t->rank == 3 && t->type == NN_FLOAT32 && t->dim[0] == 1 &&
            t->dim[1] == anchors && (t->dim[2] == 1) == scores;
}

static int add(heads *h, uint32_t scores, uint32_t boxes, uint32_t anchors,
        uint32_t width) {
    heads_pair *pair = &h->pairs[h->count++];
    *pair = (heads_pair){.scores = scores,
            .boxes = boxes,
            .anchors = anchors,
            .width = width};
    pair->score = calloc(anchors, sizeof *pair->score);
    pair->box = calloc((size_t)anchors * width, sizeof *pair->box);
    return pair->score && pair->box ? 0 : NN_ERR_NO_MEMORY;
}

int heads_find(heads *out, const tfl_model *model) {
    uint32_t count = model->output_count;
    *out = (heads){.pairs = calloc((size_t)count + 1, sizeof *out->pairs)};
    int code = out->pairs ? 0 : NN_ERR_NO_MEMORY;
    for (uint32_t k = 0; !code && k < count; k++) {
        const tfl_tensor *boxes = &model->tensors[model->outputs[k]];
        int32_t made = behind_reshapes(model, model->outputs[k]);
        if (made < 0 || boxes->rank != 3 ||
                !is_list(boxes, boxes->dim[1], false)) {
            continue;
        }
        for (uint32_t j = 0; j < count; j++) {
            int32_t scores = model->outputs[j];
            int32_t from = behind_reshapes(model, scores);
            if (from >= 0 &&
                    is_list(&model->tensors[scores], boxes->dim[1], true)) {
                code = add(out, (uint32_t)from, (uint32_t)made,
                        (uint32_t)boxes->dim[1], (uint32_t)boxes->dim[2]);
                break;
            }
        }
    }
    if (code) {
        heads_free(out);
    }
    return code;
}

void heads_free(heads *h) {
    for (uint32_t k = 0; k < h->count; k++) {
        free(h->pairs[k].score);
        free(h->pairs[k].box);
        histogram_free(&h->pairs[k].live);
    }
    free(h->pairs);
    *h = (heads){0};
}

// Both tensors of a photo are complete: keeps the boxes that count.
static int finish(heads_pair *p) {
    int code = 0;
    for (uint32_t a = 0; a < p->anchors && !code; a++) {
        if (p->score[a] >= live_logit) {
            code = histogram_add(&p->live, p->box + (size_t)a * p->width,
                    p->width);
        }
    }
    p->scored = 0;
    p->boxed = 0;
    return code;
}

static void take(float *to, uint32_t *have, uint32_t room,
        const sweep_part *part) {
    for (uint32_t k = 0; k < part->count && *have < room; k++) {
        to[(*have)++] = part->values[k];
    }
}

int heads_look(heads *h, const sweep_part *part) {
    for (uint32_t k = 0; k < h->count; k++) {
        heads_pair *p = &h->pairs[k];
        if (part->tensor == p->scores) {
            take(p->score, &p->scored, p->anchors, part);
        } else if (part->tensor == p->boxes) {
            take(p->box, &p->boxed, p->anchors * p->width, part);
        } else {
            continue;
        }
        if (p->scored == p->anchors && p->boxed == p->anchors * p->width &&
                finish(p)) {
            return NN_ERR_NO_MEMORY;
        }
    }
    return 0;
}

const heads_pair *heads_of_boxes(const heads *h, uint32_t tensor) {
    for (uint32_t k = 0; k < h->count; k++) {
        if (h->pairs[k].boxes == tensor) {
            return &h->pairs[k];
        }
    }
    return NULL;
}
