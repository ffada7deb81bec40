// SPDX-License-Identifier: MIT
// Rows of a model's input from what Python hands in.

#include <string.h>

#include "py/binary.h"
#include "py/runtime.h"
#include "py/stackctrl.h"
#include "src/py/heap.h"
#include "src/py/image_object.h"
#include "src/py/ml_model.h"
#include "src/py/ml_norm.h"

static void refuse(const nn_tensor *t, size_t bytes) {
    mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("input wants %u bytes (%u of '%c'), got %u"),
            (unsigned)t->bytes, (unsigned)nn_tensor_elements(t), ml_dtype(t),
            (unsigned)bytes);
}

// Numbers of a sequence, or of sequences in sequences, as floats.
static size_t gather(mp_obj_t value, float *to, size_t room) {
    mp_float_t number;
    if (mp_obj_get_float_maybe(value, &number)) {
        if (room > 0) {
            *to = (float)number;
        }
        return 1;
    }
    mp_obj_iter_buf_t buffer;
    mp_obj_t iterable = mp_getiter(value, &buffer);
    mp_obj_t item;
    size_t count = 0;
    while ((item = mp_iternext(iterable)) != MP_OBJ_STOP_ITERATION) {
        MP_STACK_CHECK();
        size_t used = count < room ? count : room;
        count += gather(item, to + used, room - used);
    }
    return count;
}

static const float *collect(const nn_tensor *t, mp_obj_t value) {
    size_t wanted = nn_tensor_elements(t);
    float *reals = heap_take("the input", wanted * sizeof(float));
    size_t count = gather(value, reals, wanted);
    if (count != wanted) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("input wants %u numbers, got %u"),
                (unsigned)wanted, (unsigned)count);
    }
    return reals;
}

// function(bytearray of the tensor, shape, dtype) fills the tensor.
static const uint8_t *ask(const nn_tensor *t, mp_obj_t function) {
    uint8_t *bytes = heap_take("the input", t->bytes);
    memset(bytes, 0, t->bytes);
    mp_obj_t args[3] = {mp_obj_new_bytearray_by_ref(t->bytes, bytes),
            ml_shape(t), MP_OBJ_NEW_SMALL_INT(ml_dtype(t))};
    mp_call_function_n_kw(function, 3, 0, args);
    return bytes;
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

static int read_row(void *user, uint32_t row, void *out) {
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

static bool takes_floats(const nn_tensor *t, const mp_buffer_info_t *buffer) {
    return buffer->typecode == 'f' && t->type != NN_FLOAT32 &&
            buffer->len == 4 * nn_tensor_elements(t) &&
            ((uintptr_t)buffer->buf & 3) == 0;
}

// Numbers of other types than the tensor's own are real values.
static bool has_own_type(const nn_tensor *t, const mp_buffer_info_t *buffer) {
    return buffer->typecode == ml_dtype(t) || buffer->typecode == 'B' ||
            buffer->typecode == BYTEARRAY_TYPECODE;
}

static nn_input open_image(ml_input *input, ml_model *m, uint32_t k,
        mp_obj_t *value, bool wrap) {
    ml_norm whole;
    ml_norm *norm = &whole;
    if (!image_object_is(*value)) {
        norm = MP_OBJ_TO_PTR(*value);
        if (norm->image == mp_const_none) {
            mp_raise_ValueError(MP_ERROR_TEXT("the Normalization has no Image: "
                                              "call it with one"));
        }
        whole = *norm;
        norm = wrap ? norm : &whole; // keeps the roi it was made with
    } else if (wrap) {
        norm = m_new_obj(ml_norm);
        ml_norm_init(norm, *value);
        *value = MP_OBJ_FROM_PTR(norm);
    } else {
        ml_norm_init(norm, *value);
    }
    ml_norm_open(norm, m, k, &input->rows);
    if (k == 0) {
        m->map = input->rows.map;
    }
    return (nn_input){.read = img_rows_read, .user = &input->rows};
}

nn_input ml_input_init(ml_input *input, ml_model *m, uint32_t k,
        mp_obj_t *value, bool wrap) {
    const nn_tensor *t = &m->graph.tensors[m->graph.inputs[k]];
    input->tensor = t;
    input->bytes = NULL;
    input->reals = NULL;
    if (image_object_is(*value) || mp_obj_is_type(*value, &ml_norm_type)) {
        return open_image(input, m, k, value, wrap);
    }
    if (k == 0) {
        m->map = (img_map){0, 0, (float)nn_tensor_dim(t, -2),
                (float)nn_tensor_dim(t, -3)};
    }
    mp_buffer_info_t buffer;
    if (mp_get_buffer(*value, &buffer, MP_BUFFER_READ)) {
        if (takes_floats(t, &buffer)) {
            input->reals = buffer.buf;
        } else if (has_own_type(t, &buffer)) {
            if (buffer.len != t->bytes) {
                refuse(t, buffer.len);
            }
            input->bytes = buffer.buf;
        } else {
            input->reals = collect(t, *value);
        }
    } else if (mp_obj_is_callable(*value)) {
        input->bytes = ask(t, *value);
    } else {
        input->reals = collect(t, *value);
    }
    return (nn_input){.read = read_row, .user = input};
}
