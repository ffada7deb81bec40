// SPDX-License-Identifier: MIT
// Packed weights: bytes as SPEC.md has them; damaged or foreign ones refused.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/file/file.h"
#include "nn/nn.h"
#include "nn/ops/ops.h"
#include "nn/packed.h"
#include "rom/romfs.h"

static const char MODEL[] = "build/models/blazeface_front_128.tflite";
enum { HEADER_WORDS = 8, CRC_WORD = 3 };

typedef struct fixture {
    uint8_t *file;
    size_t file_bytes;
    nn_graph graph;
    void *state;
    uint32_t *packed;
    size_t bytes;
} fixture;

static void *take(size_t bytes) {
    void *memory = aligned_alloc(NN_ALIGN,
            (bytes + NN_ALIGN) & ~(size_t)(NN_ALIGN - 1));
    assert_non_null(memory);
    return memory;
}

// To pack the weights of every second operator.
static bool *every_second(const nn_graph *graph) {
    bool *chosen = calloc(graph->op_count, sizeof *chosen);
    assert_non_null(chosen);
    for (uint32_t i = 0; i < graph->op_count; i += 2) {
        chosen[i] = true;
    }
    return chosen;
}

static void load(fixture *f) {
    size_t bytes;
    nn_error error;
    assert_int_equal(nn_measure(f->file, f->file_bytes, &bytes, &error), 0);
    f->state = take(bytes);
    assert_int_equal(nn_load(&f->graph, f->file, f->file_bytes, nn_ops_int8,
                             f->state, bytes, &error),
            0);
}

static int open_model(void **state) {
    fixture *f = calloc(1, sizeof *f);
    nn_error error;
    assert_non_null(f);
    assert_int_equal(file_read(MODEL, 1 << 20, &f->file, &f->file_bytes,
                             &error),
            0);
    load(f);
    f->bytes = nn_packed_measure(&f->graph, NULL);
    f->packed = take(f->bytes);
    nn_packed_write(&f->graph, NULL, f->packed);
    *state = f;
    return 0;
}

static int close_model(void **state) {
    fixture *f = *state;
    free(f->file);
    free(f->state);
    free(f->packed);
    free(f);
    return 0;
}

static void seal(fixture *f) {
    const uint8_t *bytes = (const uint8_t *)f->packed;
    uint32_t crc = romfs_crc(0, bytes, 4 * (size_t)CRC_WORD);
    size_t behind = 4 * (size_t)(CRC_WORD + 1);
    f->packed[CRC_WORD] = romfs_crc(crc, bytes + behind, f->bytes - behind);
}

static void refused(fixture *f, size_t bytes, const char *why) {
    nn_error error = {0};
    assert_int_equal(nn_packed_attach(&f->graph, f->packed, bytes, &error),
            NN_ERR_INVALID);
    assert_non_null(strstr(error.text, why));
    for (uint32_t i = 0; i < f->graph.op_count; i++) {
        assert_null(f->graph.ops[i].records);
    }
}

static void begin_as_specified(void **state) {
    fixture *f = *state;
    assert_memory_equal(f->packed, "BZPK", 4);
    assert_int_equal(f->packed[1], 2);
    assert_int_equal(f->packed[2], f->bytes);
    assert_int_equal(f->packed[4], f->file_bytes);
    assert_int_equal(f->packed[5], romfs_crc(0, f->file, f->file_bytes));
    assert_int_equal(f->packed[6], f->graph.op_count);
    assert_int_equal(f->packed[7], 0);
    uint32_t crc = f->packed[CRC_WORD];
    seal(f);
    assert_int_equal(f->packed[CRC_WORD], crc);
}

static void records_are_where_the_list_says(void **state) {
    fixture *f = *state;
    assert_int_equal(nn_packed_attach(&f->graph, f->packed, f->bytes, NULL), 0);
    uint32_t last = 0;
    for (uint32_t i = 0; i < f->graph.op_count; i++) {
        const nn_op *op = &f->graph.ops[i];
        uint32_t offset = f->packed[HEADER_WORDS + i];
        bool has = op->def == &nn_op_conv_2d ||
                op->def == &nn_op_depthwise_conv_2d;
        assert_int_equal(offset != 0, has);
        assert_true(offset % NN_ALIGN == 0 && (!has || offset > last));
        assert_ptr_equal(op->records, has ? f->packed + offset / 4 : NULL);
        last = has ? offset : last;
    }
}

// Operators without records are left out: the others have the same ones, one
// behind the other.
static void some_operators_may_go_without(void **state) {
    fixture *f = *state;
    bool *chosen = every_second(&f->graph);
    size_t bytes = nn_packed_measure(&f->graph, chosen);
    uint32_t *packed = take(bytes);
    nn_packed_write(&f->graph, chosen, packed);
    assert_true(bytes < f->bytes);
    assert_int_equal(packed[2], bytes);
    assert_int_equal(nn_packed_attach(&f->graph, packed, bytes, NULL), 0);
    size_t left = bytes;
    size_t have = 0;
    bool *none = calloc(f->graph.op_count, sizeof *none);
    assert_non_null(none);
    for (uint32_t i = 0; i < f->graph.op_count; i++) {
        const nn_op *op = &f->graph.ops[i];
        size_t records = nn_packed_op_bytes(&f->graph, op);
        uint32_t offset = packed[HEADER_WORDS + i];
        uint32_t full = f->packed[HEADER_WORDS + i];
        assert_int_equal(offset != 0, chosen[i] && records > 0);
        assert_ptr_equal(op->records, offset != 0 ? packed + offset / 4 : NULL);
        if (offset != 0) {
            assert_memory_equal(packed + offset / 4, f->packed + full / 4,
                    records);
            left -= records;
            have++;
        }
    }
    assert_true(have > 0);
    // what is left is the header
    assert_int_equal(left, nn_packed_measure(&f->graph, none));
    free(none);
    free(packed);
    free(chosen);
}

static void every_damage_is_noticed(void **state) {
    fixture *f = *state;
    uint8_t *bytes = (uint8_t *)f->packed;
    for (size_t at = 0; at < f->bytes;
            at += at < 4 * (size_t)HEADER_WORDS ? 1 : 9973) {
        for (int bit = 0; bit < 8; bit++) {
            bytes[at] ^= (uint8_t)(1 << bit);
            refused(f, f->bytes, "packed weights");
            bytes[at] ^= (uint8_t)(1 << bit);
        }
    }
    refused(f, f->bytes - 16, "not those of this model");
    refused(f, 16, "mark");
    refused(f, 0, "mark");
}

static void other_versions_are_refused(void **state) {
    fixture *f = *state;
    f->packed[1]++;
    seal(f);
    refused(f, f->bytes, "version");
}

static void a_list_that_leads_elsewhere_is_refused(void **state) {
    fixture *f = *state;
    for (uint32_t i = 0; i < f->graph.op_count; i++) {
        // far away, or an operator that has nothing to pack
        uint32_t was = f->packed[HEADER_WORDS + i];
        f->packed[HEADER_WORDS + i] = was != 0 ? 0x7FFFFFF0 : 64;
        seal(f);
        refused(f, f->bytes, "list");
        // without one, the others have another place or an end too early
        f->packed[HEADER_WORDS + i] = was != 0 ? 0 : (uint32_t)f->bytes;
        seal(f);
        refused(f, f->bytes, "list");
        f->packed[HEADER_WORDS + i] = was;
    }
    uint32_t ops = f->packed[6];
    f->packed[6] = UINT32_MAX;
    seal(f);
    refused(f, f->bytes, "not those of this model");
    f->packed[6] = ops;
}

static void another_model_is_refused(void **state) {
    fixture *f = *state;
    // one weight of the same model changed: only its checksum tells
    const nn_tensor *t = NULL;
    for (uint32_t i = 0; t == NULL; i++) {
        if (f->graph.ops[i].def == &nn_op_conv_2d) {
            t = &f->graph.tensors[f->graph.ops[i].inputs[1]];
        }
    }
    size_t at = (size_t)((const uint8_t *)t->data - f->file);
    f->file[at] ^= 1;
    refused(f, f->bytes, "not those of this model");
    f->file[at] ^= 1;
    assert_int_equal(nn_packed_attach(&f->graph, f->packed, f->bytes, NULL), 0);
}

#define CASE(name) \
    cmocka_unit_test_setup_teardown(name, open_model, close_model)

int main(void) {
    const struct CMUnitTest tests[] = {
            CASE(begin_as_specified),
            CASE(records_are_where_the_list_says),
            CASE(some_operators_may_go_without),
            CASE(every_damage_is_noticed),
            CASE(other_versions_are_refused),
            CASE(a_list_that_leads_elsewhere_is_refused),
            CASE(another_model_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
