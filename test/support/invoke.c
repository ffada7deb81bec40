// SPDX-License-Identifier: MIT
// Runs models in memory through the engine, for unit tests with cmocka.

#include "test/support/invoke.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/engine/engine.h"
#include "test/support/row_by_row.h"

typedef struct rows {
    const uint8_t *bytes;
    uint32_t row_bytes;
} rows;

static int next_row(void *context, uint32_t y, void *row) {
    const rows *r = context;
    memcpy(row, r->bytes + (size_t)y * r->row_bytes, r->row_bytes);
    return 0;
}

static void *run(const uint8_t *file, size_t bytes, const void *const *inputs,
        bool whole) {
    engine *e;
    nn_error error;
    engine_options options = {.whole = whole, .whole_input = whole};
    if (engine_open_bytes(&e, file, bytes, &options, &error)) {
        fail_msg("%s", error.text);
    }
    rows sources[MODEL_LIST_MAX];
    uint32_t count = engine_graph(e)->input_count;
    for (uint32_t k = 0; k < count; k++) {
        sources[k] = (rows){inputs[k], engine_input(e, k)->row_bytes};
        if (whole) {
            engine_set_input(e, k, inputs[k]);
        } else {
            engine_set_rows(e, k, next_row, &sources[k]);
        }
    }
    assert_int_equal(engine_run(e, &error), 0);
    size_t size = engine_output(e, 0)->bytes;
    void *result = malloc(size);
    assert_non_null(result);
    memcpy(result, engine_output_data(e, 0), size);
    engine_close(e);
    return result;
}

static size_t output_bytes(const model *m) {
    const model_tensor_spec *t = &m->tensors[m->outputs.value[0]];
    size_t bytes = nn_type_bytes(t->type);
    for (uint32_t i = 0; i < t->dims.count; i++) {
        bytes *= (size_t)t->dims.value[i];
    }
    return bytes;
}

void *invoke(model *m, const void *const *inputs) {
    size_t bytes;
    const uint8_t *file = model_file(m, &bytes);
    void *whole = run(file, bytes, inputs, true);
    void *streamed = run(file, bytes, inputs, false);
    assert_memory_equal(streamed, whole, output_bytes(m));
    free(streamed);
    check_row_by_row(file, bytes, inputs, whole);
    model_free(m);
    return whole;
}

void invoke_refused(model *m, int code, const char *text) {
    engine *e;
    nn_error error = {0};
    size_t bytes;
    const uint8_t *file = model_file(m, &bytes);
    assert_int_equal(engine_open_bytes(&e, file, bytes, NULL, &error), code);
    assert_null(e);
    if (!strstr(error.text, text)) {
        fail_msg("'%s' lacks '%s'", error.text, text);
    }
    model_free(m);
}
