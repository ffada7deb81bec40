// SPDX-License-Identifier: MIT
// blazecam inspect: what a model is made of and what it needs.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/commands.h"
#include "host/engine/engine.h"
#include "host/inspect/inspect.h"
#include "host/inspect/plan_report.h"
#include "host/json/json.h"

static void print_number(const char *key, uint64_t number) {
    printf("\"%s\":%" PRIu64 ",", key, number);
}

static void print_json(const inspection *i) {
    printf("{");
    if (i->supported) {
        print_number("macs", i->macs);
        print_number("weights_bytes", i->weights_bytes);
        print_number("arena_bytes", i->arena_bytes);
        print_number("arena_naive_bytes", i->arena_naive_bytes);
        print_number("arena_whole_bytes", i->arena_whole_bytes);
    } else {
        printf("\"macs\":null,");
        print_number("weights_bytes", i->weights_bytes);
        printf("\"arena_bytes\":null,\"arena_naive_bytes\":null,");
    }
    printf("\"ops\":[");
    for (size_t k = 0; k < i->kind_count; k++) {
        printf("%s{\"name\":", k ? "," : "");
        json_string(stdout, i->kinds[k].name);
        printf(",\"count\":%u}", i->kinds[k].count);
    }
    printf("],\"supported\":%s", i->supported ? "true" : "false");
    if (!i->supported) {
        printf(",\"reasons\":[");
        for (size_t k = 0; k < i->reason_count; k++) {
            printf("%s", k ? "," : "");
            json_string(stdout, i->reasons[k].text);
        }
        printf("]");
    }
    if (i->supported && i->budget) {
        printf(",\"budget\":%u,\"fits\":%s", i->budget,
                i->arena_bytes <= i->budget ? "true" : "false");
    }
    if (i->supported) {
        printf(",\"plan\":");
        plan_report_json(engine_plan(i->engine));
    }
    printf("}\n");
}

static void print_tensor(const char *role, const inspected_tensor *t) {
    printf("%-10s%s ", role, t->type);
    for (uint32_t k = 0; k < t->rank; k++) {
        printf("%s%" PRId32, k ? "x" : "", t->dim[k]);
    }
    if (t->scale_count) {
        printf(", scale %.9g, zero point %" PRId64, (double)t->scale,
                t->zero_point);
    }
    // names are any bytes of the file: nothing of them reaches the terminal
    printf("  ");
    for (const char *c = t->name; *c; c++) {
        putchar(*c >= ' ' && *c <= '~' ? *c : '?');
    }
    printf("\n");
}

static void print_kinds(const inspection *i) {
    printf("\n%-26s%8s%16s\n", "operator", "count", "MACs");
    for (size_t k = 0; k < i->kind_count; k++) {
        printf("%-26s%8u", i->kinds[k].name, i->kinds[k].count);
        if (i->kinds[k].macs) {
            printf("%16" PRIu64, i->kinds[k].macs);
        }
        printf("\n");
    }
}

static void print_needs(const inspection *i) {
    printf("%-10s%" PRIu64 "\n", "MACs", i->macs);
    printf("%-10s%" PRIu64 " bytes\n", "weights", i->weights_bytes);
    printf("%-10s%u bytes (%u without streaming; tensors alone, none in place, "
           "%u)\n",
            "arena", i->arena_bytes, i->arena_whole_bytes,
            i->arena_naive_bytes);
    if (!i->budget) {
        return;
    }
    if (i->arena_bytes <= i->budget) {
        printf("%-10sfits in %u bytes, %u to spare\n", "budget", i->budget,
                i->budget - i->arena_bytes);
    } else {
        printf("%-10sdoes not fit in %u bytes: %u too many\n", "budget",
                i->budget, i->arena_bytes - i->budget);
    }
}

static void print_text(const inspection *i) {
    for (size_t k = 0; k < i->input_count; k++) {
        print_tensor("input", &i->inputs[k]);
    }
    for (size_t k = 0; k < i->output_count; k++) {
        print_tensor("output", &i->outputs[k]);
    }
    print_kinds(i);
    printf("\n");
    if (i->supported) {
        print_needs(i);
        printf("%-10syes\n", "supported");
        plan_report_text(engine_plan(i->engine));
        return;
    }
    printf("%-10s%" PRIu64 " bytes\n", "weights", i->weights_bytes);
    printf("%-10sno\n", "supported");
    for (size_t k = 0; k < i->reason_count; k++) {
        printf("  %s\n", i->reasons[k].text);
    }
}

int cmd_inspect(int argc, char **argv) {
    bool json = false;
    const char *budget = NULL;
    const cli_option options[] = {
            {.name = "--json", .flag = &json},
            {.name = "--budget", .value = &budget},
    };
    int operands;
    int status = cli_parse(argc, argv, options,
            sizeof options / sizeof options[0], &operands);
    if (!status && operands != 1) {
        status = cli_usage(argv[0], "exactly one model is needed");
    }
    double bytes = 0;
    if (!status && budget) {
        status = cli_number(argv[0], "--budget", budget, 1, UINT32_MAX, &bytes);
    }
    if (status) {
        return status;
    }
    inspection i;
    nn_error error;
    if (inspect_model(&i, argv[1], (uint32_t)bytes, &error)) {
        return cli_fail(argv[1], "%s", error.text);
    }
    if (json) {
        print_json(&i);
    } else {
        print_text(&i);
    }
    inspect_free(&i);
    return 0;
}
