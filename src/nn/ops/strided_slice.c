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
    if (error) {
        return error;
    }
    uint32_t ends;
    error = nn_constant_ints(loader, 2, NN_MAX_RANK, s->end, &ends);
    if (error) {
        return error;
    }
    uint32_t steps;
    error = nn_constant_ints(loader, 3, NN_MAX_RANK, s->step, &steps);
    if (error) {
        return error;
    }
    if (ends != s->count || steps != s->count) {
        return nn_op_invalid(loader, "%u begins, %u ends and %u strides",
                s->count, ends, steps);
    }
    for (uint32_t i = 0; i < MASKS; i++) {
        s->mask[i] = (uint32_t)nn_option_int(loader, i, 0);
    }
    s->end_is_offset = nn_option_byte(loader, OFFSET, 0) != 0;
    return 0;
}

// Index `at` of a dimension, negative from its end; what is beyond an end is
// cut there. One step backwards beyond the first element is -1.
static int32_t place(int64_t at, int32_t size, bool forward) {
    int32_t low = forward ? 0 : -1;
    int32_t high = low + size;
    at += at < 0 ? size : 0;
    return at < low ? low : at > high ? high : (int32_t)at;
}

// begin, step and count of one dimension of this size from entry i.
static int resolve(const nn_loader *loader, const spec *s, uint32_t i,
        int32_t size, int32_t *begin, int32_t *step, int32_t *count) {
    bool forward = s->step[i] > 0;
    bool shrinks = s->mask[SHRINK] >> i & 1;
    int32_t first = place(s->begin[i], size, forward);
    if (s->mask[BEGIN] >> i & 1) {
        first = forward ? 0 : size - 1;
    }
    int32_t offset = s->end_is_offset ? first : 0;
    int32_t last = place((int64_t)s->end[i] + offset, size, forward);
    if (s->mask[END] >> i & 1) {
        last = forward ? size : -1;
    }
    if (s->step[i] == 0 || (shrinks && !forward)) {
        return nn_op_invalid(loader, "stride %d of entry %u", s->step[i], i);
    }
    int32_t distance = forward ? last - first : first - last;
    uint32_t stride = forward ? (uint32_t)s->step[i] : 0 - (uint32_t)s->step[i];
    uint32_t steps = shrinks ? 1
            : distance > 0   ? ((uint32_t)distance + stride - 1) / stride
                             : 0;
    if (steps < 1 || first < 0 || first >= size) {
        return nn_op_invalid(loader, "nothing of a dimension of %d is left",
                size);
    }
    *begin = first;
    *step = s->step[i];
    *count = (int32_t)steps;
    return 0;
}

// Fills box by the entries; dim and *rank become the output's shape.
static int resolve_all(const nn_loader *loader, const spec *s,
        const nn_tensor *in, nn_box *box, int32_t *dim, uint32_t *rank) {
    uint32_t a = 0; // the input's axis
    uint32_t d = 0; // the output's dimension
    uint32_t named = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        named += !(s->mask[NEW_AXIS] >> i & 1) && !(s->mask[ELLIPSIS] >> i & 1);
    }
    for (uint32_t i = 0; i <= s->count; i++) {
        if (i == s->count || s->mask[ELLIPSIS] >> i & 1) {
            // the axes that no entry names; the end is an ellipsis too
            while (a + named < in->rank && d < NN_MAX_RANK) {
                dim[d++] = in->dim[a++];
            }
            continue;
        }
        if (d == NN_MAX_RANK) {
            return nn_op_unsupported(loader, "more than %u dimensions", d);
        }
        if (s->mask[NEW_AXIS] >> i & 1) {
            dim[d++] = 1;
            continue;
        }
        if (a == in->rank) {
            return nn_op_invalid(loader,
                    "entry %u for an input of %u dimensions", i, in->rank);
        }
        int error = resolve(loader, s, i, in->dim[a], &box->begin[a],
                &box->step[a], &box->count[a]);
        if (error) {
            return error;
        }
        if (!(s->mask[SHRINK] >> i & 1)) {
            dim[d++] = box->count[a];
        }
        a++;
        named--;
    }
    if (a != in->rank) {
        return nn_op_unsupported(loader, "more than %u dimensions", d);
    }
    *rank = d;
    return 0;
}

static int check(nn_loader *loader) {
    const nn_tensor *in = loader->in[0];
    nn_box *box = NN_PARAMS(loader->op, nn_box);
    nn_box_all(in, box);
    spec s;
    int error = read_spec(loader, &s);
    if (error) {
        return error;
    }
    int32_t dim[NN_MAX_RANK];
    uint32_t rank = 0;
    error = resolve_all(loader, &s, in, box, dim, &rank);
    if (error) {
        return error;
    }
    error = nn_need_output_shape(loader, rank, dim);
    if (error) {
        return error;
    }
    nn_box_rows_local(loader, box);
    return 0;
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
