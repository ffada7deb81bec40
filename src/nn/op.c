// SPDX-License-Identifier: MIT
// The checks that operators share, and their access to options.

#include "nn/op.h"

#include <stdarg.h>

#include "nn/error_text.h"

static int fail(const nn_loader *loader, int code, const char *format,
        va_list args) {
    nn_error *error = loader->error;
    if (error != NULL) {
        const nn_op *op = loader->op;
        nn_set_error(error, code, "op %u %s: ", (uint32_t)op->index,
                nn_builtin_name(op->def->code));
        size_t used = 0;
        while (error->text[used] != '\0') {
            used++;
        }
        nn_error_append(error, used, format, args);
    }
    return code;
}

int nn_op_fail(const nn_loader *loader, int code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)fail(loader, code, format, args);
    va_end(args);
    return code;
}

int nn_op_invalid(const nn_loader *loader, const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)fail(loader, NN_ERR_INVALID, format, args);
    va_end(args);
    return NN_ERR_INVALID;
}

int nn_op_unsupported(const nn_loader *loader, const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)fail(loader, NN_ERR_UNSUPPORTED, format, args);
    va_end(args);
    return NN_ERR_UNSUPPORTED;
}

int nn_need_input(const nn_loader *loader, uint32_t k) {
    if (k >= loader->op->input_count || loader->op->inputs[k] == NN_NONE) {
        return nn_op_invalid(loader, "input %u is left out", k);
    }
    if (nn_op_input(loader->graph, loader->op, k)->bytes == 0) {
        return nn_op_invalid(loader, "input %u has no elements", k);
    }
    return 0;
}

static int need_type(const nn_loader *loader, const nn_tensor *t,
        const char *side, uint32_t k, uint32_t mask) {
    if ((NN_TYPE_BIT(t->type) & mask) != 0) {
        return 0;
    }
    return nn_op_unsupported(loader,
            "%s %u, tensor %u '%n', is %s, which is not supported "
            "here",
            side, k, (uint32_t)t->index, t->name, t->name_length,
            nn_type_name(t->type));
}

int nn_need_input_type(const nn_loader *loader, uint32_t k, uint32_t mask) {
    if (k >= loader->op->input_count || loader->op->inputs[k] == NN_NONE) {
        return 0;
    }
    return need_type(loader, nn_op_input(loader->graph, loader->op, k), "input",
            k, mask);
}

int nn_need_output_type(const nn_loader *loader, uint32_t k, uint32_t mask) {
    return need_type(loader, nn_op_output(loader->graph, loader->op, k),
            "output", k, mask);
}

static int need_scale(const nn_loader *loader, const nn_tensor *t,
        const char *side, uint32_t k) {
    if (t->scale_count == 1 && t->scale > 0) {
        return 0;
    }
    return nn_op_invalid(loader,
            "%s %u, tensor %u '%n', needs one scale above 0", side, k,
            (uint32_t)t->index, t->name, t->name_length);
}

int nn_need_input_scale(const nn_loader *loader, uint32_t k) {
    return need_scale(loader, nn_op_input(loader->graph, loader->op, k),
            "input", k);
}

int nn_need_output_scale(const nn_loader *loader, uint32_t k) {
    return need_scale(loader, nn_op_output(loader->graph, loader->op, k),
            "output", k);
}

int nn_need_output_shape(const nn_loader *loader, uint32_t k, uint32_t rank,
        const int32_t *dim) {
    const nn_tensor *t = nn_op_output(loader->graph, loader->op, k);
    if (t->rank != rank) {
        return nn_op_invalid(loader,
                "output %u has %u dimensions, the operator makes %u", k,
                (uint32_t)t->rank, rank);
    }
    for (uint32_t i = 0; i < rank; i++) {
        if (dim[i] < 1) {
            return nn_op_invalid(loader, "output %u would have no elements", k);
        }
        if (t->dim[i] != dim[i]) {
            return nn_op_invalid(loader,
                    "dimension %u of output %u is %d, the operator "
                    "makes %d",
                    i, k, t->dim[i], dim[i]);
        }
    }
    return 0;
}

int nn_need_same_scale(const nn_loader *loader, uint32_t j, uint32_t k) {
    const nn_tensor *in = nn_op_input(loader->graph, loader->op, j);
    const nn_tensor *out = nn_op_output(loader->graph, loader->op, k);
    if (in->scale_count > 1 || out->scale_count > 1 ||
            (in->scale_count == 1 && out->scale_count == 1 &&
                    (in->scale != out->scale ||
                            in->zero_point != out->zero_point))) {
        return nn_op_unsupported(loader,
                "input %u and output %u differ in quantisation", j, k);
    }
    return 0;
}

int nn_need_constant(const nn_loader *loader, uint32_t k) {
    const nn_tensor *t = nn_op_input(loader->graph, loader->op, k);
    if (t != NULL && t->data != NULL) {
        return 0;
    }
    return nn_op_unsupported(loader, "input %u must be a constant", k);
}

int nn_constant_ints(const nn_loader *loader, uint32_t k, uint32_t max,
        int32_t *value, uint32_t *count) {
    int err = nn_need_constant(loader, k);
    if (err == 0) {
        err = nn_need_input_type(loader, k,
                NN_TYPE_BIT(NN_INT32) | NN_TYPE_BIT(NN_INT64));
    }
    if (err != 0) {
        return err;
    }
    const nn_tensor *t = nn_op_input(loader->graph, loader->op, k);
    *count = nn_tensor_elements(t);
    if (t->rank > 1 || *count > max) {
        return nn_op_invalid(loader,
                "input %u must be a list of at most %u numbers", k, max);
    }
    const uint8_t *bytes = t->data;
    for (uint32_t i = 0; i < *count; i++) {
        int64_t v = t->type == NN_INT32 ? nn_load_i32(bytes + 4 * i)
                                        : nn_load_i64(bytes + 8 * i);
        if (v < INT32_MIN || v > INT32_MAX) {
            return nn_op_fail(loader, NN_ERR_RANGE,
                    "number %u of input %u exceeds 32 bits", i, k);
        }
        value[i] = (int32_t)v;
    }
    return 0;
}

static nn_flatbuffer file_of(const nn_loader *loader) {
    return (nn_flatbuffer){loader->graph->file, loader->graph->file_bytes};
}

// The field's bytes; NULL where it is left out or damaged: options that are
// not there have their default, as in every reader of the format.
static const uint8_t *option(const nn_loader *loader, uint32_t field,
        uint32_t size) {
    nn_flatbuffer file = file_of(loader);
    uint32_t position;
    if (loader->options == 0 ||
            nn_flatbuffer_field(&file, loader->options, field, size,
                    &position) != 0 ||
            position == 0) {
        return NULL;
    }
    return file.data + position;
}

int32_t nn_option_int(const nn_loader *loader, uint32_t field,
        int32_t fallback) {
    const uint8_t *bytes = option(loader, field, 4);
    return bytes == NULL ? fallback : nn_load_i32(bytes);
}

int32_t nn_option_byte(const nn_loader *loader, uint32_t field,
        int32_t fallback) {
    const uint8_t *bytes = option(loader, field, 1);
    return bytes == NULL ? fallback : (int8_t)*bytes;
}

float nn_option_float(const nn_loader *loader, uint32_t field, float fallback) {
    const uint8_t *bytes = option(loader, field, 4);
    return bytes == NULL ? fallback : nn_load_f32(bytes);
}

int nn_option_ints(const nn_loader *loader, uint32_t field,
        const uint8_t **values, uint32_t *count) {
    nn_flatbuffer file = file_of(loader);
    nn_vector vector = {NULL, 0, 0};
    if (loader->options != 0 &&
            nn_flatbuffer_vector(&file, loader->options, field, 4, &vector) !=
                    0) {
        return nn_op_invalid(loader, "option %u is damaged", field);
    }
    *values = vector.data;
    *count = vector.count;
    return 0;
}
