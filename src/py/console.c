// SPDX-License-Identifier: MIT
// Console on the serial port of pins P1 and P0, and on USB.
//
// With a host at the USB port (DTR) that port is the one that counts: the pins
// get the lines for which there is room, so that 115200 baud slow nobody down.
// A host that has the port open and does not read holds a script up once, for
// USB_PATIENCE_MS; after that lines are dropped until it reads again.

#include "src/py/console.h"

#include "board.h"
#include "chip/systick.h"
#include "chip/uart.h"
#include "link/line_gate.h"
#include "link/usb.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/runtime/interrupt_char.h"
#include "src/py/link.h"

// A full send ring drains in 23 ms at 115200 baud.
#define STUCK_MS 100U

// Fast code reads these two; Ctrl-C itself may wait for the flash.
static bool on_byte(uint8_t byte);

CHIP_FASTCODE static bool on_byte(uint8_t byte) {
    if (byte == mp_interrupt_char) {
        mp_sched_keyboard_interrupt();
        return true;
    }
    return false;
}

int console_init(void) {
    static const struct chip_uart_config config = {
            .baud = 115200,
            .bits = 8,
            .stop = 1,
            .parity = CHIP_UART_PARITY_NONE,
            .tx_pin = BOARD_UART1_TX,
            .rx_pin = BOARD_UART1_RX,
            .alt = BOARD_UART1_ALT,
    };
    chip_uart_set_filter(CHIP_UART1, on_byte);
    return chip_uart_start(CHIP_UART1, &config);
}

// --- USB --------------------------------------------------------------------

#define USB_RING 512U // a power of two
#define USB_PATIENCE_MS 500U
// A full ring that nobody has read from for so long belongs to a script that
// does not listen: what comes is dropped, to get at a Ctrl-C behind it.
#define USB_DEAF_MS 1000U

static uint8_t ring[USB_RING];
static uint16_t ring_in, ring_out;
static uint32_t read_ms;
static uint32_t session;

static size_t ring_count(void) {
    return (uint16_t)(ring_in - ring_out);
}

static size_t usb_write(const char *text, size_t count) {
    return usb_cdc_write(text, count);
}

static bool usb_wait(void) {
    uint32_t start = chip_ms();
    while (usb_cdc_dtr() && chip_ms() - start < USB_PATIENCE_MS) {
        usb_serve();
        console_poll();
        if (usb_cdc_writable() > 0) {
            return true;
        }
        __WFI();
    }
    return false;
}

static struct line_gate usb_gate = {
        .room = usb_cdc_writable,
        .write = usb_write,
        .wait = usb_wait,
};

static bool usb_is_prompt(void) {
    return usb_cdc_dtr() && !usb_cdc_is_protocol();
}

void console_poll(void) {
    if (session != usb_cdc_sessions()) {
        session = usb_cdc_sessions();
        line_gate_reset(&usb_gate);
        ring_out = ring_in;
    }
    if (!usb_is_prompt()) {
        return;
    }
    uint8_t byte;
    bool deaf = chip_ms() - read_ms >= USB_DEAF_MS;
    while ((ring_count() < USB_RING || deaf) && usb_cdc_read(&byte, 1) == 1) {
        if (byte == mp_interrupt_char) {
            // As a terminal does: what was typed before it is forgotten.
            ring_out = ring_in;
            mp_sched_keyboard_interrupt();
        } else if (ring_count() < USB_RING) {
            if (ring_count() == 0) {
                read_ms = chip_ms();
            }
            ring[ring_in++ % USB_RING] = byte;
        }
    }
}

void console_type(const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count && ring_count() < USB_RING; i++) {
        ring[ring_in++ % USB_RING] = bytes[i];
    }
}

// --- pins -------------------------------------------------------------------

static size_t uart_room(void) {
    return chip_uart_room(CHIP_UART1);
}

static size_t uart_write(const char *text, size_t count) {
    size_t done = 0;
    while (done < count && chip_uart_put(CHIP_UART1, (uint8_t)text[done])) {
        done++;
    }
    return done;
}

static bool uart_wait(void) {
    uint32_t start = chip_ms();
    while (!usb_cdc_dtr() && chip_ms() - start <= STUCK_MS) {
        if (uart_room() > 0) {
            return true;
        }
        __WFI();
    }
    return false;
}

static struct line_gate uart_gate = {
        .room = uart_room,
        .write = uart_write,
        .wait = uart_wait,
};

// --- both -------------------------------------------------------------------

int console_get(void) {
    int byte = chip_uart_get(CHIP_UART1);
    if (byte < 0 && ring_count() > 0) {
        read_ms = chip_ms();
        byte = ring[ring_out++ % USB_RING];
    }
    return byte;
}

size_t console_available(void) {
    return chip_uart_available(CHIP_UART1) + ring_count();
}

void console_write(const char *text, size_t count) {
    line_gate_write(&uart_gate, text, count);
    link_print(text, count);
    if (usb_is_prompt()) {
        line_gate_write(&usb_gate, text, count);
    }
}
