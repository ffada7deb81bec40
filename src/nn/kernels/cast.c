// SPDX-License-Identifier: MIT
// CAST and SHAPE.

#include "nn/kernels/cast.h"

#include <string.h>

static int64_t load(const uint8_t *from, nn_type type) {
    int16_t i16;
    int32_t i32;
    int64_t i64;
    switch (type) {
    case NN_INT8:
        return (int8_t)*from;
    case NN_UINT8:
        return *from;
    case NN_BOOL:
        return *from != 0;
    case NN_INT16:
        memcpy(&i16, from, sizeof(i16));
        return i16;
    case NN_INT32:
        memcpy(&i32, from, sizeof(i32));
        return i32;
    default:
        memcpy(&i64, from, sizeof(i64));
        return i64;
    }
}

// The low bits, so a number that does not fit wraps.
static void store(uint8_t *to, nn_type type, int64_t x) {
    int16_t i16 = (int16_t)x;
    int32_t i32 = (int32_t)x;
    float real = (float)x;
    switch (type) {
    case NN_INT8:
    case NN_UINT8:
        *to = (uint8_t)x;
        break;
    case NN_BOOL:
        *to = x != 0;
        break;
    case NN_INT16:
        memcpy(to, &i16, sizeof(i16));
        break;
    case NN_INT32:
        memcpy(to, &i32, sizeof(i32));
        break;
    case NN_FLOAT32:
        memcpy(to, &real, sizeof(real));
        break;
    default:
        memcpy(to, &x, sizeof(x));
        break;
    }
}

// Cut towards zero. What 32 bits cannot hold (64 for int64) is cut off there,
// not-a-number is 0; C and TFLite leave both open.
static int64_t cut(float x, nn_type type) {
    const float limit = type == NN_INT64 ? 0x1p63f : 0x1p31f;
    if (x >= limit) {
        return type == NN_INT64 ? INT64_MAX : INT32_MAX;
    }
    if (x <= -limit) {
        return type == NN_INT64 ? INT64_MIN : INT32_MIN;
    }
    return x > -limit ? (int64_t)x : 0;
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
            int64_t whole = to_type == NN_BOOL ? x != 0 : cut(x, to_type);
            store(to, to_type, whole);
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
