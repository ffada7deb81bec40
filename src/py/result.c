// SPDX-License-Identifier: MIT
// Results with named fields.

#include "src/py/result.h"

#include "py/objtuple.h"
#include "py/runtime.h"

typedef struct value_object {
    mp_obj_base_t base;
    mp_obj_t value;
} value_object;

static const mp_obj_type_t value_type;

static mp_obj_t plain(mp_obj_t object) {
    return mp_obj_is_type(object, &value_type)
            ? ((value_object *)MP_OBJ_TO_PTR(object))->value
            : object;
}

mp_obj_t result_value(mp_obj_t value) {
    value_object *object = mp_obj_malloc(value_object, &value_type);
    object->value = value;
    return MP_OBJ_FROM_PTR(object);
}

static mp_obj_t value_call(mp_obj_t self, size_t n_args, size_t n_kw,
        const mp_obj_t *args) {
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    return plain(self);
}

static mp_obj_t value_unary(mp_unary_op_t op, mp_obj_t self) {
    return mp_unary_op(op, plain(self));
}

static mp_obj_t value_binary(mp_binary_op_t op, mp_obj_t left, mp_obj_t right) {
    if (op >= MP_BINARY_OP_REVERSE_OR && op <= MP_BINARY_OP_REVERSE_POWER) {
        op = (mp_binary_op_t)(op - MP_BINARY_OP_REVERSE_OR + MP_BINARY_OP_OR);
        return mp_binary_op(op, plain(right), plain(left));
    }
    return mp_binary_op(op, plain(left), plain(right));
}

static mp_obj_t value_subscr(mp_obj_t self, mp_obj_t index, mp_obj_t value) {
    return mp_obj_subscr(plain(self), index, value);
}

static mp_obj_t value_iter(mp_obj_t self, mp_obj_iter_buf_t *buffer) {
    return mp_getiter(plain(self), buffer);
}

static void value_print(const mp_print_t *print, mp_obj_t self,
        mp_print_kind_t kind) {
    mp_obj_print_helper(print, plain(self), kind);
}

static void value_attr(mp_obj_t self, qstr attr, mp_obj_t *dest) {
    if (dest[0] == MP_OBJ_NULL) {
        mp_load_method_maybe(plain(self), attr, dest);
    }
}

static MP_DEFINE_CONST_OBJ_TYPE(value_type, MP_QSTR_value,
        MP_TYPE_FLAG_EQ_CHECKS_OTHER_TYPE | MP_TYPE_FLAG_ITER_IS_GETITER, print,
        value_print, call, value_call, unary_op, value_unary, binary_op,
        value_binary, subscr, value_subscr, iter, value_iter, attr, value_attr);

// A tuple with one item more: what its fields are called.
static void result_attr(mp_obj_t self, qstr attr, mp_obj_t *dest) {
    const mp_obj_tuple_t *tuple = MP_OBJ_TO_PTR(self);
    const result_kind *kind = MP_OBJ_TO_PTR(tuple->items[tuple->len]);
    if (dest[0] != MP_OBJ_NULL) {
        return; // nothing can be set
    }
    for (size_t k = 0; k < kind->count; k++) {
        if (kind->fields[k].name == attr) {
            dest[0] = result_value(tuple->items[kind->fields[k].place]);
            return;
        }
    }
}

static void result_print(const mp_print_t *print, mp_obj_t self,
        mp_print_kind_t print_kind) {
    (void)print_kind;
    const mp_obj_tuple_t *tuple = MP_OBJ_TO_PTR(self);
    const result_kind *kind = MP_OBJ_TO_PTR(tuple->items[tuple->len]);
    mp_print_str(print, "{");
    for (size_t k = 0; k < kind->count; k++) {
        mp_printf(print, "%s\"%q\":", k > 0 ? ", " : "",
                (qstr)kind->fields[k].name);
        mp_obj_print_helper(print, tuple->items[kind->fields[k].place],
                PRINT_REPR);
    }
    mp_print_str(print, "}");
}

static MP_DEFINE_CONST_OBJ_TYPE(result_type, MP_QSTR_result,
        MP_TYPE_FLAG_ITER_IS_GETITER, print, result_print, unary_op,
        mp_obj_tuple_unary_op, binary_op, mp_obj_tuple_binary_op, attr,
        result_attr, subscr, mp_obj_tuple_subscr, iter, mp_obj_tuple_getiter);

mp_obj_t result_new(const result_kind *kind, size_t n, const mp_obj_t *items) {
    mp_obj_tuple_t *tuple = mp_obj_malloc_var(mp_obj_tuple_t, items, mp_obj_t,
            n + 1, &result_type);
    tuple->len = n;
    for (size_t k = 0; k < n; k++) {
        tuple->items[k] = items[k];
    }
    tuple->items[n] = MP_OBJ_FROM_PTR(kind);
    return MP_OBJ_FROM_PTR(tuple);
}
