// SPDX-License-Identifier: MIT
// Looks values up in well-formed JSON text.

#include "test/support/json_reader.h"

#include <stdlib.h>
#include <string.h>

static const char *skip_space(const char *at) {
    return at + strspn(at, " \t\r\n");
}

static const char *skip_string(const char *at) {
    for (at++; *at && *at != '"'; at++) {
        at += *at == '\\' && at[1];
    }
    return *at ? at + 1 : at;
}

static const char *skip_value(const char *at) {
    int depth = 0;
    do {
        if (*at == '"') {
            at = skip_string(at);
            continue;
        }
        depth += *at == '{' || *at == '[';
        depth -= *at == '}' || *at == ']';
        at++;
    } while (*at && (depth > 0 || !strchr(",]} \t\r\n", *at)));
    return skip_space(at);
}

const char *json_first(const char *array) {
    const char *at = skip_space(array + 1);
    return *at == ']' ? NULL : at;
}

const char *json_next(const char *element) {
    const char *at = skip_value(element);
    return *at == ',' ? skip_space(at + 1) : NULL;
}

const char *json_element(const char *array, size_t i) {
    const char *at = json_first(array);
    while (at && i-- > 0) {
        at = json_next(at);
    }
    return at;
}

bool json_is(const char *value, const char *text) {
    size_t length = strlen(text);
    return *value == '"' && strncmp(value + 1, text, length) == 0 &&
            value[length + 1] == '"';
}

const char *json_member(const char *object, const char *name) {
    const char *at = skip_space(object + 1);
    while (*at == '"') {
        bool found = json_is(at, name);
        at = skip_space(skip_space(skip_string(at)) + 1); // the colon
        if (found) {
            return at;
        }
        at = skip_value(at);
        at = *at == ',' ? skip_space(at + 1) : at;
    }
    return NULL;
}

double json_number(const char *value) {
    return strtod(value, NULL);
}

void json_text(const char *value, char *out, size_t bytes) {
    size_t length = 0;
    for (const char *at = value + 1; *at && *at != '"' && length + 1 < bytes;
            at++) {
        out[length++] = *at;
    }
    out[length] = 0;
}
