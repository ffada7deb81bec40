// SPDX-License-Identifier: MIT
// Reads boxes.csv.

#include "host/eval/boxes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/file/file.h"

enum { FILE_NAME, X, Y, W, H, SMALL, HARD, IGNORE, COLUMNS };
enum { REQUIRED = SMALL, MAX_FIELDS = 64, MAX_BYTES = 1 << 28 };

static const char *const names[COLUMNS] = {"file", "x", "y", "w", "h", "small",
        "hard", "ignore"};

// Cuts a field off *at: up to a comma, or what stands in quotes (two of them
// mean one). Returns NULL where the line ended before.
static char *next_field(char **at) {
    char *from = *at;
    if (from == NULL) {
        return NULL;
    }
    char *to = from;
    char *field = from;
    if (*from == '"') {
        for (from++; *from != '\0'; from++) {
            if (*from == '"' && *++from != '"') {
                break;
            }
            *to++ = *from;
        }
    }
    while (*from != '\0' && *from != ',') {
        *to++ = *from++;
    }
    *at = *from == ',' ? from + 1 : NULL;
    *to = '\0';
    return field;
}

// Cuts a line off *at, NULL at the end of the text.
static char *next_line(char **at) {
    char *line = *at;
    if (*line == '\0') {
        return NULL;
    }
    size_t length = strcspn(line, "\r\n");
    *at = line + length;
    if (**at == '\r') {
        *(*at)++ = '\0';
    }
    if (**at == '\n') {
        *(*at)++ = '\0';
    }
    return line;
}

// Finds which field of a row holds which column.
static int read_header(char *line, int place[COLUMNS], nn_error *error) {
    for (int c = 0; c < COLUMNS; c++) {
        place[c] = -1;
    }
    char *at = line;
    for (int k = 0; k < MAX_FIELDS; k++) {
        const char *field = next_field(&at);
        for (int c = 0; field != NULL && c < COLUMNS; c++) {
            if (strcmp(field, names[c]) == 0) {
                place[c] = k;
            }
        }
    }
    for (int c = 0; c < REQUIRED; c++) {
        if (place[c] < 0) {
            return nn_fail(error, NN_ERR_INVALID,
                    "line 1 has no column named %s", names[c]);
        }
    }
    return 0;
}

static int read_number(const char *text, float *number) {
    char *end;
    *number = strtof(text, &end);
    return end != text && *end == '\0' && isfinite(*number) ? 0 : -1;
}

static int read_row(char *line, const int place[COLUMNS], boxes_row *row,
        uint32_t number, nn_error *error) {
    const char *fields[MAX_FIELDS];
    char *at = line;
    for (int k = 0; k < MAX_FIELDS; k++) {
        fields[k] = next_field(&at);
    }
    float values[COLUMNS] = {0};
    for (int c = X; c < COLUMNS; c++) {
        const char *field = place[c] < 0 ? NULL : fields[place[c]];
        // Flags may be left out.
        if (c >= REQUIRED && (field == NULL || *field == '\0')) {
            continue;
        }
        if (field == NULL || read_number(field, &values[c]) != 0) {
            return nn_fail(error, NN_ERR_INVALID, "line %u: %s is no number",
                    number, names[c]);
        }
    }
    row->file = fields[place[FILE_NAME]];
    if (row->file == NULL || *row->file == '\0') {
        return nn_fail(error, NN_ERR_INVALID, "line %u: no file is named",
                number);
    }
    row->x = values[X];
    row->y = values[Y];
    row->w = values[W];
    row->h = values[H];
    row->counts =
            values[SMALL] == 0 && values[HARD] == 0 && values[IGNORE] == 0;
    if (!(row->w > 0 && row->h > 0)) {
        return nn_fail(error, NN_ERR_INVALID,
                "line %u: the box has no width or height", number);
    }
    return 0;
}

static int by_file(const void *a, const void *b) {
    const boxes_row *left = a;
    const boxes_row *right = b;
    int order = strcmp(left->file, right->file);
    // Names lie in the text in the order of the rows.
    if (order == 0) {
        order = (left->file > right->file) - (left->file < right->file);
    }
    return order;
}

static int read_rows(boxes *out, nn_error *error) {
    // Spreadsheets put a byte order mark in front.
    char *at = out->text;
    at += strncmp(at, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    char *line = next_line(&at);
    int place[COLUMNS];
    if (line == NULL) {
        return nn_fail(error, NN_ERR_INVALID, "the file is empty");
    }
    int err = read_header(line, place, error);
    uint32_t number = 1;
    size_t capacity = 0;
    while (!err && (line = next_line(&at)) != NULL) {
        number++;
        if (*line == '\0') {
            continue;
        }
        if (out->count == capacity) {
            capacity = capacity * 2 + 256;
            boxes_row *rows = realloc(out->rows, capacity * sizeof(*rows));
            if (rows == NULL) {
                return nn_fail(error, NN_ERR_NO_MEMORY, "out of memory");
            }
            out->rows = rows;
        }
        err = read_row(line, place, &out->rows[out->count], number, error);
        out->count++;
    }
    return err;
}

int boxes_read(boxes *out, const char *path, nn_error *error) {
    uint8_t *bytes;
    size_t size;
    memset(out, 0, sizeof(*out));
    int err = file_read(path, MAX_BYTES, &bytes, &size, error);
    if (err) {
        return err;
    }
    out->text = realloc(bytes, size + 1);
    if (out->text == NULL) {
        free(bytes);
        return nn_fail(error, NN_ERR_NO_MEMORY, "out of memory");
    }
    out->text[size] = '\0';
    err = read_rows(out, error);
    if (err) {
        boxes_free(out);
        return err;
    }
    if (out->count > 0) {
        qsort(out->rows, out->count, sizeof(*out->rows), by_file);
    }
    return 0;
}

void boxes_free(boxes *b) {
    free(b->rows);
    free(b->text);
    memset(b, 0, sizeof(*b));
}
