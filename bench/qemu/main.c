// SPDX-License-Identifier: MIT
// One inference on MPS2 AN500, counted. Arguments: the model, alone or in a
// ROM image as `blazecam pack` makes it; its inputs' bytes in a file; a file
// for the results, JSON:
//
//     {"instructions":…,"arena_bytes":…,"outputs":[CRC-32 of each],
//      "ops":[{"name":…,"detail":…,"macs":…,"elements":…,"instructions":…},…]}
//
// With QEMU's -icount shift=0 an instruction takes a nanosecond, so the timer
// at 25 MHz counts groups of 40. Operators are told apart in a second
// inference, by what the timer says behind each call of a kernel: they include
// what the schedule costs, and the look at the timer.

#include <string.h>

#include "nn/kernels/conv.h"
#include "nn/nn.h"
#include "nn/op.h"
#include "nn/ops/ops.h"
#include "nn/packed.h"
#include "rom/romfs.h"
#include "semihost.h"

// CMSDK APB timer 0 (Arm DDI 0479, section 4.2): counts down.
#define TIMER(offset) (*(volatile uint32_t *)(0x40000000U + (offset)))
enum { CTRL = 0, VALUE = 4, RELOAD = 8, INSTRUCTIONS_A_TICK = 40 };

enum { MAX_OPS = 1024, MAX_INPUTS = 8 };

extern uint8_t psram_start, psram_end;
static uint8_t *memory = &psram_start;

// What of the inputs' file is an input's.
typedef struct source {
    const uint8_t *bytes;
    uint32_t row_bytes;
} source;

typedef struct count {
    uint32_t last; // of the timer
    uint64_t ticks[MAX_OPS];
} count;

static count counted;

static void *take(size_t bytes) {
    void *taken = memory;
    memory += (bytes + NN_ALIGN - 1) & ~(size_t)(NN_ALIGN - 1);
    if (memory > &psram_end) {
        semihost_exit(4);
    }
    return taken;
}

static const void *load_file(const char *path, uint32_t *bytes) {
    int32_t read = semihost_read(path, memory, (size_t)(&psram_end - memory));
    if (read < 0) {
        semihost_exit(5);
    }
    *bytes = (uint32_t)read;
    return take((size_t)read);
}

// The file of a ROM image whose name ends so, or NULL.
static const void *find_file(const void *image, uint32_t *bytes,
        const char *ending) {
    romfs rom;
    if (romfs_open(&rom, image, *bytes) != 0) {
        return NULL;
    }
    romfs_file entry = {0};
    size_t length = strlen(ending);
    while (romfs_next(&rom, &entry)) {
        if (entry.name_bytes > length &&
                memcmp(entry.name + entry.name_bytes - length, ending,
                        length) == 0) {
            *bytes = entry.bytes;
            return entry.data;
        }
    }
    return NULL;
}

static int read_row(void *user, uint32_t row, void *out) {
    const source *s = user;
    memcpy(out, s->bytes + (size_t)row * s->row_bytes, s->row_bytes);
    return 0;
}

static void observe(void *user, const nn_call *call, uint32_t first,
        uint32_t end) {
    (void)first;
    (void)end;
    count *c = user;
    uint32_t now = TIMER(VALUE);
    c->ticks[call->op - call->graph->ops] += c->last - now;
    c->last = TIMER(VALUE);
}

static void check(int code) {
    if (code != 0) {
        semihost_exit(7);
    }
}

static void detail(int file, const char *mark, int32_t value) {
    if (mark != NULL) {
        semihost_text(file, mark);
        semihost_number(file, (uint32_t)value);
    }
}

static void describe(int file, const nn_graph *graph, const nn_op *op) {
    semihost_text(file, "{\"name\":\"");
    nn_name name = nn_builtin_name(op->def->code);
    semihost_text(file, name.text);
    bool window = strcmp(name.text, "CONV_2D") == 0 ||
            strcmp(name.text, "DEPTHWISE_CONV_2D") == 0;
    if (window) {
        const nn_tensor *filter = &graph->tensors[op->inputs[1]];
        semihost_text(file, " ");
        semihost_number(file, (uint32_t)filter->dim[1]);
        semihost_text(file, "x");
        semihost_number(file, (uint32_t)filter->dim[2]);
    }
    semihost_text(file, "\",\"detail\":\"");
    if (window) {
        const nn_conv_params *p = NN_PARAMS(op, nn_conv_params);
        const nn_window *w = &p->window;
        detail(file, "", nn_tensor_dim(nn_op_given(graph, op, 0), -1));
        detail(file, ">", nn_tensor_dim(nn_op_output(graph, op, 0), -1));
        detail(file, w->stride_h > 1 ? " s" : NULL, w->stride_h);
        detail(file, w->dilation_h > 1 ? " d" : NULL, w->dilation_h);
    }
    semihost_text(file, "\",\"macs\":");
    semihost_number(file, op->macs);
    semihost_text(file, ",\"elements\":");
    semihost_number(file, nn_tensor_elements(&graph->tensors[op->outputs[0]]));
    semihost_text(file, ",\"instructions\":");
    semihost_number(file, counted.ticks[op - graph->ops] * INSTRUCTIONS_A_TICK);
    semihost_text(file, "}");
}

static void report(const char *path, const nn_plan *plan, const nn_run *run,
        uint32_t ticks) {
    const nn_graph *graph = plan->graph;
    int file = semihost_create(path);
    semihost_text(file, "{\"instructions\":");
    semihost_number(file, (uint64_t)ticks * INSTRUCTIONS_A_TICK);
    semihost_text(file, ",\"arena_bytes\":");
    semihost_number(file, plan->arena_bytes);
    semihost_text(file, ",\"outputs\":[");
    for (uint32_t k = 0; k < graph->output_count; k++) {
        const nn_tensor *t = &graph->tensors[graph->outputs[k]];
        semihost_text(file, k > 0 ? "," : "");
        semihost_number(file, romfs_crc(0, nn_run_output(run, k), t->bytes));
    }
    semihost_text(file, "],\"ops\":[");
    bool any = false;
    for (uint32_t i = 0; i < graph->op_count && i < MAX_OPS; i++) {
        if (counted.ticks[i] > 0) {
            semihost_text(file, any ? ",\n" : "\n");
            describe(file, graph, &graph->ops[i]);
            any = true;
        }
    }
    semihost_text(file, "]}\n");
    semihost_close(file);
}

static uint32_t infer(nn_run *run, const nn_plan *plan, const nn_io *io,
        void *tables, void *arena) {
    nn_error error;
    uint32_t start = TIMER(VALUE);
    counted.last = start;
    check(nn_run_init(run, plan, io, tables, nn_run_measure(plan), arena,
            plan->arena_bytes, &error));
    check(nn_run_all(run, &error));
    return start - TIMER(VALUE);
}

int main(void) {
    char text[512];
    char *argument[4];
    semihost_arguments(text, sizeof(text));
    char *word = strtok(text, " ");
    for (uint32_t i = 0; i < 4; i++) {
        if (word == NULL) {
            return 2;
        }
        argument[i] = word;
        word = strtok(NULL, " ");
    }
    TIMER(RELOAD) = UINT32_MAX;
    TIMER(VALUE) = UINT32_MAX;
    TIMER(CTRL) = 1;

    nn_graph graph;
    nn_plan plan;
    nn_error error;
    uint32_t bytes;
    const void *image = load_file(argument[1], &bytes);
    uint32_t image_bytes = bytes;
    const void *model = find_file(image, &bytes, ".tflite");
    model = model != NULL ? model : image;
    size_t state;
    check(nn_measure(model, bytes, &state, &error));
    check(nn_load(&graph, model, bytes, nn_ops_int8, take(state), state,
            &error));
    const void *packed = find_file(image, &image_bytes, ".packed");
    if (packed != NULL) {
        check(nn_packed_attach(&graph, packed, image_bytes, &error));
    }
    size_t plan_bytes;
    size_t work;
    nn_plan_measure(&graph, &plan_bytes, &work);
    // As ml.Model() plans: float outputs are the caller's.
    nn_plan_options options = {0};
    void *outputs[32] = {0};
    for (uint32_t k = 0; k < graph.output_count && k < 32; k++) {
        const nn_tensor *t = &graph.tensors[graph.outputs[k]];
        if (t->type == NN_FLOAT32) {
            options.outputs_by_caller |= 1UL << k;
            outputs[k] = take(t->bytes);
        }
    }
    check(nn_plan_make(&plan, &graph, &options, take(plan_bytes), plan_bytes,
            take(work), work, &error));

    const uint8_t *data = load_file(argument[2], &bytes);
    source sources[MAX_INPUTS];
    nn_input inputs[MAX_INPUTS];
    for (uint32_t k = 0; k < graph.input_count && k < MAX_INPUTS; k++) {
        const nn_tensor *t = &graph.tensors[graph.inputs[k]];
        sources[k] = (source){data, t->row_bytes};
        inputs[k] = (nn_input){.read = read_row, .user = &sources[k]};
        data += t->bytes;
    }
    nn_io io = {.inputs = inputs, .outputs = outputs};
    nn_run run;
    void *tables = take(nn_run_measure(&plan));
    void *arena = take(plan.arena_bytes);
    uint32_t ticks = infer(&run, &plan, &io, tables, arena);
    io.observe = observe;
    io.observe_user = &counted;
    (void)infer(&run, &plan, &io, tables, arena);
    report(argument[3], &plan, &run, ticks);
    return 0;
}
