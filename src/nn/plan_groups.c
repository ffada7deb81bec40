// SPDX-License-Identifier: MIT
// Which tensors share bytes, and who reads them.

#include <string.h>

#include "nn/ops/fold_hooks.h"
#include "nn/ops/ops.h"
#include "nn/planner.h"

// A CONCATENATION of more parts is rare and would take long to look at.
enum { MAX_PARTS = 64 };

static bool by_caller(const nn_planner *p, const nn_tensor *t, uint16_t *k) {
    for (uint16_t i = 0; i < p->graph->output_count && i < 32; i++) {
        if (&p->graph->tensors[p->graph->outputs[i]] == t &&
                (p->options.outputs_by_caller >> i & 1) != 0) {
            *k = i;
            return true;
        }
    }
    return false;
}

// RESHAPE and the like cost nothing when the result may share its input's
// bytes. An output of the model has to have bytes of its own, apart from
// those of an input, a constant or another output.
static bool share_alias(nn_planner *p, const nn_op *op) {
    uint16_t in = op->inputs[0];
    uint16_t out = op->outputs[0];
    const nn_tensor *root = &p->graph->tensors[p->root[in]];
    nn_group *group = &p->groups[p->root[in]];
    if (p->graph->tensors[out].is_output) {
        if (root->data != NULL || root->is_input || group->parted ||
                group->last == p->graph->op_count) {
            return false;
        }
        group->last = p->graph->op_count;
    }
    p->root[out] = p->root[in];
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
        uint16_t in = op->inputs[k];
        const nn_tensor *part = &p->graph->tensors[in];
        const nn_tensor *root = &p->graph->tensors[p->root[in]];
        const nn_group *group = &p->groups[p->root[in]];
        if (root->data != NULL || root->is_input || part->is_output ||
                group->last == p->graph->op_count || group->parted ||
                root->bytes != part->bytes) {
            return false;
        }
        for (uint32_t j = 0; j < k; j++) {
            if (p->root[op->inputs[j]] == p->root[in]) {
                return false;
            }
        }
    }
    uint16_t out = op->outputs[0];
    uint32_t at = 0;
    for (uint32_t k = 0; k < op->input_count; k++) {
        uint16_t part = p->root[op->inputs[k]];
        for (uint32_t t = 0; t < p->graph->tensor_count; t++) {
            if (p->root[t] == part) {
                p->root[t] = out;
                p->offset[t] += at;
            }
        }
        at += p->graph->tensors[part].bytes;
    }
    p->groups[out].parted = 1;
    return true;
}

static void share(nn_planner *p) {
    const nn_graph *graph = p->graph;
    for (uint32_t t = 0; t < graph->tensor_count; t++) {
        p->root[t] = (uint16_t)t;
        p->offset[t] = 0;
        memset(&p->groups[t], 0, sizeof(p->groups[t]));
        // while sharing, last tells groups that hold an output of the model
        p->groups[t].last = graph->tensors[t].is_output ? graph->op_count : 0;
    }
    p->plan->order_count = 0;
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const nn_op *op = &graph->ops[i];
        p->place[i] = NN_NONE;
        if (op->folded || (op->alias && share_alias(p, op)) ||
                share_parts(p, op)) {
            continue;
        }
        p->place[i] = p->plan->order_count;
        p->plan->order[p->plan->order_count++].op = (uint16_t)i;
    }
}

// Readers of each group, in the order of their places.
static void list_readers(nn_planner *p) {
    const nn_graph *graph = p->graph;
    uint32_t *start = p->reader_start;
    memset(start, 0, (graph->tensor_count + 1u) * sizeof(*start));
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < p->plan->order_count; i++) {
            const nn_op *op = nn_planned_op(p, i);
            for (uint32_t k = 0; k < op->input_count; k++) {
                if (op->inputs[k] == NN_NONE) {
                    continue;
                }
                uint32_t root = p->root[op->inputs[k]];
                if (pass == 0) {
                    start[root + 1]++;
                } else {
                    p->readers[start[root]++] =
                            (nn_reader){(uint16_t)i, (uint16_t)k};
                }
            }
        }
        if (pass == 0) {
            for (uint32_t t = 0; t < graph->tensor_count; t++) {
                start[t + 1] += start[t];
            }
        }
    }
    // the second pass moved every start to its group's end
    for (uint32_t t = graph->tensor_count; t > 0; t--) {
        start[t] = start[t - 1];
    }
    start[0] = 0;
}

static void find_life(nn_planner *p, uint32_t t) {
    nn_group *group = &p->groups[t];
    uint32_t begin = p->reader_start[t];
    uint32_t end = p->reader_start[t + 1];
    group->first = NN_NONE;
    group->last = 0;
    group->guess = p->graph->tensors[t].rows;
    group->guess_lingers = 1;
    group->item = NN_NONE;
    if (end > begin) {
        group->first = p->readers[begin].place;
        group->last = p->readers[end - 1].place;
    }
}

static void find_source(nn_planner *p, uint32_t t) {
    const nn_tensor *tensor = &p->graph->tensors[t];
    nn_group *group = &p->groups[p->root[t]];
    nn_place *place = &p->plan->places[t];
    const nn_tensor *root = &p->graph->tensors[p->root[t]];
    if (tensor->rows != root->rows || tensor->row_bytes != root->row_bytes) {
        group->barrier = 1;
    }
    if (tensor->producer == NN_NONE) {
        return;
    }
    uint16_t at = p->place[tensor->producer];
    if (at == NN_NONE) { // a reshape or a CONCATENATION of nothing but parts
        const nn_op *op = &p->graph->ops[tensor->producer];
        place->source =
                op->alias ? p->plan->places[op->inputs[0]].source : NN_NONE;
        return;
    }
    place->source = at;
    group->first = at < group->first ? at : group->first;
    group->last_write = at > group->last_write ? at : group->last_write;
    if (group->last < at) {
        group->last = at; // nothing reads it
    }
}

static void find_kind(nn_planner *p, uint32_t t) {
    const nn_tensor *tensor = &p->graph->tensors[t];
    nn_group *group = &p->groups[p->root[t]];
    uint16_t k;
    if (tensor->data != NULL) {
        group->kind = NN_PLACE_FILE;
    } else if (group->kind != NN_PLACE_INPUT && tensor->is_output &&
            by_caller(p, tensor, &k)) {
        group->kind = NN_PLACE_OUTPUT;
        group->item = k;
    } else if (group->kind == NN_PLACE_NONE && group->first != NN_NONE) {
        group->kind = NN_PLACE_ARENA;
    }
}

void nn_plan_groups(nn_planner *p) {
    const nn_graph *graph = p->graph;
    share(p);
    list_readers(p);
    for (uint32_t t = 0; t < graph->tensor_count; t++) {
        find_life(p, t);
        p->plan->places[t] = (nn_place){.source = NN_NONE};
    }
    for (uint32_t k = 0; k < graph->output_count; k++) {
        p->groups[p->root[graph->outputs[k]]].last = p->plan->order_count;
    }
    for (uint32_t k = 0; k < graph->input_count; k++) {
        uint16_t t = graph->inputs[k];
        nn_group *group = &p->groups[t];
        p->plan->inputs[k] = (nn_plan_input){group->first, group->last};
        p->plan->places[t].source = (uint16_t)(NN_PULLED + k);
        if (p->options.whole_input) {
            group->kind = NN_PLACE_INPUT;
            group->item = (uint16_t)k;
        }
        if (graph->tensors[t].is_output && group->first == NN_NONE) {
            group->first = 0; // an input handed through
        }
    }
    // file order: a reshape finds its input's source set
    for (uint32_t t = 0; t < graph->tensor_count; t++) {
        if (graph->tensors[t].producer == NN_NONE) {
            find_source(p, t);
        }
    }
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const nn_op *op = &graph->ops[i];
        for (uint32_t k = 0; k < op->output_count && !op->folded; k++) {
            find_source(p, op->outputs[k]);
        }
    }
    for (uint32_t t = 0; t < graph->tensor_count; t++) {
        find_kind(p, t);
        nn_group *group = &p->groups[p->root[t]];
        group->barrier = group->barrier || group->parted;
    }
}
