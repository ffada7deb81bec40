// SPDX-License-Identifier: MIT
// A model ready to run on the host.

#include "host/engine/engine.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "host/engine/float_model.h"
#include "host/file/file.h"
#include "host/float/float.h"
#include "nn/ops/ops.h"

// Where an input comes from: bytes or a source of rows.
typedef struct input {
    const uint8_t *bytes;
    uint32_t row_bytes;
    engine_row_source source;
    void *context;
    void *gathered; // a source's rows, for plans that want whole inputs
} input;

struct engine {
    uint8_t *file;
    size_t file_bytes;
    float_model widened; // what runs instead of a float file
    void *state;
    void *plan_memory;
    void *run_memory;
    void *arena;
    input *inputs;
    nn_input *nn_inputs;
    void **outputs; // by the caller: those of float32
    nn_graph graph;
    nn_plan plan;
    nn_run run;
    nn_io io;
    bool whole_input;
};

// More than any model that could be meant for a camera.
enum { MODEL_MAX_BYTES = 1 << 30 };

static int no_memory(nn_error *error) {
    return nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
}

// malloc() of at least one byte, aligned for the engine.
static void *take(size_t bytes) {
    return aligned_alloc(NN_ALIGN,
            (bytes + NN_ALIGN) & ~(size_t)(NN_ALIGN - 1));
}

static int load(engine *e, nn_error *error) {
    int code = float_model_make(&e->widened, e->file, e->file_bytes, error);
    if (code) {
        return code;
    }
    bool is_float = e->widened.file;
    const void *file = is_float ? e->widened.file : e->file;
    size_t file_bytes = is_float ? e->widened.bytes : e->file_bytes;
    size_t bytes;
    code = nn_measure(file, file_bytes, &bytes, error);
    if (code) {
        return code;
    }
    e->state = take(bytes);
    if (!e->state) {
        return no_memory(error);
    }
    code = nn_load(&e->graph, file, file_bytes,
            is_float ? nn_ops_float : nn_ops_int8, e->state, bytes, error);
    if (code && is_float) {
        float_model_explain(&e->widened, error);
    }
    return code;
}

// float32 outputs are the caller's.
static uint32_t caller_outputs(const nn_graph *graph) {
    uint32_t mask = 0;
    for (uint32_t k = 0; k < graph->output_count && k < 32; k++) {
        bool is_float = graph->tensors[graph->outputs[k]].type == NN_FLOAT32;
        mask |= (uint32_t)is_float << k;
    }
    return mask;
}

static int plan(engine *e, const engine_options *options, nn_error *error) {
    nn_plan_options how = {
            .whole = options->whole,
            .whole_input = options->whole_input,
            .outputs_by_caller = caller_outputs(&e->graph),
            .budget = options->budget,
    };
    size_t bytes;
    size_t work_bytes;
    nn_plan_measure(&e->graph, &bytes, &work_bytes);
    e->plan_memory = take(bytes);
    void *work = take(work_bytes);
    int code = e->plan_memory && work
            ? nn_plan_make(&e->plan, &e->graph, &how, e->plan_memory, bytes,
                      work, work_bytes, error)
            : no_memory(error);
    free(work);
    return code;
}

static int alloc_outputs(engine *e, nn_error *error) {
    uint32_t mask = caller_outputs(&e->graph);
    e->outputs = calloc(e->graph.output_count + (size_t)1, sizeof(void *));
    for (uint32_t k = 0; e->outputs && k < e->graph.output_count; k++) {
        if (k < 32 && mask >> k & 1) {
            e->outputs[k] = take(engine_output(e, k)->bytes);
            if (!e->outputs[k]) {
                return no_memory(error);
            }
        }
    }
    return e->outputs ? 0 : no_memory(error);
}

static int alloc_inputs(engine *e, nn_error *error) {
    size_t count = e->graph.input_count + (size_t)1;
    e->inputs = calloc(count, sizeof *e->inputs);
    e->nn_inputs = calloc(count, sizeof *e->nn_inputs);
    for (uint32_t k = 0; e->inputs && k < e->graph.input_count; k++) {
        e->inputs[k].row_bytes = engine_input(e, k)->row_bytes;
    }
    return e->inputs && e->nn_inputs ? 0 : no_memory(error);
}

static int alloc_run(engine *e, nn_error *error) {
    e->run_memory = take(nn_run_measure(&e->plan));
    e->arena = take(e->plan.arena_bytes);
    if (!e->run_memory || !e->arena) {
        return no_memory(error);
    }
    int code = alloc_outputs(e, error);
    code = code ? code : alloc_inputs(e, error);
    e->io.inputs = e->nn_inputs;
    e->io.outputs = e->outputs;
    return code;
}

// Takes file over, in memory from malloc().
static int open_file(engine **out, uint8_t *file, size_t file_bytes,
        const engine_options *options, nn_error *error) {
    static const engine_options defaults;
    *out = NULL;
    engine *e = calloc(1, sizeof *e);
    if (!e) {
        free(file);
        return no_memory(error);
    }
    e->file = file;
    e->file_bytes = file_bytes;
    options = options ? options : &defaults;
    e->whole_input = options->whole_input;
    int code = load(e, error);
    code = code ? code : plan(e, options, error);
    code = code ? code : alloc_run(e, error);
    if (code) {
        engine_close(e);
        return code;
    }
    *out = e;
    return 0;
}

int engine_open(engine **out, const char *path, const engine_options *options,
        nn_error *error) {
    uint8_t *file;
    size_t bytes;
    *out = NULL;
    int code = file_read(path, MODEL_MAX_BYTES, &file, &bytes, error);
    return code ? code : open_file(out, file, bytes, options, error);
}

int engine_open_bytes(engine **out, const void *file, size_t file_bytes,
        const engine_options *options, nn_error *error) {
    *out = NULL;
    uint8_t *copy = take(file_bytes);
    if (!copy) {
        return no_memory(error);
    }
    if (file_bytes) {
        memcpy(copy, file, file_bytes);
    }
    return open_file(out, copy, file_bytes, options, error);
}

void engine_close(engine *e) {
    if (!e) {
        return;
    }
    for (uint32_t k = 0; e->outputs && k < e->graph.output_count; k++) {
        free(e->outputs[k]);
    }
    for (uint32_t k = 0; e->inputs && k < e->graph.input_count; k++) {
        free(e->inputs[k].gathered);
    }
    free(e->outputs);
    free(e->inputs);
    free(e->nn_inputs);
    free(e->arena);
    free(e->run_memory);
    free(e->plan_memory);
    free(e->state);
    float_model_free(&e->widened);
    free(e->file);
    free(e);
}

const nn_graph *engine_graph(const engine *e) {
    return &e->graph;
}

const nn_tensor *engine_input(const engine *e, uint32_t k) {
    assert(k < e->graph.input_count);
    return &e->graph.tensors[e->graph.inputs[k]];
}

const nn_tensor *engine_output(const engine *e, uint32_t k) {
    assert(k < e->graph.output_count);
    return &e->graph.tensors[e->graph.outputs[k]];
}

bool engine_is_float(const engine *e) {
    return e->widened.file;
}

const nn_plan *engine_plan(const engine *e) {
    return &e->plan;
}

uint32_t engine_arena_bytes(const engine *e) {
    return e->plan.arena_bytes;
}

static int read_bytes(void *user, uint32_t y, void *row) {
    const input *in = user;
    memcpy(row, in->bytes + (size_t)y * in->row_bytes, in->row_bytes);
    return 0;
}

void engine_set_input(engine *e, uint32_t k, const void *bytes) {
    assert(k < e->graph.input_count);
    e->inputs[k].bytes = bytes;
    e->inputs[k].source = NULL;
    e->nn_inputs[k] = (nn_input){.read = read_bytes, .user = &e->inputs[k]};
}

void engine_set_rows(engine *e, uint32_t k, engine_row_source source,
        void *context) {
    assert(k < e->graph.input_count);
    e->inputs[k].source = source;
    e->inputs[k].context = context;
    e->nn_inputs[k] = (nn_input){.read = source, .user = context};
}

void engine_set_observer(engine *e, nn_observer observe, void *context) {
    e->io.observe = observe;
    e->io.observe_user = context;
}

// Fetches all rows of input k, for plans that want them in one piece.
static int gather(engine *e, uint32_t k, nn_error *error) {
    input *in = &e->inputs[k];
    const nn_tensor *tensor = engine_input(e, k);
    if (!in->source) {
        e->nn_inputs[k].data = in->bytes;
        return 0;
    }
    in->gathered = in->gathered ? in->gathered : take(tensor->bytes);
    if (!in->gathered) {
        return no_memory(error);
    }
    uint8_t *row = in->gathered;
    for (uint32_t y = 0; y < tensor->rows; y++, row += tensor->row_bytes) {
        int code = in->source(in->context, y, row);
        if (code) {
            return nn_fail(error, NN_ERR_INPUT, "input %u cannot be read", k);
        }
    }
    e->nn_inputs[k].data = in->gathered;
    return 0;
}

int engine_run(engine *e, nn_error *error) {
    for (uint32_t k = 0; k < e->graph.input_count; k++) {
        assert(e->nn_inputs[k].read);
        int code = e->whole_input ? gather(e, k, error) : 0;
        if (code) {
            return code;
        }
    }
    int code = nn_run_init(&e->run, &e->plan, &e->io, e->run_memory,
            nn_run_measure(&e->plan), e->arena, e->plan.arena_bytes, error);
    return code ? code : nn_run_all(&e->run, error);
}

const void *engine_output_data(const engine *e, uint32_t k) {
    return nn_run_output(&e->run, k);
}
