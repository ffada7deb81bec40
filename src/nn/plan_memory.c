// SPDX-License-Identifier: MIT
// What lies in the arena, and from when to when.

#include "nn/planner.h"

// Whether the operator at place may write its output, which is whole then, over
// the group.
static bool can_take_over(uint32_t place, const nn_group *from,
        const nn_group *to) {
    // the model's input begins with its reader
    bool there = from->first < place ||
            (from->tensor->is_input && from->ring == from->tensor->rows);
    // the input has to end here, and both must be whole and alone
    return from->kind == NN_PLACE_ARENA && to->kind == NN_PLACE_ARENA &&
            there && from->last == place && to->first == place &&
            !from->parted && !to->parted &&
            from->tensor->bytes == to->tensor->bytes;
}

const nn_group *nn_plan_victim(const nn_planner *p, uint32_t place) {
    const nn_op *op = nn_planned_op(p->plan, place);
    for (uint32_t k = 0; op->in_place >> k != 0 && op->output_count == 1; k++) {
        if ((op->in_place >> k & 1) != 0 && op->inputs[k] != NN_NONE) {
            const nn_group *from = p->group[op->inputs[k]];
            if (can_take_over(place, from, p->group[op->outputs[0]])) {
                return from;
            }
        }
    }
    return NULL;
}

static uint16_t add_item(nn_planner *p, uint32_t bytes, uint32_t first,
        uint32_t last) {
    nn_item *item = &p->items[p->item_count];
    item->bytes = nn_align_up(bytes);
    item->first = (uint16_t)first;
    item->last = (uint16_t)last;
    return (uint16_t)p->item_count++;
}

// The end of the stage in which the group is read last.
static uint32_t last_place(const nn_planner *p, const nn_group *group) {
    const uint16_t *end = p->plan->stages + 1;
    while (*end <= group->last && *end < p->plan->order_count) {
        end++;
    }
    return *end - 1u;
}

// The group gets a place in the arena unless it has one or needs none.
static void add_group(nn_planner *p, nn_group *group) {
    const nn_tensor *tensor = group->tensor;
    if (group->kind != NN_PLACE_ARENA || group->item != NN_NONE) {
        return;
    }
    uint32_t first = p->stage.first;
    uint32_t last = p->stage.end - 1;
    if (!nn_group_inside(p, group)) {
        group->ring = tensor->rows;
        last = last_place(p, group);
    } else if (group->ring == 1 && !group->lingers) {
        first = group->first;
        last = group->last;
    }
    group->item = add_item(p, group->ring * tensor->row_bytes, first, last);
}

static void add_stage(nn_planner *p, uint32_t first, uint32_t end) {
    nn_plan_rings(p, first, end);
    for (uint32_t place = first; place < end; place++) {
        const nn_op *op = nn_planned_op(p->plan, place);
        for (uint32_t k = 0; k < op->input_count; k++) {
            if (op->inputs[k] != NN_NONE) {
                // inputs of the model begin with their first reader
                add_group(p, p->group[op->inputs[k]]);
            }
        }
        const nn_group *victim =
                end - first == 1 ? nn_plan_victim(p, place) : NULL;
        if (victim != NULL) {
            nn_group *to = p->group[op->outputs[0]];
            to->item = victim->item;
            to->ring = to->tensor->rows;
            p->items[to->item].last = (uint16_t)last_place(p, to);
        }
        for (uint32_t k = 0; k < op->output_count; k++) {
            add_group(p, p->group[op->outputs[k]]);
        }
    }
}

// Scratch and kept tables, behind the groups so that these keep their items.
static void add_op_memory(nn_planner *p, uint32_t first, uint32_t end) {
    for (uint32_t place = first; place < end; place++) {
        nn_plan_op *step = &p->plan->order[place];
        const nn_op *op = nn_planned_op(p->plan, place);
        step->scratch = add_item(p, op->scratch_bytes, place, place);
        step->keep = add_item(p, op->keep_bytes, first, end - 1);
    }
}

static void fill_places(nn_planner *p) {
    for (uint32_t t = 0; t < p->graph->tensor_count; t++) {
        const nn_group *group = p->group[t];
        nn_place *place = &p->plan->places[t];
        place->kind = group->kind;
        place->offset = p->offset[t];
        place->ring = p->graph->tensors[t].rows;
        place->index = group->item;
        if (group->kind == NN_PLACE_ARENA) {
            place->offset += p->items[group->item].offset;
            // parts and reshapes to other rows are whole
            place->ring = group->barrier ? place->ring : group->ring;
        }
    }
    for (uint32_t i = 0; i < p->plan->order_count; i++) {
        nn_plan_op *step = &p->plan->order[i];
        step->scratch = p->items[step->scratch].offset;
        step->keep = p->items[step->keep].offset;
    }
}

// The most bytes in use at one place.
static uint64_t live_bytes(const nn_planner *p) {
    uint64_t most = 0;
    for (uint32_t place = 0; place <= p->plan->order_count; place++) {
        uint64_t sum = 0;
        for (uint32_t i = 0; i < p->item_count; i++) {
            const nn_item *item = &p->items[i];
            if (item->first <= place && item->last >= place) {
                sum += item->bytes;
            }
        }
        most = sum > most ? sum : most;
    }
    return most;
}

int nn_plan_memory(nn_planner *p, nn_error *error) {
    nn_plan *plan = p->plan;
    const uint16_t *stages = plan->stages;
    p->item_count = 0;
    for (uint32_t t = 0; t < p->graph->tensor_count; t++) {
        if (p->groups[t].kind == NN_PLACE_ARENA) {
            p->groups[t].item = NN_NONE;
        }
    }
    for (uint32_t s = 0; s < plan->stage_count; s++) {
        add_stage(p, stages[s], stages[s + 1]);
    }
    for (uint32_t k = 0; k < p->graph->input_count; k++) {
        // an input that is handed through to an output, read by nothing
        nn_group *group = p->group[p->graph->inputs[k]];
        if (group->kind == NN_PLACE_ARENA && group->item == NN_NONE) {
            group->ring = group->tensor->rows;
            group->item =
                    add_item(p, group->tensor->bytes, 0, plan->order_count);
        }
    }
    for (uint32_t s = 0; s < plan->stage_count; s++) {
        add_op_memory(p, stages[s], stages[s + 1]);
    }
    uint64_t live = live_bytes(p);
    uint32_t bytes =
            nn_plan_place(p, live < UINT32_MAX ? (uint32_t)live : UINT32_MAX);
    if (bytes > INT32_MAX) {
        return nn_fail(error, NN_ERR_RANGE,
                "an inference would need over 2 GB");
    }
    plan->live_bytes = (uint32_t)live;
    plan->arena_bytes = bytes;
    fill_places(p);
    return 0;
}
