// SPDX-License-Identifier: MIT
// Pins and names of the OpenMV Cam H7 (board OPENMV4).
#pragma once

#include "chip/gpio.h"

// What omv.arch() starts with; OpenMV IDE picks the board by it.
#define BOARD_ARCH "OMV4 H7 1024"
#define BOARD_TYPE "H7"

// LEDs, all active low: red, green, blue, infrared.
#define BOARD_LED_RED CHIP_PIN('C', 0)
#define BOARD_LED_GREEN CHIP_PIN('C', 1)
#define BOARD_LED_BLUE CHIP_PIN('C', 2)
#define BOARD_LED_IR CHIP_PIN('E', 2)

// The card slot on SDMMC1; D1 to D3 follow D0, the switch is closed by a card.
#define BOARD_SD_D0 CHIP_PIN('C', 8)
#define BOARD_SD_CK CHIP_PIN('C', 12)
#define BOARD_SD_CMD CHIP_PIN('D', 2)
#define BOARD_SD_DETECT CHIP_PIN('D', 0)

#define BOARD_UART1_TX CHIP_PIN('B', 14)
#define BOARD_UART1_RX CHIP_PIN('B', 15)
#define BOARD_UART1_ALT 4
#define BOARD_UART3_TX CHIP_PIN('B', 10)
#define BOARD_UART3_RX CHIP_PIN('B', 11)
#define BOARD_UART3_ALT 7

// The sensor's module: data, clocks and control (alternate functions of the
// data sheet DS12110), and I2C1.
#define BOARD_CAMERA_PINS 11
extern const uint8_t board_camera_pins[BOARD_CAMERA_PINS]; // DCMI
#define BOARD_CAMERA_ALT 13
#define BOARD_CAMERA_VSYNC CHIP_PIN('B', 7)
#define BOARD_CAMERA_RESET CHIP_PIN('A', 10)
#define BOARD_CAMERA_PWDN CHIP_PIN('D', 7)
#define BOARD_CAMERA_XCLK CHIP_PIN('A', 8)
#define BOARD_CAMERA_XCLK_ALT 1
#define BOARD_CAMERA_XCLK_TIMER 1
#define BOARD_CAMERA_XCLK_CHANNEL 1
#define BOARD_CAMERA_BUS 1
#define BOARD_CAMERA_BUS_ALT 4
#define BOARD_CAMERA_SCL CHIP_PIN('B', 8)
#define BOARD_CAMERA_SDA CHIP_PIN('B', 9)

// A pin of the headers: its name and what else it can be.
struct board_pin {
    const char *name;
    uint8_t pin;
    int8_t adc;          // ADC1 channel, -1 none
    uint8_t pwm_timer;   // 2, 4 or 12, 0 none
    uint8_t pwm_channel; // 1 to 4
    uint8_t pwm_alt;
};

#define BOARD_PINS 17
extern const struct board_pin board_pins[BOARD_PINS];
