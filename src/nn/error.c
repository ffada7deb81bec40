// SPDX-License-Identifier: MIT
// Sentences about errors, without stdio.

#include "nn/error.h"

#include <stdarg.h>

#include "nn/error_text.h"

static void put(nn_error *error, size_t *used, char c) {
    if (*used + 1 < sizeof(error->text)) {
        error->text[(*used)++] = c;
    }
}

static void put_number(nn_error *error, size_t *used, uint32_t value,
        uint32_t base) {
    char digits[12];
    size_t count = 0;
    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    while (count > 0) {
        put(error, used, digits[--count]);
    }
}

static void put_string(nn_error *error, size_t *used, const char *string,
        size_t length) {
    for (size_t i = 0; i < length && string[i] != '\0'; i++) {
        // names come from the file: nothing a terminal would act on
        char c = string[i];
        put(error, used, c >= ' ' && c <= '~' ? c : '?');
    }
}

size_t nn_error_append(nn_error *error, size_t used, const char *format,
        va_list args) {
    for (const char *f = format; *f != '\0'; f++) {
        if (*f != '%') {
            put(error, &used, *f);
            continue;
        }
        f++;
        if (*f == 's') {
            put_string(error, &used, va_arg(args, const char *), SIZE_MAX);
        } else if (*f == 'n') {
            const char *name = va_arg(args, const char *);
            put_string(error, &used, name, va_arg(args, uint32_t));
        } else if (*f == 'd') {
            int32_t value = va_arg(args, int32_t);
            if (value < 0) {
                put(error, &used, '-');
            }
            put_number(error, &used,
                    value < 0 ? 0 - (uint32_t)value : (uint32_t)value, 10);
        } else if (*f == 'u' || *f == 'x') {
            put_number(error, &used, va_arg(args, uint32_t),
                    *f == 'u' ? 10 : 16);
        } else {
            put(error, &used, *f);
        }
    }
    error->text[used] = '\0';
    return used;
}

void nn_set_error(nn_error *error, int code, const char *format, ...) {
    if (error != NULL) {
        va_list args;
        va_start(args, format);
        nn_error_append(error, 0, format, args);
        va_end(args);
        error->code = code;
    }
}
