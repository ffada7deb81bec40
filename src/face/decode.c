// SPDX-License-Identifier: MIT
// Anchors that pass the threshold, blended into faces.

#include <stdbool.h>

#include "face/face.h"
#include "face/sigmoid.h"

enum { VALUES = 16 }; // a box: centre, size, then the keypoints

// Boxes that overlap by more than this (IoU) show one face.
static const float same_face = 0.3F;

static float value_at(const face_values *values, const void *data,
        uint32_t place) {
    int32_t q;
    switch (values->type) {
    case NN_INT8:
        q = ((const int8_t *)data)[place];
        break;
    case NN_UINT8:
        q = ((const uint8_t *)data)[place];
        break;
    default:
        return ((const float *)data)[place];
    }
    return (float)(q - values->zero_point) * values->scale;
}

static const face_head *head_of(const face_model *model, uint32_t anchor,
        uint32_t *row) {
    const face_head *head = &model->heads[0];
    *row = anchor;
    if (anchor >= head->rows) {
        *row -= head->rows;
        head++;
    }
    return head;
}

// An anchor's box, read on demand.
typedef struct reader {
    const face_values *values;
    const void *data;
    uint32_t at;              // of the anchor's first value
    float center_x, center_y; // of the anchor
} reader;

static reader reader_of(const face_model *model, const void *const *outputs,
        uint32_t anchor) {
    uint32_t row;
    const face_head *head = head_of(model, anchor, &row);
    uint32_t cell = row / head->depth;
    uint32_t cell_x = cell % head->grid;
    uint32_t cell_y = cell / head->grid;
    reader r = {
            .values = &head->boxes,
            .data = outputs[head->boxes.output],
            .at = (head->boxes.first + row) * VALUES,
            .center_x = ((float)cell_x + 0.5F) / head->grid,
            .center_y = ((float)cell_y + 0.5F) / head->grid,
    };
    return r;
}

static float read_value(const reader *r, uint32_t k) {
    return value_at(r->values, r->data, r->at + k) / FACE_SIDE;
}

// Where the candidates are collected, the best score first.
typedef struct collection {
    face_candidate *items;
    uint32_t count, capacity;
} collection;

static void insert(collection *all, const face_candidate *candidate) {
    uint32_t at = all->count;
    if (all->count < all->capacity) {
        all->count++;
    } else if (at == 0 || all->items[at - 1].score >= candidate->score) {
        return;
    } else {
        at--;
    }
    // Equal scores stay in the order of the anchors.
    while (at > 0 && all->items[at - 1].score < candidate->score) {
        all->items[at] = all->items[at - 1];
        at--;
    }
    all->items[at] = *candidate;
}

static void consider(collection *all, const face_model *model,
        const void *const *outputs, uint32_t anchor, float logit) {
    reader r = reader_of(model, outputs, anchor);
    float x = read_value(&r, 0) + r.center_x;
    float y = read_value(&r, 1) + r.center_y;
    float w = read_value(&r, 2);
    float h = read_value(&r, 3);
    // The network gives no size to what it does not believe in. Also false
    // for what is not a number.
    if (!(w > 0 && h > 0 && x - x == 0 && y - y == 0 && w - w == 0 &&
                h - h == 0)) {
        return;
    }
    face_candidate candidate = {
            .score = face_sigmoid(logit),
            .left = x - w / 2,
            .top = y - h / 2,
            .right = x + w / 2,
            .bottom = y + h / 2,
            .anchor = (uint16_t)anchor,
    };
    insert(all, &candidate);
}

// The least quantised score that passes, one more than the largest if none.
static int32_t least_passing(const face_values *scores, float least) {
    int32_t q = scores->type == NN_INT8 ? -128 : 0;
    int32_t end = q + 256;
    while (q < end && (float)(q - scores->zero_point) * scores->scale < least) {
        q++;
    }
    return q;
}

// Looks at every anchor: those that pass are counted and, where all is not
// NULL, collected.
static uint32_t collect(collection *all, const face_model *model,
        const void *const *outputs, float least) {
    uint32_t anchor = 0;
    uint32_t count = 0;
    for (uint32_t k = 0; k < FACE_HEADS; k++) {
        const face_head *head = &model->heads[k];
        const face_values *scores = &head->scores;
        const void *data = outputs[scores->output];
        bool is_float = scores->type == NN_FLOAT32;
        int32_t q_least = is_float ? 0 : least_passing(scores, least);
        for (uint32_t row = 0; row < head->rows; row++, anchor++) {
            uint32_t at = scores->first + row;
            bool passes;
            if (is_float) {
                passes = ((const float *)data)[at] >= least;
            } else if (scores->type == NN_INT8) {
                passes = ((const int8_t *)data)[at] >= q_least;
            } else {
                passes = ((const uint8_t *)data)[at] >= q_least;
            }
            if (!passes) {
                continue;
            }
            count++;
            if (all != NULL) {
                consider(all, model, outputs, anchor,
                        value_at(scores, data, at));
            }
        }
    }
    return count;
}

uint32_t face_count(const face_model *model, const void *const *outputs,
        float threshold) {
    return collect(NULL, model, outputs, face_logit(threshold));
}

static float overlap(const face_candidate *a, const face_candidate *b) {
    float left = a->left > b->left ? a->left : b->left;
    float top = a->top > b->top ? a->top : b->top;
    float right = a->right < b->right ? a->right : b->right;
    float bottom = a->bottom < b->bottom ? a->bottom : b->bottom;
    if (right <= left || bottom <= top) {
        return 0;
    }
    float both = (right - left) * (bottom - top);
    float area_a = (a->right - a->left) * (a->bottom - a->top);
    float area_b = (b->right - b->left) * (b->bottom - b->top);
    return both / (area_a + area_b - both);
}

// A score of 0 (where the threshold lets it pass) still needs a weight.
static float weight_of(const face_candidate *member) {
    return member->score > 1e-20F ? member->score : 1e-20F;
}

static void add_weighted(face_detection *sum, const face_candidate *member,
        const face_model *model, const void *const *outputs) {
    float weight = weight_of(member);
    sum->x += member->left * weight;
    sum->y += member->top * weight;
    sum->w += member->right * weight;
    sum->h += member->bottom * weight;
    reader r = reader_of(model, outputs, member->anchor);
    for (uint32_t k = 0; k < FACE_KEYPOINTS; k++) {
        face_point *point = &sum->keypoints[k];
        point->x += (read_value(&r, 4 + 2 * k) + r.center_x) * weight;
        point->y += (read_value(&r, 5 + 2 * k) + r.center_y) * weight;
    }
}

// From sums of corners to a box in the image's pixels.
static void finish(face_detection *sum, float weight, const img_map *map) {
    float left = sum->x / weight;
    float top = sum->y / weight;
    float right = sum->w / weight;
    float bottom = sum->h / weight;
    sum->x = map->origin_x + left * map->span_x;
    sum->y = map->origin_y + top * map->span_y;
    sum->w = (right - left) * map->span_x;
    sum->h = (bottom - top) * map->span_y;
    for (uint32_t k = 0; k < FACE_KEYPOINTS; k++) {
        face_point *point = &sum->keypoints[k];
        point->x = map->origin_x + point->x / weight * map->span_x;
        point->y = map->origin_y + point->y / weight * map->span_y;
    }
}

// Blends all that overlap the best of them, items[best], into one face.
static face_detection blend(const collection *all, uint32_t best,
        const face_model *model, const void *const *outputs,
        const img_map *map) {
    const face_candidate *top = &all->items[best];
    face_detection face = {0};
    float weight = 0;
    for (uint32_t k = best; k < all->count; k++) {
        face_candidate *member = &all->items[k];
        if (member->taken ||
                (k != best && !(overlap(top, member) > same_face))) {
            continue;
        }
        member->taken = 1;
        add_weighted(&face, member, model, outputs);
        weight += weight_of(member);
    }
    finish(&face, weight, map);
    face.score = top->score;
    return face;
}

// The candidate alone, as a face.
static face_detection single(const face_candidate *c, const face_model *model,
        const void *const *outputs, const img_map *map) {
    face_detection face = {0};
    add_weighted(&face, c, model, outputs);
    finish(&face, weight_of(c), map);
    face.score = c->score;
    return face;
}

uint32_t face_decode_soft(const face_model *model, const void *const *outputs,
        float threshold, float least, float sigma, const img_map *map,
        face_candidate *candidates, uint32_t capacity, face_detection *faces,
        uint32_t max) {
    collection all = {.items = candidates, .capacity = capacity};
    collect(&all, model, outputs, face_logit(threshold));
    uint32_t count = 0;
    while (all.count > 0 && count < max) {
        uint32_t best = 0;
        for (uint32_t k = 1; k < all.count; k++) {
            best = all.items[k].score > all.items[best].score ? k : best;
        }
        face_candidate top = all.items[best];
        faces[count++] = single(&top, model, outputs, map);
        uint32_t kept = 0;
        for (uint32_t k = 0; k < all.count; k++) {
            face_candidate *c = &all.items[k];
            float both = overlap(&top, c);
            if (sigma > 0) {
                c->score *= face_exp_minus(both * both / sigma);
            }
            if (k != best && c->score >= least) {
                all.items[kept++] = *c;
            }
        }
        all.count = kept;
    }
    return count;
}

uint32_t face_decode(const face_model *model, const void *const *outputs,
        float threshold, const img_map *map, face_candidate *candidates,
        uint32_t capacity, face_detection *faces, uint32_t max) {
    collection all = {.items = candidates, .capacity = capacity};
    collect(&all, model, outputs, face_logit(threshold));
    uint32_t count = 0;
    for (uint32_t k = 0; k < all.count && count < max; k++) {
        if (!all.items[k].taken) {
            faces[count++] = blend(&all, k, model, outputs, map);
        }
    }
    return count;
}
