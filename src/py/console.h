// SPDX-License-Identifier: MIT
// The console: where the prompt reads and print() writes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Opens the console on UART1 (P1 out, P0 in) at 115200 baud.
int console_init(void);
// Next byte or -1; bytes waiting.
int console_get(void);
size_t console_available(void);
// Waits for room, a bounded time: a console that nobody reads loses text
// rather than stopping the camera.
void console_write(const char *text, size_t count);
// Bytes that a host types for a script.
void console_type(const uint8_t *bytes, size_t count);
// Takes in what came over USB, and Ctrl-C with it.
void console_poll(void);
