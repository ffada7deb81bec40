// SPDX-License-Identifier: MIT
// USART1 and USART3 (RM0433 chapter 48): interrupt-driven rings both ways.
#pragma once

#include "chip/device.h"

enum chip_uart_id { CHIP_UART1, CHIP_UART3, CHIP_UART_COUNT };

enum chip_uart_parity {
    CHIP_UART_PARITY_NONE,
    CHIP_UART_PARITY_EVEN,
    CHIP_UART_PARITY_ODD
};

struct chip_uart_config {
    uint32_t baud;
    uint8_t bits; // data bits: 7, 8 or 9 with parity counted apart
    uint8_t stop; // 1 or 2
    enum chip_uart_parity parity;
    uint8_t tx_pin;
    uint8_t rx_pin;
    uint8_t alt; // alternate function of both pins
};

// Sizes of the rings; powers of two. The receive ring holds what arrives in
// 90 ms at 115200 baud.
#define CHIP_UART_RX_RING 1024U
#define CHIP_UART_TX_RING 256U

// Starts a port. CHIP_EINVAL for a baud rate the divider cannot make (it must
// be within bus clock / 16 .. bus clock / 65535) or an impossible frame.
int chip_uart_start(enum chip_uart_id id,
        const struct chip_uart_config *config);
void chip_uart_stop(enum chip_uart_id id);

// Called from the interrupt with each byte before it is stored; true eats it.
typedef bool (*chip_uart_filter)(uint8_t byte);
void chip_uart_set_filter(enum chip_uart_id id, chip_uart_filter filter);

// Bytes waiting; next byte or -1.
size_t chip_uart_available(enum chip_uart_id id);
int chip_uart_get(enum chip_uart_id id);
// Room in the send ring; queues one byte, false when full.
size_t chip_uart_room(enum chip_uart_id id);
bool chip_uart_put(enum chip_uart_id id, uint8_t byte);
// True when the last stop bit has left.
bool chip_uart_idle(enum chip_uart_id id);
void chip_uart_send_break(enum chip_uart_id id);
// Bytes lost since the start because a ring or the receiver was full.
uint32_t chip_uart_lost(enum chip_uart_id id);
// Sends without interrupts, for the fault handler.
void chip_uart_put_blocking(enum chip_uart_id id, const char *text);
