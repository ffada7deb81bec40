// SPDX-License-Identifier: MIT
// The checks that operators share, and their access to options.

#include "nn/op.h"

#include <math.h>
#include <stdarg.h>

#include "nn/error_text.h"

static int fail(const nn_loader *loader, int code, const char *format,
        va_list args) {
    nn_error *error = loader->error;
    const nn_op *op = loader->op;
    if (error == NULL) {
        return code;
    }
    if (loader->tensor != NULL) {
        nn_set_error(error, code, "%t: ", loader->tensor);
    } else if (op != NULL) {
        nn_set_error(error, code, "op %u %s: ", (uint32_t)op->index,
                nn_builtin_name(op->def->code).text);
    } else if (loader->op_index != NN_NONE) {
        nn_set_error(error, code, "op %u: ", (uint32_t)loader->op_index);
    } else {
        nn_set_error(error, code, "");
    }
    nn_error_append(error, format, args);
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

int nn_op_dimensions(const nn_loader *loader) {
    return nn_op_unsupported(loader, "more than 6 dimensions");
}

int nn_need(const nn_loader *loader, const nn_tensor *t, uint32_t what) {
    uint32_t types = what;
    if ((what & NN_SAME_TYPE) != 0) {
        types = NN_TYPE_BIT(loader->in[0]->type);
    }
    if ((NN_TYPE_BIT(t->type) & what & types) == 0) {
        return nn_op_unsupported(loader, "%t is %s, which is not supported", t,
                nn_type_name(t->type));
    }
    if ((what & NN_CONSTANT) != 0 && t->data == NULL) {
        return nn_op_unsupported(loader, "%t must be a constant", t);
    }
    if ((what & NN_SCALED) != 0 && t->type != NN_INT32 &&
            !(t->scale_count == 1 && t->scale > 0)) {
        return nn_op_invalid(loader, "%t needs one scale above 0", t);
    }
    return 0;
}

const nn_tensor *nn_loader_input(const nn_loader *loader, uint32_t k) {
    const nn_op *op = loader->op;
    return k < op->input_count ? nn_op_input(loader->graph, op, k) : NULL;
}

static int left_out(const nn_loader *loader, uint32_t k) {
    return nn_op_invalid(loader, "input %u is left out", k);
}

int nn_need_input(const nn_loader *loader, uint32_t k, uint32_t takes) {
    const nn_tensor *t = nn_loader_input(loader, k);
    if (t == NULL) {
        return (takes & NN_OPTIONAL) != 0 ? 0 : left_out(loader, k);
    }
    if (t->bytes == 0) {
        return nn_op_invalid(loader, "input %u has no elements", k);
    }
    return nn_need(loader, t, takes);
}

int nn_need_rank(const nn_loader *loader, const nn_tensor *t, uint32_t rank) {
    if (t->rank != rank) {
        return nn_op_invalid(loader, "%t has %u dimensions instead of %u", t,
                (uint32_t)t->rank, rank);
    }
    return 0;
}

int nn_need_output_shape(const nn_loader *loader, uint32_t rank,
        const int32_t *dim) {
    const nn_tensor *t = loader->out;
    int err = nn_need_rank(loader, t, rank);
    for (uint32_t i = 0; err == 0 && i < rank; i++) {
        if (t->dim[i] != dim[i] || dim[i] < 1) {
            err = nn_op_invalid(loader,
                    "dimension %u of the output is %d, the operator makes %d",
                    i, t->dim[i], dim[i]);
        }
    }
    return err;
}

static int make_one_to_one(nn_loader *loader) {
    const nn_tensor *in = loader->in[0];
    int err = nn_need_output_shape(loader, in->rank, in->dim);
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
    for (uint32_t k = 0; k < NN_TAKEN; k++) {
        loader->in[k] = nn_loader_input(loader, k);
        if (err == 0 && def->takes[k] != 0) {
            err = nn_need_input(loader, k, def->takes[k]);
        }
    }
    if (err == 0 && (def->makes & ~NN_MANY) != 0) {
        err = nn_need(loader, loader->out, def->makes);
    }
    if (err == 0 && (def->makes & NN_ONE_TO_ONE) != 0) {
        err = make_one_to_one(loader);
    }
    return err == 0 && def->check != NULL ? def->check(loader) : err;
}

int nn_need_images(const nn_loader *loader, const nn_tensor *image) {
    int err = nn_need_rank(loader, image, 4);
    return err ? err : nn_need_rank(loader, loader->out, 4);
}

int nn_need_same_scale(const nn_loader *loader, const nn_tensor *in,
        float tolerance) {
    const nn_tensor *out = loader->out;
    if (in->scale_count > 1 || out->scale_count > 1 ||
            (in->scale_count == 1 && out->scale_count == 1 &&
                    (fabsf(in->scale - out->scale) > tolerance ||
                            in->zero_point != out->zero_point))) {
        return nn_op_unsupported(loader,
                "%t and the output differ in quantisation", in);
    }
    return 0;
}

static int far_apart(const nn_loader *loader) {
    return nn_op_unsupported(loader, "the scales are too far apart");
}

int nn_need_factor(const nn_loader *loader, double real,
        nn_multiplier *multiplier) {
    return !(real >= 0) || nn_multiplier_make(real, multiplier)
            ? far_apart(loader)
            : 0;
}

int nn_need_fraction(const nn_loader *loader, double real,
        nn_multiplier *multiplier) {
    int err = nn_need_factor(loader, real, multiplier);
    return err == 0 && multiplier->shift > 0 ? far_apart(loader) : err;
}

int64_t nn_constant_at(const nn_tensor *constant, uint32_t i) {
    const uint8_t *data = constant->data;
    return constant->type == NN_INT32 ? nn_load_i32(data + (size_t)i * 4)
                                      : nn_load_i64(data + (size_t)i * 8);
}

int nn_constant_ints(const nn_loader *loader, uint32_t k, uint32_t max,
        int32_t *value, uint32_t *count) {
    const nn_tensor *t = nn_loader_input(loader, k);
    if (t == NULL) {
        return left_out(loader, k);
    }
    int err = nn_need(loader, t, NN_INTS | NN_CONSTANT);
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
        value[i] = (int32_t)v;
        if (value[i] != v) {
            return nn_op_fail(loader, NN_ERR_RANGE,
                    "number %u of input %u exceeds 32 bits", i, k);
        }
    }
    return 0;
}

int nn_constant_list(const nn_loader *loader, uint32_t k, uint32_t count,
        int32_t *value) {
    uint32_t given = 0;
    int err = nn_constant_ints(loader, k, count, value, &given);
    if (err == 0 && given != count) {
        return nn_op_invalid(loader, "input %u must hold %u numbers, not %u", k,
                count, given);
    }
    return err;
}

// The field's bytes; NULL where it is left out or damaged: options that are
// not there have their default, as in every reader of the format.
static const uint8_t *option(const nn_loader *loader, uint32_t field,
        uint32_t size) {
    uint32_t position =
            nn_flatbuffer_find(&loader->file, loader->options, field, size);
    return position == 0 || position == NN_NOWHERE
            ? NULL
            : loader->file.data + position;
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

int nn_option_ints(const nn_loader *loader, uint32_t field, nn_vector *ints) {
    const nn_field wanted = {(uint8_t)field, NN_VECTOR, 4};
    *ints = (nn_vector){NULL, 0, 0};
    if (loader->options != 0 &&
            nn_flatbuffer_read(&loader->file, loader->options, &wanted, 1,
                    ints) != 1) {
        return nn_op_invalid(loader, "option %u is damaged", field);
    }
    return 0;
}
