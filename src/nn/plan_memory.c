// SPDX-License-Identifier: MIT
// What lies in the arena, and from when to when.

#include <string.h>

#include "nn/planner.h"

bool nn_can_take_over(const nn_planner *p, uint32_t place, uint32_t k) {
    const nn_graph *graph = p->graph;
    const nn_op *op = nn_planned_op(p, place);
    uint16_t in = op->inputs[k];
    uint16_t out = op->outputs[0];
    if (in == NN_NONE || op->output_count != 1) {
        return false;
    }
    const nn_group *from = &p->groups[p->root[in]];
    const nn_group *to = &p->groups[p->root[out]];
    const nn_tensor *read = &graph->tensors[p->root[in]];
    // the model's input begins with its reader
    bool there =
            from->first < place || (read->is_input && from->ring == read->rows);
    // the input has to end here, and both must be whole and alone
    return from->kind == NN_PLACE_ARENA && to->kind == NN_PLACE_ARENA &&
            there && from->last == place && to->first == place &&
            !from->parted && !to->parted && p->root[out] == out &&
            p->offset[in] == 0 && read->bytes == graph->tensors[out].bytes;
}

static uint16_t add_item(nn_planner *p, uint32_t bytes, uint32_t first,
        uint32_t last) {
    p->items[p->item_count] = (nn_item){.bytes = nn_align_up(bytes),
            .first = (uint16_t)first,
            .last = (uint16_t)last};
    return (uint16_t)p->item_count++;
}

static uint32_t stage_end(const nn_planner *p, uint32_t place) {
    return p->plan->stages[p->stage_of[place] + 1] - 1u;
}

static uint32_t last_place(const nn_planner *p, const nn_group *group) {
    uint32_t count = p->plan->order_count;
    return stage_end(p, group->last < count ? group->last : count - 1);
}

static void add_group(nn_planner *p, uint16_t root, uint32_t first,
        uint32_t end) {
    nn_group *group = &p->groups[root];
    const nn_tensor *tensor = &p->graph->tensors[root];
    if (nn_group_inside(group, first, end)) {
        bool transient = group->ring == 1 && !group->lingers;
        group->item = add_item(p, group->ring * tensor->row_bytes,
                transient ? group->first : first,
                transient ? group->last : end - 1);
    } else {
        group->ring = tensor->rows;
        group->item = add_item(p, tensor->bytes, first, last_place(p, group));
    }
}

static bool take_over(nn_planner *p, uint32_t place) {
    const nn_op *op = nn_planned_op(p, place);
    for (uint32_t k = 0; k < op->input_count && k < 8; k++) {
        if ((op->in_place >> k & 1) == 0 || !nn_can_take_over(p, place, k)) {
            continue;
        }
        nn_group *to = &p->groups[op->outputs[0]];
        to->item = p->groups[p->root[op->inputs[k]]].item;
        to->ring = p->graph->tensors[op->outputs[0]].rows;
        p->items[to->item].last = (uint16_t)last_place(p, to);
        return true;
    }
    return false;
}

static void add_stage(nn_planner *p, uint32_t first, uint32_t end) {
    nn_plan_rings(p, first, end);
    for (uint32_t place = first; place < end; place++) {
        const nn_op *op = nn_planned_op(p, place);
        for (uint32_t k = 0; k < op->input_count; k++) {
            uint16_t t = op->inputs[k];
            nn_group *group = t == NN_NONE ? NULL : &p->groups[p->root[t]];
            // inputs of the model begin with their first reader
            if (group != NULL && group->kind == NN_PLACE_ARENA &&
                    group->item == NN_NONE) {
                add_group(p, p->root[t], first, end);
            }
        }
        if (end - first == 1 && take_over(p, place)) {
            continue;
        }
        for (uint32_t k = 0; k < op->output_count; k++) {
            uint16_t root = p->root[op->outputs[k]];
            nn_group *group = &p->groups[root];
            if (group->kind == NN_PLACE_ARENA && group->item == NN_NONE) {
                add_group(p, root, first, end);
            }
        }
    }
}

// Scratch and kept tables, behind the groups so that these keep their items.
static void add_op_memory(nn_planner *p, uint32_t first, uint32_t end) {
    for (uint32_t place = first; place < end; place++) {
        nn_plan_op *step = &p->plan->order[place];
        const nn_op *op = nn_planned_op(p, place);
        step->scratch = add_item(p, op->scratch_bytes, place, place);
        step->keep = add_item(p, op->keep_bytes, first, end - 1);
    }
}

static void fill_places(nn_planner *p) {
    for (uint32_t t = 0; t < p->graph->tensor_count; t++) {
        const nn_group *group = &p->groups[p->root[t]];
        nn_place *place = &p->plan->places[t];
        place->kind = group->kind;
        place->offset = p->offset[t];
        place->ring = p->graph->tensors[t].rows;
        place->index = p->root[t];
        if (group->kind == NN_PLACE_ARENA) {
            place->offset += p->items[group->item].offset;
            // parts and reshapes to other rows are whole
            place->ring = group->barrier ? place->ring : group->ring;
        } else if (group->kind != NN_PLACE_FILE) {
            place->index = group->item;
        }
    }
    for (uint32_t i = 0; i < p->plan->order_count; i++) {
        nn_plan_op *step = &p->plan->order[i];
        step->scratch = p->items[step->scratch].offset;
        step->keep = p->items[step->keep].offset;
    }
}

void nn_plan_add(nn_planner *p, uint32_t first, uint32_t last, uint64_t bytes) {
    uint32_t count = p->plan->order_count;
    p->load[first] += bytes;
    p->load[(last < count ? last : count) + 1] -= bytes;
}

void nn_plan_sum(nn_planner *p) {
    for (uint32_t place = 1; place <= p->plan->order_count; place++) {
        p->load[place] += p->load[place - 1];
    }
}

// The most bytes in use at one place.
static uint64_t live_bytes(nn_planner *p) {
    uint64_t most = 0;
    memset(p->load, 0, (p->plan->order_count + 2u) * sizeof(*p->load));
    for (uint32_t i = 0; i < p->item_count; i++) {
        nn_plan_add(p, p->items[i].first, p->items[i].last, p->items[i].bytes);
    }
    nn_plan_sum(p);
    for (uint32_t place = 0; place <= p->plan->order_count; place++) {
        most = p->load[place] > most ? p->load[place] : most;
    }
    return most;
}

int nn_plan_memory(nn_planner *p, nn_error *error) {
    nn_plan *plan = p->plan;
    p->item_count = 0;
    for (uint32_t t = 0; t < p->graph->tensor_count; t++) {
        if (p->groups[t].kind == NN_PLACE_ARENA) {
            p->groups[t].item = NN_NONE;
        }
    }
    for (uint32_t s = 0; s < plan->stage_count; s++) {
        for (uint32_t i = plan->stages[s]; i < plan->stages[s + 1]; i++) {
            p->stage_of[i] = (uint16_t)s;
        }
    }
    for (uint32_t s = 0; s < plan->stage_count; s++) {
        add_stage(p, plan->stages[s], plan->stages[s + 1]);
    }
    for (uint32_t k = 0; k < p->graph->input_count; k++) {
        // an input that is handed through to an output, read by nothing
        nn_group *group = &p->groups[p->graph->inputs[k]];
        if (group->kind == NN_PLACE_ARENA && group->item == NN_NONE) {
            group->ring = p->graph->tensors[p->graph->inputs[k]].rows;
            group->item =
                    add_item(p, p->graph->tensors[p->graph->inputs[k]].bytes, 0,
                            plan->order_count);
        }
    }
    for (uint32_t s = 0; s < plan->stage_count; s++) {
        add_op_memory(p, plan->stages[s], plan->stages[s + 1]);
    }
    uint64_t live = live_bytes(p);
    uint64_t bytes = nn_plan_place(p, live);
    if (bytes > INT32_MAX) {
        return nn_fail(error, NN_ERR_RANGE,
                "an inference would need over 2 GB");
    }
    plan->live_bytes = (uint32_t)live;
    plan->arena_bytes = (uint32_t)bytes;
    fill_places(p);
    return 0;
}
