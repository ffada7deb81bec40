// SPDX-License-Identifier: MIT
// Moves the channels between two convolutions to a common centre.

#ifndef HOST_QUANTIZE_CENTRE_H
#define HOST_QUANTIZE_CENTRE_H

#include "host/quantize/photos.h"
#include "host/quantize/ranges.h"
#include "host/tflite/model.h"

// A tensor's scale has to cover all of its channels. Where one convolution
// reads what another makes, with nothing in between that is not linear, each
// channel can be moved by a constant: the first bias gives it away and the
// second takes it back, as if nothing had happened. Channels that share a
// centre need the range of the widest one only. (The exact case of what
// arXiv 1906.04721, section 4.1.3, calls bias absorption.)
// Models must have been prepared (prepare.h).

// Adds a RANGES_CENTRE item for every tensor of pairs.h.
int centre_measure(const tfl_model *model, const photos *p, ranges *r,
        nn_error *error);

// Moves the biases by the RANGES_CENTRE items of r. NN_ERR_INVALID for an item
// that no such tensor of the model has, or with another number of channels.
int centre_apply(tfl_model *model, const ranges *r, nn_error *error);

#endif
