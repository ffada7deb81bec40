// SPDX-License-Identifier: MIT
// Outputs of many models on MPS2 AN500. Argument: a file of lines
//
//     MODEL INPUTS RESULT
//
// MODEL is alone or in a ROM image as `blazecam pack` makes it, INPUTS has the
// bytes of its inputs. RESULT is made: a line that is empty or says why the
// engine refuses the model, then the bytes of all outputs, streamed, and once
// more with whole tensors.

#include <string.h>

#include "model.h"
#include "semihost.h"

// Behind the arena, which no kernel may leave.
enum { GUARD = 0x5A, GUARD_BYTES = 256 };

static uint8_t *lay_guard(void) {
    return memset(model_take(GUARD_BYTES), GUARD, GUARD_BYTES);
}

static bool is_whole(const uint8_t *guard) {
    for (uint32_t i = 0; i < GUARD_BYTES; i++) {
        if (guard[i] != GUARD) {
            return false;
        }
    }
    return true;
}

static void write_outputs(int file, const model *m) {
    for (uint32_t k = 0; k < m->graph.output_count; k++) {
        const nn_tensor *t = &m->graph.tensors[m->graph.outputs[k]];
        semihost_write(file, nn_run_output(&m->run, k), t->bytes);
    }
}

static int run(int file, model *m, bool whole, nn_error *error) {
    int err = model_plan(m, whole, error);
    const uint8_t *guard = lay_guard();
    if (err == 0) {
        // what lies there from before must not matter
        memset(m->arena, whole ? 0x81 : 0x7F, m->plan.arena_bytes);
        err = model_run(m, error);
    }
    if (err == 0 && !is_whole(guard)) {
        return nn_fail(error, NN_ERR_RANGE, "a kernel left its memory");
    }
    if (err == 0) {
        semihost_text(file, whole ? "" : "\n");
        write_outputs(file, m);
    }
    return err;
}

static void one_model(const char *path, const char *inputs,
        const char *result) {
    static model m;
    nn_error error;
    memset(&m, 0, sizeof(m));
    int file = semihost_create(result);
    if (file < 0) {
        semihost_exit(5);
    }
    int err = model_open(&m, path, inputs, &error);
    if (err == 0) {
        err = run(file, &m, false, &error);
    }
    if (err == 0) {
        err = run(file, &m, true, &error);
    }
    if (err != 0) {
        semihost_text(file, error.text);
        semihost_text(file, "\n");
    }
    semihost_close(file);
}

int main(void) {
    char text[512];
    semihost_arguments(text, sizeof(text));
    (void)strtok(text, " ");
    uint32_t bytes;
    const char *list = model_file(strtok(NULL, " "), &bytes);
    char *lines = model_take(bytes + 1);
    memcpy(lines, list, bytes);
    lines[bytes] = '\0';
    void *free = model_memory();
    for (char *path = strtok(lines, " \n"); path != NULL;
            path = strtok(NULL, " \n")) {
        const char *inputs = strtok(NULL, " \n");
        const char *result = strtok(NULL, " \n");
        if (result == NULL) {
            return 2;
        }
        one_model(path, inputs, result);
        model_forget(free);
    }
    return 0;
}
