// SPDX-License-Identifier: MIT
// Reads a sub-command's options.

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "host/cli/cli.h"

static bool is_option(const char *word) {
    return word[0] == '-' && word[1] != '\0';
}

// The option that word names; *inline_value is what follows "=", or NULL.
static const cli_option *find(const cli_option *options, size_t count,
        const char *word, const char **inline_value) {
    for (size_t k = 0; k < count; k++) {
        size_t length = strlen(options[k].name);
        if (strncmp(word, options[k].name, length) != 0) {
            continue;
        }
        if (word[length] == '\0') {
            *inline_value = NULL;
            return &options[k];
        }
        if (word[length] == '=' && strncmp(word, "--", 2) == 0) {
            *inline_value = word + length + 1;
            return &options[k];
        }
    }
    return NULL;
}

// Takes the option at argv[*at], moves *at to the last word it used.
static int take(int argc, char **argv, const cli_option *option,
        const char *inline_value, int *at) {
    const char *command = argv[0];
    if (option->flag != NULL) {
        if (inline_value != NULL) {
            return cli_usage(command, "%s takes no value", option->name);
        }
        *option->flag = true;
        return 0;
    }
    bool missing = *at + 1 >= argc ||
            (is_option(argv[*at + 1]) && option->list != NULL);
    if (inline_value == NULL && missing) {
        return cli_usage(command, "%s wants a value", option->name);
    }
    if (option->value != NULL) {
        if (*option->value != NULL) {
            return cli_usage(command, "%s is given twice", option->name);
        }
        *option->value = inline_value != NULL ? inline_value : argv[++*at];
        return 0;
    }
    assert(option->list != NULL);
    if (inline_value != NULL) {
        option->list->items[option->list->count++] = inline_value;
        return 0;
    }
    while (*at + 1 < argc && !is_option(argv[*at + 1])) {
        option->list->items[option->list->count++] = argv[++*at];
    }
    return 0;
}

int cli_parse(int argc, char **argv, const cli_option *options, size_t count,
        int *operands) {
    int kept = 0;
    bool ended = false;
    for (int at = 1; at < argc; at++) {
        if (ended || !is_option(argv[at])) {
            argv[++kept] = argv[at];
            continue;
        }
        if (strcmp(argv[at], "--") == 0) {
            ended = true;
            continue;
        }
        const char *inline_value;
        const cli_option *option =
                find(options, count, argv[at], &inline_value);
        if (option == NULL) {
            return cli_usage(argv[0], "no such option: %s", argv[at]);
        }
        int status = take(argc, argv, option, inline_value, &at);
        if (status != 0) {
            return status;
        }
    }
    *operands = kept;
    return 0;
}
