// SPDX-License-Identifier: MIT
// Where the order is cut into stages.
//
// What a stage takes is close to a sum over its groups, once the rings are
// known, so the best cut is found by dynamic programming over the order: the
// best way to cut everything before a place, extended by one more stage.
//
// Sums are counted in units of NN_ALIGN bytes: 64 GB, of which no plan comes
// near.

#include "nn/planner.h"

// The arena that a stage takes while it grows by one operator at a time.
typedef struct stage_cost {
    uint32_t passing;  // groups from before that are read here or later
    uint32_t crossing; // groups made here and read later
    uint32_t rings;
    uint32_t transient; // the largest single row that comes and goes
    uint32_t keep;
    uint32_t scratch;
} stage_cost;

static uint32_t units(uint32_t bytes) {
    return nn_align_up(bytes) / NN_ALIGN;
}

static uint32_t group_units(const nn_group *group) {
    return units(group->tensor->bytes);
}

// Groups that are there before the place and are read there or later.
static uint32_t passing(const nn_planner *p, uint32_t place) {
    uint32_t sum = 0;
    for (uint32_t t = 0; t < p->graph->tensor_count; t++) {
        const nn_group *group = &p->groups[t];
        if (group->kind == NN_PLACE_ARENA && group->first < place &&
                group->last >= place) {
            sum += group_units(group);
        }
    }
    return sum;
}

// The group is read at the place, or else nowhere, for the last time.
static void leave(stage_cost *cost, const nn_group *group) {
    uint32_t ring = units(group->guess * group->tensor->row_bytes);
    cost->crossing -= group_units(group);
    if (group->guess > 1 || group->guess_lingers) {
        cost->rings += ring;
    } else if (ring > cost->transient) {
        cost->transient = ring;
    }
}

static void add_operator(const nn_planner *p, stage_cost *cost, uint32_t first,
        uint32_t place) {
    const nn_op *op = nn_planned_op(p->plan, place);
    uint32_t scratch = units(op->scratch_bytes);
    cost->keep += units(op->keep_bytes);
    cost->scratch = scratch > cost->scratch ? scratch : cost->scratch;
    for (uint32_t k = 0; k < op->output_count; k++) {
        const nn_group *group = p->group[op->outputs[k]];
        if (group->kind == NN_PLACE_ARENA && group->first == place) {
            cost->crossing += group_units(group);
            if (group->last == place) {
                leave(cost, group); // nothing reads it
            }
        }
    }
    for (uint32_t k = 0; k < op->input_count; k++) {
        if (op->inputs[k] == NN_NONE) {
            continue;
        }
        const nn_group *group = p->group[op->inputs[k]];
        if (group->kind != NN_PLACE_ARENA) {
            continue;
        }
        // once a group, though it may be several inputs
        if (group->tensor->is_input && group->first == place &&
                group->readers->input == k) {
            cost->crossing += group_units(group);
        }
        if (group->last == place && group->last_input == k &&
                group->first >= first) {
            leave(cost, group);
        }
    }
}

static uint32_t total(const stage_cost *cost) {
    // two transient rows at once: what an operator reads and what it writes
    return cost->passing + cost->crossing + cost->rings + 2 * cost->transient +
            cost->keep + cost->scratch;
}

// Takes the stage [first, end) where the cut before it makes that the best.
static void consider(nn_planner *p, uint32_t first, uint32_t end, uint32_t size,
        uint32_t most, bool least) {
    nn_cut cut = p->cuts[first];
    nn_cut *best = &p->cuts[end];
    if (cut.streamed == UINT32_MAX) {
        return; // first cannot be reached
    }
    cut.from = (uint16_t)first;
    cut.streamed += end - first > 1 ? end - first : 0;
    cut.worst = cut.worst > size ? cut.worst : size;
    bool fewer = cut.streamed < best->streamed;
    bool better = least
            ? cut.worst < best->worst || (cut.worst == best->worst && fewer)
            : size <= most && fewer;
    if (better) {
        *best = cut;
    }
}

// Fills the cuts of every place.
static void search(nn_planner *p, uint32_t most, bool least) {
    uint32_t count = p->plan->order_count;
    for (uint32_t i = 0; i <= count; i++) {
        p->cuts[i].worst = i == 0 ? 0 : UINT32_MAX;
        p->cuts[i].streamed = i == 0 ? 0 : UINT32_MAX;
    }
    for (uint32_t first = 0; first < count; first++) {
        stage_cost cost = {.passing = passing(p, first)};
        uint32_t place = first;
        do {
            add_operator(p, &cost, first, place);
            uint32_t size = total(&cost);
            if (place == first) {
                const nn_group *victim = nn_plan_victim(p, place);
                uint32_t saved = victim != NULL ? group_units(victim) : 0;
                size -= saved < size ? saved : size;
            }
            place++;
            consider(p, first, place, size, most, least);
        } while (place < count && nn_stage_extends(p, first, place));
    }
}

static void guess_rings(nn_planner *p) {
    const uint16_t *stages = p->plan->stages;
    nn_plan_cut_all(p, true);
    for (uint32_t s = 0; s < p->plan->stage_count; s++) {
        nn_plan_rings(p, stages[s], stages[s + 1]);
        for (uint32_t t = 0; t < p->graph->tensor_count; t++) {
            nn_group *group = &p->groups[t];
            if (nn_group_inside(p, group)) {
                group->guess = group->ring;
                group->guess_lingers = group->lingers;
            }
        }
    }
}

uint32_t nn_plan_least(nn_planner *p) {
    guess_rings(p);
    search(p, 0, true);
    uint32_t worst = p->cuts[p->plan->order_count].worst;
    return worst < UINT32_MAX / NN_ALIGN ? worst * NN_ALIGN : UINT32_MAX;
}

bool nn_plan_cut(nn_planner *p, uint32_t most) {
    uint32_t count = p->plan->order_count;
    search(p, most / NN_ALIGN, false);
    if (p->cuts[count].streamed == UINT32_MAX) {
        return false;
    }
    uint16_t *stages = p->plan->stages;
    uint32_t stage_count = 0;
    for (uint32_t end = count; end > 0; end = p->cuts[end].from) {
        stage_count++;
    }
    p->plan->stage_count = (uint16_t)stage_count;
    stages[stage_count] = (uint16_t)count;
    for (uint32_t end = count; end > 0; end = p->cuts[end].from) {
        stages[--stage_count] = p->cuts[end].from;
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
