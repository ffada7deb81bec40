// SPDX-License-Identifier: MIT
// Random int8 models: inputs, outputs and what lies between.

#include "test/support/graph.h"

#include "nn/ops/ops.h"

graph_options graph_draw(uint32_t seed) {
    random_source r = random_from(seed);
    bool large = random_once_in(&r, 6);
    return (graph_options){
            .ops = (uint32_t)random_in(&r, 1, large ? 40 : 14),
            .side = large ? random_in(&r, 30, 67) : random_in(&r, 1, 24),
            .channels = random_in(&r, 1, large ? 6 : 9),
            .batch = random_once_in(&r, 12) ? random_in(&r, 2, 3) : 1,
            .inputs = random_once_in(&r, 5) ? (uint32_t)random_in(&r, 2, 3) : 1,
    };
}

int32_t graph_dim(const graph *g, int t, uint32_t i) {
    return g->m->tensors[t].dims.value[i];
}

static int add_tensor(graph *g, model_list dims, float scale, int32_t zero) {
    int t = model_tensor(g->m, NN_INT8, dims, scale, zero);
    g->tensors[g->count++] = t;
    return t;
}

int graph_image(graph *g, int32_t n, int32_t h, int32_t w, int32_t c) {
    return add_tensor(g, LIST(n, h, w, c), random_float(&g->r, 0.01F, 0.05F),
            random_in(&g->r, -30, 30));
}

int graph_alike(graph *g, int t, model_list dims) {
    const model_tensor_spec *from = &g->m->tensors[t];
    return add_tensor(g, dims, from->scales[0], (int32_t)from->zero_points[0]);
}

static bool is_image(const graph *g, int t) {
    return g->m->tensors[t].dims.count == 4 && g->m->tensors[t].type == NN_INT8;
}

int graph_pick(graph *g) {
    for (;;) {
        // most operators go on where the last one ended
        uint32_t back = random_once_in(&g->r, 3) ? g->count : 2;
        back = back < g->count ? back : g->count;
        int t = g->tensors[g->count - 1 - random_bits(&g->r) % back];
        if (is_image(g, t)) {
            return t;
        }
        t = g->tensors[random_bits(&g->r) % g->count];
        if (is_image(g, t)) {
            return t;
        }
    }
}

int graph_pick_alike(graph *g, int t) {
    uint32_t start = random_bits(&g->r) % g->count;
    for (uint32_t i = 0; i < g->count; i++) {
        int other = g->tensors[(start + i) % g->count];
        bool same = other != t && is_image(g, other);
        for (uint32_t d = 0; d < 4 && same; d++) {
            same = graph_dim(g, other, d) == graph_dim(g, t, d);
        }
        if (same) {
            return other;
        }
    }
    return t;
}

static void add_inputs(graph *g, const graph_options *o) {
    int32_t h = random_in(&g->r, (o->side + 1) / 2, o->side);
    int32_t w = random_in(&g->r, (o->side + 1) / 2, o->side);
    int32_t c = random_in(&g->r, 1, o->channels);
    for (uint32_t k = 0; k < o->inputs; k++) {
        // often alike, so that they can be added
        if (k > 0 && random_once_in(&g->r, 3)) {
            h = random_in(&g->r, 1, o->side);
            c = random_in(&g->r, 1, o->channels);
        }
        g->m->inputs.value[k] = graph_add_input(g, o->batch, h, w, c);
        g->m->inputs.count = k + 1;
    }
}

static bool is_read(const model *m, int t) {
    for (int i = 0; i < m->op_count; i++) {
        const model_list *inputs = &m->ops[i].inputs;
        for (uint32_t k = 0; k < inputs->count; k++) {
            if (inputs->value[k] == t) {
                return true;
            }
        }
    }
    return false;
}

static void add_output(model *m, int t) {
    if (m->outputs.count < 8) {
        m->outputs.value[m->outputs.count++] = t;
    }
}

// Half of the outputs come out reshaped, as detection heads do.
static int reshaped(graph *g, int t) {
    if (!is_image(g, t) || !random_once_in(&g->r, 2)) {
        return t;
    }
    int32_t pixels = graph_dim(g, t, 1) * graph_dim(g, t, 2);
    model_list dims = LIST(graph_dim(g, t, 0), pixels, graph_dim(g, t, 3));
    int flat = graph_alike(g, t, dims);
    model_op(g->m, nn_op_reshape.code, LIST(t, model_ints(g->m, dims)),
            LIST(flat));
    model_int_vector(g->m, 0, dims);
    return flat;
}

static void add_outputs(graph *g) {
    model *m = g->m;
    uint32_t count = g->count; // without the reshapes that come now
    for (uint32_t i = count; i-- > 0;) {
        int t = g->tensors[i];
        // nearly all ends are outputs, and some that are read as well
        bool end = !is_read(m, t) ? !random_once_in(&g->r, 12)
                                  : random_once_in(&g->r, 15);
        if (end && m->outputs.count < 8) {
            add_output(m, reshaped(g, t));
        }
    }
    if (m->outputs.count == 0) {
        add_output(m, g->tensors[count - 1]);
    }
    if (random_once_in(&g->r, 12)) { // listed twice
        add_output(m, m->outputs.value[0]);
    }
    if (random_once_in(&g->r, 20)) { // handed through
        add_output(m, m->inputs.value[0]);
    }
}

void graph_make(model *m, uint32_t seed, const graph_options *options) {
    graph g = {.m = m, .r = random_from(seed)};
    add_inputs(&g, options);
    // some kinds do not fit what is there; then another is drawn
    for (uint32_t i = 0, tries = 0; i < options->ops && tries < 4000; tries++) {
        i += g.count + 12 < GRAPH_TENSORS && graph_add(&g);
    }
    for (uint32_t i = random_bits(&g.r) % 4; i > 0; i--) {
        if (g.count + 12 < GRAPH_TENSORS) {
            (void)graph_add_end(&g);
        }
    }
    add_outputs(&g);
}
