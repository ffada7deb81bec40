// SPDX-License-Identifier: MIT
// Finds the range of every activation on photographs.

#ifndef HOST_QUANTIZE_CALIBRATE_H
#define HOST_QUANTIZE_CALIBRATE_H

#include "host/quantize/photos.h"
#include "host/quantize/ranges.h"
#include "host/tflite/model.h"

// Adds a RANGES_RANGE item to r for every group of activations that share a
// scale in the prepared model:
//
// - inputs are -1 … 1, which is what photos_run() feeds;
// - outputs that are logits, going by their numbers (nearly all negative):
//   what a sigmoid can tell apart, -12 … 6 or more;
// - outputs that hold boxes beside such logits: the boxes of anchors that may
//   be objects;
// - what r has RANGES_CENTRE items for: all that photos show which are no
//   accidents;
// - everything else: the least mean squared error over all photos.
int calibrate_ranges(const tfl_model *model, const photos *p, ranges *r,
        nn_error *error);

#endif
