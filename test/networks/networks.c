// SPDX-License-Identifier: MIT
// Writes random networks: program COUNT FIRST_SEED FOLDER. Each seed gives
// SEED.tflite and, for input K of the model, SEED.K.bin with its bytes.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/ops/ops.h"
#include "test/networks/network.h"

enum { MAX_LAYERS = 4 };

// Wide ones fill the blocks in which kernels work, small ones are smaller than
// most windows.
static model_list draw_image(network *n) {
    static const int32_t channels[] = {1, 2, 3, 4, 5, 7, 8, 12, 16, 24, 31, 42,
            64, 1, 2, 3, 4, 6, 10};
    model_list dims;
    do {
        int32_t h = random_in(&n->r, 1, 14);
        int32_t w = random_in(&n->r, 1, 18);
        uint32_t kind = random_bits(&n->r) % 8;
        if (kind < 2) {
            h = random_in(&n->r, 1, 5);
            w = random_in(&n->r, 19, 100);
        } else if (kind == 2) {
            h = random_in(&n->r, 1, 4);
            w = random_in(&n->r, 1, 4);
        } else if (kind == 3) {
            h = random_in(&n->r, 14, 22);
            w = random_in(&n->r, 14, 22);
        }
        int32_t c =
                network_one_of(n, sizeof channels / sizeof *channels, channels);
        int32_t images = random_once_in(&n->r, 12) ? 2 : 1;
        dims = LIST(images, h, w, c);
    } while (layers_elements(&dims) > NETWORK_MAX_BYTES / 3);
    return dims;
}

// Some models take floats and make int8 of them first.
static void add_image(network *n) {
    model_list dims = draw_image(n);
    int x = network_tensor(n, dims);
    if (random_once_in(&n->r, 10)) {
        int real = model_tensor(&n->m, NN_FLOAT32, dims, 0, 0);
        layers_apply(&n->m, &nn_op_quantize, LIST(network_input(n, real)), x);
    } else {
        network_input(n, x);
    }
    n->x = x;
}

static void add_layer(network *n) {
    static const struct {
        bool (*add)(network *n);
        uint32_t weight;
    } kinds[] = {
            {network_conv, 14},
            {network_depthwise, 10},
            {network_transpose_conv, 2},
            {network_fully_connected, 3},
            {network_binary, 8},
            {network_padded_add, 3},
            {network_pool, 5},
            {network_prelu, 3},
            {network_unary, 4},
            {network_mean, 1},
            {network_pad, 2},
            {network_concatenation, 2},
            {network_resize, 2},
    };
    enum { KINDS = sizeof kinds / sizeof *kinds };
    uint32_t sum = 0;
    for (uint32_t i = 0; i < KINDS; i++) {
        sum += kinds[i].weight;
    }
    uint32_t kind;
    do {
        uint32_t drawn = random_bits(&n->r) % sum;
        for (kind = 0; drawn >= kinds[kind].weight; kind++) {
            drawn -= kinds[kind].weight;
        }
    } while (!kinds[kind].add(n));
}

// Halves are what rounding is about; the ends are far beyond int8.
static float draw_float(network *n, float scale) {
    float steps = random_float(&n->r, -140, 140);
    switch (random_bits(&n->r) % 4) {
    case 0:
        return (floorf(steps) + 0.5F) * scale;
    case 1:
        return ldexpf(steps, random_in(&n->r, -20, 60));
    default:
        return steps * scale;
    }
}

static void fill_bytes(network *n, const model_tensor_spec *t, int8_t *data,
        size_t count) {
    uint32_t kind = random_bits(&n->r) % 8;
    int8_t low = kind < 2 ? INT8_MIN : (int8_t)random_in(&n->r, -128, 127);
    random_fill(&n->r, data, count);
    for (size_t i = 0; i < count; i++) {
        if (kind < 3) { // two numbers, mostly the extreme ones
            data[i] = data[i] < 0 ? low : INT8_MAX;
        } else if (kind == 3) { // about zero
            data[i] = (int8_t)(data[i] / 16 + t->zero_points[0] * 7 / 8);
        }
    }
}

static void write_inputs(network *n, uint32_t seed, const char *folder) {
    for (uint32_t k = 0; k < n->m.inputs.count; k++) {
        const model_tensor_spec *t = &n->m.tensors[n->m.inputs.value[k]];
        char name[32];
        size_t count = layers_elements(&t->dims);
        void *data = layers_take(count, nn_type_bytes(t->type));
        if (t->type == NN_FLOAT32) {
            float scale = network_scale(n, n->m.ops[0].outputs.value[0]);
            float *reals = data;
            for (size_t i = 0; i < count; i++) {
                reals[i] = draw_float(n, scale);
            }
        } else {
            fill_bytes(n, t, data, count);
        }
        (void)snprintf(name, sizeof name, "%u.%u.bin", seed, k);
        layers_write(folder, name, data, count * nn_type_bytes(t->type));
        free(data);
    }
}

static void write_network(uint32_t seed, const char *folder) {
    network n = {.r = random_from(seed)};
    char name[16];
    add_image(&n);
    for (int32_t i = random_in(&n.r, 1, MAX_LAYERS); i > 0; i--) {
        int between = n.x;
        add_layer(&n);
        // what is read as well must outlive its reader
        if (i == 1 && random_once_in(&n.r, 5) && between != n.x) {
            n.m.outputs = LIST(between);
        }
    }
    n.m.outputs.value[n.m.outputs.count++] = n.x;
    write_inputs(&n, seed, folder);
    (void)snprintf(name, sizeof name, "%u", seed);
    layers_write_model(&n.m, folder, name);
}

int main(int argc, char **argv) {
    if (argc != 4) {
        (void)fprintf(stderr, "networks: give COUNT FIRST_SEED FOLDER\n");
        return 2;
    }
    uint32_t count = (uint32_t)strtoul(argv[1], NULL, 10);
    uint32_t first = (uint32_t)strtoul(argv[2], NULL, 10);
    for (uint32_t i = 0; i < count; i++) {
        write_network(first + i, argv[3]);
    }
    return 0;
}
