// SPDX-License-Identifier: MIT
// Packed weights: writing, checking, attaching.

#include "nn/packed.h"

#include <string.h>

#include "nn/kernels/conv.h"
#include "nn/ops/ops.h"
#include "rom/romfs.h"

// Places of the header's numbers, in 32-bit words, little-endian.
enum { MARK, VERSION, BYTES, CRC, MODEL_BYTES, MODEL_CRC, OPS, UNUSED, HEADER };

static uint64_t align_up(uint64_t bytes) {
    return (bytes + NN_ALIGN - 1) / NN_ALIGN * NN_ALIGN;
}

static nn_conv_layout layout_of(const nn_graph *graph, const nn_op *op) {
    const nn_conv_params *p = NN_PARAMS(op, const nn_conv_params);
    return nn_conv_2d_layout(&p->window, nn_op_given(graph, op, 0),
            nn_op_given(graph, op, 1));
}

// How many records op has, of *words words each; 0: it has no packed weights.
static uint32_t records_of(const nn_graph *graph, const nn_op *op,
        uint32_t *words) {
    const nn_conv_params *p = NN_PARAMS(op, const nn_conv_params);
    if (op->def == &nn_op_conv_2d) {
        const nn_tensor *in = nn_op_given(graph, op, 0);
        const nn_tensor *filter = nn_op_given(graph, op, 1);
        uint32_t groups = (uint32_t)(in->dim[3] / filter->dim[3]);
        nn_conv_layout layout = layout_of(graph, op);
        *words = nn_conv_2d_record_words(layout.steps);
        return groups * ((layout.lanes + 1) / 2);
    }
    if (op->def == &nn_op_depthwise_conv_2d) {
        *words = nn_depthwise_record_words(&p->window);
        return (uint32_t)nn_op_output(graph, op, 0)->dim[3];
    }
    return 0;
}

static uint64_t bytes_of(const nn_graph *graph, const nn_op *op) {
    uint32_t words = 0;
    return align_up(
            (uint64_t)records_of(graph, op, &words) * words * sizeof(uint32_t));
}

size_t nn_packed_op_bytes(const nn_graph *graph, const nn_op *op) {
    return (size_t)bytes_of(graph, op);
}

static bool is_chosen(const bool *chosen, uint32_t i) {
    return chosen == NULL || chosen[i];
}

// Where the records of the first operator begin.
static uint64_t first_record(const nn_graph *graph) {
    return align_up(NN_PACKED_HEADER_BYTES + 4 * (uint64_t)graph->op_count);
}

size_t nn_packed_measure(const nn_graph *graph, const bool *chosen) {
    uint64_t bytes = first_record(graph);
    for (uint32_t i = 0; i < graph->op_count; i++) {
        bytes += is_chosen(chosen, i) ? bytes_of(graph, &graph->ops[i]) : 0;
    }
    return (size_t)bytes;
}

// Of all bytes but the checksum.
static uint32_t checksum(const uint8_t *bytes, size_t count) {
    uint32_t crc = romfs_crc(0, bytes, 4 * CRC);
    return romfs_crc(crc, bytes + 4 * (CRC + 1), count - 4 * (CRC + 1));
}

static void write_records(const nn_graph *graph, const nn_op *op,
        uint32_t count, uint32_t words, uint32_t *record) {
    if (count == 0) {
        return; // none of the two
    }
    if (op->def != &nn_op_conv_2d) {
        nn_depthwise_records(graph, op, 0, count, record);
        return;
    }
    nn_conv_layout layout = layout_of(graph, op);
    for (uint32_t r = 0; r < count; r++, record += words) {
        nn_conv_2d_record(graph, op, &layout, r, record);
    }
}

void nn_packed_write(const nn_graph *graph, const bool *chosen, void *memory) {
    size_t bytes = nn_packed_measure(graph, chosen);
    uint32_t *word = memory;
    memset(memory, 0, bytes);
    memcpy(memory, NN_PACKED_MARK, 4);
    word[VERSION] = NN_PACKED_VERSION;
    word[BYTES] = (uint32_t)bytes;
    word[MODEL_BYTES] = graph->file_bytes;
    word[MODEL_CRC] = romfs_crc(0, graph->file, graph->file_bytes);
    word[OPS] = graph->op_count;
    uint64_t at = first_record(graph);
    for (uint32_t i = 0; i < graph->op_count; i++) {
        const nn_op *op = &graph->ops[i];
        uint32_t words = 0;
        uint32_t count =
                is_chosen(chosen, i) ? records_of(graph, op, &words) : 0;
        word[HEADER + i] = count > 0 ? (uint32_t)at : 0;
        write_records(graph, op, count, words, word + at / 4);
        at += align_up((uint64_t)count * words * sizeof(uint32_t));
    }
    word[CRC] = checksum(memory, bytes);
}

static int refuse(nn_error *error, const char *why) {
    return nn_fail(error, NN_ERR_INVALID, "packed weights: %s", why);
}

int nn_packed_attach(nn_graph *graph, const void *memory, size_t bytes,
        nn_error *error) {
    const uint32_t *word = memory;
    if (((uintptr_t)memory & (NN_ALIGN - 1)) != 0 ||
            bytes < NN_PACKED_HEADER_BYTES ||
            memcmp(memory, NN_PACKED_MARK, 4) != 0) {
        return refuse(error, "their mark is missing");
    }
    if (word[VERSION] != NN_PACKED_VERSION) {
        return refuse(error, "another version than this engine's");
    }
    uint64_t at = first_record(graph);
    if (word[BYTES] != bytes || bytes < at || word[OPS] != graph->op_count ||
            word[MODEL_BYTES] != graph->file_bytes) {
        return refuse(error, "not those of this model");
    }
    if (word[CRC] != checksum(memory, bytes)) {
        return refuse(error, "they are damaged");
    }
    if (word[MODEL_CRC] != romfs_crc(0, graph->file, graph->file_bytes)) {
        return refuse(error, "not those of this model");
    }
    // records follow each other up to the end
    bool right = true;
    for (uint32_t i = 0; i < graph->op_count; i++) {
        if (word[HEADER + i] != 0) {
            uint64_t op_bytes = bytes_of(graph, &graph->ops[i]);
            right &= word[HEADER + i] == at && op_bytes > 0;
            at += op_bytes;
        }
    }
    if (!right || at != bytes) {
        return refuse(error, "their list of records is wrong");
    }
    for (uint32_t i = 0; i < graph->op_count; i++) {
        uint32_t offset = word[HEADER + i];
        graph->ops[i].records = offset != 0 ? word + offset / 4 : NULL;
    }
    return 0;
}
