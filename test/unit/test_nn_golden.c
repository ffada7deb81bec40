// SPDX-License-Identifier: MIT
// Models beside the project, with the CRC-32 of what every operator makes of
// four inputs; see README.md there.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/engine/engine.h"
#include "host/file/file.h"
#include "nn/op.h"
#include "test/support/evaluate.h"
#include "test/support/json_reader.h"

#define SHARED "../shared/"

static const char *const kinds[] = {"xs1", "xs2", "xs3", "grad"};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), PATH = 200 };

// CRC-32 as in ISO 3309, bit by bit.
static uint32_t crc32_of(const uint8_t *bytes, size_t count) {
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
        }
    }
    return ~crc;
}

static uint32_t json_crc(const char *value) {
    char text[16];
    json_text(value, text, sizeof text);
    return (uint32_t)strtoul(text, NULL, 16);
}

// The bytes u of an input before they are mapped to its type.
typedef struct stream {
    const nn_tensor *tensor;
    uint32_t state; // 0: the gradient
    uint32_t next;
} stream;

static uint32_t stream_byte(stream *s) {
    if (s->state != 0) {
        s->state ^= s->state << 13;
        s->state ^= s->state >> 17;
        s->state ^= s->state << 5;
        return s->state >> 24;
    }
    uint32_t i = s->next++;
    if (s->tensor->rank != 4) {
        return i * 255 / (nn_tensor_elements(s->tensor) - 1);
    }
    uint32_t w = (uint32_t)s->tensor->dim[2];
    uint32_t h = (uint32_t)s->tensor->dim[1];
    uint32_t c = (uint32_t)s->tensor->dim[3];
    uint32_t x = i / c % w;
    uint32_t y = i / c / w;
    switch (i % c % 3) {
    case 0:
        return x * 255 / (w - 1);
    case 1:
        return y * 255 / (h - 1);
    default:
        return (x + y) * 255 / (w + h - 2);
    }
}

static uint8_t *make_input(const nn_tensor *t, const char *spec,
        uint32_t kind) {
    stream s = {.tensor = t, .state = kind < 3 ? kind + 1 : 0};
    uint8_t *bytes = take_memory(t->bytes);
    if (t->type == NN_INT8) {
        for (uint32_t i = 0; i < t->bytes; i++) {
            bytes[i] = (uint8_t)(stream_byte(&s) - 128);
        }
        return bytes;
    }
    assert_int_equal(t->type, NN_FLOAT32);
    double low = json_number(json_member(spec, "gen_lo"));
    double span = json_number(json_member(spec, "gen_hi")) - low;
    for (uint32_t i = 0; i < t->bytes / 4; i++) {
        double u = stream_byte(&s);
        float value;
        if (s.state == 0) {
            value = (float)(low + span * u / 255);
        } else {
            u = u * 256 + stream_byte(&s);
            value = (float)(low + span * u / 65535);
        }
        memcpy(bytes + (size_t)4 * i, &value, sizeof value);
    }
    return bytes;
}

// What was seen of every tensor.
typedef struct watch {
    uint8_t **bytes;
    uint32_t *rows;
} watch;

static void watch_rows(void *user, const nn_call *call, uint32_t first,
        uint32_t end) {
    watch *w = user;
    for (uint32_t k = 0; k < call->op->output_count; k++) {
        const nn_tensor *t = nn_call_output(call, k);
        uint32_t place = t->index;
        if (!w->bytes[place]) {
            w->bytes[place] = take_memory(t->bytes);
        }
        uint32_t rows = call->op->row_local ? end : t->rows;
        for (uint32_t y = first; y < rows; y++) {
            memcpy(w->bytes[place] + (size_t)y * t->row_bytes,
                    nn_view_row(&call->out[k], y), t->row_bytes);
        }
        w->rows[place] += rows - first;
    }
}

// Compares what every operator made; returns how many were there to compare.
static uint32_t compare_operators(const nn_graph *graph, const watch *w,
        const char *ops, uint32_t kind) {
    uint32_t compared = 0;
    for (const char *op = json_first(ops); op; op = json_next(op)) {
        uint32_t t = (uint32_t)json_number(json_member(op, "t"));
        assert_true(t < graph->tensor_count);
        if (w->rows[t] == 0) {
            continue; // a reshape or a folded PAD
        }
        assert_int_equal(w->rows[t], graph->tensors[t].rows);
        uint32_t right =
                json_crc(json_member(json_member(op, "crc32"), kinds[kind]));
        if (crc32_of(w->bytes[t], graph->tensors[t].bytes) != right) {
            fail_msg("%s: tensor %u differs", kinds[kind], t);
        }
        compared++;
    }
    return compared;
}

static void run_input(engine *e, const char *manifest, uint32_t kind) {
    const nn_graph *graph = engine_graph(e);
    const char *spec = json_member(manifest, "input");
    watch w = {calloc(graph->tensor_count, sizeof *w.bytes),
            calloc(graph->tensor_count, sizeof *w.rows)};
    assert_true(w.bytes && w.rows);
    nn_error error;
    uint8_t *input = make_input(engine_input(e, 0), spec, kind);
    assert_int_equal(crc32_of(input, engine_input(e, 0)->bytes),
            json_crc(json_member(json_member(manifest, "input_crc32"),
                    kinds[kind])));
    engine_set_input(e, 0, input);
    engine_set_observer(e, watch_rows, &w);
    assert_int_equal(engine_run(e, &error), 0);
    const char *files =
            json_member(json_member(manifest, "output_files"), kinds[kind]);
    for (uint32_t k = 0; k < graph->output_count; k++) {
        uint32_t right = json_crc(json_member(json_element(files, k), "crc32"));
        assert_int_equal(crc32_of(engine_output_data(e, k),
                                 engine_output(e, k)->bytes),
                right);
    }
    uint32_t folded = 0;
    for (uint32_t i = 0; i < graph->op_count; i++) {
        folded += graph->ops[i].folded || graph->ops[i].alias;
    }
    uint32_t compared = compare_operators(graph, &w,
            json_member(manifest, "op_outputs"), kind);
    assert_true(compared + folded >= graph->op_count);
    for (uint32_t t = 0; t < graph->tensor_count; t++) {
        free(w.bytes[t]);
    }
    free(w.bytes);
    free(w.rows);
    free(input);
}

// most: bytes of arena that the streamed model may take; the outputs of type
// float32 are not among them.
static void run_model(const char *name, uint32_t most) {
    char path[PATH];
    uint8_t *manifest;
    size_t bytes;
    nn_error error;
    snprintf(path, sizeof path, SHARED "golden/%s/manifest.json", name);
    FILE *there = fopen(path, "rb");
    if (!there) {
        print_message("%s is not there\n", path);
        skip();
    }
    (void)fclose(there);
    if (file_read(path, 1 << 24, &manifest, &bytes, &error)) {
        fail_msg("%s", error.text);
    }
    char *text = take_memory(bytes + 1);
    memcpy(text, manifest, bytes);
    text[bytes] = 0;
    free(manifest);
    snprintf(path, sizeof path, SHARED "models/%s.tflite", name);
    for (int whole = 0; whole < 2; whole++) {
        engine *e;
        engine_options options = {.whole = whole, .whole_input = whole};
        if (engine_open(&e, path, &options, &error)) {
            fail_msg("%s", error.text);
        }
        if (!whole) {
            assert_in_range(engine_arena_bytes(e), 1, most);
        }
        for (uint32_t kind = 0; kind < KINDS; kind++) {
            run_input(e, text, kind);
        }
        engine_close(e);
    }
    free(text);
}

#define GOLDEN(name, most)                         \
    static void test_golden_##name(void **state) { \
        (void)state;                               \
        run_model(#name, most);                    \
    }

GOLDEN(blazeface_front_128, 60000)
GOLDEN(fomo_face_detection, 80000)
GOLDEN(force_int_quant, 4096)
GOLDEN(micro_speech, 16384)
GOLDEN(person_detect, 30000)

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_golden_blazeface_front_128),
            cmocka_unit_test(test_golden_fomo_face_detection),
            cmocka_unit_test(test_golden_force_int_quant),
            cmocka_unit_test(test_golden_micro_speech),
            cmocka_unit_test(test_golden_person_detect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
