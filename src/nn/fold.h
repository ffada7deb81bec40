// SPDX-License-Identifier: MIT
// Operators that another operator can do on the way.

#ifndef NN_FOLD_H
#define NN_FOLD_H

#include "nn/graph.h"

// Folds channel padding into the ADD behind it and spatial padding into the
// convolution behind it. A folded operator gets folded = 1 and its consumer
// reads its input instead. The results stay the same to the bit.
void nn_fold(nn_graph *graph);

#endif
