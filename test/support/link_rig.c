// SPDX-License-Identifier: MIT
// A camera without a camera.

#include "link_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link/preview.h"

static struct link_rig *clock_of;

static uint32_t rig_ms(void) {
    return clock_of->now;
}

// --- port --------------------------------------------------------------------

static size_t rig_write(void *context, const void *from, size_t bytes) {
    struct link_rig *rig = context;
    if (rig->deaf || bytes > sizeof(rig->out) - rig->out_bytes) {
        return 0;
    }
    if (bytes > 0) {
        memcpy(rig->out + rig->out_bytes, from, bytes);
    }
    rig->out_bytes += bytes;
    return bytes;
}

static void rig_reset(void *context, bool to_bootloader) {
    struct link_rig *rig = context;
    rig->resets += !to_bootloader;
    rig->boots += to_bootloader;
}

static void rig_info(void *context, struct omv_info *info) {
    const struct link_rig *rig = context;
    *info = (struct omv_info){.cpu = 0x411FC271,
            .device = {0x11111111, 0x22222222, 0x33333333},
            .usb = 0x37C51204,
            .sensors = {rig->sensor},
            .caps = {0x00040050},
            .stream_kb = 32};
}

static void rig_versions(void *context, struct omv_versions *versions) {
    const struct link_rig *rig = context;
    *versions = (struct omv_versions){.protocol = {1, 0, 2},
            .bootloader = {1, 0, 3}};
    memcpy(versions->firmware, rig->version, 3);
}

static unsigned rig_pools(void *context, struct omv_pool pools[OMV_POOLS]) {
    (void)context;
    pools[0] = (struct omv_pool){0, 0, 510976, 1000, 509976, 0, 2000};
    pools[1] = (struct omv_pool){1, 3, 172032, 0, 172032, 0, 0};
    return 2;
}

static int rig_vendor(void *context, uint8_t opcode, const uint8_t *payload,
        size_t bytes, struct omv_reply *reply) {
    (void)context;
    (void)payload;
    (void)bytes;
    if (opcode == OMV_VENDOR) {
        *reply = (struct omv_reply){(const uint8_t *)"hello", 5};
        return 0;
    }
    return opcode == OMV_VENDOR + 1 ? OMV_LATER : -OMV_STATUS_INVALID;
}

// --- camera ------------------------------------------------------------------

static int rig_script_write(void *context, uint32_t offset, const void *text,
        size_t bytes) {
    struct link_rig *rig = context;
    if (offset > sizeof(rig->script) || bytes > sizeof(rig->script) - offset) {
        return -OMV_STATUS_OVERFLOW;
    }
    memcpy(rig->script + offset, text, bytes);
    rig->script_bytes = offset + bytes;
    return 0;
}

static void rig_script_reset(void *context) {
    ((struct link_rig *)context)->script_bytes = 0;
}

static int rig_script_exec(void *context) {
    struct link_rig *rig = context;
    rig->execs += rig->script_bytes > 0;
    return rig->script_bytes > 0 ? 0 : -OMV_STATUS_FAILED;
}

static void rig_script_stop(void *context) {
    ((struct link_rig *)context)->stops++;
}

static bool rig_script_running(void *context) {
    return ((struct link_rig *)context)->running;
}

static uint32_t rig_sensor(void *context) {
    return ((struct link_rig *)context)->sensor;
}

static const char *rig_arch(void *context) {
    (void)context;
    return "OMV4 H7 1024 [H7:333333332222222211111111]";
}

static void rig_typed(void *context, const void *text, size_t bytes) {
    struct link_rig *rig = context;
    size_t room = sizeof(rig->typed) - rig->typed_bytes;
    size_t count = bytes < room ? bytes : room;
    memcpy(rig->typed + rig->typed_bytes, text, count);
    rig->typed_bytes += count;
}

void link_rig_init(struct link_rig *rig) {
    *rig = (struct link_rig){
            .port = {rig, rig_write, rig_reset, rig_info, rig_versions,
                    rig_pools, rig_vendor},
            .camera = {rig, rig_script_write, rig_script_reset, rig_script_exec,
                    rig_script_stop, rig_script_running, LINK_RIG_SCRIPT,
                    rig_reset, rig_sensor, rig_arch, rig->version, rig_typed,
                    &rig->text},
            .version = {5, 0, 0},
            .sensor = 0x77,
            .now = 1000,
    };
    clock_of = rig;
    text_ring_init(&rig->text, rig->text_memory, sizeof(rig->text_memory));
    preview_init(rig->picture, sizeof(rig->picture), rig_ms);
    link_host_init(&rig->host, &rig->port, &rig->camera);
}

// -----------------------------------------------------------------------------

void link_rig_send(struct link_rig *rig, const void *bytes, size_t count) {
    const uint8_t *from = bytes;
    for (;;) {
        size_t used = link_host_feed(&rig->host, from, count, rig->now);
        link_host_task(&rig->host, rig->now);
        from += used;
        count -= used;
        if (used == 0) {
            break;
        }
    }
    // What the camera does not take yet, because it waits for something.
    for (uint32_t ms = 0; count > 0 && ms < 20000; ms++) {
        rig->now++;
        link_host_task(&rig->host, rig->now);
        size_t used = link_host_feed(&rig->host, from, count, rig->now);
        from += used;
        count -= used;
    }
    link_host_task(&rig->host, rig->now);
}

size_t link_rig_hex(const char *hex, uint8_t *bytes, size_t most) {
    size_t count = 0;
    while (*hex != '\0' && count < most) {
        if (*hex == ' ') {
            hex++;
            continue;
        }
        const char digits[3] = {hex[0], hex[1], '\0'};
        bytes[count++] = (uint8_t)strtoul(digits, NULL, 16);
        hex += hex[1] != '\0' ? 2 : 1;
    }
    return count;
}

void link_rig_send_hex(struct link_rig *rig, const char *hex) {
    uint8_t bytes[1024];
    link_rig_send(rig, bytes, link_rig_hex(hex, bytes, sizeof(bytes)));
}

void link_rig_pass(struct link_rig *rig, uint32_t ms) {
    for (uint32_t i = 0; i < ms; i++) {
        rig->now++;
        link_host_task(&rig->host, rig->now);
    }
}

bool link_rig_said(struct link_rig *rig, const char *hex) {
    uint8_t bytes[1024];
    size_t count = link_rig_hex(hex, bytes, sizeof(bytes));
    bool same = count == rig->out_bytes &&
            (count == 0 || memcmp(bytes, rig->out, count) == 0);
    for (size_t i = 0; !same && i < rig->out_bytes; i++) {
        printf("%s%02X", i ? " " : "# said: ", rig->out[i]);
    }
    if (!same) {
        printf("%s\n# instead of: %s\n", rig->out_bytes ? "" : "# said nothing",
                hex);
    }
    rig->out_bytes = 0;
    return same;
}

size_t link_rig_forget(struct link_rig *rig) {
    size_t bytes = rig->out_bytes;
    rig->out_bytes = 0;
    return bytes;
}

void link_rig_print(struct link_rig *rig, const char *text) {
    (void)text_ring_write(&rig->text, text, strlen(text), rig->now);
}

void link_rig_show(struct link_rig *rig, int32_t width, int32_t height,
        uint32_t bytes) {
    static uint8_t file[sizeof(rig->picture)];
    for (size_t i = 0; i < sizeof(file); i++) {
        file[i] = (uint8_t)i;
    }
    img_image image = {.data = file,
            .width = width,
            .height = height,
            .format = IMG_JPEG,
            .bytes = bytes};
    preview_frame(&image);
}
