// SPDX-License-Identifier: MIT
// CAST and SHAPE.

#include "nn/kernels/cast.h"

#include <string.h>

// Numbers are read where they lie, so their low bytes come first.
static int64_t load(const uint8_t *from, nn_type type) {
    uint32_t word[2] = {0};
    memcpy(word, from, nn_type_bytes(type));
    switch (type) {
    case NN_INT8:
        return (int8_t)word[0];
    case NN_INT16:
        return (int16_t)word[0];
    case NN_BOOL:
        return word[0] != 0;
    case NN_INT64:
        return (int64_t)((uint64_t)word[1] << 32 | word[0]);
    default:
        return (int32_t)word[0];
    }
}

// The low bytes, so a number that does not fit wraps.
static void store(uint8_t *to, nn_type type, int64_t x) {
    float real = (float)x;
    if (type == NN_FLOAT32) {
        memcpy(&x, &real, sizeof(real));
    } else if (type == NN_BOOL) {
        x = x != 0;
    }
    memcpy(to, &x, nn_type_bytes(type));
}

// Cut towards zero. What 32 bits cannot hold (64 for int64) is cut off there,
// not-a-number is 0; C and TFLite leave both open. In integers: the compiler's
// own way to 64 bits takes more room.
static int64_t cut(float x, nn_type type) {
    int32_t most = type == NN_INT64 ? 63 : 31;
    uint32_t bits;
    memcpy(&bits, &x, sizeof(bits));
    int32_t exponent = (int32_t)(bits >> 23 & 0xFF) - 127;
    if (exponent < 0 || x != x) {
        return 0;
    }
    bool negative = bits >> 31 != 0;
    uint64_t whole = (uint64_t)((bits & 0x7FFFFF) | 0x800000) << 40;
    whole = exponent < most ? whole >> (63 - exponent)
                            : ((uint64_t)1 << most) - !negative;
    return (int64_t)(negative ? -whole : whole);
}

static void cast(uint8_t *to, nn_type to_type, const uint8_t *from,
        nn_type from_type, uint32_t count) {
    uint32_t to_bytes = nn_type_bytes(to_type);
    uint32_t from_bytes = nn_type_bytes(from_type);
    if (to_type == from_type) {
        memcpy(to, from, (size_t)count * to_bytes);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (from_type != NN_FLOAT32) {
            store(to, to_type, load(from, from_type));
        } else {
            float x;
            memcpy(&x, from, sizeof(x));
            store(to, to_type, to_type == NN_BOOL ? x != 0 : cut(x, to_type));
        }
        to += to_bytes;
        from += from_bytes;
    }
}

void nn_cast_run(const nn_call *call, uint32_t first, uint32_t end) {
    nn_type from = (nn_type)nn_op_given(call->graph, call->op, 0)->type;
    nn_type to = (nn_type)nn_call_output(call, 0)->type;
    uint32_t count = call->out[0].row_bytes / nn_type_bytes(to);
    for (uint32_t y = first; y < end; y++) {
        cast(nn_view_row(&call->out[0], y), to, nn_view_row(&call->in[0], y),
                from, count);
    }
}

void nn_shape_run(const nn_call *call, uint32_t first, uint32_t end) {
    (void)first;
    (void)end;
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    nn_type type = (nn_type)nn_call_output(call, 0)->type;
    for (uint32_t i = 0; i < in->rank; i++) {
        store(call->out[0].data + (size_t)i * nn_type_bytes(type), type,
                in->dim[i]);
    }
}
