// SPDX-License-Identifier: MIT
// Messages, numbers, progress and places, the same for all sub-commands.

#include "host/cli/cli.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool progress_is_shown;

void cli_text(FILE *to, const char *text) {
    for (; *text != '\0'; text++) {
        bool control = (unsigned char)*text < ' ' || *text == 0x7F;
        fputc(control ? '?' : *text, to);
    }
}

// "blazecam: what: why" without an end.
CLI_PRINTF(2, 0)
static void say(const char *what, const char *why, va_list arguments) {
    char text[2 * 4096]; // two of the longest paths
    vsnprintf(text, sizeof(text), why, arguments);
    cli_progress_end();
    fputs("blazecam: ", stderr);
    cli_text(stderr, *what != '\0' ? what : "''");
    fputs(": ", stderr);
    cli_text(stderr, text);
}

void cli_complain(const char *what, const char *why, ...) {
    va_list arguments;
    va_start(arguments, why);
    say(what, why, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

void cli_misused(const char *command, const char *why, ...) {
    va_list arguments;
    va_start(arguments, why);
    say(command, why, arguments);
    va_end(arguments);
    fprintf(stderr, "; see 'blazecam %s --help'\n", command);
}

int cli_number(const char *command, const char *option, const char *word,
        double low, double high, double *number) {
    char *end;
    double value = strtod(word, &end);
    if (end == word || *end != '\0' || !isfinite(value) || value < low ||
            value > high) {
        return cli_usage(command,
                "%s wants a number from %.10g to %.10g, not '%s'", option, low,
                high, word);
    }
    *number = value;
    return 0;
}

// Length of the word at text: to a space that is in no brackets.
static int word_length(const char *text) {
    int depth = 0;
    int length = 0;
    while (text[length] != '\0' && (depth > 0 || text[length] != ' ')) {
        depth += (text[length] == '[') - (text[length] == ']');
        length++;
    }
    return length;
}

void cli_wrap(FILE *to, const char *text, int column, int indent) {
    enum { LAST_COLUMN = 79 };
    const char *before = "";
    while (*text != '\0') {
        int length = word_length(text);
        if (*before != '\0' && column + 1 + length > LAST_COLUMN) {
            fprintf(to, "\n%*s", indent, "");
            before = "";
            column = indent;
        }
        column += fprintf(to, "%s%.*s", before, length, text);
        before = " ";
        text += length;
        text += *text == ' ';
    }
    fputc('\n', to);
}

void cli_progress(const char *verb, size_t number, size_t total) {
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r\033[K%s %zu/%zu", verb, number, total);
        fflush(stderr);
        progress_is_shown = true;
    }
}

void cli_progress_end(void) {
    if (progress_is_shown) {
        fprintf(stderr, "\r\033[K");
        progress_is_shown = false;
    }
}

int cli_beside(char *path, size_t bytes, const char *relative) {
    ssize_t length = readlink("/proc/self/exe", path, bytes);
    if (length <= 0 || (size_t)length >= bytes) {
        return -1;
    }
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    while (slash != NULL && strncmp(relative, "../", 3) == 0) {
        *slash = '\0';
        slash = strrchr(path, '/');
        relative += 3;
    }
    if (slash == NULL) {
        return -1;
    }
    size_t directory = (size_t)(slash - path) + 1;
    if (directory + strlen(relative) >= bytes) {
        return -1;
    }
    snprintf(path + directory, bytes - directory, "%s", relative);
    return 0;
}
