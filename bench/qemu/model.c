// SPDX-License-Identifier: MIT
// A model on MPS2 AN500, with its tables and tensors in PSRAM.

#include "model.h"

#include <string.h>

#include "nn/ops/ops.h"
#include "nn/packed.h"
#include "rom/romfs.h"
#include "semihost.h"

extern uint8_t psram_start, psram_end;
static uint8_t *memory = &psram_start;

void *model_take(size_t bytes) {
    void *taken = memory;
    if (bytes > (size_t)(&psram_end - memory)) {
        semihost_exit(4);
    }
    memory += (bytes + NN_ALIGN - 1) & ~(size_t)(NN_ALIGN - 1);
    return taken;
}

void *model_memory(void) {
    return memory;
}

void model_forget(void *from) {
    memory = from;
}

const void *model_file(const char *path, uint32_t *bytes) {
    int32_t read = semihost_read(path, memory, (size_t)(&psram_end - memory));
    if (read < 0) {
        semihost_exit(5);
    }
    *bytes = (uint32_t)read;
    return model_take((size_t)read);
}

// The file of a ROM image whose name ends so, or NULL.
static const void *find_file(const void *image, uint32_t *bytes,
        const char *ending) {
    romfs rom;
    if (romfs_open(&rom, image, *bytes) != 0) {
        return NULL;
    }
    romfs_file entry = {0};
    size_t length = strlen(ending);
    while (romfs_next(&rom, &entry)) {
        if (entry.name_bytes > length &&
                memcmp(entry.name + entry.name_bytes - length, ending,
                        length) == 0) {
            *bytes = entry.bytes;
            return entry.data;
        }
    }
    return NULL;
}

static int read_row(void *user, uint32_t row, void *out) {
    const model_source *s = user;
    memcpy(out, s->bytes + (size_t)row * s->row_bytes, s->row_bytes);
    return 0;
}

static void set_inputs(model *m, const uint8_t *data) {
    for (uint32_t k = 0; k < m->graph.input_count && k < MODEL_MAX_INPUTS;
            k++) {
        const nn_tensor *t = &m->graph.tensors[m->graph.inputs[k]];
        m->sources[k] = (model_source){data, t->row_bytes};
        m->inputs[k] = (nn_input){.read = read_row, .user = &m->sources[k]};
        data += t->bytes;
    }
    m->io = (nn_io){.inputs = m->inputs, .outputs = m->outputs};
}

int model_open(model *m, const char *path, const char *inputs,
        nn_error *error) {
    uint32_t bytes;
    const void *image = model_file(path, &bytes);
    uint32_t image_bytes = bytes;
    const void *file = find_file(image, &bytes, ".tflite");
    file = file != NULL ? file : image;
    size_t state;
    int err = nn_measure(file, bytes, &state, error);
    if (err == 0) {
        err = nn_load(&m->graph, file, bytes, nn_ops_int8, model_take(state),
                state, error);
    }
    const void *packed = find_file(image, &image_bytes, ".packed");
    if (err == 0 && packed != NULL) {
        err = nn_packed_attach(&m->graph, packed, image_bytes, error);
    }
    if (err == 0) {
        set_inputs(m, model_file(inputs, &bytes));
    }
    return err;
}

int model_plan(model *m, bool whole, nn_error *error) {
    size_t plan_bytes;
    size_t work;
    nn_plan_measure(&m->graph, &plan_bytes, &work);
    nn_plan_options options = {.whole = whole};
    for (uint32_t k = 0; k < m->graph.output_count && k < MODEL_MAX_OUTPUTS;
            k++) {
        const nn_tensor *t = &m->graph.tensors[m->graph.outputs[k]];
        if (t->type == NN_FLOAT32) {
            options.outputs_by_caller |= 1UL << k;
            m->outputs[k] = model_take(t->bytes);
        }
    }
    int err = nn_plan_make(&m->plan, &m->graph, &options,
            model_take(plan_bytes), plan_bytes, model_take(work), work, error);
    if (err == 0) {
        m->tables = model_take(nn_run_measure(&m->plan));
        m->arena = model_take(m->plan.arena_bytes);
    }
    return err;
}

int model_run(model *m, nn_error *error) {
    int err = nn_run_init(&m->run, &m->plan, &m->io, m->tables,
            nn_run_measure(&m->plan), m->arena, m->plan.arena_bytes, error);
    return err ? err : nn_run_all(&m->run, error);
}
