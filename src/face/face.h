// SPDX-License-Identifier: MIT
// Faces out of the outputs of BlazeFace (short range, 128 x 128 x 3).
//
// Follows MediaPipe's face_detection graph: 896 anchors, a cell's centre each
// (grid 16 x 16 with 2 anchors a cell, then 8 x 8 with 6), logits clipped to
// +-100 before the sigmoid, boxes and keypoints in 1/128 of the input,
// overlapping boxes (IoU over 0.3) blended with their scores as weights. The
// network wants the image letterboxed between black bars.
//
// No heap, no state; floating point only for what passed the threshold, and
// only additions, multiplications and divisions, so that host and camera
// agree to the bit (compile with -ffp-contract=off).

#ifndef FACE_FACE_H
#define FACE_FACE_H

#include "image/rows.h"
#include "nn/error.h"
#include "nn/graph.h"

enum {
    FACE_SIDE = 128, // of the input, pixels
    FACE_ANCHORS = 896,
    FACE_KEYPOINTS = 6,
    FACE_HEADS = 2, // grids of anchors
    FACE_MAX_OUTPUTS = 4,
};

// Order of the keypoints; right and left are the person's own.
enum {
    FACE_RIGHT_EYE,
    FACE_LEFT_EYE,
    FACE_NOSE,
    FACE_MOUTH,
    FACE_RIGHT_EAR,
    FACE_LEFT_EAR,
};

typedef struct face_point {
    float x, y;
} face_point;

// One face. Pixels of the image that was searched, with fractions; a face at
// the edge may reach beyond the image.
typedef struct face_detection {
    float score; // 0 … 1
    float x, y;  // top left corner of the box
    float w, h;
    face_point keypoints[FACE_KEYPOINTS];
} face_detection;

// Numbers that one grid's anchors have in one output tensor.
typedef struct face_values {
    uint8_t output; // of the model
    uint8_t type;   // nn_type: int8, uint8 or float32
    uint16_t first; // row of the output where the grid's anchors begin
    float scale;    // 1 for float32
    int32_t zero_point;
} face_values;

typedef struct face_head {
    face_values scores; // 1 a row
    face_values boxes;  // 16 a row
    uint16_t rows;
    uint8_t grid;  // cells along a side
    uint8_t depth; // anchors a cell
} face_head;

// How a model's input and outputs are to be used.
typedef struct face_model {
    face_head heads[FACE_HEADS];
    img_target target; // for img_rows_init()
    float low, high;   // real values of black and white at the input
} face_model;

// Finds out how the model wants its pixels and where its outputs are: four
// (512 x 16, 512 x 1, 384 x 16, 384 x 1) or two (896 x 16, 896 x 1), in any
// order, each int8, uint8 or float32.
//
// Range of the input: the network was trained with black at -1 and white at
// 1. Some quantised versions were made for 0 … 1 and cannot represent less,
// so: where the first quantisation (of the input tensor, or of a QUANTIZE
// that reads it) reaches below -0.5, or there is none, -1 … 1, else 0 … 1.
//
// NN_ERR_UNSUPPORTED for any other model; error says what was expected.
int face_model_init(face_model *model, const nn_graph *graph, nn_error *error);

// An anchor that passed the threshold; memory for face_decode().
typedef struct face_candidate {
    float score;
    float left, top, right, bottom; // 0 … 1 of the network's input
    uint16_t anchor;
    uint16_t taken; // belongs to a face already
} face_candidate;

// Finds the faces. outputs[k] is the model's output k, read in place. map is
// that of the img_rows which made the input.
//
// threshold (0 … 1) is the least score. candidates is memory for capacity
// anchors: a face gives about 5 of them, rarely more than 20; when there are
// more than capacity, those with the best scores are used. Writes the faces
// with the best scores first, at most max, and returns how many.
uint32_t face_decode(const face_model *model, const void *const *outputs,
        float threshold, const img_map *map, face_candidate *candidates,
        uint32_t capacity, face_detection *faces, uint32_t max);

// How many anchors pass the threshold: the capacity that loses none.
uint32_t face_count(const face_model *model, const void *const *outputs,
        float threshold);

// The same without blending, as OpenMV does it: the best anchor is a face, the
// scores of all others are multiplied by exp(-IoU^2 / sigma), those below
// least are dropped, and so on. sigma 0 leaves every score as it is.
uint32_t face_decode_soft(const face_model *model, const void *const *outputs,
        float threshold, float least, float sigma, const img_map *map,
        face_candidate *candidates, uint32_t capacity, face_detection *faces,
        uint32_t max);

#endif
