// SPDX-License-Identifier: MIT
// What a model is made of, what it needs, what it lacks here.

#include "host/inspect/inspect.h"

#include <stdlib.h>

#include "host/engine/engine.h"
#include "host/engine/float_model.h"
#include "host/file/file.h"
#include "host/float/float.h"
#include "host/inspect/naive.h"
#include "nn/op.h"
#include "nn/ops/ops.h"

// More than any model that could be meant for a camera.
enum { MODEL_MAX_BYTES = 1 << 30 };

static int no_memory(nn_error *error) {
    return nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
}

// Points into op or into builtin.
static const char *kind_name(const tfl_op *op, nn_name *builtin) {
    *builtin = nn_builtin_name((uint32_t)op->code);
    return op->code == TFL_CUSTOM && *op->custom ? op->custom : builtin->text;
}

static int count_kinds(inspection *i, nn_error *error) {
    const tfl_model *m = &i->model;
    i->kinds = calloc(m->op_count + (size_t)1, sizeof *i->kinds);
    if (!i->kinds) {
        return no_memory(error);
    }
    for (uint32_t k = 0; k < m->op_count; k++) {
        const tfl_op *op = &m->ops[k];
        size_t j = 0;
        while (j < i->kind_count && i->kinds[j].code != op->code) {
            j++;
        }
        if (j == i->kind_count) {
            inspected_kind *kind = &i->kinds[i->kind_count++];
            kind->code = op->code;
            kind->name = kind_name(op, &kind->builtin);
        }
        i->kinds[j].count++;
    }
    return 0;
}

static int list_tensors(const tfl_model *m, const int32_t *list, uint32_t count,
        inspected_tensor **out, nn_error *error) {
    *out = calloc(count + (size_t)1, sizeof **out);
    if (!*out) {
        return no_memory(error);
    }
    for (uint32_t k = 0; k < count; k++) {
        const tfl_tensor *t = &m->tensors[list[k]];
        inspected_tensor *to = &(*out)[k];
        to->name = t->name;
        to->type = nn_type_name((nn_type)t->type);
        to->rank = t->rank;
        for (uint32_t d = 0; d < t->rank; d++) {
            to->dim[d] = t->dim[d];
        }
        to->scale_count = t->scale_count;
        to->scale = t->scale_count ? t->scales[0] : 0;
        to->zero_point = t->scale_count ? t->zero_points[0] : 0;
    }
    return 0;
}

static bool in_table(const nn_op_def *const *table, int32_t code) {
    for (; *table; table++) {
        if ((*table)->code == code) {
            return true;
        }
    }
    return false;
}

// Every operator that there is no kernel for; where there are none of these,
// what the engine said.
static int list_reasons(inspection *i, const nn_error *refusal,
        nn_error *error) {
    const tfl_model *m = &i->model;
    const nn_op_def *const *table =
            float_model_is(m) ? nn_ops_float : nn_ops_int8;
    i->reasons = calloc(m->op_count + (size_t)1, sizeof *i->reasons);
    if (!i->reasons) {
        return no_memory(error);
    }
    for (uint32_t k = 0; k < m->op_count; k++) {
        if (!in_table(table, m->ops[k].code)) {
            nn_name name;
            nn_error *reason = &i->reasons[i->reason_count++];
            (void)nn_fail(reason, NN_ERR_UNSUPPORTED, "op %u %s: not supported",
                    k, kind_name(&m->ops[k], &name));
        }
    }
    if (!i->reason_count) {
        i->reasons[i->reason_count++] = *refusal;
    }
    return 0;
}

static void add_macs(inspection *i, const nn_graph *graph) {
    for (uint32_t k = 0; k < graph->op_count; k++) {
        const nn_op *op = &graph->ops[k];
        for (size_t j = 0; j < i->kind_count; j++) {
            if (i->kinds[j].code == op->def->code) {
                i->kinds[j].macs += op->macs;
            }
        }
        i->macs += op->macs;
    }
}

static bool inputs_are_float(const tfl_model *m) {
    for (uint32_t k = 0; k < m->input_count; k++) {
        if (m->tensors[m->inputs[k]].type != NN_FLOAT32) {
            return false;
        }
    }
    return true;
}

// Lets the engine load and plan the model.
static int try_engine(inspection *i, const uint8_t *file, size_t bytes,
        nn_error *error) {
    engine *whole;
    nn_error refusal;
    engine_options options = {.budget = i->budget,
            .whole_input = inputs_are_float(&i->model)};
    int code = engine_open_bytes(&i->engine, file, bytes, &options, &refusal);
    if (code == NN_ERR_UNSUPPORTED) {
        return list_reasons(i, &refusal, error);
    }
    if (code) {
        return nn_fail(error, code, "%s", refusal.text);
    }
    options.whole = true;
    code = engine_open_bytes(&whole, file, bytes, &options, error);
    if (code) {
        return code;
    }
    i->arena_whole_bytes = engine_arena_bytes(whole);
    engine_close(whole);
    i->supported = true;
    i->arena_bytes = engine_arena_bytes(i->engine);
    add_macs(i, engine_graph(i->engine));
    return inspect_naive_bytes(&i->model, &i->arena_naive_bytes, error);
}

static int look(inspection *i, const uint8_t *file, size_t bytes,
        nn_error *error) {
    tfl_model *m = &i->model;
    int code = tfl_read(m, file, bytes, error);
    code = code ? code : count_kinds(i, error);
    code = code ? code
                : list_tensors(m, m->inputs, m->input_count, &i->inputs, error);
    code = code
            ? code
            : list_tensors(m, m->outputs, m->output_count, &i->outputs, error);
    if (code) {
        return code;
    }
    i->input_count = m->input_count;
    i->output_count = m->output_count;
    for (uint32_t k = 0; k < m->tensor_count; k++) {
        i->weights_bytes += m->tensors[k].bytes;
    }
    return try_engine(i, file, bytes, error);
}

int inspect_model(inspection *out, const char *path, uint32_t budget,
        nn_error *error) {
    uint8_t *file;
    size_t bytes;
    *out = (inspection){.budget = budget};
    int code = file_read(path, MODEL_MAX_BYTES, &file, &bytes, error);
    if (code) {
        return code;
    }
    code = look(out, file, bytes, error);
    free(file);
    if (code) {
        inspect_free(out);
    }
    return code;
}

void inspect_free(inspection *i) {
    engine_close(i->engine);
    tfl_free(&i->model);
    free(i->kinds);
    free(i->inputs);
    free(i->outputs);
    free(i->reasons);
}
