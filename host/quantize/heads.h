// SPDX-License-Identifier: MIT
// Pairs of outputs of a detector: for each anchor a score and other numbers.
//
// A detector says something about every anchor, but what it says about places
// without an object is never read. Those are nearly all, and their boxes may
// be anything; the range of the boxes should be that of the few that count.

#ifndef HOST_QUANTIZE_HEADS_H
#define HOST_QUANTIZE_HEADS_H

#include "host/quantize/histogram.h"
#include "host/quantize/sweep.h"
#include "host/tflite/model.h"

// One pair.
typedef struct heads_pair {
    uint32_t scores; // tensor of one logit an anchor
    uint32_t boxes;  // tensor of `width` numbers an anchor
    uint32_t anchors;
    uint32_t width;
    float *score; // of the photo at hand, anchor by anchor
    float *box;
    uint32_t scored; // numbers seen so far in this photo
    uint32_t boxed;
    histogram live; // boxes of anchors that may be objects
} heads_pair;

typedef struct heads {
    heads_pair *pairs;
    uint32_t count;
} heads;

// Finds the outputs that may be pairs, going by their sizes. Whether the
// scores are logits is for the caller to find out.
int heads_find(heads *out, const tfl_model *model);
void heads_free(heads *h);

// To be shown everything that a sweep shows.
int heads_look(heads *h, const sweep_part *part);

// The pair whose boxes the tensor holds, or NULL.
const heads_pair *heads_of_boxes(const heads *h, uint32_t tensor);

#endif
