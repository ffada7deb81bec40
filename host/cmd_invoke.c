// SPDX-License-Identifier: MIT
// blazecam invoke: runs a model on raw tensors.

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "host/cli/cli.h"
#include "host/commands.h"
#include "host/engine/engine.h"
#include "host/file/file.h"

enum { PATH_BYTES = 4096 };

// Reads the file of input k, whose size must be the tensor's.
static int read_input(engine *e, uint32_t k, const char *path,
        uint8_t **bytes) {
    const nn_tensor *tensor = engine_input(e, k);
    nn_error error;
    size_t size;
    // A file somewhat too long is measured; a device would never end.
    size_t limit = (size_t)tensor->bytes + (1 << 24);
    if (file_read(path, limit, bytes, &size, &error)) {
        return cli_fail(path, "%s", error.text);
    }
    if (size != tensor->bytes) {
        return cli_fail(path, "input %u takes %u bytes of %s, got %zu", k,
                tensor->bytes, nn_type_name((nn_type)tensor->type), size);
    }
    engine_set_input(e, k, *bytes);
    return 0;
}

static int output_path(char *path, const char *directory, uint32_t k) {
    int length = snprintf(path, PATH_BYTES, "%s/out%u.bin", directory, k);
    if (length < 0 || length >= PATH_BYTES) {
        return cli_fail(directory, "the name is too long");
    }
    return 0;
}

// Writes all outputs or, when one cannot be written, none.
static int write_outputs(const engine *e, const char *directory) {
    uint32_t count = engine_graph(e)->output_count;
    char path[PATH_BYTES];
    mkdir(directory, 0777); // it may exist; writing tells otherwise
    for (uint32_t k = 0; k < count; k++) {
        nn_error error;
        int status = output_path(path, directory, k);
        if (!status &&
                file_write(path, engine_output_data(e, k),
                        engine_output(e, k)->bytes, &error)) {
            status = cli_fail(path, "%s", error.text);
        }
        if (status) {
            while (k-- > 0 && !output_path(path, directory, k)) {
                remove(path);
            }
            return status;
        }
    }
    return 0;
}

static int run(engine *e, const char *model, const char *directory) {
    nn_error error;
    if (engine_run(e, &error)) {
        return cli_fail(model, "%s", error.text);
    }
    return write_outputs(e, directory);
}

static int invoke(const char *model, const cli_list *inputs,
        const char *directory, bool whole) {
    engine *e;
    nn_error error;
    engine_options options = {.whole = whole};
    if (engine_open(&e, model, &options, &error)) {
        return cli_fail(model, "%s", error.text);
    }
    uint32_t count = engine_graph(e)->input_count;
    uint8_t **bytes = calloc(count + (size_t)1, sizeof *bytes);
    int status = 0;
    if (!bytes) {
        status = cli_fail(model, "not enough memory");
    } else if (inputs->count != count) {
        status = cli_fail(model, "takes %u inputs, got %zu", count,
                inputs->count);
    }
    for (uint32_t k = 0; !status && k < count; k++) {
        status = read_input(e, k, inputs->items[k], &bytes[k]);
    }
    status = status ? status : run(e, model, directory);
    for (uint32_t k = 0; bytes && k < count; k++) {
        free(bytes[k]);
    }
    free(bytes);
    engine_close(e);
    return status;
}

int cmd_invoke(int argc, char **argv) {
    bool whole = false;
    const char *directory = NULL;
    const char **items = calloc((size_t)argc, sizeof *items);
    if (!items) {
        return cli_fail("invoke", "not enough memory");
    }
    cli_list inputs = {.items = items};
    const cli_option options[] = {
            {.name = "--whole", .flag = &whole},
            {.name = "--input", .list = &inputs},
            {.name = "--output", .value = &directory},
    };
    int operands;
    int status = cli_parse(argc, argv, options,
            sizeof options / sizeof options[0], &operands);
    if (!status && operands != 1) {
        status = cli_usage(argv[0], "exactly one model is needed");
    }
    if (!status && !directory) {
        status = cli_usage(argv[0], "--output is needed");
    }
    if (!status) {
        status = invoke(argv[1], &inputs, directory, whole);
    }
    free(items);
    return status;
}
