// SPDX-License-Identifier: MIT
// Windows of any size over one channel, four neighbouring pixels at a time.

#ifndef NN_KERNELS_M7_WINDOWS_H
#define NN_KERNELS_M7_WINDOWS_H

#include "nn/kernels/m7/scale.h"

// Neighbouring words of a window, an odd number of them, and where they lie for
// the first pixel; the next pixels' are the next ones.
typedef struct m7_segment {
    uint32_t half; // of the words plus one; 0: no more segments
    int32_t place; // bytes from m7_windows.columns on
} m7_segment;

enum { M7_SEGMENT_WORDS = 9 }; // the most

// Assembly knows the places of the fields, and those of a record.
typedef struct m7_windows {
    const uint32_t *record; // with a shift, see nn_depthwise_record
    const m7_segment *segments;
    const uint32_t *columns;
    int8_t *out;
    uint32_t stride; // bytes between pixels of the output
    uint32_t groups; // of four pixels, at least 1
} m7_windows;

void m7_windows_4(const m7_windows *t);

#endif
