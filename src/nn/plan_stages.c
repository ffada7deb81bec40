// SPDX-License-Identifier: MIT
// Where the order is cut into stages.
//
// What a stage takes is close to a sum over its groups, once the rings are
// known, so the best cut is found by dynamic programming over the order: the
// best way to cut everything before a place, extended by one more stage.

#include <string.h>

#include "nn/planner.h"

// The arena that a stage takes while it grows by one operator at a time.
typedef struct stage_cost {
    uint64_t passing;  // groups from before that are read here or later
    uint64_t crossing; // groups made here and read later
    uint64_t rings;
    uint64_t transient; // the largest single row that comes and goes
    uint64_t keep;
    uint64_t scratch;
} stage_cost;

static uint32_t group_bytes(const nn_planner *p, uint16_t root) {
    return nn_align_up(p->graph->tensors[root].bytes);
}

// Into p->load: bytes of the groups that were there before each place and are
// read there or later.
static void find_passing(nn_planner *p) {
    memset(p->load, 0, (p->plan->order_count + 2u) * sizeof(*p->load));
    for (uint32_t t = 0; t < p->graph->tensor_count; t++) {
        const nn_group *group = &p->groups[t];
        if (p->root[t] == t && group->kind == NN_PLACE_ARENA &&
                group->first < group->last) {
            nn_plan_add(p, group->first + 1u, group->last,
                    group_bytes(p, (uint16_t)t));
        }
    }
    nn_plan_sum(p);
}

static void leave(const nn_planner *p, stage_cost *cost, uint16_t root) {
    const nn_group *group = &p->groups[root];
    uint64_t ring =
            nn_align_up(group->guess * p->graph->tensors[root].row_bytes);
    cost->crossing -= group_bytes(p, root);
    if (group->guess == 1 && !group->guess_lingers) {
        cost->transient = ring > cost->transient ? ring : cost->transient;
    } else {
        cost->rings += ring;
    }
}

static bool seen_before(const nn_planner *p, const nn_op *op, uint32_t k) {
    for (uint32_t j = 0; j < k; j++) {
        if (op->inputs[j] != NN_NONE &&
                p->root[op->inputs[j]] == p->root[op->inputs[k]]) {
            return true;
        }
    }
    return false;
}

static void add_operator(const nn_planner *p, stage_cost *cost, uint32_t first,
        uint32_t place) {
    const nn_op *op = nn_planned_op(p, place);
    cost->keep += nn_align_up(op->keep_bytes);
    uint32_t scratch = nn_align_up(op->scratch_bytes);
    cost->scratch = scratch > cost->scratch ? scratch : cost->scratch;
    for (uint32_t k = 0; k < op->output_count; k++) {
        uint16_t root = p->root[op->outputs[k]];
        const nn_group *group = &p->groups[root];
        if (group->kind == NN_PLACE_ARENA && group->first == place) {
            cost->crossing += group_bytes(p, root);
            if (group->last == place) {
                leave(p, cost, root); // nothing reads it
            }
        }
    }
    for (uint32_t k = 0; k < op->input_count; k++) {
        if (op->inputs[k] == NN_NONE || seen_before(p, op, k)) {
            continue;
        }
        uint16_t root = p->root[op->inputs[k]];
        const nn_group *group = &p->groups[root];
        if (group->kind != NN_PLACE_ARENA) {
            continue;
        }
        if (p->graph->tensors[root].is_input && group->first == place) {
            cost->crossing += group_bytes(p, root);
        }
        if (group->last == place && group->first >= first) {
            leave(p, cost, root);
        }
    }
}

// What a single operator saves by writing over one of its inputs.
static uint64_t in_place_bytes(const nn_planner *p, uint32_t place) {
    const nn_op *op = nn_planned_op(p, place);
    for (uint32_t k = 0; k < op->input_count && k < 8; k++) {
        if ((op->in_place >> k & 1) != 0 && nn_can_take_over(p, place, k)) {
            return group_bytes(p, p->root[op->outputs[0]]);
        }
    }
    return 0;
}

static uint32_t total(const stage_cost *cost) {
    // two transient rows at once: what an operator reads and what it writes
    uint64_t bytes = cost->passing + cost->crossing + cost->rings +
            2 * cost->transient + cost->keep + cost->scratch;
    return bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
}

static void consider(nn_planner *p, uint32_t first, uint32_t end,
        uint32_t bytes, uint32_t most, bool least) {
    uint32_t streamed = p->streamed[first];
    if (streamed == UINT32_MAX) {
        return; // first cannot be reached
    }
    streamed += end - first > 1 ? end - first : 0;
    uint32_t worst = p->worst[first] > bytes ? p->worst[first] : bytes;
    bool better = least ? worst < p->worst[end] ||
                    (worst == p->worst[end] && streamed < p->streamed[end])
                        : bytes <= most && streamed < p->streamed[end];
    if (better) {
        p->worst[end] = worst;
        p->streamed[end] = streamed;
        p->from[end] = (uint16_t)first;
    }
}

// Fills worst, streamed and from for every place.
static void search(nn_planner *p, uint32_t most, bool least) {
    uint32_t count = p->plan->order_count;
    find_passing(p);
    for (uint32_t i = 0; i <= count; i++) {
        p->worst[i] = i == 0 ? 0 : UINT32_MAX;
        p->streamed[i] = i == 0 ? 0 : UINT32_MAX;
    }
    for (uint32_t first = 0; first < count; first++) {
        stage_cost cost = {.passing = p->load[first]};
        for (uint32_t place = first; place < count; place++) {
            if (place > first &&
                    (p->options.whole || !nn_stage_extends(p, first, place))) {
                break;
            }
            add_operator(p, &cost, first, place);
            uint32_t bytes = total(&cost);
            if (place == first) {
                uint64_t saved = in_place_bytes(p, place);
                bytes -= saved < bytes ? (uint32_t)saved : bytes;
            }
            consider(p, first, place + 1, bytes, most, least);
        }
    }
}

static void guess_rings(nn_planner *p) {
    uint32_t count = p->plan->order_count;
    uint32_t end;
    for (uint32_t first = 0; first < count; first = end) {
        end = first + 1;
        while (end < count && nn_stage_extends(p, first, end)) {
            end++;
        }
        nn_plan_rings(p, first, end);
        for (uint32_t t = 0; t < p->graph->tensor_count; t++) {
            nn_group *group = &p->groups[t];
            if (p->root[t] == t && nn_group_inside(group, first, end)) {
                group->guess = group->ring;
                group->guess_lingers = group->lingers;
            }
        }
    }
}

uint32_t nn_plan_least(nn_planner *p) {
    guess_rings(p);
    search(p, 0, true);
    return p->worst[p->plan->order_count];
}

bool nn_plan_cut(nn_planner *p, uint32_t most) {
    uint32_t count = p->plan->order_count;
    search(p, most, false);
    if (p->streamed[count] == UINT32_MAX) {
        return false;
    }
    uint16_t *stages = p->plan->stages;
    uint32_t stage_count = 0;
    for (uint32_t end = count; end > 0; end = p->from[end]) {
        stage_count++;
    }
    p->plan->stage_count = (uint16_t)stage_count;
    stages[stage_count] = (uint16_t)count;
    for (uint32_t end = count; end > 0; end = p->from[end]) {
        stages[--stage_count] = p->from[end];
    }
    return true;
}

void nn_plan_cut_all(nn_planner *p, bool stream) {
    uint32_t count = p->plan->order_count;
    uint16_t *stages = p->plan->stages;
    uint32_t stage_count = 0;
    for (uint32_t place = 0; place < count; place++) {
        if (stage_count == 0 || !stream ||
                !nn_stage_extends(p, stages[stage_count - 1], place)) {
            stages[stage_count++] = (uint16_t)place;
        }
    }
    stages[stage_count] = (uint16_t)count;
    p->plan->stage_count = (uint16_t)stage_count;
}
