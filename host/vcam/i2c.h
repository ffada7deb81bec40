// SPDX-License-Identifier: MIT
// What hangs on the I2C buses of the virtual camera.
#ifndef HOST_VCAM_I2C_H
#define HOST_VCAM_I2C_H

#include <stdbool.h>
#include <stdint.h>

struct vcam;

// A target on a bus. The functions get `self`.
struct vcam_i2c_target {
    uint8_t address; // seven bits
    void *self;
    bool (*present)(void *self); // answers its address; may be null
    bool (*holds)(void *self);   // keeps SDA low; may be null
    void (*start)(void *self, bool read);
    bool (*write)(void *self, uint8_t byte); // false: not acknowledged
    uint8_t (*read)(void *self);
    void (*stop)(void *self);
    struct vcam_i2c_target *next;
};

// Attaches a target to I2C1 to I2C4; the owner keeps it.
void vcam_i2c_attach(struct vcam *vm, unsigned bus,
        struct vcam_i2c_target *target);

#endif
