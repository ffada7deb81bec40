// SPDX-License-Identifier: MIT
// The USB device on TinyUSB.

#include "link/usb.h"

#include "chip/otg.h"
#include "chip/systick.h"
#include "chip/uid.h"
#include "device/dcd.h"
#include "link/usb_descriptors.h"
#include "link/usb_msc.h"
#include "tusb.h"

// Events of one round: more than come in between two, so that none is late.
#define EVENTS_A_ROUND 32U
// Rounds of one call, while the drive keeps the host waiting.
#define ROUNDS 8U
// The status of the control transfer has left by then.
#define TOUCH_MS 50U

uint32_t usb_event_budget;
volatile bool usb_event_lost;
volatile bool usb_pending;

static uint32_t sessions;
static uint32_t touched_ms;
static bool touched;

void chip_otg_interrupt(void) {
    tud_int_handler(0);
    usb_pending = true;
}

// SETUP packets that were put into the queue, and taken out of it.
static volatile uint32_t setups_put, setups_taken;
// Of the request under way.
static tusb_dir_t direction;

void usb_note_event(const void *event) {
    const dcd_event_t *e = event;
    if (e->event_id == DCD_EVENT_SETUP_RECEIVED) {
        setups_put++;
    }
}

// Data of a request that the host has given up for another: TinyUSB 0.18 would
// take it for the other's, go on with the first, and read past its end. (The
// status of the first may be on its way with the other behind it; that is
// well.)
static bool is_stale(const dcd_event_t *e) {
    return e->event_id == DCD_EVENT_XFER_COMPLETE &&
            tu_edpt_number(e->xfer_complete.ep_addr) == 0 &&
            tu_edpt_dir(e->xfer_complete.ep_addr) == direction &&
            setups_put != setups_taken;
}

// TinyUSB 0.18 answers some requests from variables on its stack, and when the
// host turns the direction round writes to where they were. Of all requests
// that bring data the camera knows one; others become one that is refused.
bool usb_screen_event(void *event) {
    dcd_event_t *e = event;
    if (e->event_id != DCD_EVENT_SETUP_RECEIVED) {
        return !is_stale(e);
    }
    setups_taken++;
    tusb_control_request_t *request = &e->setup_received;
    direction = (tusb_dir_t)request->bmRequestType_bit.direction;
    bool brings_data = request->bmRequestType_bit.direction == TUSB_DIR_OUT &&
            request->wLength > 0;
    bool line_coding = request->bmRequestType_bit.type == TUSB_REQ_TYPE_CLASS &&
            request->bRequest == CDC_REQUEST_SET_LINE_CODING;
    if (brings_data && !line_coding) {
        request->bmRequestType_bit.type = TUSB_REQ_TYPE_VENDOR;
        request->bmRequestType_bit.recipient = TUSB_REQ_RCPT_DEVICE;
    }
    return true;
}

static void start(void) {
    setups_taken = setups_put; // the queue is empty
    static const tusb_rhport_init_t port = {
            .role = TUSB_ROLE_DEVICE,
            .speed = TUSB_SPEED_FULL,
    };
    if (tusb_init(0, &port)) {
        chip_otg_sense_vbus();
    }
}

void usb_init(void) {
    if (chip_otg_init() == 0) {
        start();
    }
}

static bool serving;
// How deep in functions that change TinyUSB's queues.
static volatile uint32_t inside;

bool usb_is_busy(void) {
    return serving || inside > 0;
}

void usb_serve(void) {
    if (serving) {
        return;
    }
    serving = true;
    usb_pending = false;
    if (usb_event_lost) {
        // To the host it looks as if the camera had been plugged in anew.
        tud_disconnect();
        (void)tud_deinit(0);
        usb_event_lost = false;
        start();
        // The host's reset may be what was lost.
        dcd_event_bus_reset(0, TUSB_SPEED_FULL, false);
    }
    usb_event_budget = EVENTS_A_ROUND;
    tud_task_ext(0, false);
    if (usb_event_budget == 0) {
        usb_pending = true; // there may be more
    }
    if (tud_cdc_connected()) {
        tud_cdc_write_flush();
    }
    serving = false;
}

void usb_task(void) {
    for (uint32_t round = 0; round < ROUNDS; round++) {
        usb_msc_accept(true);
        usb_serve();
        usb_msc_accept(false);
        if (!usb_msc_work()) {
            return;
        }
    }
    usb_pending = true;
}

bool usb_ready(void) {
    return tud_ready();
}

// --- serial port ------------------------------------------------------------

bool usb_cdc_dtr(void) {
    return tud_cdc_connected();
}

uint32_t usb_cdc_baud(void) {
    cdc_line_coding_t coding;
    tud_cdc_get_line_coding(&coding);
    return coding.bit_rate;
}

uint32_t usb_cdc_sessions(void) {
    return sessions;
}

size_t usb_cdc_readable(void) {
    return tud_cdc_available();
}

size_t usb_cdc_writable(void) {
    return tud_cdc_connected() ? tud_cdc_write_available() : 0;
}

size_t usb_cdc_read(void *to, size_t bytes) {
    inside++;
    size_t count = tud_cdc_read(to, bytes);
    inside--;
    return count;
}

size_t usb_cdc_write(const void *from, size_t bytes) {
    inside++;
    size_t count = tud_cdc_connected() ? tud_cdc_write(from, bytes) : 0;
    inside--;
    return count;
}

void usb_cdc_flush(void) {
    inside++;
    if (tud_cdc_connected()) {
        tud_cdc_write_flush();
    }
    inside--;
}

void usb_cdc_discard(void) {
    tud_cdc_read_flush();
}

bool usb_touched(void) {
    return touched && chip_ms() - touched_ms >= TOUCH_MS;
}

void tud_cdc_line_state_cb(uint8_t port, bool dtr, bool rts) {
    (void)port;
    (void)rts;
    static bool before;
    if (dtr == before) {
        return;
    }
    before = dtr;
    sessions++;
    tud_cdc_write_clear();
    if (dtr) {
        tud_cdc_read_flush();
    }
}

void tud_cdc_line_coding_cb(uint8_t port, const cdc_line_coding_t *coding) {
    (void)port;
    static uint32_t before;
    if (coding->bit_rate == before) {
        return;
    }
    before = coding->bit_rate;
    sessions++;
    if (before == USB_TOUCH_BAUD) {
        touched = true;
        touched_ms = chip_ms();
    }
}

// --- descriptors ------------------------------------------------------------

const uint8_t *tud_descriptor_device_cb(void) {
    return usb_device_descriptor();
}

const uint8_t *tud_descriptor_configuration_cb(uint8_t index) {
    (void)index; // TinyUSB asks for those that the device descriptor counts
    return usb_config_descriptor();
}

const uint16_t *tud_descriptor_string_cb(uint8_t index, uint16_t language) {
    (void)language;
    static uint16_t text[64];
    size_t bytes = usb_string_descriptor(index, chip_uid(), text,
            sizeof(text) / sizeof(text[0]));
    return bytes ? text : NULL;
}
