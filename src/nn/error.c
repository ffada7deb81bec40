// SPDX-License-Identifier: MIT
// Sentences about errors, without stdio.

#include "nn/error.h"

#include <stdarg.h>
#include <string.h>

#include "nn/error_text.h"
#include "nn/graph.h"

// The text while it is written.
typedef struct writer {
    nn_error *error;
    size_t used;
} writer;

static void put(writer *w, char c) {
    if (w->used + 1 < sizeof(w->error->text)) {
        w->error->text[w->used++] = c;
    }
}

static void put_number(writer *w, uint32_t value, uint32_t base) {
    char digits[12];
    size_t count = 0;
    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    while (count > 0) {
        put(w, digits[--count]);
    }
}

static void put_string(writer *w, const char *string, size_t length) {
    for (size_t i = 0; i < length && string[i] != '\0'; i++) {
        // names come from the file: nothing a terminal would act on
        char c = string[i];
        put(w, c >= ' ' && c <= '~' ? c : '?');
    }
}

static void put_tensor(writer *w, const nn_tensor *t) {
    put_string(w, "tensor ", SIZE_MAX);
    put_number(w, t->index, 10);
    put_string(w, " '", SIZE_MAX);
    put_string(w, t->name, t->name_length);
    put(w, '\'');
}

void nn_error_append(nn_error *error, const char *format, va_list args) {
    writer w = {error, strlen(error->text)};
    for (const char *f = format; *f != '\0'; f++) {
        if (*f != '%') {
            put(&w, *f);
            continue;
        }
        f++;
        if (*f == 's') {
            put_string(&w, va_arg(args, const char *), SIZE_MAX);
        } else if (*f == 'n') {
            const char *name = va_arg(args, const char *);
            put_string(&w, name, va_arg(args, uint32_t));
        } else if (*f == 't') {
            put_tensor(&w, va_arg(args, const nn_tensor *));
        } else if (*f == 'd') {
            int32_t value = va_arg(args, int32_t);
            if (value < 0) {
                put(&w, '-');
            }
            put_number(&w, value < 0 ? 0 - (uint32_t)value : (uint32_t)value,
                    10);
        } else if (*f == 'u' || *f == 'x') {
            put_number(&w, va_arg(args, uint32_t), *f == 'u' ? 10 : 16);
        } else {
            put(&w, *f);
        }
    }
    error->text[w.used] = '\0';
}

void nn_set_error(nn_error *error, int code, const char *format, ...) {
    if (error != NULL) {
        va_list args;
        va_start(args, format);
        error->code = code;
        error->text[0] = '\0';
        nn_error_append(error, format, args);
        va_end(args);
    }
}

bool nn_memory_suffices(nn_error *error, const char *what, size_t needed,
        size_t there) {
    if (there < needed) {
        nn_set_error(error, NN_ERR_NO_MEMORY, "%s needs %u bytes, %u are there",
                what, (uint32_t)needed, (uint32_t)there);
    }
    return there >= needed;
}
