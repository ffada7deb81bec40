// SPDX-License-Identifier: MIT
// ELF files: names of functions, and what is to be put into flash.

#include "host/vcam/symbols.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    EHDR_SIZE = 52,
    PHDR_SIZE = 32,
    SHDR_SIZE = 40,
    SYM_SIZE = 16,
    MACHINE_ARM = 40,
    PT_LOAD = 1,
    SHT_SYMTAB = 2,
    STT_OBJECT = 1,
    STT_FUNC = 2
};

struct symbol {
    uint32_t address, size;
    const char *name;
};

struct vcam_symbols {
    char *names;
    struct symbol *symbol;
    size_t count;
};

struct file {
    const uint8_t *data;
    size_t size;
};

static uint32_t u16(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t u32(const uint8_t *p) {
    return u16(p) | u16(p + 2) << 16;
}

static bool within(const struct file *f, uint32_t offset, uint64_t size) {
    return offset <= f->size && size <= f->size - offset;
}

static bool is_arm(const struct file *f) {
    static const uint8_t ident[6] = {0x7f, 'E', 'L', 'F', 1, 1};
    return f->size >= EHDR_SIZE && memcmp(f->data, ident, 6) == 0 &&
            u16(f->data + 18) == MACHINE_ARM;
}

// The i-th entry of a table in the header, or null.
static const uint8_t *entry(const struct file *f, unsigned table_at,
        unsigned size_at, unsigned size, unsigned index) {
    uint32_t table = u32(f->data + table_at);
    uint32_t entry_size = u16(f->data + size_at);
    uint32_t count = u16(f->data + size_at + 2);
    if (index >= count || entry_size < size ||
            !within(f, table, (uint64_t)entry_size * count)) {
        return NULL;
    }
    return f->data + table + (size_t)entry_size * index;
}

static const uint8_t *section(const struct file *f, unsigned index) {
    return entry(f, 32, 46, SHDR_SIZE, index);
}

static int by_address(const void *a, const void *b) {
    const struct symbol *x = a;
    const struct symbol *y = b;
    return (x->address > y->address) - (x->address < y->address);
}

static int collect(struct vcam_symbols *s, const struct file *f,
        const uint8_t *table, const uint8_t *strings) {
    uint32_t from = u32(table + 16);
    uint32_t bytes = u32(table + 20);
    uint32_t names_from = u32(strings + 16);
    uint32_t names_size = u32(strings + 20);
    if (!within(f, from, bytes) || !within(f, names_from, names_size)) {
        return -EINVAL;
    }
    s->names = malloc((size_t)names_size + 1);
    s->symbol = malloc((bytes / SYM_SIZE + 1) * sizeof *s->symbol);
    if (!s->names || !s->symbol) {
        return -ENOMEM;
    }
    memcpy(s->names, f->data + names_from, names_size);
    s->names[names_size] = '\0';
    for (uint32_t i = 0; i < bytes / SYM_SIZE; i++) {
        const uint8_t *p = f->data + from + (size_t)i * SYM_SIZE;
        uint32_t name = u32(p);
        unsigned type = p[12] & 15;
        if ((type == STT_FUNC || type == STT_OBJECT) && name < names_size &&
                u16(p + 14) != 0) {
            s->symbol[s->count++] = (struct symbol){.address = u32(p + 4) & ~1u,
                    .size = u32(p + 8),
                    .name = s->names + name};
        }
    }
    qsort(s->symbol, s->count, sizeof *s->symbol, by_address);
    return 0;
}

int vcam_symbols_load(struct vcam_symbols **out, const uint8_t *data,
        size_t size) {
    const struct file f = {data, size};
    if (!is_arm(&f)) {
        return -EINVAL;
    }
    const uint8_t *table = NULL;
    const uint8_t *strings = NULL;
    const uint8_t *s;
    for (unsigned i = 0; !strings && (s = section(&f, i)) != NULL; i++) {
        if (u32(s + 4) == SHT_SYMTAB) {
            table = s;
            strings = section(&f, u32(s + 24));
        }
    }
    struct vcam_symbols *symbols = calloc(1, sizeof *symbols);
    if (!symbols) {
        return -ENOMEM;
    }
    int err = strings ? collect(symbols, &f, table, strings) : -EINVAL;
    if (err) {
        vcam_symbols_free(symbols);
        return err;
    }
    *out = symbols;
    return 0;
}

void vcam_symbols_free(struct vcam_symbols *symbols) {
    if (symbols) {
        free(symbols->names);
        free(symbols->symbol);
        free(symbols);
    }
}

const char *vcam_symbol_at(const struct vcam_symbols *symbols, uint32_t address,
        uint32_t *distance) {
    if (!symbols) {
        return NULL;
    }
    size_t low = 0;
    size_t high = symbols->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (symbols->symbol[middle].address <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    // The nearest before that is large enough; assembly has no sizes.
    for (size_t i = low; i > 0 && low - i < 8; i--) {
        const struct symbol *s = &symbols->symbol[i - 1];
        uint32_t at = address - s->address;
        if (at < s->size || (s->size == 0 && at < 4096)) {
            *distance = at;
            return s->name;
        }
    }
    return NULL;
}

uint32_t vcam_symbol_find(const struct vcam_symbols *symbols,
        const char *name) {
    for (size_t i = 0; symbols && i < symbols->count; i++) {
        if (strcmp(symbols->symbol[i].name, name) == 0) {
            return symbols->symbol[i].address;
        }
    }
    return 0;
}

int vcam_elf_place(const uint8_t *data, size_t size, uint32_t base, uint8_t *to,
        size_t room) {
    const struct file f = {data, size};
    if (!is_arm(&f)) {
        return -EINVAL;
    }
    const uint8_t *p;
    for (unsigned i = 0; (p = entry(&f, 28, 42, PHDR_SIZE, i)) != NULL; i++) {
        uint32_t from = u32(p + 4);
        uint32_t address = u32(p + 12);
        uint32_t bytes = u32(p + 16);
        if (u32(p) != PT_LOAD || bytes == 0) {
            continue;
        }
        if (!within(&f, from, bytes) || address - base >= room ||
                bytes > room - (address - base)) {
            return -EINVAL;
        }
        memcpy(to + (address - base), data + from, bytes);
    }
    return 0;
}
