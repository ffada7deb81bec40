// SPDX-License-Identifier: MIT
// Which operators' packed weights go into a camera's ROM.

#include "host/firmware/packing.h"

#include <stdlib.h>
#include <string.h>

#include "nn/kernels/conv.h"
#include "nn/op.h"
#include "nn/ops/ops.h"
#include "nn/packed.h"

// What kernels take to make the record of a channel and each of its words,
// measured on the virtual camera.
enum { CHANNEL_INSTRUCTIONS = 240, WORD_INSTRUCTIONS = 6 };

static int no_memory(nn_error *error) {
    return nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
}

int packing_open(packing *p, const void *model, size_t bytes, nn_error *error) {
    *p = (packing){0};
    int code = engine_open_bytes(&p->engine, model, bytes, NULL, error);
    if (code) {
        return code;
    }
    const nn_graph *graph = engine_graph(p->engine);
    p->chosen = calloc(graph->op_count + (size_t)1, sizeof *p->chosen);
    for (uint32_t i = 0; p->chosen && i < graph->op_count; i++) {
        p->ops += nn_packed_op_bytes(graph, &graph->ops[i]) > 0;
    }
    return p->chosen ? 0 : no_memory(error);
}

void packing_close(packing *p) {
    engine_close(p->engine);
    free(p->chosen);
}

size_t packing_bytes(const packing *p) {
    return nn_packed_measure(engine_graph(p->engine), p->chosen);
}

void *packing_make(const packing *p) {
    void *memory = aligned_alloc(NN_ALIGN, packing_bytes(p));
    if (memory != NULL) {
        nn_packed_write(engine_graph(p->engine), p->chosen, memory);
    }
    return memory;
}

// --- what is missed without ----------------------------------------------

// How often a call of the kernel for so many rows makes each of its records.
static uint64_t makes_of(const nn_graph *graph, const nn_op *op,
        uint32_t rows) {
    const nn_conv_params *p = NN_PARAMS(op, const nn_conv_params);
    const nn_window *window = &p->window;
    const nn_tensor *in = nn_op_given(graph, op, 0);
    const nn_tensor *out = nn_op_output(graph, op, 0);
    uint32_t width = (uint32_t)out->dim[2];
    if (op->def == &nn_op_conv_2d) {
        uint64_t block =
                nn_conv_2d_block(window, in, nn_op_given(graph, op, 1), out)
                        .pixels;
        return ((uint64_t)rows * width + block - 1) / block;
    }
    uint32_t block = nn_depthwise_block_of(window, in, out).pixels;
    return (uint64_t)rows * ((width + block - 1) / block);
}

// Adds to worth[place of the operator] what the call has taken for records.
static void count_call(void *user, const nn_call *call, uint32_t first,
        uint32_t end) {
    uint64_t *worth = user;
    const nn_op *op = call->op;
    size_t bytes = nn_packed_op_bytes(call->graph, op);
    if (bytes > 0) {
        const nn_tensor *out = nn_op_output(call->graph, op, 0);
        uint64_t all = (uint64_t)out->dim[3] * CHANNEL_INSTRUCTIONS +
                bytes / sizeof(uint32_t) * WORD_INSTRUCTIONS;
        worth[op - call->graph->ops] +=
                makes_of(call->graph, op, end - first) * all;
    }
}

static int no_row(void *user, uint32_t y, void *row) {
    (void)y;
    const nn_tensor *t = user;
    memset(row, 0, t->row_bytes);
    return 0;
}

// Instructions an inference that the packed weights of each operator save. An
// inference on the host calls kernels as one on the camera does.
static int find_worth(const packing *p, uint64_t *worth, nn_error *error) {
    const nn_graph *graph = engine_graph(p->engine);
    memset(worth, 0, graph->op_count * sizeof *worth);
    for (uint32_t k = 0; k < graph->input_count; k++) {
        engine_set_rows(p->engine, k, no_row,
                (void *)engine_input(p->engine, k));
    }
    engine_set_observer(p->engine, count_call, worth);
    return engine_run(p->engine, error);
}

// --- the choice ----------------------------------------------------------

// An operator's packed weights: what they weigh and are worth.
typedef struct item {
    size_t model, op, units;
    uint64_t worth;
} item;

// Of the items those that are worth most together and weigh at most `room`
// units: best[r] is the most worth of those seen so far within r units,
// taken[] a bit for each item and r whether that item is among them.
static void choose(const item *items, size_t count, size_t room,
        packing *models, uint64_t *best, uint8_t *taken) {
    size_t bits = room + 1;
    for (size_t i = 0; i < count; i++) {
        for (size_t r = room; r >= items[i].units; r--) {
            uint64_t with = best[r - items[i].units] + items[i].worth;
            if (with > best[r]) {
                best[r] = with;
                taken[(i * bits + r) / 8] |= (uint8_t)(1 << (i * bits + r) % 8);
            }
        }
    }
    for (size_t i = count; i-- > 0;) {
        const item *it = &items[i];
        packing *p = &models[it->model];
        size_t at = i * bits + room;
        if (taken[at / 8] >> at % 8 & 1) {
            p->chosen[it->op] = true;
            room -= it->units;
        } else {
            p->missing++;
            p->missing_bytes += it->units * NN_ALIGN;
            p->instructions += it->worth;
        }
    }
}

static int list(packing *models, size_t count, item *items, nn_error *error) {
    for (size_t m = 0; m < count; m++) {
        if (models[m].ops == 0) {
            continue;
        }
        const nn_graph *graph = engine_graph(models[m].engine);
        uint64_t *worth = calloc(graph->op_count + (size_t)1, sizeof *worth);
        int code =
                worth ? find_worth(&models[m], worth, error) : no_memory(error);
        for (uint32_t i = 0; code == 0 && i < graph->op_count; i++) {
            size_t bytes = nn_packed_op_bytes(graph, &graph->ops[i]);
            if (bytes > 0) {
                *items++ = (item){m, i, bytes / NN_ALIGN, worth[i]};
            }
        }
        free(worth);
        if (code) {
            return code;
        }
    }
    return 0;
}

int packing_choose(packing *models, size_t count, size_t room,
        nn_error *error) {
    size_t ops = 0;
    size_t all = 0;
    for (size_t m = 0; m < count; m++) {
        if (models[m].ops == 0) {
            continue;
        }
        const nn_graph *graph = engine_graph(models[m].engine);
        ops += models[m].ops;
        all += nn_packed_measure(graph, NULL) - packing_bytes(&models[m]);
    }
    if (all <= room) {
        for (size_t m = 0; m < count; m++) {
            if (models[m].ops > 0) {
                memset(models[m].chosen, true,
                        engine_graph(models[m].engine)->op_count);
            }
        }
        return 0;
    }
    room /= NN_ALIGN;
    item *items = calloc(ops, sizeof *items);
    uint64_t *best = calloc(room + 1, sizeof *best);
    uint8_t *taken = calloc(ops * (room + 1) / 8 + 1, 1);
    int code = items && best && taken ? list(models, count, items, error)
                                      : no_memory(error);
    if (code == 0) {
        choose(items, ops, room, models, best, taken);
    }
    free(items);
    free(best);
    free(taken);
    return code;
}
