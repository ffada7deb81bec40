// SPDX-License-Identifier: MIT
// How good detections are: average precision, recall, false alarms.
//
// A detection is right when its box overlaps a face's by an IoU of at least
// 0.5 and no better detection took that face. Faces that do not count (small,
// hard, ignore) are neither missed nor, when they are found, a false alarm.

#ifndef HOST_EVAL_SCORE_H
#define HOST_EVAL_SCORE_H

#include <stdbool.h>
#include <stddef.h>

#include "face/face.h"
#include "host/eval/boxes.h"

// A detection that counts.
typedef struct score_hit {
    float score;
    bool right;
} score_hit;

// Compares the detections of one image, the best first, with its faces.
// taken: room for truth_count flags. Writes the detections that count to hits
// (room for count), in the same order; returns how many.
size_t score_match(const boxes_row *truth, size_t truth_count, bool *taken,
        const face_detection *faces, size_t count, score_hit *hits);

// Area under the curve of precision over recall, precision being the best at
// this recall or more (as in PASCAL VOC since 2010). Sorts hits. faces is the
// number of faces that count, at least 1.
double score_average_precision(score_hit *hits, size_t count, size_t faces);

#endif
