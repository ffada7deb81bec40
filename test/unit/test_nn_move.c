// SPDX-License-Identifier: MIT
// Operators that move elements: RESHAPE, SLICE, TRANSPOSE, SPLIT, GATHER, …

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nn/error.h"
#include "nn/ops/ops.h"
#include "test/support/boxes.h"
#include "test/support/invoke.h"

// For each element of the output, the place of the input's it must equal.
typedef size_t (*source)(const void *context, const int32_t *at);

typedef struct move {
    model m;
    random_source r;
    nn_type type;
    int x, y;
    model_list in, out;
} move;

static void start(move *t, model_list in, model_list out) {
    t->in = in;
    t->out = out;
    t->type = boxes_type(&t->r);
    t->x = model_tensor(&t->m, t->type, in, 0, 0);
    t->y = model_tensor(&t->m, t->type, out, 0, 0);
    t->m.inputs = LIST(t->x);
    t->m.outputs = LIST(t->y);
}

static void finish(move *t, source where, const void *context) {
    size_t element = nn_type_bytes(t->type);
    uint8_t *image = test_malloc(boxes_count(t->in) * element);
    random_fill(&t->r, image, boxes_count(t->in) * element);
    uint8_t *got = invoke(&t->m, (const void *[]){image});
    for (size_t place = 0; place < boxes_count(t->out); place++) {
        int32_t at[MODEL_LIST_MAX] = {0};
        boxes_indices(t->out, place, at);
        size_t from = where ? where(context, at) : place;
        assert_memory_equal(got + place * element, image + from * element,
                element);
    }
    free(got);
    test_free(image);
}

enum { SEEDS = 400 };

static void reshapes(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        move t = {.r = random_from(seed)};
        model_list in = boxes_shape(&t.r, 2, 5);
        model_list out = in;
        int32_t last = (int32_t)in.count - 1;
        int32_t a = random_in(&t.r, 0, last);
        int32_t b = random_in(&t.r, 0, last);
        out.value[a] = in.value[b];
        out.value[b] = in.value[a];
        if (random_once_in(&t.r, 2)) {
            out.value[--out.count - 1] *= out.value[last];
        }
        start(&t, in, out);
        model_op(&t.m, nn_op_reshape.code, LIST(t.x), LIST(t.y));
        finish(&t, NULL, NULL);
    }
}

static void squeezes_and_expands(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        move t = {.r = random_from(seed)};
        model_list thin = boxes_shape(&t.r, 1, 4);
        model_list wide = {.count = thin.count + 1};
        int32_t axis = random_in(&t.r, 0, (int32_t)thin.count);
        for (int32_t i = 0; i < (int32_t)wide.count; i++) {
            wide.value[i] = i == axis ? 1 : thin.value[i - (i > axis)];
        }
        int32_t option = axis;
        if (random_once_in(&t.r, 2)) {
            option -= (int32_t)wide.count;
        }
        if (seed % 2) {
            start(&t, wide, thin);
            model_op(&t.m, nn_op_squeeze.code, LIST(t.x), LIST(t.y));
            model_int_vector(&t.m, 0, LIST(option));
        } else {
            start(&t, thin, wide);
            model_op(&t.m, nn_op_expand_dims.code,
                    LIST(t.x, model_ints(&t.m, LIST(option))), LIST(t.y));
        }
        finish(&t, NULL, NULL);
    }
}

typedef struct box {
    model_list in, begin, step, axis;
} box;

static size_t box_source(const void *context, const int32_t *at) {
    const box *b = context;
    int32_t from[MODEL_LIST_MAX];
    for (uint32_t i = 0; i < b->in.count; i++) {
        int32_t a = b->axis.value[i];
        from[a] = b->begin.value[a] + at[i] * b->step.value[a];
    }
    return boxes_place(b->in, from);
}

static box box_all(model_list in) {
    box b = {.in = in, .begin = in, .step = in, .axis = in};
    for (uint32_t i = 0; i < in.count; i++) {
        b.begin.value[i] = 0;
        b.step.value[i] = 1;
        b.axis.value[i] = (int32_t)i;
    }
    return b;
}

static void slices(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        move t = {.r = random_from(seed)};
        model_list in = boxes_shape(&t.r, 1, 5);
        model_list out = in;
        box b = box_all(in);
        model_list size = in;
        for (uint32_t i = 0; i < in.count; i++) {
            int32_t begin = random_in(&t.r, 0, in.value[i] - 1);
            int32_t rest = in.value[i] - begin;
            b.begin.value[i] = begin;
            out.value[i] = random_in(&t.r, 1, rest);
            size.value[i] = out.value[i] == rest ? -1 : out.value[i];
        }
        start(&t, in, out);
        model_op(&t.m, nn_op_slice.code,
                LIST(t.x, model_ints(&t.m, b.begin), model_ints(&t.m, size)),
                LIST(t.y));
        finish(&t, box_source, &b);
    }
}

// One dimension of a strided slice: first, first + step, … within size.
static int32_t stride(random_source *r, int32_t size, int32_t *first,
        int32_t *step, int32_t *end) {
    *first = random_in(r, 0, size - 1);
    *step = random_in(r, 1, 3);
    bool back = random_once_in(r, 4);
    int32_t room = back ? *first : size - 1 - *first;
    int32_t count = random_in(r, 0, room / *step) + 1;
    *step = back ? -*step : *step;
    // anywhere behind the last one taken and not behind the next
    *end = *first + count * *step;
    if (*end < 0) {
        *end = -size - 1; // a single -1 would be the last element
    }
    return count;
}

static void strided_slices(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        move t = {.r = random_from(seed)};
        model_list in = boxes_shape(&t.r, 1, 5);
        model_list out = in;
        model_list end = in;
        box b = box_all(in);
        for (uint32_t i = 0; i < in.count; i++) {
            out.value[i] = stride(&t.r, in.value[i], &b.begin.value[i],
                    &b.step.value[i], &end.value[i]);
        }
        model_list begin = b.begin;
        if (random_once_in(&t.r, 2)) { // counted from the end
            begin.value[0] -= in.value[0];
        }
        start(&t, in, out);
        model_op(&t.m, nn_op_strided_slice.code,
                LIST(t.x, model_ints(&t.m, begin), model_ints(&t.m, end),
                        model_ints(&t.m, b.step)),
                LIST(t.y));
        finish(&t, box_source, &b);
    }
}

// x[..., 1, tf.newaxis, 0:2] of 2 x 3 x 4 x 5, with masks for all but the
// last entry.
static size_t masked_source(const void *context, const int32_t *at) {
    (void)context;
    return boxes_place(LIST(2, 3, 4, 5),
            (const int32_t[]){at[0], at[1], 1, at[3]});
}

static void strided_slice_masks(void **state) {
    (void)state;
    move t = {.r = random_from(1)};
    start(&t, LIST(2, 3, 4, 5), LIST(2, 3, 1, 2));
    model_op(&t.m, nn_op_strided_slice.code,
            LIST(t.x, model_ints(&t.m, LIST(0, 1, 0, 3)),
                    model_ints(&t.m, LIST(0, 2, 0, 2)),
                    model_ints(&t.m, LIST(1, 1, 1, 1))),
            LIST(t.y));
    model_int(&t.m, 0, 8); // begin_mask: the last begins at 0, not at 3
    model_int(&t.m, 2, 1); // ellipsis_mask
    model_int(&t.m, 3, 4); // new_axis_mask
    model_int(&t.m, 4, 2); // shrink_axis_mask
    finish(&t, masked_source, NULL);
}

static void transposes(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        move t = {.r = random_from(seed)};
        model_list in = boxes_shape(&t.r, 1, 6);
        model_list out = in;
        box b = box_all(in);
        for (uint32_t i = in.count - 1; i > 0; i--) { // Fisher and Yates
            int32_t j = random_in(&t.r, 0, (int32_t)i);
            int32_t axis = b.axis.value[i];
            b.axis.value[i] = b.axis.value[j];
            b.axis.value[j] = axis;
        }
        if (in.count == 4 && random_once_in(&t.r, 2)) { // row by row
            b.axis = LIST(0, 1, 3, 2);
        }
        for (uint32_t i = 0; i < in.count; i++) {
            out.value[i] = in.value[b.axis.value[i]];
        }
        start(&t, in, out);
        model_op(&t.m, nn_op_transpose.code,
                LIST(t.x, model_ints(&t.m, b.axis)), LIST(t.y));
        finish(&t, box_source, &b);
    }
}

typedef struct part {
    model_list in;
    uint32_t axis;
    int32_t offset;
    bool dropped; // UNPACK: the output lacks the axis
} part;

static size_t part_source(const void *context, const int32_t *at) {
    const part *p = context;
    int32_t from[MODEL_LIST_MAX];
    for (uint32_t i = 0; i < p->in.count; i++) {
        if (i == p->axis) {
            from[i] = p->offset + (p->dropped ? 0 : at[i]);
        } else {
            from[i] = at[p->dropped && i > p->axis ? i - 1 : i];
        }
    }
    return boxes_place(p->in, from);
}

// Only one of the parts is an output of the model; others have no reader.
static void split_in_parts(const nn_op_def *def, uint32_t seed) {
    move t = {.r = random_from(seed)};
    bool drops = def == &nn_op_unpack;
    model_list shape = boxes_shape(&t.r, drops ? 2 : 1, 5);
    part p = {.dropped = drops};
    p.axis = (uint32_t)random_in(&t.r, 0, (int32_t)shape.count - 1);
    uint32_t count = (uint32_t)random_in(&t.r, 1, 4);
    uint32_t chosen = (uint32_t)random_in(&t.r, 0, (int32_t)count - 1);
    model_list parts[4];
    model_list sizes = {.count = count};
    int32_t sum = 0;
    for (uint32_t k = 0; k < count; k++) {
        parts[k] = shape;
        if (def == &nn_op_split_v) {
            parts[k].value[p.axis] = random_in(&t.r, 1, 5);
        }
        sizes.value[k] = drops ? 1 : parts[k].value[p.axis];
        p.offset += k < chosen ? sizes.value[k] : 0;
        sum += sizes.value[k];
        if (drops) {
            parts[k].count--;
            for (uint32_t i = p.axis; i < parts[k].count; i++) {
                parts[k].value[i] = shape.value[i + 1];
            }
        }
    }
    p.in = shape;
    p.in.value[p.axis] = sum;
    start(&t, p.in, parts[chosen]);
    model_list outputs = {.count = count};
    for (uint32_t k = 0; k < count; k++) {
        outputs.value[k] =
                k == chosen ? t.y : model_tensor(&t.m, t.type, parts[k], 0, 0);
    }
    int32_t axis = (int32_t)p.axis - (int32_t)(seed % 2 * shape.count);
    int axes = model_ints(&t.m, LIST(axis));
    model_list inputs = LIST(t.x);
    if (def == &nn_op_split) {
        inputs = LIST(axes, t.x);
    } else if (def == &nn_op_split_v) {
        inputs = LIST(t.x, model_ints(&t.m, sizes), axes);
    }
    model_op(&t.m, def->code, inputs, outputs);
    model_int(&t.m, 0, (int32_t)count);
    if (drops) {
        model_int(&t.m, 1, axis);
    }
    finish(&t, part_source, &p);
}

static void splits(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        split_in_parts(&nn_op_split, seed);
        split_in_parts(&nn_op_split_v, seed);
        split_in_parts(&nn_op_unpack, seed);
    }
}

typedef struct gather {
    model_list in, indices;
    uint32_t axis, batches; // batches: 0 or 1 dimensions that both share
    int32_t number[36];
} gather;

static size_t gather_source(const void *context, const int32_t *at) {
    const gather *g = context;
    int32_t from[MODEL_LIST_MAX];
    int32_t index[MODEL_LIST_MAX];
    index[0] = at[0];
    for (uint32_t i = g->batches; i < g->indices.count; i++) {
        index[i] = at[g->axis + i - g->batches];
    }
    for (uint32_t i = 0; i < g->in.count; i++) {
        uint32_t shift = i > g->axis ? g->indices.count - g->batches - 1 : 0;
        from[i] = at[i + shift];
    }
    from[g->axis] = g->number[boxes_place(g->indices, index)];
    return boxes_place(g->in, from);
}

static void gathers(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        move t = {.r = random_from(seed)};
        gather g = {.in = boxes_shape(&t.r, 2, 4)};
        g.indices = boxes_shape(&t.r, 1, 2);
        g.axis = (uint32_t)random_in(&t.r, 0, (int32_t)g.in.count - 1);
        if (g.axis > 0 && random_once_in(&t.r, 3)) {
            g.batches = 1;
            g.indices.value[0] = g.in.value[0];
        }
        for (size_t i = 0; i < boxes_count(g.indices); i++) {
            g.number[i] = random_in(&t.r, 0, g.in.value[g.axis] - 1);
        }
        model_list out = {0};
        for (uint32_t i = 0; i < g.axis; i++) {
            out.value[out.count++] = g.in.value[i];
        }
        for (uint32_t i = g.batches; i < g.indices.count; i++) {
            out.value[out.count++] = g.indices.value[i];
        }
        for (uint32_t i = g.axis + 1; i < g.in.count; i++) {
            out.value[out.count++] = g.in.value[i];
        }
        start(&t, g.in, out);
        int indices = model_constant(&t.m, NN_INT32, g.indices, 0, 0, g.number);
        model_op(&t.m, nn_op_gather.code, LIST(t.x, indices), LIST(t.y));
        model_int(&t.m, 0, (int32_t)g.axis);
        model_int(&t.m, 1, (int32_t)g.batches);
        finish(&t, gather_source, &g);
    }
}

typedef struct blocks {
    model_list in;
    int32_t size;
} blocks;

static size_t deep_source(const void *context, const int32_t *at) {
    const blocks *b = context;
    int32_t c = b->in.value[3];
    int32_t pixel = at[3] / c; // within the block
    return boxes_place(b->in,
            (const int32_t[]){at[0], at[1] * b->size + pixel / b->size,
                    at[2] * b->size + pixel % b->size, at[3] % c});
}

static size_t flat_source(const void *context, const int32_t *at) {
    const blocks *b = context;
    int32_t c = b->in.value[3] / b->size / b->size;
    int32_t pixel = at[1] % b->size * b->size + at[2] % b->size;
    return boxes_place(b->in,
            (const int32_t[]){at[0], at[1] / b->size, at[2] / b->size,
                    pixel * c + at[3]});
}

static void depths(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        move t = {.r = random_from(seed)};
        blocks b = {.size = random_in(&t.r, 1, 3)};
        model_list deep = boxes_shape(&t.r, 4, 4);
        model_list flat = deep;
        flat.value[1] *= b.size;
        flat.value[2] *= b.size;
        deep.value[3] *= b.size * b.size;
        bool deepens = seed % 2;
        b.in = deepens ? flat : deep;
        start(&t, b.in, deepens ? deep : flat);
        model_op(&t.m,
                deepens ? nn_op_space_to_depth.code : nn_op_depth_to_space.code,
                LIST(t.x), LIST(t.y));
        model_int(&t.m, 0, b.size);
        finish(&t, deepens ? deep_source : flat_source, &b);
    }
}

// 4 x 4 pixels as four images of the pixels at every second place and back;
// the frame of one pixel is padded or cropped.
static void batches_by_hand(void **state) {
    (void)state;
    const int8_t square[] = {1, 2, 3, 4};
    const int8_t images[] = {-9, -9, -9, 4, -9, -9, 3, -9, -9, 2, -9, -9, 1, -9,
            -9, -9};
    const int32_t frame[] = {1, 1, 1, 1};
    for (int back = 0; back < 2; back++) {
        model m = {0};
        model_list shapes[] = {LIST(1, 2, 2, 1), LIST(4, 2, 2, 1)};
        int x = model_tensor(&m, NN_INT8, shapes[back], 0.5F, -9);
        int block = model_ints(&m, LIST(2, 2));
        int crop = model_constant(&m, NN_INT32, LIST(2, 2), 0, 0, frame);
        int y = model_tensor(&m, NN_INT8, shapes[!back], 0.5F, -9);
        model_op(&m,
                back ? nn_op_batch_to_space_nd.code
                     : nn_op_space_to_batch_nd.code,
                LIST(x, block, crop), LIST(y));
        m.inputs = LIST(x);
        m.outputs = LIST(y);
        int8_t *got = invoke(&m, (const void *[]){back ? images : square});
        if (back) {
            assert_memory_equal(got, square, sizeof square);
        } else {
            assert_memory_equal(got, images, sizeof images);
        }
        free(got);
    }
}

typedef struct interleaved {
    model_list in, block, before;
    int32_t images; // of the large side
} interleaved;

// Every element of the large side is in exactly one place of the small one.
static size_t joined_source(const void *context, const int32_t *at) {
    const interleaved *b = context;
    int32_t y = at[1] + b->before.value[0];
    int32_t x = at[2] + b->before.value[1];
    int32_t height = b->block.value[0];
    int32_t width = b->block.value[1];
    int32_t part = y % height * width + x % width;
    return boxes_place(b->in,
            (const int32_t[]){part * b->images + at[0], y / height, x / width,
                    at[3]});
}

static void batches(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        move t = {.r = random_from(seed)};
        interleaved b = {.block.count = 2, .before.count = 2};
        model_list out = boxes_shape(&t.r, 4, 4);
        b.images = out.value[0];
        b.in = out;
        int32_t crops[4];
        for (uint32_t i = 0; i < 2; i++) {
            int32_t block = random_in(&t.r, 1, 3);
            int32_t full = b.in.value[i + 1] * block;
            int32_t before = random_in(&t.r, 0, full - 1);
            int32_t after = random_in(&t.r, 0, full - 1 - before);
            b.block.value[i] = block;
            b.before.value[i] = before;
            crops[2 * i] = before;
            crops[2 * i + 1] = after;
            out.value[i + 1] = full - before - after;
            b.in.value[0] *= block;
        }
        start(&t, b.in, out);
        int crop = model_constant(&t.m, NN_INT32, LIST(2, 2), 0, 0, crops);
        model_op(&t.m, nn_op_batch_to_space_nd.code,
                LIST(t.x, model_ints(&t.m, b.block), crop), LIST(t.y));
        finish(&t, joined_source, &b);
    }
}

static void refuse(const nn_op_def *def, model_list in, model_list numbers,
        model_list out, const char *why) {
    model m = {0};
    int x = model_tensor(&m, NN_INT8, in, 0.5F, 0);
    int list = model_ints(&m, numbers);
    int y = model_tensor(&m, NN_INT8, out, 0.5F, 0);
    model_list inputs = LIST(x, list);
    if (def == &nn_op_slice) {
        inputs = LIST(x, list, list);
    }
    model_op(&m, def->code, inputs, LIST(y));
    m.inputs = LIST(x);
    m.outputs = LIST(y);
    invoke_refused(&m, NN_ERR_INVALID, why);
}

static void broken(void **state) {
    (void)state;
    refuse(&nn_op_reshape, LIST(2, 3), LIST(7), LIST(7), "6 bytes");
    refuse(&nn_op_transpose, LIST(2, 3), LIST(1, 1), LIST(3, 3), "twice");
    refuse(&nn_op_transpose, LIST(2, 3), LIST(1, 2), LIST(3, 2), "axis 2");
    refuse(&nn_op_transpose, LIST(2, 3), LIST(1), LIST(3, 2),
            "2 numbers, not 1");
    refuse(&nn_op_transpose, LIST(2, 3), LIST(1, 0), LIST(2, 3),
            "dimension 0 of the output");
    refuse(&nn_op_slice, LIST(2, 3), LIST(1, 2), LIST(1, 2), "size 2 from 2");
    refuse(&nn_op_slice, LIST(2, 3), LIST(1, 3), LIST(1, 3), "size 3 from 3");
    refuse(&nn_op_gather, LIST(2, 3), LIST(0, 2), LIST(2, 3), "index 1");
    refuse(&nn_op_gather, LIST(2, 3), LIST(0, -1), LIST(2, 3), "index 1");
    refuse(&nn_op_expand_dims, LIST(2), LIST(2), LIST(2, 1), "axis 2");
}

// Its rows are not those of the whole.
static void computed_sizes(void **state) {
    (void)state;
    model m = {0};
    int x = model_tensor(&m, NN_INT8, LIST(1, 6, 4, 2), 0.5F, 0);
    int sizes = model_tensor(&m, NN_INT32, LIST(1, 4, 6, 2), 0, 0);
    int y = model_tensor(&m, NN_INT8, LIST(1, 6, 1, 2), 0.5F, 0);
    int z = model_tensor(&m, NN_INT8, LIST(1, 6, 3, 2), 0.5F, 0);
    model_op(&m, nn_op_split_v.code, LIST(x, sizes, model_ints(&m, LIST(2))),
            LIST(y, z));
    m.inputs = LIST(x, sizes);
    m.outputs = LIST(y, z);
    invoke_refused(&m, NN_ERR_UNSUPPORTED, "constant");
}

static void strides_of_nothing(void **state) {
    (void)state;
    const int32_t steps[] = {0, 1, -1, 1};
    const char *why[] = {"stride 0", "nothing", "nothing", "entry 1"};
    for (int i = 0; i < 4; i++) {
        model m = {0};
        int x = model_tensor(&m, NN_INT8, LIST(4), 0.5F, 0);
        model_list begin = LIST(i == 2 ? 1 : 3, 0);
        model_list end = LIST(3, 1);
        model_list step = LIST(steps[i], 1);
        if (i == 3) { // more entries than dimensions
            end = LIST(4, 1);
        } else {
            begin.count = 1;
            end.count = 1;
            step.count = 1;
        }
        int y = model_tensor(&m, NN_INT8, LIST(1), 0.5F, 0);
        model_op(&m, nn_op_strided_slice.code,
                LIST(x, model_ints(&m, begin), model_ints(&m, end),
                        model_ints(&m, step)),
                LIST(y));
        m.inputs = LIST(x);
        m.outputs = LIST(y);
        invoke_refused(&m, NN_ERR_INVALID, why[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(reshapes),
            cmocka_unit_test(squeezes_and_expands),
            cmocka_unit_test(slices),
            cmocka_unit_test(strided_slices),
            cmocka_unit_test(strided_slice_masks),
            cmocka_unit_test(transposes),
            cmocka_unit_test(splits),
            cmocka_unit_test(gathers),
            cmocka_unit_test(depths),
            cmocka_unit_test(batches_by_hand),
            cmocka_unit_test(batches),
            cmocka_unit_test(broken),
            cmocka_unit_test(computed_sizes),
            cmocka_unit_test(strides_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
