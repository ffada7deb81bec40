// SPDX-License-Identifier: MIT
// Layouts of the operators' options tables (schema.fbs, version 3).

#include "host/tflite/schema.h"

#include <stddef.h>

// By tag of the union BuiltinOptions; tables without fields are left out.
static const char *const layouts[] = {
        [1] = "biibiib", // Conv2DOptions
        [2] = "biiibii", // DepthwiseConv2DOptions
        [5] = "biiiib",  // Pool2DOptions
        [8] = "bbbbb",   // FullyConnectedOptions
        [9] = "f",       // SoftmaxOptions
        [10] = "ib",     // ConcatenationOptions
        [11] = "bb",     // AddOptions
        [15] = "--bb",   // ResizeBilinearOptions
        [17] = "v",      // ReshapeOptions
        [19] = "i",      // SpaceToDepthOptions
        [21] = "b",      // MulOptions
        [23] = "ii",     // GatherOptions
        [27] = "b",      // ReducerOptions
        [28] = "bb",     // SubOptions
        [29] = "b",      // DivOptions
        [30] = "v",      // SqueezeOptions
        [32] = "iiiiib", // StridedSliceOptions
        [35] = "i",      // SplitOptions
        [37] = "bb",     // CastOptions
        [40] = "b",      // ArgMaxOptions
        [49] = "biibb",  // TransposeConvOptions
        [55] = "b",      // ShapeOptions
        [57] = "b",      // ArgMinOptions
        [59] = "ii",     // PackOptions
        [64] = "ii",     // UnpackOptions
        [74] = "bb",     // ResizeNearestNeighborOptions
        [75] = "f",      // LeakyReluOptions
        [77] = "b",      // MirrorPadOptions
        [79] = "i",      // SplitVOptions
        [94] = "i",      // DepthToSpaceOptions
        [101] = "bbb",   // BatchMatMulOptions
};

const char *tfl_options_layout(uint32_t options_type) {
    size_t count = sizeof layouts / sizeof layouts[0];
    if (options_type < count && layouts[options_type]) {
        return layouts[options_type];
    }
    return "";
}
