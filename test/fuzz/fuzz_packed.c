// SPDX-License-Identifier: MIT
// Fuzz target: packed weights of some operators, with changed words, cut short
// or sealed anew. What is taken must lie where SPEC.md says, all of it within
// the section; what is refused leaves the graph alone and says why.

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "nn/nn.h"
#include "nn/ops/ops.h"
#include "nn/packed.h"
#include "rom/romfs.h"
#include "test/support/evaluate.h"
#include "test/support/model.h"

enum { CRC_WORD = 3, HEADER_WORDS = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static int convolve(model *m, const nn_op_def *op, int x, model_list filter,
        int32_t channels) {
    static const int8_t weights[512] = {7, -3, 127, -128, 0, 1};
    int depthwise = op == &nn_op_depthwise_conv_2d;
    int w = model_constant(m, NN_INT8, filter, 0.02F, 0, weights);
    int y = model_tensor(m, NN_INT8, LIST(1, 6, 6, channels), 0.1F, -128);
    model_op(m, op->code, LIST(x, w), LIST(y));
    model_byte(m, 0, 0); // padding SAME
    model_int(m, 1, 1);
    model_int(m, 2, 1);
    if (depthwise) {
        model_int(m, 3, 1);
    }
    return y;
}

// Convolutions of several forms, and operators without weights.
static const uint8_t *make(size_t *bytes) {
    static model m;
    int x = model_tensor(&m, NN_INT8, LIST(1, 6, 6, 3), 0.1F, 3);
    int y = convolve(&m, &nn_op_conv_2d, x, LIST(4, 3, 3, 3), 4);
    y = convolve(&m, &nn_op_depthwise_conv_2d, y, LIST(1, 3, 3, 4), 4);
    int z = model_tensor(&m, NN_INT8, LIST(1, 6, 6, 4), 0.1F, -128);
    model_op(&m, nn_op_add.code, LIST(y, y), LIST(z));
    z = convolve(&m, &nn_op_conv_2d, z, LIST(5, 1, 1, 4), 5);
    z = convolve(&m, &nn_op_depthwise_conv_2d, z, LIST(1, 5, 5, 5), 5);
    z = convolve(&m, &nn_op_conv_2d, z, LIST(2, 1, 1, 5), 2);
    m.inputs = LIST(x);
    m.outputs = LIST(z);
    return model_file(&m, bytes);
}

static void load(nn_graph *graph) {
    size_t bytes;
    size_t state_bytes;
    nn_error error;
    const uint8_t *file = make(&bytes);
    if (nn_measure(file, bytes, &state_bytes, &error) != 0 ||
            nn_load(graph, file, bytes, nn_ops_int8, take_memory(state_bytes),
                    state_bytes, &error) != 0) {
        abort();
    }
}

// Where the records of every operator must be, one behind the other.
static void check_taken(const nn_graph *graph, const uint8_t *packed,
        size_t bytes) {
    const uint8_t *next = packed + nn_packed_measure(graph, (bool[16]){false});
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const nn_op *op = &graph->ops[i];
        if (op->records != NULL) {
            if ((const uint8_t *)op->records != next ||
                    nn_packed_op_bytes(graph, op) == 0) {
                abort();
            }
            next += nn_packed_op_bytes(graph, op);
        }
    }
    if (next != packed + bytes) {
        abort();
    }
}

static void check_refused(const nn_graph *graph, const nn_error *error) {
    for (uint32_t i = 0; i < graph->op_count; i++) {
        if (graph->ops[i].records != NULL) {
            abort();
        }
    }
    if (strlen(error->text) < 8) {
        abort();
    }
}

static void seal(uint8_t *packed, size_t bytes) {
    size_t behind = 4 * (size_t)(CRC_WORD + 1);
    if (bytes >= behind) {
        uint32_t crc = romfs_crc(0, packed, behind - 4);
        crc = romfs_crc(crc, packed + behind, bytes - behind);
        memcpy(packed + behind - 4, &crc, 4);
    }
}

// Input: which operators; bytes to cut off; whether to seal; then changes, each
// a place of 16 bits in words, a byte within the word, what to add to it.
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static nn_graph graph;
    if (graph.op_count == 0) {
        load(&graph);
    }
    if (size < 3) {
        return 0;
    }
    bool chosen[16];
    for (uint32_t i = 0; i < 16; i++) {
        chosen[i] = bytes[0] >> i % 8 & 1;
    }
    size_t whole = nn_packed_measure(&graph, chosen);
    uint8_t *made = take_memory(whole);
    nn_packed_write(&graph, chosen, made);
    for (size_t i = 3; i + 4 <= size; i += 4) {
        size_t at = 4 * (bytes[i] + 256 * (size_t)bytes[i + 1]);
        made[(at + bytes[i + 2] % 4) % whole] += bytes[i + 3];
    }
    size_t left = whole - (bytes[1] < whole ? bytes[1] : whole);
    uint8_t *packed = take_memory(left); // to the byte
    memcpy(packed, made, left);
    free(made);
    if (bytes[2] & 1) {
        seal(packed, left);
    }
    nn_error error = {0};
    if (nn_packed_attach(&graph, packed, left, &error) == 0) {
        check_taken(&graph, packed, left);
    } else {
        check_refused(&graph, &error);
        if (size == 3 && bytes[1] == 0) {
            abort(); // just as it was written
        }
    }
    for (uint32_t i = 0; i < graph.op_count; i++) {
        graph.ops[i].records = NULL;
    }
    free(packed);
    return 0;
}
