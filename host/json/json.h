// SPDX-License-Identifier: MIT
// The one part of writing JSON that printf() cannot do.

#ifndef HOST_JSON_JSON_H
#define HOST_JSON_JSON_H

#include <stddef.h>
#include <stdio.h>

// Writes text with quotes and escapes. What is no UTF-8 (file names can be
// any bytes) becomes U+FFFD, so that the output is always valid JSON.
void json_string(FILE *to, const char *text);

// The same for text that need not be terminated.
void json_string_n(FILE *to, const char *text, size_t length);

#endif
