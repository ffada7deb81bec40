// SPDX-License-Identifier: MIT
// Layers of made-up models, and the files they go to.

#include "test/support/layers.h"

#include <stdio.h>
#include <stdlib.h>

enum { PATH_BYTES = 1024 };

void *layers_take(size_t count, size_t element_bytes) {
    void *memory = calloc(count, element_bytes);
    if (!memory) {
        abort();
    }
    return memory;
}

size_t layers_elements(const model_list *dims) {
    size_t count = 1;
    for (uint32_t i = 0; i < dims->count; i++) {
        count *= (size_t)dims->value[i];
    }
    return count;
}

int layers_constant(model *m, random_source *r, model_list dims, float scale) {
    size_t count = layers_elements(&dims);
    int8_t *data = layers_take(count, 1);
    for (size_t i = 0; i < count; i++) {
        data[i] = (int8_t)random_in(r, -127, 127);
    }
    int t = model_constant(m, NN_INT8, dims, scale, 0, data);
    free(data);
    return t;
}

int layers_bias(model *m, random_source *r, int32_t channels) {
    int32_t *bias = layers_take((size_t)channels, sizeof *bias);
    for (int32_t i = 0; i < channels; i++) {
        bias[i] = random_in(r, -2000, 2000);
    }
    int t = model_constant(m, NN_INT32, LIST(channels), 0, 0, bias);
    free(bias);
    return t;
}

int layers_apply(model *m, const nn_op_def *op, model_list inputs, int y) {
    model_op(m, op->code, inputs, LIST(y));
    return y;
}

void layers_window(model *m, layers_padding padding, const int32_t stride[2]) {
    model_byte(m, 0, (int32_t)padding);
    model_int(m, 1, stride[1]);
    model_int(m, 2, stride[0]);
}

void layers_write(const char *folder, const char *name, const void *data,
        size_t bytes) {
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *to = fopen(path, "wb");
    if (!to || fwrite(data, 1, bytes, to) != bytes || fclose(to) != 0) {
        perror(path);
        exit(1);
    }
}

void layers_write_model(model *m, const char *folder, const char *name) {
    char file[PATH_BYTES];
    size_t bytes;
    const uint8_t *data = model_file(m, &bytes);
    (void)snprintf(file, sizeof file, "%s.tflite", name);
    layers_write(folder, file, data, bytes);
    model_free(m);
}
