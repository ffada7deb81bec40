// SPDX-License-Identifier: MIT
// Numbers with a shape.

#include "src/py/ml_array.h"

#include <string.h>

#include "py/binary.h"
#include "py/runtime.h"
#include "src/py/heap.h"

size_t ml_array_item(char typecode) {
    switch (typecode) {
    case 'b':
    case 'B':
        return 1;
    case 'h':
    case 'H':
        return 2;
    case 'i':
    case 'f':
        return 4;
    case 'q':
        return 8;
    default:
        return 0;
    }
}

size_t ml_array_count(const ml_array *a) {
    size_t count = 1;
    for (size_t k = 0; k < a->rank; k++) {
        count *= (size_t)a->dim[k];
    }
    return count;
}

mp_obj_t ml_array_view(char typecode, size_t rank, const int32_t *dim,
        void *data, mp_obj_t owner) {
    ml_array *a = mp_obj_malloc(ml_array, &ml_array_type);
    a->typecode = typecode;
    a->rank = (uint8_t)rank;
    a->data = data;
    a->owner = owner;
    int32_t step = 1;
    for (size_t k = rank; k-- > 0;) {
        a->dim[k] = dim[k];
        a->step[k] = step;
        step *= dim[k];
    }
    return MP_OBJ_FROM_PTR(a);
}

ml_array *ml_array_new(char typecode, size_t rank, const int32_t *dim) {
    ml_array *a = MP_OBJ_TO_PTR(
            ml_array_view(typecode, rank, dim, NULL, mp_const_none));
    a->data = heap_take("the array",
            ml_array_count(a) * ml_array_item(typecode) + 1);
    return a;
}

static bool is_packed(const ml_array *a) {
    int32_t step = 1;
    for (size_t k = a->rank; k-- > 0;) {
        if (a->dim[k] != 1 && a->step[k] != step) {
            return false;
        }
        step *= a->dim[k];
    }
    return true;
}

// The element at `place` in reading order.
static void *element(const ml_array *a, size_t place) {
    int32_t offset = 0;
    for (size_t k = a->rank; k-- > 0;) {
        offset += (int32_t)(place % (size_t)a->dim[k]) * a->step[k];
        place /= (size_t)a->dim[k];
    }
    return a->data + (ptrdiff_t)offset * (ptrdiff_t)ml_array_item(a->typecode);
}

static mp_obj_t get(const ml_array *a, const void *at) {
    if (a->typecode == 'f') {
        return mp_obj_new_float((mp_float_t) * (const float *)at);
    }
    return mp_binary_get_val_array(a->typecode, (void *)at, 0);
}

static void set(const ml_array *a, void *at, mp_obj_t value) {
    if (a->typecode == 'f') {
        *(float *)at = (float)mp_obj_get_float(value);
        return;
    }
    if (mp_obj_is_float(value)) {
        value = mp_obj_new_int((mp_int_t)mp_obj_get_float(value));
    }
    mp_binary_set_val_array(a->typecode, at, 0, value);
}

static float real(const ml_array *a, size_t place) {
    const void *at = element(a, place);
    switch (a->typecode) {
    case 'f':
        return *(const float *)at;
    case 'b':
        return *(const int8_t *)at;
    case 'B':
        return *(const uint8_t *)at;
    case 'h':
        return *(const int16_t *)at;
    case 'H':
        return *(const uint16_t *)at;
    case 'i':
        return (float)*(const int32_t *)at;
    default:
        return (float)*(const int64_t *)at;
    }
}

// Takes one index: an integer leaves the first dimension out, a slice narrows
// it. k is the dimension it is for, *kept how many stay.
static void take_index(const ml_array *a, size_t k, mp_obj_t index,
        ml_array *to) {
    size_t item = ml_array_item(a->typecode);
    if (mp_obj_is_type(index, &mp_type_slice)) {
        mp_bound_slice_t s;
        mp_obj_slice_indices(index, a->dim[k], &s);
        to->data += (ptrdiff_t)s.start * a->step[k] * (ptrdiff_t)item;
        mp_int_t span = s.step > 0 ? s.stop - s.start : s.start - s.stop;
        mp_int_t stride = s.step > 0 ? s.step : -s.step;
        mp_int_t count = span > 0 ? (span + stride - 1) / stride : 0;
        to->dim[to->rank] = (int32_t)count;
        to->step[to->rank] = a->step[k] * (int32_t)s.step;
        to->rank++;
        return;
    }
    size_t at = mp_get_index(&ml_array_type, (size_t)a->dim[k], index, false);
    to->data += (ptrdiff_t)at * a->step[k] * (ptrdiff_t)item;
}

static void assign(const ml_array *to, mp_obj_t value) {
    size_t count = ml_array_count(to);
    const ml_array *from =
            mp_obj_is_type(value, &ml_array_type) ? MP_OBJ_TO_PTR(value) : NULL;
    if (from != NULL && ml_array_count(from) != count) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("expected %u numbers, got %u"), (unsigned)count,
                (unsigned)ml_array_count(from));
    }
    for (size_t k = 0; k < count; k++) {
        set(to, element(to, k),
                from != NULL ? get(from, element(from, k)) : value);
    }
}

static mp_obj_t array_subscr(mp_obj_t self, mp_obj_t index, mp_obj_t value) {
    const ml_array *a = MP_OBJ_TO_PTR(self);
    size_t count = 1;
    mp_obj_t *items = &index;
    if (mp_obj_is_type(index, &mp_type_tuple)) {
        mp_obj_tuple_get(index, &count, &items);
    }
    if (value == MP_OBJ_NULL || count > a->rank) {
        mp_raise_msg_varg(&mp_type_IndexError,
                MP_ERROR_TEXT("the array has %u dimensions, got %u indices"),
                (unsigned)a->rank, (unsigned)count);
    }
    ml_array part = *a;
    part.rank = 0;
    for (size_t k = 0; k < a->rank; k++) {
        if (k < count) {
            take_index(a, k, items[k], &part);
        } else {
            part.dim[part.rank] = a->dim[k];
            part.step[part.rank++] = a->step[k];
        }
    }
    if (value != MP_OBJ_SENTINEL) {
        assign(&part, value);
        return mp_const_none;
    }
    if (part.rank == 0) {
        return get(a, part.data);
    }
    ml_array *view = m_new_obj(ml_array);
    *view = part;
    // The owner of the memory, or what points at its beginning.
    view->owner = a->owner != mp_const_none ? a->owner : self;
    return MP_OBJ_FROM_PTR(view);
}

static mp_obj_t array_unary(mp_unary_op_t op, mp_obj_t self) {
    const ml_array *a = MP_OBJ_TO_PTR(self);
    switch (op) {
    case MP_UNARY_OP_BOOL:
        return mp_obj_new_bool(ml_array_count(a) > 0);
    case MP_UNARY_OP_LEN:
        return MP_OBJ_NEW_SMALL_INT(a->rank > 0 ? a->dim[0] : 1);
    default:
        return MP_OBJ_NULL;
    }
}

static float combine(mp_binary_op_t op, float x, float y) {
    switch (op) {
    case MP_BINARY_OP_ADD:
        return x + y;
    case MP_BINARY_OP_SUBTRACT:
        return x - y;
    case MP_BINARY_OP_MULTIPLY:
        return x * y;
    default:
        return x / y;
    }
}

// + - * / with a number or an array of as many elements, in floats.
static mp_obj_t array_binary(mp_binary_op_t op, mp_obj_t left, mp_obj_t right) {
    bool swapped =
            op >= MP_BINARY_OP_REVERSE_OR && op <= MP_BINARY_OP_REVERSE_POWER;
    if (swapped) {
        op = (mp_binary_op_t)(op - MP_BINARY_OP_REVERSE_OR + MP_BINARY_OP_OR);
    }
    if (op != MP_BINARY_OP_ADD && op != MP_BINARY_OP_SUBTRACT &&
            op != MP_BINARY_OP_MULTIPLY && op != MP_BINARY_OP_TRUE_DIVIDE) {
        return MP_OBJ_NULL;
    }
    const ml_array *a = MP_OBJ_TO_PTR(left);
    const ml_array *b = NULL;
    mp_float_t number = 0;
    if (mp_obj_is_type(right, &ml_array_type)) {
        b = MP_OBJ_TO_PTR(right);
        if (ml_array_count(b) != ml_array_count(a)) {
            mp_raise_ValueError(MP_ERROR_TEXT("arrays of different sizes"));
        }
    } else if (!mp_obj_get_float_maybe(right, &number)) {
        return MP_OBJ_NULL;
    }
    ml_array *result = ml_array_new('f', a->rank, a->dim);
    for (size_t k = 0; k < ml_array_count(a); k++) {
        float x = real(a, k);
        float y = b != NULL ? real(b, k) : (float)number;
        ((float *)(void *)result->data)[k] =
                swapped ? combine(op, y, x) : combine(op, x, y);
    }
    return MP_OBJ_FROM_PTR(result);
}

// The sides of nested sequences, and the numbers in them, in order.
static void shape_of(mp_obj_t value, ml_array *a) {
    mp_float_t number;
    while (!mp_obj_get_float_maybe(value, &number)) {
        mp_int_t length = mp_obj_get_int(mp_obj_len(value));
        if (a->rank == ML_ARRAY_RANK || length < 1) {
            mp_raise_msg_varg(&mp_type_ValueError,
                    MP_ERROR_TEXT("an array has 1 to %d dimensions, none of "
                                  "them empty"),
                    ML_ARRAY_RANK);
        }
        a->dim[a->rank++] = (int32_t)length;
        value = mp_obj_subscr(value, MP_OBJ_NEW_SMALL_INT(0), MP_OBJ_SENTINEL);
    }
}

static void fill(ml_array *a, size_t *at, size_t level, mp_obj_t value) {
    if (level == a->rank) {
        set(a, element(a, (*at)++), value);
        return;
    }
    if (mp_obj_get_int(mp_obj_len(value)) != a->dim[level]) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("expected rows of %d, got one of %d"),
                (int)a->dim[level], (int)mp_obj_get_int(mp_obj_len(value)));
    }
    mp_obj_iter_buf_t buffer;
    mp_obj_t iterable = mp_getiter(value, &buffer);
    mp_obj_t item;
    while ((item = mp_iternext(iterable)) != MP_OBJ_STOP_ITERATION) {
        fill(a, at, level + 1, item);
    }
}

// ndarray(nested numbers, dtype): dtype as one of array's letters or its code.
static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
        const mp_obj_t *all) {
    static const mp_arg_t allowed[] = {
            {MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, {0}},
            {MP_QSTR_dtype, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT('f')}},
    };
    (void)type;
    mp_arg_val_t args[2];
    mp_arg_parse_all_kw_array(n_args, n_kw, all, 2, allowed, args);
    mp_obj_t dtype = args[1].u_obj;
    char code = mp_obj_is_str(dtype) ? mp_obj_str_get_str(dtype)[0]
                                     : (char)mp_obj_get_int(dtype);
    if (ml_array_item(code) == 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("dtype is one of b B h H i q f"));
    }
    ml_array shape = {.rank = 0};
    shape_of(args[0].u_obj, &shape);
    ml_array *a = ml_array_new(code, shape.rank, shape.dim);
    size_t at = 0;
    fill(a, &at, 0, args[0].u_obj);
    return MP_OBJ_FROM_PTR(a);
}

static mp_int_t array_buffer(mp_obj_t self, mp_buffer_info_t *info,
        mp_uint_t flags) {
    (void)flags;
    const ml_array *a = MP_OBJ_TO_PTR(self);
    if (!is_packed(a)) {
        return 1;
    }
    info->buf = a->data;
    info->len = ml_array_count(a) * ml_array_item(a->typecode);
    info->typecode = a->typecode;
    return 0;
}

static mp_obj_t to_list(mp_obj_t self) {
    const ml_array *a = MP_OBJ_TO_PTR(self);
    size_t count = a->rank > 0 ? (size_t)a->dim[0] : 0;
    mp_obj_t list = mp_obj_new_list(count, NULL);
    for (size_t k = 0; k < count; k++) {
        mp_obj_t item =
                array_subscr(self, MP_OBJ_NEW_SMALL_INT(k), MP_OBJ_SENTINEL);
        mp_obj_list_store(list, MP_OBJ_NEW_SMALL_INT(k),
                a->rank > 1 ? to_list(item) : item);
    }
    return list;
}
static MP_DEFINE_CONST_FUN_OBJ_1(to_list_obj, to_list);

static mp_obj_t flatten(mp_obj_t self) {
    const ml_array *a = MP_OBJ_TO_PTR(self);
    int32_t count = (int32_t)ml_array_count(a);
    ml_array *flat = ml_array_new(a->typecode, 1, &count);
    size_t item = ml_array_item(a->typecode);
    for (size_t k = 0; k < (size_t)count; k++) {
        memcpy(flat->data + k * item, element(a, k), item);
    }
    return MP_OBJ_FROM_PTR(flat);
}
static MP_DEFINE_CONST_FUN_OBJ_1(flatten_obj, flatten);

static mp_obj_t reshape(mp_obj_t self, mp_obj_t shape) {
    const ml_array *a = MP_OBJ_TO_PTR(self);
    size_t rank = 1;
    mp_obj_t *items = &shape;
    if (!mp_obj_is_int(shape)) {
        mp_obj_get_array(shape, &rank, &items);
    }
    int32_t dim[ML_ARRAY_RANK];
    size_t count = 1;
    for (size_t k = 0; k < rank && rank <= ML_ARRAY_RANK; k++) {
        dim[k] = (int32_t)mp_obj_get_int(items[k]);
        count *= dim[k] > 0 ? (size_t)dim[k] : 0;
    }
    if (rank > ML_ARRAY_RANK || count != ml_array_count(a)) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("%u numbers do not make that shape"),
                (unsigned)ml_array_count(a));
    }
    mp_obj_t source = is_packed(a) ? self : flatten(self);
    const ml_array *from = MP_OBJ_TO_PTR(source);
    return ml_array_view(from->typecode, rank, dim, from->data,
            from->owner != mp_const_none ? from->owner : source);
}
static MP_DEFINE_CONST_FUN_OBJ_2(reshape_obj, reshape);

static mp_obj_t to_bytes(mp_obj_t self) {
    mp_obj_t flat = flatten(self);
    const ml_array *a = MP_OBJ_TO_PTR(flat);
    return mp_obj_new_bytearray_by_ref(ml_array_count(a) *
                    ml_array_item(a->typecode),
            a->data);
}
static MP_DEFINE_CONST_FUN_OBJ_1(to_bytes_obj, to_bytes);

static void array_print(const mp_print_t *print, mp_obj_t self,
        mp_print_kind_t kind) {
    (void)kind;
    mp_printf(print, "array(");
    mp_obj_print_helper(print, to_list(self), PRINT_REPR);
    mp_printf(print, ", dtype=%c)",
            ((ml_array *)MP_OBJ_TO_PTR(self))->typecode);
}

static void array_attr(mp_obj_t self, qstr attr, mp_obj_t *dest) {
    const ml_array *a = MP_OBJ_TO_PTR(self);
    if (dest[0] != MP_OBJ_NULL) {
        return; // nothing can be set
    }
    switch (attr) {
    case MP_QSTR_shape: {
        mp_obj_t dims[ML_ARRAY_RANK];
        for (size_t k = 0; k < a->rank; k++) {
            dims[k] = MP_OBJ_NEW_SMALL_INT(a->dim[k]);
        }
        dest[0] = mp_obj_new_tuple(a->rank, dims);
        break;
    }
    case MP_QSTR_size:
        dest[0] = MP_OBJ_NEW_SMALL_INT(ml_array_count(a));
        break;
    case MP_QSTR_ndim:
        dest[0] = MP_OBJ_NEW_SMALL_INT(a->rank);
        break;
    case MP_QSTR_itemsize:
        dest[0] = MP_OBJ_NEW_SMALL_INT(ml_array_item(a->typecode));
        break;
    case MP_QSTR_dtype:
        dest[0] = MP_OBJ_NEW_SMALL_INT(a->typecode);
        break;
    default:
        dest[1] = MP_OBJ_SENTINEL; // look among the methods
    }
}

typedef struct array_iter {
    mp_obj_base_t base;
    mp_fun_1_t iternext;
    mp_obj_t array;
    mp_int_t at;
} array_iter;

static mp_obj_t iternext(mp_obj_t self) {
    array_iter *it = MP_OBJ_TO_PTR(self);
    const ml_array *a = MP_OBJ_TO_PTR(it->array);
    if (a->rank == 0 || it->at >= a->dim[0]) {
        return MP_OBJ_STOP_ITERATION;
    }
    return array_subscr(it->array, MP_OBJ_NEW_SMALL_INT(it->at++),
            MP_OBJ_SENTINEL);
}

static mp_obj_t getiter(mp_obj_t self, mp_obj_iter_buf_t *buffer) {
    _Static_assert(sizeof(array_iter) <= sizeof(*buffer), "iterator");
    array_iter *it = (array_iter *)(void *)buffer;
    it->base.type = &mp_type_polymorph_iter;
    it->iternext = iternext;
    it->array = self;
    it->at = 0;
    return MP_OBJ_FROM_PTR(it);
}

static const mp_rom_map_elem_t methods_table[] = {
        {MP_ROM_QSTR(MP_QSTR_flatten), MP_ROM_PTR(&flatten_obj)},
        {MP_ROM_QSTR(MP_QSTR_reshape), MP_ROM_PTR(&reshape_obj)},
        {MP_ROM_QSTR(MP_QSTR_tobytes), MP_ROM_PTR(&to_bytes_obj)},
        {MP_ROM_QSTR(MP_QSTR_tolist), MP_ROM_PTR(&to_list_obj)},
};
static MP_DEFINE_CONST_DICT(methods, methods_table);

MP_DEFINE_CONST_OBJ_TYPE(ml_array_type, MP_QSTR_ndarray,
        MP_TYPE_FLAG_ITER_IS_GETITER, make_new, make_new, iter, getiter, print,
        array_print, unary_op, array_unary, binary_op, array_binary, subscr,
        array_subscr, attr, array_attr, buffer, array_buffer, locals_dict,
        &methods);
