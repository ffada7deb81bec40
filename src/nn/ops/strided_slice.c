// SPDX-License-Identifier: MIT
// STRIDED_SLICE.

#include "nn/fixed.h"
#include "nn/ops/box.h"
#include "nn/ops/ops.h"
#include "nn/ops/shape.h"

// Fields of StridedSliceOptions.
enum {
    BEGIN,    // begins outside
    END,      // ends outside
    ELLIPSIS, // is the ellipsis
    NEW_AXIS, // is a new dimension of size 1
    SHRINK,   // is one index, its dimension goes
    MASKS,
    OFFSET = MASKS,
};

// The slice as the file says it: one entry a dimension, but an ellipsis
// stands for all dimensions that are not mentioned.
typedef struct spec {
    int32_t begin[NN_MAX_RANK], end[NN_MAX_RANK], step[NN_MAX_RANK];
    uint32_t count;
    uint32_t mask[MASKS]; // bit i: so is entry i
    bool end_is_offset;   // ends count from begins
} spec;

static int read_spec(const nn_loader *loader, spec *s) {
    int error = nn_constant_ints(loader, 1, NN_MAX_RANK, s->begin, &s->count);
    if (error == 0) {
        error = nn_constant_list(loader, 2, s->count, s->end);
    }
    if (error == 0) {
        error = nn_constant_list(loader, 3, s->count, s->step);
    }
    for (uint32_t i = 0; i < MASKS; i++) {
        s->mask[i] = (uint32_t)nn_option_int(loader, i, 0);
    }
    s->end_is_offset = nn_option_byte(loader, OFFSET, 0) != 0;
    return error;
}

static bool is(const spec *s, uint32_t mask, uint32_t i) {
    return s->mask[mask] >> i & 1;
}

// Index `at` of a dimension, negative from its end; what is beyond an end is
// cut there. One step backwards beyond the first element is -1.
static int32_t place(int32_t at, int32_t size, bool forward) {
    int32_t low = forward ? 0 : -1;
    return nn_clamp_i32(at < 0 ? at + size : at, low, low + size);
}

// begin, step and count of the input's axis a, of this size, from entry i.
static int resolve(const nn_loader *loader, const spec *s, uint32_t i,
        uint32_t a, int32_t size) {
    nn_box *box = NN_PARAMS(loader->op, nn_box);
    int32_t step = s->step[i];
    bool forward = step > 0;
    bool shrinks = is(s, SHRINK, i);
    if (step == 0 || (shrinks && !forward)) {
        return nn_op_invalid(loader, "stride %d of entry %u", step, i);
    }
    int32_t first = place(s->begin[i], size, forward);
    if (is(s, BEGIN, i)) {
        first = forward ? 0 : size - 1;
    }
    int32_t end = s->end[i];
    if (s->end_is_offset && first > 0) {
        end = nn_min_i32(end, INT32_MAX - first) + first;
    }
    int32_t last = place(end, size, forward);
    if (is(s, END, i)) {
        last = forward ? size : -1;
    }
    int32_t distance = forward ? last - first : first - last;
    if (shrinks) {
        distance = 1;
    }
    if (distance < 1 || first < 0 || first >= size) {
        return nn_op_invalid(loader, "nothing of a dimension of %d is left",
                size);
    }
    uint32_t stride = forward ? (uint32_t)step : 0 - (uint32_t)step;
    box->begin[a] = first;
    box->step[a] = step;
    box->count[a] = (int32_t)(((uint32_t)distance - 1) / stride + 1);
    return 0;
}

// Fills the box by the entries and checks the output's shape.
static int resolve_all(const nn_loader *loader, const spec *s) {
    const nn_tensor *in = loader->in[0];
    const nn_box *box = NN_PARAMS(loader->op, nn_box);
    int32_t dim[NN_MAX_RANK];
    uint32_t a = 0; // the input's axis
    uint32_t d = 0; // the output's dimension
    uint32_t named = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        named += !is(s, NEW_AXIS, i) && !is(s, ELLIPSIS, i);
    }
    for (uint32_t i = 0; i <= s->count; i++) {
        if (i == s->count || is(s, ELLIPSIS, i)) {
            // the axes that no entry names; the end is an ellipsis too
            while (a + named < in->rank && d < NN_MAX_RANK) {
                dim[d++] = in->dim[a++];
            }
            continue;
        }
        if (d == NN_MAX_RANK) {
            return nn_op_dimensions(loader);
        }
        if (is(s, NEW_AXIS, i)) {
            dim[d++] = 1;
            continue;
        }
        if (a == in->rank) {
            return nn_op_invalid(loader,
                    "entry %u for an input of %u dimensions", i, a);
        }
        int error = resolve(loader, s, i, a, in->dim[a]);
        if (error) {
            return error;
        }
        if (!is(s, SHRINK, i)) {
            dim[d++] = box->count[a];
        }
        a++;
        named--;
    }
    return a == in->rank ? nn_need_output_shape(loader, d, dim)
                         : nn_op_dimensions(loader);
}

static int check(nn_loader *loader) {
    nn_box *box = NN_PARAMS(loader->op, nn_box);
    spec s;
    nn_box_all(loader->in[0], box);
    int error = read_spec(loader, &s);
    if (error == 0) {
        error = resolve_all(loader, &s);
    }
    if (error == 0) {
        nn_box_rows_local(loader, box);
    }
    return error;
}

const nn_op_def nn_op_strided_slice = {
        .code = 45,
        .min_inputs = 4,
        .max_inputs = 4,
        .takes = {NN_MOVED},
        .makes = NN_MOVED | NN_SAME_TYPE,
        .check = check,
        .rows = nn_box_rows,
        .run = nn_box_run,
};
