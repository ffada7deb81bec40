// SPDX-License-Identifier: MIT
// The USB port as a host of the protocols sees it.

#include <stdio.h>
#include <string.h>

#include "board.h"
#include "chip/boot.h"
#include "chip/device.h"
#include "chip/systick.h"
#include "link/line_gate.h"
#include "link/preview.h"
#include "link/usb.h"
#include "memory.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "image/frame.h"
#include "src/py/camera.h"
#include "src/py/console.h"
#include "src/py/link.h"
#include "src/py/port.h"
#include "src/py/version.h"

// A host that says nothing for so long sleeps; lines are dropped then, until
// it reads again. One that lost a packet is back within its second.
#define PATIENCE_MS 2000U
// One that has read text and goes on asking for other things has so long: a
// picture over a bad line takes its time, and so does more than one lost
// packet.
#define BUSY_PATIENCE_MS 6000U
#define TEXT_BYTES 4096U

// Unique device ID, RM0433 section 61.1.
#define UID(word) (*(const uint32_t *)(0x1FF1E800U + 4U * (word)))
// What the bootloader says of itself.
#define BOOTLOADER_INFO ((const uint8_t *)0x08001000)
#define BOOTLOADER_MAGIC 0xB00710ADU

#define USB_ID 0x37C51204U
#define CAPS_JPEG (1U << 4)
#define CAPS_CRC (1U << 6)
#define CAPS_SD (1U << 18)

struct link_host link_host LINK_D3;
static struct text_ring text;
static uint8_t text_memory[TEXT_BYTES] LINK_D3;
static uint32_t session;
static uint32_t session_text; // text.out when it began
static uint32_t heard_ms;     // when the host last sent anything
static bool hosted;

static struct line_gate gate LINK_D3;

// --- port ----------------------------------------------------------------

static size_t port_write(void *context, const void *from, size_t bytes) {
    (void)context;
    if (bytes == 0) {
        usb_cdc_flush();
        return 0;
    }
    return usb_cdc_write(from, bytes);
}

// A moment later: what led here has to be answered.
static volatile enum { STAY, RESET, BOOT } leaving;
static uint32_t leave_ms;

static void leave(void *context, bool to_bootloader) {
    (void)context;
    leaving = to_bootloader ? BOOT : RESET;
    leave_ms = chip_ms();
}

static uint32_t sensor_id(void *context) {
    (void)context;
    return the_camera.seen;
}

static void put_info(void *context, struct omv_info *info) {
    *info = (struct omv_info){
            .cpu = SCB->CPUID,
            .device = {UID(2), UID(1), UID(0)},
            .usb = USB_ID,
            .sensors = {sensor_id(context)},
            .caps = {CAPS_JPEG | CAPS_CRC | CAPS_SD},
            .flash_kb = 2048,
            .ram_kb = 1024,
            .frame_kb = MEM_FRAME_BYTES / 1024U,
            .stream_kb = MEM_PREVIEW_BYTES / 1024U,
    };
}

static const uint8_t version[3] = {BLAZECAM_VERSION_MAJOR,
        BLAZECAM_VERSION_MINOR, BLAZECAM_VERSION_PATCH};

static void put_versions(void *context, struct omv_versions *versions) {
    (void)context;
    *versions = (struct omv_versions){.protocol = {1, 0, 2}};
    memcpy(versions->firmware, version, sizeof(version));
    if (omv_get32(BOOTLOADER_INFO) == BOOTLOADER_MAGIC) {
        memcpy(versions->bootloader, BOOTLOADER_INFO + 4, 3);
    }
}

static unsigned put_pools(void *context, struct omv_pool pools[OMV_POOLS]) {
    (void)context;
    gc_info_t info;
    gc_info(&info);
    pools[0] = (struct omv_pool){.total = (uint32_t)info.total,
            .used = (uint32_t)info.used,
            .free = (uint32_t)info.free,
            .peak = (uint32_t)info.used};
    pools[1] = (struct omv_pool){.type = 1,
            .total = MEM_FRAME_BYTES,
            .used = MEM_FRAME_BYTES - (uint32_t)frame_scratch_free(),
            .free = (uint32_t)frame_scratch_free()};
    return 2;
}

static const char *arch(void *context) {
    (void)context;
    static char name[64];
    snprintf(name, sizeof(name), BOARD_ARCH " [" BOARD_TYPE ":%08X%08X%08X]",
            (unsigned)UID(2), (unsigned)UID(1), (unsigned)UID(0));
    return name;
}

static void typed(void *context, const void *from, size_t bytes) {
    (void)context;
    console_type(from, bytes);
}

static const struct omv_port port = {
        .write = port_write,
        .reset = leave,
        .info = put_info,
        .versions = put_versions,
        .pools = put_pools,
        .vendor = link_vendor,
};

static const struct link_camera camera_services = {
        .script_write = link_script_write,
        .script_reset = link_script_reset,
        .script_exec = link_script_exec,
        .script_stop = link_script_stop,
        .script_running = link_script_running,
        .script_most = LINK_SCRIPT_BYTES,
        .reset = leave,
        .sensor = sensor_id,
        .arch = arch,
        .version = version,
        .typed = typed,
        .text = &text,
};

static size_t text_room(void);
static size_t text_write(const char *from, size_t count);
static bool text_wait(void);

void link_init(void) {
    gate = (struct line_gate){
            .room = text_room,
            .write = text_write,
            .wait = text_wait,
    };
    text_ring_init(&text, text_memory, sizeof(text_memory));
    preview_init((void *)MEM_PREVIEW_ADDR, MEM_PREVIEW_BYTES, chip_ms);
    link_host_init(&link_host, &port, &camera_services);
}

// --- task ----------------------------------------------------------------

bool link_is_host(void) {
    return hosted && link_host_heard(&link_host);
}

void link_event(uint8_t channel, uint16_t number) {
    uint32_t state = port_pendsv_lock();
    if (link_is_host()) {
        (void)omv_protocol_event(&link_host.protocol, channel, number, false);
    }
    port_pendsv_unlock(state);
}

static void begin_session(void) {
    session = usb_cdc_sessions();
    hosted = usb_cdc_is_protocol();
    link_host_reset(&link_host);
    link_rom_abandon();
    text_ring_clear(&text);
    session_text = text.out;
}

static void leave_now(void) {
    if (leaving == BOOT) {
        port_bootloader();
    }
    chip_boot_good(); // it was meant
    NVIC_SystemReset();
}

void link_poll(void) {
    uint32_t now = chip_ms();
    if (session != usb_cdc_sessions()) {
        begin_session();
    }
    if (!hosted) {
        return;
    }
    // What waits is taken before a packet is given up for late: flash may have
    // been erased meanwhile.
    static uint8_t kept[64];
    static size_t count, used;
    size_t taken;
    do {
        if (used == count) {
            used = 0;
            count = usb_cdc_read(kept, sizeof(kept));
            heard_ms = count > 0 ? now : heard_ms;
        }
        taken = link_host_feed(&link_host, kept + used, count - used, now);
        used += taken;
        link_host_task(&link_host, now);
    } while (taken > 0);
    // What is owed of a line that a sleeping host had begun to read, when no
    // script goes on with it.
    if (!link_script_speaks()) {
        line_gate_write(&gate, NULL, 0);
    }
    if (leaving != STAY && now - leave_ms >= 2) {
        leave_now();
    }
}

// --- text ----------------------------------------------------------------

static size_t text_room(void) {
    return text_ring_room(&text);
}

static size_t text_write(const char *from, size_t count) {
    return text_ring_write(&text, from, count, chip_ms());
}

static bool sleeps(uint32_t since) {
    uint32_t now = chip_ms();
    bool busy = text.out != session_text && now - heard_ms < PATIENCE_MS;
    return now - since >= (busy ? BUSY_PATIENCE_MS : PATIENCE_MS);
}

// A host that reads, however slowly, slows the script. An abort does not wait.
static bool text_wait(void) {
    uint32_t start = chip_ms();
    while (hosted && !sleeps(start) && !MP_STATE_VM(vm_abort)) {
        port_poll();
        if (text_ring_room(&text) > 0) {
            return true;
        }
        __WFI();
    }
    return false;
}

static bool has_reader(void) {
    static uint32_t gate_session;
    if (!hosted) {
        return false;
    }
    if (gate_session != session) {
        gate_session = session;
        line_gate_reset(&gate);
    }
    return true;
}

void link_print(const char *from, size_t count) {
    if (link_script_speaks() && has_reader()) {
        line_gate_write(&gate, from, count);
    }
}

void link_print_end(void) {
    if (has_reader()) {
        line_gate_end(&gate);
    }
}
