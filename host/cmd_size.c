// SPDX-License-Identifier: MIT
// blazecam size: where the flash and the RAM of a firmware go.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/commands.h"
#include "host/firmware/default_firmware.h"
#include "host/firmware/fit.h"

// A region and how much of it is taken before a script runs.
typedef struct row {
    const firmware_region *region;
    uint32_t used;
    bool flash;
} row;

// What the models in the ROM take of the tensor memory: the largest, for one
// runs at a time.
static uint32_t arena_used(const firmware *f) {
    romfs_file file = {0};
    uint32_t most = 0;
    while (romfs_next(&f->rom, &file)) {
        fit need;
        if (fit_model(&need, f, file.data, file.bytes, NULL) == 0 &&
                need.in_arena && need.arena_bytes > most) {
            most = need.arena_bytes;
        }
    }
    return most;
}

// Regions that serve one purpose from the first to the last byte.
static bool is_taken(const char *name) {
    static const char *const taken[] = {"null", "fastcode", "fastdata",
            "mailbox", "dma", "crash", "boot", "journal", "shadow"};
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        if (strcmp(name, taken[i]) == 0) {
            return true;
        }
    }
    return false;
}

static row look(const firmware *f, const firmware_region *region) {
    row r = {region, 0, region->address >> 24 == 0x08};
    if (strcmp(region->name, "code") == 0) {
        r.used = f->code_bytes;
    } else if (strcmp(region->name, "data") == 0) {
        r.used = f->data_bytes;
    } else if (strcmp(region->name, "models") == 0) {
        r.used = f->rom.bytes;
    } else if (strcmp(region->name, "arena") == 0) {
        r.used = arena_used(f);
    } else if (is_taken(region->name)) {
        r.used = region->bytes;
    }
    return r;
}

static void print_bar(uint32_t used, uint32_t total) {
    enum { WIDTH = 20 };
    uint32_t filled = (uint32_t)(((uint64_t)used * WIDTH + total - 1) / total);
    putchar('[');
    for (uint32_t i = 0; i < WIDTH; i++) {
        putchar(i < filled ? '#' : '.');
    }
    putchar(']');
}

static void print_text(const firmware *f, bool flash) {
    printf("%-10s%12s%10s%10s%10s\n", flash ? "flash" : "RAM", "address",
            "used", "free", "total");
    for (uint32_t i = 0; i < f->region_count; i++) {
        row r = look(f, &f->regions[i]);
        if (r.flash == flash && r.region->bytes > 0) {
            printf("%-10s  0x%08x%10u%10u%10u  ", r.region->name,
                    r.region->address, r.used, r.region->bytes - r.used,
                    r.region->bytes);
            print_bar(r.used, r.region->bytes);
            printf("\n");
        }
    }
}

static void print_models(const firmware *f) {
    romfs_file file = {0};
    while (romfs_next(&f->rom, &file)) {
        printf("  /rom/%-30.*s%10u bytes of flash", (int)file.name_bytes,
                file.name, file.bytes);
        fit need;
        if (fit_model(&need, f, file.data, file.bytes, NULL) == 0) {
            printf(", %u of %s", need.arena_bytes,
                    need.in_arena ? "tensor memory" : "heap");
        }
        printf("\n");
    }
    if (f->rom_error != 0) {
        printf("  models: %s\n", romfs_explain(f->rom_error));
    }
}

static void print_json_rows(const firmware *f, bool flash) {
    bool any = false;
    for (uint32_t i = 0; i < f->region_count; i++) {
        row r = look(f, &f->regions[i]);
        if (r.flash == flash) {
            printf("%s{\"region\":\"%s\",\"address\":%u,\"used\":%u,"
                   "\"free\":%u,\"total\":%u}",
                    any ? "," : "", r.region->name, r.region->address, r.used,
                    r.region->bytes - r.used, r.region->bytes);
            any = true;
        }
    }
}

int cmd_size(int argc, char **argv) {
    bool json = false;
    const cli_option options[] = {{.name = "--json", .flag = &json}};
    int operands;
    int status = cli_parse(argc, argv, options,
            sizeof options / sizeof options[0], &operands);
    if (status == 0 && operands > 1) {
        status = cli_usage(argv[0], "at most one firmware can be looked at");
    }
    if (status != 0) {
        return status;
    }
    const char *path = operands == 1 ? argv[1] : NULL;
    uint8_t *bytes;
    firmware f;
    status = firmware_read(&path, &bytes, &f);
    if (status != 0) {
        return status;
    }
    if (json) {
        printf("{\"flash\":[");
        print_json_rows(&f, true);
        printf("],\"ram\":[");
        print_json_rows(&f, false);
        printf("]}\n");
    } else {
        print_text(&f, true);
        print_models(&f);
        printf("\n");
        print_text(&f, false);
    }
    free(bytes);
    return 0;
}
