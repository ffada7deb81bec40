// SPDX-License-Identifier: MIT
// From a graph to a plan: tries cuts, keeps the best.

#include <string.h>

#include "nn/planner.h"

// Hands out pieces of a memory; with memory NULL it only counts.
typedef struct carver {
    uint8_t *memory;
    size_t used;
} carver;

static void *carve(carver *c, size_t count, size_t size) {
    void *piece = c->memory == NULL ? NULL : c->memory + c->used;
    c->used += (count * size + NN_ALIGN - 1) / NN_ALIGN * NN_ALIGN;
    return piece;
}

static void carve_plan(carver *c, const nn_graph *graph, nn_plan *plan) {
    plan->places = carve(c, graph->tensor_count, sizeof(*plan->places));
    plan->order = carve(c, graph->op_count, sizeof(*plan->order));
    plan->stages = carve(c, graph->op_count + 1u, sizeof(*plan->stages));
    plan->inputs = carve(c, graph->input_count, sizeof(*plan->inputs));
}

static void carve_work(carver *c, const nn_graph *graph, nn_planner *p) {
    size_t tensors = graph->tensor_count;
    size_t ops = graph->op_count;
    size_t edges = 0;
    for (size_t i = 0; i < ops; i++) {
        edges += graph->ops[i].input_count;
    }
    size_t items = tensors + 2 * ops;
    p->group = carve(c, tensors, sizeof(nn_group *));
    p->offset = carve(c, tensors, sizeof(*p->offset));
    p->groups = carve(c, tensors, sizeof(*p->groups));
    p->readers = carve(c, edges, sizeof(*p->readers));
    p->stage.done = carve(c, ops + graph->input_count, sizeof(*p->stage.done));
    p->stage.waits = carve(c, ops, sizeof(*p->stage.waits));
    p->cuts = carve(c, ops + 1, sizeof(*p->cuts));
    p->items = carve(c, items, sizeof(*p->items));
    p->best = carve(c, items, sizeof(*p->best));
}

void nn_plan_measure(const nn_graph *graph, size_t *plan_bytes,
        size_t *work_bytes) {
    nn_plan plan;
    nn_planner planner;
    carver keep = {NULL, 0};
    carver work = {NULL, 0};
    carve_plan(&keep, graph, &plan);
    carve_work(&work, graph, &planner);
    *plan_bytes = keep.used;
    *work_bytes = work.used;
}

// One way to cut the order.
typedef enum cut {
    CUT_WHOLE,  // a stage for each operator, the model's inputs whole as well
    CUT_EACH,   // a stage for each operator
    CUT_LEAST,  // what the search estimates to be the smallest
    CUT_STREAM, // as few stages as can be
    CUT_COUNT,
} cut;

static int try_cut(nn_planner *p, cut way, uint32_t most, nn_error *error) {
    p->options.whole = way == CUT_WHOLE;
    if (way == CUT_LEAST) {
        bool found = nn_plan_cut(p, most);
        assert(found);
        (void)found;
    } else {
        nn_plan_cut_all(p, way == CUT_STREAM);
    }
    return nn_plan_memory(p, error);
}

// The smallest of the ways.
static int plan_smallest(nn_planner *p, uint32_t least, nn_error *error) {
    cut best = CUT_WHOLE;
    uint32_t bytes = UINT32_MAX;
    for (int way = CUT_WHOLE; way < CUT_COUNT; way++) {
        if (try_cut(p, (cut)way, least, NULL) == 0 &&
                p->plan->arena_bytes < bytes) {
            bytes = p->plan->arena_bytes;
            best = (cut)way;
        }
    }
    return try_cut(p, best, least, error);
}

// The fastest plan within the budget, or the smallest plan. The estimate of
// a cut may be lower than what its layout takes in the end, so the search is
// given less and less until the layout fits as well.
static int plan_within(nn_planner *p, uint32_t least, nn_error *error) {
    enum { STEPS = 8 };
    uint32_t budget = p->options.budget;
    if (try_cut(p, CUT_WHOLE, 0, NULL) == 0 && p->plan->arena_bytes <= budget) {
        return 0;
    }
    p->options.whole = false;
    for (uint32_t i = 0; i <= STEPS && budget >= least; i++) {
        uint32_t most = budget - (budget - least) / STEPS * i;
        if (nn_plan_cut(p, most) && nn_plan_memory(p, NULL) == 0 &&
                p->plan->arena_bytes <= budget) {
            return 0;
        }
    }
    return plan_smallest(p, least, error);
}

int nn_plan_make(nn_plan *plan, const nn_graph *graph,
        const nn_plan_options *options, void *memory, size_t memory_bytes,
        void *work, size_t work_bytes, nn_error *error) {
    size_t plan_need;
    size_t work_need;
    nn_plan_measure(graph, &plan_need, &work_need);
    if (!nn_memory_suffices(error, "a plan", plan_need, memory_bytes) ||
            !nn_memory_suffices(error, "planning", work_need, work_bytes)) {
        return NN_ERR_NO_MEMORY;
    }
    nn_planner p;
    carver keep = {memory, 0};
    carver scratch = {work, 0};
    memset(plan, 0, sizeof(*plan));
    memset(&p, 0, sizeof(p));
    memset(work, 0, work_need);
    plan->graph = graph;
    p.plan = plan;
    p.stage.plan = plan;
    p.graph = graph;
    if (options != NULL) {
        p.options = *options;
        plan->outputs_by_caller = options->outputs_by_caller;
    }
    carve_plan(&keep, graph, plan);
    carve_work(&scratch, graph, &p);
    nn_plan_groups(&p);
    nn_plan_streamable(&p);
    if (p.options.whole) {
        return try_cut(&p, CUT_WHOLE, 0, error);
    }
    uint32_t least = nn_plan_least(&p);
    return p.options.budget != 0 ? plan_within(&p, least, error)
                                 : plan_smallest(&p, least, error);
}
