// SPDX-License-Identifier: MIT
// Header pins of the OpenMV Cam H7 and their timers (DS12110 tables 9, 10).

#include "board.h"
#include "chip/crash.h"

const uint8_t chip_board_crash_led = BOARD_LED_RED;

// D0 to D7, HSYNC, VSYNC, PIXCLK.
const uint8_t board_camera_pins[BOARD_CAMERA_PINS] = {CHIP_PIN('C', 6),
        CHIP_PIN('C', 7), CHIP_PIN('E', 0), CHIP_PIN('E', 1), CHIP_PIN('E', 4),
        CHIP_PIN('B', 6), CHIP_PIN('E', 5), CHIP_PIN('E', 6), CHIP_PIN('A', 4),
        BOARD_CAMERA_VSYNC, CHIP_PIN('A', 6)};

const struct board_pin board_pins[BOARD_PINS] = {
        {"P0", CHIP_PIN('B', 15), -1, 12, 2, 2},
        {"P1", CHIP_PIN('B', 14), -1, 12, 1, 2},
        {"P2", CHIP_PIN('B', 13), -1, 0, 0, 0},
        {"P3", CHIP_PIN('B', 12), -1, 0, 0, 0},
        {"P4", CHIP_PIN('B', 10), -1, 2, 3, 1},
        {"P5", CHIP_PIN('B', 11), -1, 2, 4, 1},
        {"P6", CHIP_PIN('A', 5), 19, 2, 1, 1},
        {"P7", CHIP_PIN('D', 12), -1, 4, 1, 2},
        {"P8", CHIP_PIN('D', 13), -1, 4, 2, 2},
        {"P9", CHIP_PIN('D', 14), -1, 4, 3, 2},
        {"P10", CHIP_PIN('D', 15), -1, 4, 4, 2},
        {"P11", CHIP_PIN('A', 13), -1, 0, 0, 0},
        {"P12", CHIP_PIN('A', 14), -1, 0, 0, 0},
        {"LED_RED", BOARD_LED_RED, -1, 0, 0, 0},
        {"LED_GREEN", BOARD_LED_GREEN, -1, 0, 0, 0},
        {"LED_BLUE", BOARD_LED_BLUE, -1, 0, 0, 0},
        {"LED_IR", BOARD_LED_IR, -1, 0, 0, 0},
};
