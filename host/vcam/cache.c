// SPDX-License-Identifier: MIT
// The data cache, as far as other bus masters get to see it.

#include "host/vcam/cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/machine_state.h"

enum {
    LINE = 32,
    SETS = 128, // of 4 ways: 16 KiB
    SET_WAYS = 4 * SETS,
    PATIENCE = 64, // writes of a master before one is told of them
    ICIALLU = 0xf50,
    ICIMVAU = 0xf58,
    DCIMVAC = 0xf5c,
    DCISW = 0xf60,
    DCCMVAU = 0xf64,
    DCCMVAC = 0xf68,
    DCCSW = 0xf6c,
    DCCIMVAC = 0xf70,
    DCCISW = 0xf74,
    BPIALL = 0xf78
};

// A bank of memory behind the cache. The bank's own bytes are what the
// processor sees.
struct side {
    uint8_t *memory; // what masters see
    uint8_t *synced; // what the processor saw at the last maintenance
    uint8_t *policy; // of a line: enum vcam_cacheable
    uint8_t *unread; // times that a master has written it since then
};

struct cache {
    bool on;
    bool told;        // of a line that nobody invalidates
    unsigned cleared; // by set and way, since reset
    struct side side[VCAM_BANKS];
};

static bool has_part(const struct vcam_bank *b) {
    return b->access & VCAM_MAP_WRITE && b->base >= 0x24000000 &&
            b->base < 0x38800000;
}

static uint32_t lines_of(const struct vcam_bank *b) {
    return b->size / LINE;
}

// The cache, switched on; else null.
static struct cache *active(const struct vcam *vm) {
    return vm->cache && vm->cache->on ? vm->cache : NULL;
}

static bool find(struct vcam *vm, uint32_t address, unsigned *bank) {
    for (unsigned i = 0; i < vm->banks; i++) {
        if (address - vm->bank[i].base < vm->bank[i].size) {
            *bank = i;
            return vm->cache->side[i].memory != NULL;
        }
    }
    return false;
}

// --- lines ----------------------------------------------------------------

static bool is_dirty(const struct vcam *vm, unsigned bank, uint32_t line) {
    return memcmp(vm->bank[bank].data + line * LINE,
                   vm->cache->side[bank].synced + line * LINE, LINE) != 0;
}

static void clean(struct vcam *vm, unsigned bank, uint32_t line) {
    struct side *s = &vm->cache->side[bank];
    const uint8_t *seen = vm->bank[bank].data + line * LINE;
    if (is_dirty(vm, bank, line)) {
        memcpy(s->memory + line * LINE, seen, LINE);
        memcpy(s->synced + line * LINE, seen, LINE);
    }
}

static void invalidate(struct vcam *vm, unsigned bank, uint32_t line) {
    struct side *s = &vm->cache->side[bank];
    struct vcam_bank *b = &vm->bank[bank];
    uint32_t at = line * LINE;
    s->unread[line] = 0;
    if (memcmp(b->data + at, s->memory + at, LINE) != 0) {
        memcpy(b->data + at, s->memory + at, LINE);
        vcam_bank_changed(vm, b, at, LINE);
    }
    memcpy(s->synced + at, s->memory + at, LINE);
}

static void maintain(struct vcam *vm, unsigned bank, uint32_t line, bool cleans,
        bool invalidates) {
    if (vm->cache->side[bank].policy[line] != VCAM_CACHE_NONE) {
        if (cleans) {
            clean(vm, bank, line);
        }
        if (invalidates) {
            invalidate(vm, bank, line);
        }
    }
}

// --- masters --------------------------------------------------------------

static void check(struct vcam *vm, const char *master, unsigned bank,
        uint32_t line, bool write) {
    const struct side *s = &vm->cache->side[bank];
    if (!is_dirty(vm, bank, line)) {
        return;
    }
    if (s->policy[line] == VCAM_CACHE_THROUGH) {
        clean(vm, bank, line); // stores have gone through
        return;
    }
    unsigned address = (unsigned)(vm->bank[bank].base + line * LINE);
    if (write) {
        vcam_complain(vm,
                "%s writes to 0x%08x (%s), a line that the data cache holds "
                "dirty: it would write over it later; invalidate buffers "
                "before, and let nothing else share their lines",
                master, address, vm->bank[bank].name);
    } else {
        vcam_complain(vm,
                "%s reads 0x%08x (%s), where the data cache has newer bytes: "
                "clean the buffer before",
                master, address, vm->bank[bank].name);
    }
}

static void count_writes(struct vcam *vm, const char *master, unsigned bank,
        uint32_t line) {
    struct side *s = &vm->cache->side[bank];
    if (s->unread[line] < PATIENCE && ++s->unread[line] == PATIENCE &&
            !vm->cache->told) {
        vm->cache->told = true;
        char text[VCAM_MESSAGE];
        (void)snprintf(text, sizeof text,
                "%s wrote to 0x%08x (%s) %d times and nobody has invalidated "
                "that line of the data cache: the processor reads old bytes",
                master, (unsigned)(vm->bank[bank].base + line * LINE),
                vm->bank[bank].name, PATIENCE);
        vcam_note_once(vm, text);
    }
}

static bool access_lines(struct vcam *vm, const char *master, uint32_t address,
        uint8_t *read, const uint8_t *written, size_t size) {
    unsigned bank;
    if (!active(vm) || !find(vm, address, &bank)) {
        return false;
    }
    struct side *s = &vm->cache->side[bank];
    struct vcam_bank *b = &vm->bank[bank];
    uint32_t at = address - b->base;
    for (size_t done = 0; done < size;) {
        uint32_t line = at / LINE;
        size_t part = LINE - at % LINE;
        part = part < size - done ? part : size - done;
        bool cached = s->policy[line] != VCAM_CACHE_NONE;
        if (cached) {
            check(vm, master, bank, line, written != NULL);
        }
        uint8_t *memory = (cached ? s->memory : b->data) + at;
        if (written) {
            memcpy(memory, written + done, part);
            if (!cached) {
                vcam_bank_changed(vm, b, at, part);
            } else if (at % LINE == 0) {
                count_writes(vm, master, bank, line);
            }
        } else if (read) {
            memcpy(read + done, memory, part);
        }
        done += part;
        at += (uint32_t)part;
    }
    return true;
}

bool vcam_cache_master_read(struct vcam *vm, const char *master,
        uint32_t address, void *data, size_t size) {
    return access_lines(vm, master, address, data, NULL, size);
}

bool vcam_cache_master_write(struct vcam *vm, const char *master,
        uint32_t address, const void *data, size_t size) {
    return access_lines(vm, master, address, NULL, data, size);
}

// --- the processor's side -------------------------------------------------

static void by_address(struct vcam *vm, uint32_t address, bool cleans,
        bool invalidates) {
    unsigned bank;
    if (active(vm) && find(vm, address, &bank)) {
        maintain(vm, bank, (address - vm->bank[bank].base) / LINE, cleans,
                invalidates);
    }
}

// All lines that may be in the set are in one of its ways: way 0 stands for
// all of them.
static void by_set(struct vcam *vm, uint32_t value, bool cleans,
        bool invalidates) {
    if (vm->cache && invalidates) {
        vm->cache->cleared++;
    }
    if (!active(vm) || value >> 30) {
        return;
    }
    uint32_t set = value / LINE % SETS;
    for (unsigned i = 0; i < vm->banks; i++) {
        uint32_t lines = vm->cache->side[i].memory ? lines_of(&vm->bank[i]) : 0;
        for (uint32_t line = set; line < lines; line += SETS) {
            maintain(vm, i, line, cleans, invalidates);
        }
    }
}

bool vcam_cache_maintain(struct vcam *vm, uint32_t offset, uint32_t value) {
    switch (offset) {
    case ICIALLU:
    case ICIMVAU:
    case BPIALL:
        return true; // instructions are fetched from memory
    case DCIMVAC:
        by_address(vm, value, false, true);
        return true;
    case DCCMVAU:
    case DCCMVAC:
        by_address(vm, value, true, false);
        return true;
    case DCCIMVAC:
        by_address(vm, value, true, true);
        return true;
    case DCISW:
        by_set(vm, value, false, true);
        return true;
    case DCCSW:
        by_set(vm, value, true, false);
        return true;
    case DCCISW:
        by_set(vm, value, true, true);
        return true;
    default:
        return false;
    }
}

// Lines come under the cache, or leave it.
static void set_policy(struct vcam *vm, unsigned bank, uint32_t line,
        enum vcam_cacheable policy) {
    struct side *s = &vm->cache->side[bank];
    const uint8_t *seen = vm->bank[bank].data + line * LINE;
    if (s->policy[line] == VCAM_CACHE_NONE && policy != VCAM_CACHE_NONE) {
        memcpy(s->memory + line * LINE, seen, LINE);
        memcpy(s->synced + line * LINE, seen, LINE);
        s->unread[line] = 0;
    } else if (policy == VCAM_CACHE_NONE) {
        maintain(vm, bank, line, true, true);
    }
    s->policy[line] = (uint8_t)policy;
}

static void set_policies(struct vcam *vm, bool on) {
    for (unsigned i = 0; i < vm->banks; i++) {
        const struct vcam_bank *b = &vm->bank[i];
        uint32_t lines = vm->cache->side[i].memory ? lines_of(b) : 0;
        for (uint32_t line = 0; line < lines; line++) {
            set_policy(vm, i, line,
                    on ? vcam_mpu_cacheable(vm, b->base + line * LINE)
                       : VCAM_CACHE_NONE);
        }
    }
}

void vcam_cache_remap(struct vcam *vm) {
    if (active(vm)) {
        set_policies(vm, true);
    }
}

static bool allocate(struct vcam *vm) {
    struct cache *c = vm->cache;
    for (unsigned i = 0; i < vm->banks; i++) {
        const struct vcam_bank *b = &vm->bank[i];
        struct side *s = &c->side[i];
        if (!has_part(b) || s->memory) {
            continue;
        }
        s->memory = malloc(b->size);
        s->synced = malloc(b->size);
        s->policy = calloc(lines_of(b), 1);
        s->unread = calloc(lines_of(b), 1);
        if (!s->memory || !s->synced || !s->policy || !s->unread) {
            return false;
        }
    }
    return true;
}

void vcam_cache_switch(struct vcam *vm, bool on) {
    struct cache *c = vm->cache;
    if (!c || on == c->on) {
        return;
    }
    if (on && c->cleared < SET_WAYS) {
        vcam_complain(vm,
                "the data cache is switched on, but not all of its %d lines "
                "were invalidated since the reset",
                SET_WAYS);
    }
    if (on && !allocate(vm)) {
        vcam_finish(vm, VCAM_END_BROKEN, "out of memory");
        return;
    }
    set_policies(vm, on);
    c->on = on;
}

void vcam_cache_reset(struct vcam *vm) {
    if (!vm->cache && vm->config.strict) {
        vm->cache = calloc(1, sizeof *vm->cache);
    }
    if (vm->cache) {
        set_policies(vm, false);
        vm->cache->on = false;
        vm->cache->cleared = 0;
    }
}

void vcam_cache_destroy(struct vcam *vm) {
    for (unsigned i = 0; vm->cache && i < VCAM_BANKS; i++) {
        struct side *s = &vm->cache->side[i];
        free(s->memory);
        free(s->synced);
        free(s->policy);
        free(s->unread);
    }
    free(vm->cache);
}
