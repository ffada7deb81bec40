// SPDX-License-Identifier: MIT
// What quantising a model takes besides the model, as a text file.

#include "host/quantize/ranges.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "host/file/file.h"

enum {
    MAX_FILE = 1 << 26,
    MAX_CHANNELS = 1 << 20,
};

static const char *const kind_words[] = {"output", "range", "shift", "centre"};

int ranges_add(ranges *r, const ranges_item *item, nn_error *error) {
    ranges_item *list = realloc(r->items, (r->count + 1) * sizeof *list);
    if (list) {
        r->items = list;
    }
    size_t name_bytes = strlen(item->tensor) + 1;
    char *name = malloc(name_bytes);
    if (!list || !name) {
        free(name);
        free(item->steps);
        free(item->centres);
        return nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
    }
    memcpy(name, item->tensor, name_bytes);
    r->items[r->count] = *item;
    r->items[r->count++].tensor = name;
    return 0;
}

void ranges_free(ranges *r) {
    for (size_t k = 0; k < r->count; k++) {
        free((void *)r->items[k].tensor);
        free(r->items[k].steps);
        free(r->items[k].centres);
    }
    free(r->items);
    *r = (ranges){0};
}

const ranges_item *ranges_find(const ranges *r, ranges_kind kind,
        const char *tensor) {
    for (size_t k = 0; k < r->count; k++) {
        const ranges_item *item = &r->items[k];
        if (item->kind == kind && strcmp(item->tensor, tensor) == 0) {
            return item;
        }
    }
    return NULL;
}

// One line being read; fails are sticky.
typedef struct line {
    char *at;
    uint32_t number;
    const char *wrong;
} line;

// The next word, cut out of the line; "" where there is none.
static char *next_word(line *l) {
    char *word = l->at;
    size_t length = strcspn(word, " ");
    l->at += length + (word[length] == ' ');
    word[length] = '\0';
    return word;
}

static float next_float(line *l) {
    char *word = next_word(l);
    char *end;
    float value = strtof(word, &end);
    if (end == word || *end || !isfinite(value)) {
        l->wrong = "a number is missing or broken";
    }
    return value;
}

static long next_int(line *l, long low, long high) {
    char *word = next_word(l);
    char *end;
    errno = 0;
    long value = strtol(word, &end, 10);
    if (end == word || *end || errno || value < low || value > high) {
        l->wrong = "a whole number is missing or out of range";
    }
    return value;
}

// The rest of the line is the tensor's name, which may hold blanks.
static char *rest(line *l) {
    if (!l->wrong && !*l->at) {
        l->wrong = "the tensor's name is missing";
    }
    return l->at;
}

static int parse_list(line *l, ranges_item *item, nn_error *error) {
    long count = next_int(l, 1, MAX_CHANNELS);
    if (l->wrong) {
        return 0;
    }
    item->count = (uint32_t)count;
    bool are_steps = item->kind == RANGES_SHIFT;
    void *list = calloc(item->count, sizeof(float));
    if (!list) {
        return nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
    }
    item->steps = are_steps ? list : NULL;
    item->centres = are_steps ? NULL : list;
    for (uint32_t k = 0; k < item->count && !l->wrong; k++) {
        if (are_steps) {
            item->steps[k] = (int32_t)next_int(l, -(1L << 30), 1L << 30);
        } else {
            item->centres[k] = next_float(l);
        }
    }
    item->tensor = rest(l);
    return 0;
}

static int parse(line *l, ranges_item *item, nn_error *error) {
    const char *word = next_word(l);
    size_t kinds = sizeof kind_words / sizeof kind_words[0];
    size_t kind = 0;
    while (kind < kinds && strcmp(word, kind_words[kind]) != 0) {
        kind++;
    }
    if (kind == kinds) {
        l->wrong = "expected output, range, shift or centre";
        return 0;
    }
    *item = (ranges_item){.kind = (ranges_kind)kind};
    if (item->kind == RANGES_SHIFT || item->kind == RANGES_CENTRE) {
        return parse_list(l, item, error);
    }
    if (item->kind == RANGES_RANGE) {
        item->low = next_float(l);
        item->high = next_float(l);
        if (!l->wrong &&
                !(item->low <= 0 && item->high >= 0 &&
                        item->low < item->high)) {
            l->wrong = "the range does not hold 0";
        }
    }
    item->tensor = rest(l);
    return 0;
}

static int read_line(ranges *out, line *l, nn_error *error) {
    ranges_item item = {0};
    int code = parse(l, &item, error);
    if (!code && l->wrong) {
        code = nn_fail(error, NN_ERR_INVALID, "line %u: %s", l->number,
                l->wrong);
    }
    if (!code && ranges_find(out, item.kind, item.tensor)) {
        code = nn_fail(error, NN_ERR_INVALID, "line %u: given before",
                l->number);
    }
    if (code) {
        free(item.steps);
        free(item.centres);
        return code;
    }
    return ranges_add(out, &item, error);
}

static int read_lines(ranges *out, char *text, nn_error *error) {
    line l = {.number = 0};
    while (*text) {
        size_t length = strcspn(text, "\n");
        char *next = text + length + (text[length] == '\n');
        text[length] = '\0';
        if (length && text[length - 1] == '\r') {
            text[length - 1] = '\0';
        }
        l.number++;
        l.at = text;
        int code = *text && *text != '#' ? read_line(out, &l, error) : 0;
        if (code) {
            return code;
        }
        text = next;
    }
    return 0;
}

int ranges_read(ranges *out, const char *path, nn_error *error) {
    uint8_t *bytes;
    size_t size;
    *out = (ranges){0};
    int code = file_read(path, MAX_FILE, &bytes, &size, error);
    if (code) {
        return code;
    }
    char *text = malloc(size + 1);
    if (!text) {
        code = nn_fail(error, NN_ERR_NO_MEMORY, "not enough memory");
    } else if (size && memchr(bytes, '\0', size)) {
        code = nn_fail(error, NN_ERR_INVALID, "not a text file");
    } else {
        memcpy(text, bytes, size);
        text[size] = '\0';
        code = read_lines(out, text, error);
    }
    free(text);
    free(bytes);
    if (code) {
        ranges_free(out);
    }
    return code;
}

static void write_item(FILE *to, const ranges_item *item) {
    fprintf(to, "%s", kind_words[item->kind]);
    if (item->kind == RANGES_RANGE) {
        // nine digits read back to the same float
        fprintf(to, " %.9g %.9g", (double)item->low, (double)item->high);
    }
    if (item->count) {
        fprintf(to, " %u", item->count);
    }
    for (uint32_t k = 0; k < item->count; k++) {
        if (item->steps) {
            fprintf(to, " %d", (int)item->steps[k]);
        } else {
            fprintf(to, " %.9g", (double)item->centres[k]);
        }
    }
    fprintf(to, " %s\n", item->tensor);
}

static void write_comment(FILE *to, const char *comment) {
    while (*comment) {
        size_t length = strcspn(comment, "\n");
        fprintf(to, "# %.*s\n", (int)length, comment);
        comment += length + (comment[length] == '\n');
    }
}

int ranges_write(const ranges *r, const char *path, const char *comment,
        nn_error *error) {
    file_output output;
    int code = file_begin(&output, path, error);
    if (code) {
        return code;
    }
    write_comment(output.stream, comment);
    for (size_t k = 0; k < r->count; k++) {
        write_item(output.stream, &r->items[k]);
    }
    return file_commit(&output, error);
}
