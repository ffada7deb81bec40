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

#include "model.h"
#include "nn/kernels/conv.h"
#include "nn/op.h"
#include "rom/romfs.h"
#include "semihost.h"

// CMSDK APB timer 0 (Arm DDI 0479, section 4.2): counts down.
#define TIMER(offset) (*(volatile uint32_t *)(0x40000000U + (offset)))
enum { CTRL = 0, VALUE = 4, RELOAD = 8, INSTRUCTIONS_A_TICK = 40 };

enum { MAX_OPS = 1024 };

typedef struct count {
    uint32_t last; // of the timer
    uint64_t ticks[MAX_OPS];
} count;

static count counted;

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

static uint32_t infer(model *m) {
    nn_error error;
    uint32_t start = TIMER(VALUE);
    counted.last = start;
    check(model_run(m, &error));
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

    static model m;
    nn_error error;
    check(model_open(&m, argument[1], argument[2], &error));
    check(model_plan(&m, false, &error));
    uint32_t ticks = infer(&m);
    m.io.observe = observe;
    m.io.observe_user = &counted;
    (void)infer(&m);
    report(argument[3], &m.plan, &m.run, ticks);
    return 0;
}
