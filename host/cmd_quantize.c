// SPDX-License-Identifier: MIT
// blazecam quantize: makes an int8 model of a float one.

#include <stdio.h>
#include <stdlib.h>

#include "host/cli/cli.h"
#include "host/commands.h"
#include "host/file/file.h"
#include "host/quantize/quantize.h"

// More than any model that could be meant for a camera.
enum { MODEL_MAX_BYTES = 1 << 30 };

typedef struct arguments {
    const char *model;
    const char *output;
    const char *folder; // one of these two
    const char *ranges;
    const char *save;
} arguments;

static int save_ranges(const arguments *a, const ranges *r) {
    char comment[512];
    nn_error error;
    snprintf(comment, sizeof comment,
            "Ranges of activations, written by 'blazecam quantize'.\n"
            "Model: %s\n"
            "Photographs: %s",
            a->model, a->folder ? a->folder : "as in the file read");
    if (ranges_write(r, a->save, comment, &error)) {
        return cli_fail(a->save, "%s", error.text);
    }
    return 0;
}

static int write_model(const arguments *a, const uint8_t *file, size_t bytes,
        const ranges *r) {
    uint8_t *out;
    size_t out_bytes;
    nn_error error;
    if (quantize_with(file, bytes, r, &out, &out_bytes, &error)) {
        return cli_fail(a->model, "%s", error.text);
    }
    // The ranges took longer to make: they are safe before the model is.
    int status = a->save ? save_ranges(a, r) : 0;
    if (!status && file_write(a->output, out, out_bytes, &error)) {
        status = cli_fail(a->output, "%s", error.text);
    }
    free(out);
    return status;
}

static int measure(const arguments *a, const uint8_t *file, size_t bytes,
        ranges *r) {
    photos p;
    nn_error error;
    if (photos_list(&p, a->folder, &error)) {
        return cli_fail(a->folder, "%s", error.text);
    }
    int status = 0;
    if (quantize_measure(file, bytes, &p, r, &error)) {
        status = cli_fail(a->model, "%s", error.text);
    }
    photos_free(&p);
    return status;
}

// One name for two things would lose one of them.
static int check_names(const arguments *a) {
    if (file_is_same(a->output, a->model)) {
        return cli_fail(a->output, "is the float model, which stays as it is");
    }
    if (a->save && file_is_same(a->save, a->model)) {
        return cli_fail(a->save, "is the float model, which stays as it is");
    }
    if (a->save && file_is_same(a->save, a->output)) {
        return cli_fail(a->save, "is to hold both the model and its ranges");
    }
    return 0;
}

static int quantize(const arguments *a) {
    uint8_t *file;
    size_t bytes;
    nn_error error;
    ranges r;
    if (file_read(a->model, MODEL_MAX_BYTES, &file, &bytes, &error)) {
        return cli_fail(a->model, "%s", error.text);
    }
    int status = 0;
    if (a->folder) {
        status = measure(a, file, bytes, &r);
    } else if (ranges_read(&r, a->ranges, &error)) {
        status = cli_fail(a->ranges, "%s", error.text);
    }
    if (!status) {
        status = write_model(a, file, bytes, &r);
        ranges_free(&r);
    }
    free(file);
    return status;
}

int cmd_quantize(int argc, char **argv) {
    arguments a = {0};
    const cli_option options[] = {
            {.name = "-o", .value = &a.output},
            {.name = "--calibrate", .value = &a.folder},
            {.name = "--ranges", .value = &a.ranges},
            {.name = "--save-ranges", .value = &a.save},
    };
    int operands;
    int status = cli_parse(argc, argv, options,
            sizeof options / sizeof options[0], &operands);
    if (status) {
        return status;
    }
    if (operands != 1) {
        return cli_usage(argv[0], "exactly one model is needed");
    }
    if (!a.output) {
        return cli_usage(argv[0], "-o is needed");
    }
    if (!a.folder == !a.ranges) {
        return cli_usage(argv[0],
                "either --calibrate with a folder of photos or --ranges with "
                "a file is needed");
    }
    a.model = argv[1];
    status = check_names(&a);
    return status ? status : quantize(&a);
}
