// SPDX-License-Identifier: MIT
// Matches detections with faces and sums up.

#include "host/eval/score.h"

#include <stdlib.h>

static const float same = 0.5F; // IoU

static float overlap(const face_detection *a, const boxes_row *b) {
    float left = a->x > b->x ? a->x : b->x;
    float top = a->y > b->y ? a->y : b->y;
    float right = a->x + a->w < b->x + b->w ? a->x + a->w : b->x + b->w;
    float bottom = a->y + a->h < b->y + b->h ? a->y + a->h : b->y + b->h;
    if (right <= left || bottom <= top) {
        return 0;
    }
    float both = (right - left) * (bottom - top);
    return both / (a->w * a->h + b->w * b->h - both);
}

size_t score_match(const boxes_row *truth, size_t truth_count, bool *taken,
        const face_detection *faces, size_t count, score_hit *hits) {
    for (size_t t = 0; t < truth_count; t++) {
        taken[t] = false;
    }
    size_t written = 0;
    for (size_t k = 0; k < count; k++) {
        size_t best = truth_count;
        float best_overlap = 0;
        bool excused = false;
        for (size_t t = 0; t < truth_count; t++) {
            float o = overlap(&faces[k], &truth[t]);
            if (o < same) {
                continue;
            }
            if (!truth[t].counts) {
                excused = true;
            } else if (!taken[t] && o > best_overlap) {
                best = t;
                best_overlap = o;
            }
        }
        if (best < truth_count) {
            taken[best] = true;
        } else if (excused) {
            continue;
        }
        hits[written++] = (score_hit){faces[k].score, best < truth_count};
    }
    return written;
}

// Best score first; among equals wrong ones first, so that the order of the
// images cannot flatter.
static int by_score(const void *a, const void *b) {
    const score_hit *left = a;
    const score_hit *right = b;
    if (left->score != right->score) {
        return left->score < right->score ? 1 : -1;
    }
    return (int)left->right - (int)right->right;
}

double score_average_precision(score_hit *hits, size_t count, size_t faces) {
    if (count == 0) {
        return 0;
    }
    qsort(hits, count, sizeof(*hits), by_score);
    size_t right = 0;
    for (size_t k = 0; k < count; k++) {
        right += hits[k].right;
    }
    // From the end, where the best precision so far is known at each step.
    double area = 0;
    double best = 0;
    for (size_t k = count; k > 0; k--) {
        double precision = (double)right / (double)k;
        best = precision > best ? precision : best;
        if (hits[k - 1].right) {
            area += best;
            right--;
        }
    }
    return area / (double)faces;
}
