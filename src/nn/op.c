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
                nn_builtin_name(op->def->code).text);
        nn_error_append(error, format, args);
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

static int need(const nn_loader *loader, const nn_tensor *t, const char *side,
        uint32_t k, uint32_t what) {
    uint32_t types = what;
    if ((what & NN_SAME_TYPE) != 0) {
        types &= NN_TYPE_BIT(loader->in[0]->type);
    }
    if ((NN_TYPE_BIT(t->type) & types) == 0) {
        return nn_op_unsupported(loader,
                "%s %u, %t, is %s, which is not supported here", side, k, t,
                nn_type_name(t->type));
    }
    if ((what & NN_CONSTANT) != 0 && t->data == NULL) {
        return nn_op_unsupported(loader, "%s %u must be a constant", side, k);
    }
    if ((what & NN_SCALED) != 0 && !(t->scale_count == 1 && t->scale > 0)) {
        return nn_op_invalid(loader, "%s %u, %t, needs one scale above 0", side,
                k, t);
    }
    return 0;
}

static int need_given(const nn_loader *loader, uint32_t k) {
    if (k >= loader->op->input_count || loader->op->inputs[k] == NN_NONE) {
        return nn_op_invalid(loader, "input %u is left out", k);
    }
    return 0;
}

int nn_need_input(const nn_loader *loader, uint32_t k, uint32_t takes) {
    const nn_op *op = loader->op;
    if ((takes & NN_OPTIONAL) != 0 &&
            (k >= op->input_count || op->inputs[k] == NN_NONE)) {
        return 0;
    }
    int err = need_given(loader, k);
    if (err) {
        return err;
    }
    const nn_tensor *t = nn_op_given(loader->graph, op, k);
    if (t->bytes == 0) {
        return nn_op_invalid(loader, "input %u has no elements", k);
    }
    return need(loader, t, "input", k, takes);
}

int nn_need_output(const nn_loader *loader, uint32_t k, uint32_t makes) {
    return need(loader, nn_op_output(loader->graph, loader->op, k), "output", k,
            makes);
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

static int make_one_to_one(nn_loader *loader) {
    const nn_tensor *in = loader->in[0];
    int err = nn_need_output_shape(loader, 0, in->rank, in->dim);
    loader->out->rows = in->rows;
    loader->out->row_bytes = loader->out->bytes / in->rows;
    loader->op->row_local = 1;
    loader->op->in_place = (loader->op->def->makes & NN_SAME_TYPE) != 0;
    return err;
}

int nn_op_check(nn_loader *loader) {
    nn_op *op = loader->op;
    const nn_op_def *def = op->def;
    int err = 0;
    loader->out = nn_op_output(loader->graph, op, 0);
    for (uint32_t k = 0; err == 0 && k < NN_TAKEN && k < op->input_count; k++) {
        loader->in[k] = nn_op_input(loader->graph, op, k);
        if (def->takes[k] != 0) {
            err = nn_need_input(loader, k, def->takes[k]);
        }
    }
    if (err == 0 && (def->makes & ~NN_MANY) != 0) {
        err = nn_need_output(loader, 0, def->makes);
    }
    if (err == 0 && (def->makes & NN_ONE_TO_ONE) != 0) {
        err = make_one_to_one(loader);
    }
    return err == 0 && def->check != NULL ? def->check(loader) : err;
}

static int need_image(const nn_loader *loader, const nn_tensor *t,
        const char *name) {
    return t->rank == 4
            ? 0
            : nn_op_invalid(loader, "the %s has %u dimensions instead of 4",
                      name, (uint32_t)t->rank);
}

int nn_need_images(const nn_loader *loader, const nn_tensor *image) {
    int err = need_image(loader, image, "image");
    return err ? err : need_image(loader, loader->out, "output");
}

int nn_need_same_scale(const nn_loader *loader, uint32_t j) {
    const nn_tensor *in = loader->in[j];
    const nn_tensor *out = loader->out;
    if (in->scale_count > 1 || out->scale_count > 1 ||
            (in->scale_count == 1 && out->scale_count == 1 &&
                    (in->scale != out->scale ||
                            in->zero_point != out->zero_point))) {
        return nn_op_unsupported(loader,
                "input %u and output 0 differ in quantisation", j);
    }
    return 0;
}

int nn_need_factor(const nn_loader *loader, double real,
        nn_multiplier *multiplier) {
    if (!(real >= 0) || nn_multiplier_make(real, multiplier)) {
        return nn_op_unsupported(loader, "the scales are too far apart");
    }
    return 0;
}

int64_t nn_constant_at(const nn_tensor *constant, uint32_t i) {
    const uint8_t *data = constant->data;
    return constant->type == NN_INT32 ? nn_load_i32(data + (size_t)i * 4)
                                      : nn_load_i64(data + (size_t)i * 8);
}

int nn_constant_ints(const nn_loader *loader, uint32_t k, uint32_t max,
        int32_t *value, uint32_t *count) {
    int err = need_given(loader, k);
    if (err) {
        return err;
    }
    const nn_tensor *t = nn_op_given(loader->graph, loader->op, k);
    err = need(loader, t, "input", k, NN_INTS | NN_CONSTANT);
    if (err) {
        return err;
    }
    *count = nn_tensor_elements(t);
    if (t->rank > 1 || *count > max) {
        return nn_op_invalid(loader,
                "input %u must be a list of at most %u numbers", k, max);
    }
    for (uint32_t i = 0; i < *count; i++) {
        int64_t v = nn_constant_at(t, i);
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
