// SPDX-License-Identifier: MIT
// Rows of a model's input from what Python hands in.

#include <string.h>

#include "nn/real.h"
#include "py/runtime.h"
#include "src/py/ml_model.h"

static void refuse(const nn_tensor *t, size_t bytes) {
    mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("input wants %u bytes (%u of '%c'), got %u"),
            (unsigned)t->bytes, (unsigned)nn_tensor_elements(t), ml_dtype(t),
            (unsigned)bytes);
}

// Numbers of any sequence as floats, in memory of the heap.
static const float *collect(const nn_tensor *t, mp_obj_t value) {
    size_t count;
    mp_obj_t *items;
    mp_obj_get_array(value, &count, &items);
    if (count != nn_tensor_elements(t)) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("input wants %u numbers, got %u"),
                (unsigned)nn_tensor_elements(t), (unsigned)count);
    }
    float *reals = m_new(float, count);
    for (size_t i = 0; i < count; i++) {
        reals[i] = (float)mp_obj_get_float(items[i]);
    }
    return reals;
}

// function(bytearray of the tensor, shape, dtype) fills the tensor.
static const uint8_t *ask(const nn_tensor *t, mp_obj_t function) {
    uint8_t *bytes = m_new0(uint8_t, t->bytes);
    mp_obj_t args[3] = {mp_obj_new_bytearray_by_ref(t->bytes, bytes),
            ml_shape(t), MP_OBJ_NEW_SMALL_INT(ml_dtype(t))};
    mp_call_function_n_kw(function, 3, 0, args);
    return bytes;
}

void ml_input_init(ml_input *input, const nn_tensor *tensor, mp_obj_t value) {
    *input = (ml_input){.tensor = tensor};
    mp_buffer_info_t buffer;
    if (mp_get_buffer(value, &buffer, MP_BUFFER_READ)) {
        bool reals = buffer.typecode == 'f' && tensor->type != NN_FLOAT32;
        if (reals && buffer.len == 4 * nn_tensor_elements(tensor) &&
                ((uintptr_t)buffer.buf & 3) == 0) {
            input->reals = buffer.buf;
        } else if (!reals && buffer.len == tensor->bytes) {
            input->bytes = buffer.buf;
        } else {
            refuse(tensor, buffer.len);
        }
    } else if (mp_obj_is_callable(value)) {
        input->bytes = ask(tensor, value);
    } else {
        input->reals = collect(tensor, value);
    }
}

// A real value in the steps of an integer tensor, as OpenMV stores it: cut
// off towards zero; beyond the type's range the nearest end.
static int32_t quantise(const nn_tensor *t, float real) {
    double scale = t->scale_count > 0 && t->scale > 0 ? (double)t->scale : 1.0;
    double steps = (double)real / scale + t->zero_point;
    int32_t low = t->type == NN_UINT8 ? 0 : t->type == NN_INT8 ? -128 : -32768;
    int32_t high = t->type == NN_UINT8 ? 255 : t->type == NN_INT8 ? 127 : 32767;
    if (!(steps > low)) {
        return low; // not-a-number too
    }
    return steps >= high ? high : (int32_t)steps;
}

int ml_input_read(void *user, uint32_t row, void *out) {
    const ml_input *input = user;
    const nn_tensor *t = input->tensor;
    if (input->bytes != NULL) {
        memcpy(out, input->bytes + (size_t)row * t->row_bytes, t->row_bytes);
        return 0;
    }
    uint32_t size = nn_type_bytes(t->type);
    uint32_t count = t->row_bytes / size;
    const float *reals = input->reals + (size_t)row * count;
    for (uint32_t i = 0; i < count; i++) {
        if (t->type == NN_FLOAT32) {
            ((float *)out)[i] = reals[i];
        } else if (size == 1) {
            ((uint8_t *)out)[i] = (uint8_t)quantise(t, reals[i]);
        } else if (size == 2) {
            ((int16_t *)out)[i] = (int16_t)quantise(t, reals[i]);
        } else {
            return -1;
        }
    }
    return 0;
}
