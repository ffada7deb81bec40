// SPDX-License-Identifier: MIT
// Where instructions went: blocks of code, how often each ran, functions.

#include "host/vcam/profile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/json/json.h"

enum { FIRST_BITS = 12 };

struct block {
    uint32_t pc, bytes, instructions;
    uint64_t runs; // 0: the slot is free
};

// Open addressing: a block is in the first slot from its hash on that is its
// own; at least half of the slots are free.
struct vcam_profile {
    struct block *slot;
    unsigned bits;
    size_t used;
};

struct function {
    const char *name;
    uint64_t instructions;
};

struct vcam_profile *vcam_profile_new(void) {
    struct vcam_profile *p = calloc(1, sizeof *p);
    if (p) {
        p->bits = FIRST_BITS;
        p->slot = calloc((size_t)1 << p->bits, sizeof *p->slot);
        if (!p->slot) {
            free(p);
            p = NULL;
        }
    }
    return p;
}

void vcam_profile_free(struct vcam_profile *profile) {
    if (profile) {
        free(profile->slot);
        free(profile);
    }
}

static struct block *find(const struct vcam_profile *p, uint32_t pc,
        uint32_t bytes) {
    uint32_t mask = (1u << p->bits) - 1;
    uint32_t at = (pc >> 1) * 2654435769u >> (32 - p->bits);
    struct block *b = &p->slot[at];
    while (b->runs && (b->pc != pc || b->bytes != bytes)) {
        at = (at + 1) & mask;
        b = &p->slot[at];
    }
    return b;
}

static void grow(struct vcam_profile *p) {
    struct vcam_profile larger = {.bits = p->bits + 1};
    larger.slot = calloc((size_t)1 << larger.bits, sizeof *larger.slot);
    if (!larger.slot) {
        return;
    }
    for (size_t i = 0; i < (size_t)1 << p->bits; i++) {
        const struct block *b = &p->slot[i];
        if (b->runs) {
            *find(&larger, b->pc, b->bytes) = *b;
        }
    }
    free(p->slot);
    p->slot = larger.slot;
    p->bits = larger.bits;
}

void vcam_profile_note(struct vcam_profile *profile, uint32_t pc,
        uint32_t bytes, uint32_t instructions) {
    struct block *b = find(profile, pc, bytes);
    if (b->runs++) {
        return;
    }
    if (profile->used >= (size_t)1 << profile->bits >> 1) {
        b->runs = 0;
        grow(profile);
        if (profile->used >= (size_t)1 << profile->bits >> 1) {
            return;
        }
        b = find(profile, pc, bytes);
        b->runs = 1;
    }
    profile->used++;
    b->pc = pc;
    b->bytes = bytes;
    b->instructions = instructions;
}

static int by_place(const void *a, const void *b) {
    const struct block *x = a;
    const struct block *y = b;
    if (x->pc != y->pc) {
        return x->pc < y->pc ? -1 : 1;
    }
    return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

static int by_name(const void *a, const void *b) {
    const struct function *x = a;
    const struct function *y = b;
    return strcmp(x->name, y->name);
}

static int by_instructions(const void *a, const void *b) {
    const struct function *x = a;
    const struct function *y = b;
    if (x->instructions != y->instructions) {
        return x->instructions > y->instructions ? -1 : 1;
    }
    return strcmp(x->name, y->name);
}

// The blocks in order of address, to the front of `to`.
static size_t collect(const struct vcam_profile *p, struct block *to) {
    size_t count = 0;
    for (size_t i = 0; i < (size_t)1 << p->bits; i++) {
        if (p->slot[i].runs) {
            to[count++] = p->slot[i];
        }
    }
    qsort(to, count, sizeof *to, by_place);
    return count;
}

// One entry a function, most instructions first; returns how many.
static size_t add_up(const struct vcam_symbols *symbols,
        const struct block *block, size_t count, struct function *to) {
    for (size_t i = 0; i < count; i++) {
        uint32_t distance;
        const char *name = vcam_symbol_at(symbols, block[i].pc, &distance);
        to[i] = (struct function){name ? name : "?",
                block[i].runs * block[i].instructions};
    }
    qsort(to, count, sizeof *to, by_name);
    size_t functions = 0;
    for (size_t i = 0; i < count; i++) {
        if (functions > 0 && strcmp(to[functions - 1].name, to[i].name) == 0) {
            to[functions - 1].instructions += to[i].instructions;
        } else {
            to[functions++] = to[i];
        }
    }
    qsort(to, functions, sizeof *to, by_instructions);
    return functions;
}

static void write_all(FILE *to, const struct function *function,
        size_t functions, const struct block *block, size_t blocks) {
    fprintf(to, "{\"functions\":[");
    for (size_t i = 0; i < functions; i++) {
        fprintf(to, "%s\n{\"name\":", i ? "," : "");
        json_string(to, function[i].name);
        fprintf(to, ",\"instructions\":%" PRIu64 "}", function[i].instructions);
    }
    fprintf(to, "],\n\"blocks\":[");
    for (size_t i = 0; i < blocks; i++) {
        fprintf(to, "%s\n[%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu64 "]",
                i ? "," : "", block[i].pc, block[i].bytes,
                block[i].instructions, block[i].runs);
    }
    fprintf(to, "]}\n");
}

int vcam_profile_save(struct vcam_profile *profile,
        const struct vcam_symbols *symbols, const char *path) {
    struct block *block = malloc((profile->used + 1) * sizeof *block);
    struct function *function = malloc((profile->used + 1) * sizeof *function);
    FILE *to = NULL;
    int status = 0;
    if (!block || !function) {
        status = cli_fail(path, "out of memory");
    } else if ((to = fopen(path, "w")) == NULL) {
        status = cli_fail(path, "%s", strerror(errno));
    } else {
        size_t blocks = collect(profile, block);
        size_t functions = add_up(symbols, block, blocks, function);
        write_all(to, function, functions, block, blocks);
        bool bad = ferror(to) != 0;
        if (fclose(to) != 0 || bad) {
            status = cli_fail(path, "cannot be written");
        }
    }
    free(block);
    free(function);
    return status;
}
