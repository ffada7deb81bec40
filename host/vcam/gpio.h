// SPDX-License-Identifier: MIT
// Pins of the virtual camera, for the blocks behind them.
#ifndef HOST_VCAM_GPIO_H
#define HOST_VCAM_GPIO_H

#include <stdbool.h>
#include <stdint.h>

struct vcam;

// A pin is port * 16 + number, port A being 0.
#define VCAM_PIN(port, number) ((unsigned)((port) - 'A') * 16 + (number))

// True when the pin is switched to that alternate function.
bool vcam_pin_is_af(const struct vcam *vm, unsigned pin, unsigned function);
// The level that IDR shows.
bool vcam_pin_level(const struct vcam *vm, unsigned pin);
// What is outside drives the pin: 0, 1, or -1 for nothing.
void vcam_pin_drive(struct vcam *vm, unsigned pin, int drive);
// Calls when the level of a pin changes; the owner keeps it.
struct vcam_pin_watch {
    unsigned pin;
    void *self;
    void (*changed)(void *self, bool level);
    struct vcam_pin_watch *next;
};
void vcam_pin_watch(struct vcam *vm, struct vcam_pin_watch *watch);
// The port that SYSCFG_EXTICR chooses for a line.
uint32_t vcam_exti_port(const struct vcam *vm, unsigned line);
// A pin's level changed: tells EXTI.
void vcam_exti_edge(struct vcam *vm, unsigned pin, bool level);
// An event of a block behind a line from 16 on: RTC alarm 17, wake-up 19.
void vcam_exti_line(struct vcam *vm, unsigned line);

#endif
