// SPDX-License-Identifier: MIT
// Looks values up in JSON text that is known to be well-formed (manifests
// beside test data). A value is a pointer to its first character.

#ifndef JSON_READER_H
#define JSON_READER_H

#include <stdbool.h>
#include <stddef.h>

// The member of an object, NULL where it has none of that name.
const char *json_member(const char *object, const char *name);
// Element i of an array, NULL behind the last.
const char *json_element(const char *array, size_t i);
// The element behind this one, NULL behind the last. first: the array itself.
const char *json_first(const char *array);
const char *json_next(const char *element);
double json_number(const char *value);
// A string without escapes, cut to fit.
void json_text(const char *value, char *out, size_t bytes);
bool json_is(const char *value, const char *text);

#endif
