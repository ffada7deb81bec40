// SPDX-License-Identifier: MIT
// Console on the serial port of pins P1 and P0.

#include "src/py/console.h"

#include "board.h"
#include "chip/systick.h"
#include "chip/uart.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/runtime/interrupt_char.h"

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

int console_get(void) {
    return chip_uart_get(CHIP_UART1);
}

size_t console_available(void) {
    return chip_uart_available(CHIP_UART1);
}

void console_write(const char *text, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t start = chip_ms();
        while (!chip_uart_put(CHIP_UART1, (uint8_t)text[i])) {
            if (chip_ms() - start > STUCK_MS) {
                return;
            }
            __WFI();
        }
    }
}
