// SPDX-License-Identifier: MIT
// Which tensors share bytes, and who reads them.

#include "nn/ops/fold_hooks.h"
#include "nn/ops/ops.h"
#include "nn/planner.h"

// A CONCATENATION of more parts is rare and would take long to look at.
enum { MAX_PARTS = 64 };

// The first input as a source, until the order is known.
enum { INPUTS = 0x8000 };

// RESHAPE and the like cost nothing when the result may share its input's
// bytes. An output of the model has to have bytes of its own, apart from
// those of an input, a constant or another output.
static bool share_alias(nn_planner *p, const nn_op *op) {
    uint16_t in = op->inputs[0];
    uint16_t out = op->outputs[0];
    nn_group *group = p->group[in];
    if (p->group[out]->bound) {
        if (group->bound) {
            return false;
        }
        group->bound = 1;
    }
    p->group[out] = group;
    p->offset[out] = p->offset[in];
    return true;
}

// The parts of a CONCATENATION whose parts follow each other in memory are
// written straight into it: all of them, or none.
static bool share_parts(nn_planner *p, const nn_op *op) {
    if (op->def != &nn_op_concatenation || op->input_count > MAX_PARTS ||
            !nn_concat_is_contiguous(p->graph, op)) {
        return false;
    }
    for (uint32_t k = 0; k < op->input_count; k++) {
        const nn_group *part = p->group[op->inputs[k]];
        if (part->bound ||
                part->tensor->bytes != p->graph->tensors[op->inputs[k]].bytes) {
            return false;
        }
        for (uint32_t j = 0; j < k; j++) {
            if (p->group[op->inputs[j]] == part) {
                return false;
            }
        }
    }
    nn_group *whole = p->group[op->outputs[0]];
    uint32_t at = 0;
    for (uint32_t k = 0; k < op->input_count; k++) {
        const nn_group *part = p->group[op->inputs[k]];
        for (uint32_t t = 0; t < p->graph->tensor_count; t++) {
            if (p->group[t] == part) {
                p->group[t] = whole;
                p->offset[t] += at;
            }
        }
        at += part->tensor->bytes;
    }
    whole->parted = 1;
    whole->bound = 1;
    return true;
}

// Groups, the order, and where each tensor's rows come from.
static void share(nn_planner *p) {
    const nn_graph *graph = p->graph;
    nn_plan *plan = p->plan;
    for (uint32_t t = 0; t < graph->tensor_count; t++) {
        const nn_tensor *tensor = &graph->tensors[t];
        nn_group *group = &p->groups[t];
        group->tensor = tensor;
        group->bound =
                tensor->data != NULL || tensor->is_input || tensor->is_output;
        group->first = NN_NONE;
        group->guess = tensor->rows;
        group->guess_lingers = 1;
        p->group[t] = group;
        plan->places[t].source = NN_NONE;
    }
    for (uint32_t k = 0; k < graph->input_count; k++) {
        plan->places[graph->inputs[k]].source = (uint16_t)(INPUTS + k);
    }
    // file order: a reshape finds its input's source set
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const nn_op *op = &graph->ops[i];
        if (op->folded || share_parts(p, op)) {
            continue;
        }
        uint16_t source = plan->order_count;
        if (op->alias && share_alias(p, op)) {
            source = plan->places[op->inputs[0]].source;
        } else {
            plan->order[plan->order_count++].op = (uint16_t)i;
        }
        for (uint32_t k = 0; k < op->output_count; k++) {
            plan->places[op->outputs[k]].source = source;
        }
    }
}

// Readers of each group, from the last to the first.
static void list_readers(nn_planner *p) {
    nn_reader *reader = p->readers;
    for (uint32_t i = p->plan->order_count; i-- > 0;) {
        const nn_op *op = nn_planned_op(p->plan, i);
        for (uint32_t k = op->input_count; k-- > 0;) {
            if (op->inputs[k] == NN_NONE) {
                continue;
            }
            nn_group *group = p->group[op->inputs[k]];
            if (group->readers == NULL) {
                group->last = (uint16_t)i;
                group->last_input = (uint16_t)k;
            }
            group->first = (uint16_t)i;
            *reader = (nn_reader){group->readers, (uint16_t)i, (uint16_t)k};
            group->readers = reader++;
        }
    }
}

// The same, from the tensors that are written or need not be.
static void find_kind(nn_planner *p, uint32_t t) {
    const nn_tensor *tensor = &p->graph->tensors[t];
    nn_group *group = p->group[t];
    uint16_t *source = &p->plan->places[t].source;
    uint16_t at = *source;
    if (at < INPUTS) {
        group->first = at < group->first ? at : group->first;
        group->last_write = at > group->last_write ? at : group->last_write;
        group->last = at > group->last ? at : group->last; // nothing reads it
    } else if (at != NN_NONE) {
        *source = (uint16_t)(at - INPUTS + p->plan->order_count);
    }
    if (tensor->data != NULL) {
        group->kind = NN_PLACE_FILE;
        group->item = (uint16_t)t;
    } else if (group->kind == NN_PLACE_NONE && group->first != NN_NONE) {
        group->kind = NN_PLACE_ARENA;
    }
    if (group->parted || tensor->rows != group->tensor->rows ||
            tensor->row_bytes != group->tensor->row_bytes) {
        group->barrier = 1;
    }
}

void nn_plan_groups(nn_planner *p) {
    const nn_graph *graph = p->graph;
    nn_plan *plan = p->plan;
    share(p);
    list_readers(p);
    // of an output that is listed twice, the first one counts
    for (uint32_t k = graph->output_count; k-- > 0;) {
        nn_group *group = p->group[graph->outputs[k]];
        group->last = plan->order_count;
        if (nn_plan_by_caller(plan, k)) {
            group->kind = NN_PLACE_OUTPUT;
            group->item = (uint16_t)k;
        }
    }
    for (uint32_t k = 0; k < graph->input_count; k++) {
        nn_group *group = p->group[graph->inputs[k]];
        plan->inputs[k] = (nn_plan_input){group->first, group->last};
        if (p->options.whole_input) {
            group->kind = NN_PLACE_INPUT;
            group->item = (uint16_t)k;
        }
        if (group->tensor->is_output && group->first == NN_NONE) {
            group->first = 0; // an input handed through
        }
    }
    for (uint32_t t = 0; t < graph->tensor_count; t++) {
        find_kind(p, t);
    }
}
