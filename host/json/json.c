// SPDX-License-Identifier: MIT
// Writes JSON strings.

#include "host/json/json.h"

#include <stdint.h>
#include <string.h>

// Bytes of the UTF-8 character that begins at text, 0 if it is none (stray
// or cut bytes, overlong forms, surrogates, beyond U+10FFFF).
static size_t utf8_length(const unsigned char *text, size_t left) {
    if (text[0] < 0x80) {
        return 1;
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = text[0] >= 0xF0 ? 4 : text[0] >= 0xE0 ? 3 : 2;
    if (text[0] < 0xC2 || text[0] > 0xF4 || length > left) {
        return 0;
    }
    uint32_t code = text[0] & (0xFFU >> (length + 1));
    for (size_t k = 1; k < length; k++) {
        if ((text[k] & 0xC0) != 0x80) {
            return 0;
        }
        code = code << 6 | (text[k] & 0x3F);
    }
    if (code < least[length] || code > 0x10FFFF ||
            (code >= 0xD800 && code <= 0xDFFF)) {
        return 0;
    }
    return length;
}

void json_string_n(FILE *to, const char *text, size_t length) {
    const unsigned char *at = (const unsigned char *)text;
    const unsigned char *end = at + length;
    fputc('"', to);
    while (at < end) {
        size_t bytes = utf8_length(at, (size_t)(end - at));
        if (bytes == 0) {
            fputs("\\ufffd", to);
            at++;
        } else if (*at < 0x20 || *at == 0x7F) {
            fprintf(to, "\\u%04x", *at++);
        } else {
            if (*at == '"' || *at == '\\') {
                fputc('\\', to);
            }
            fwrite(at, 1, bytes, to);
            at += bytes;
        }
    }
    fputc('"', to);
}

void json_string(FILE *to, const char *text) {
    json_string_n(to, text, strlen(text));
}
