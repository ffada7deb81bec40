// SPDX-License-Identifier: MIT
// A sensor's registers behind a bus, for the tests of the drivers.

#ifndef FAKE_SENSOR_H
#define FAKE_SENSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "sensor/sensor.h"

typedef struct fake_sensor {
    uint8_t address; // 0: nobody is there
    uint8_t register_bytes;
    bool pwdn, reset;           // levels now
    bool works_with_reset_high; // answers while RESET is high, or low
    bool works_with_pwdn_high;  // the same of PWDN
    bool refuses;               // commands of an MT9M114 fail
    bool hangs;                 // or never end
    unsigned pulses;            // changes of the two pins
    unsigned transfers;         // so far
    unsigned fail_at;           // this one is not acknowledged, 0 none
    unsigned stops;             // reads with a STOP before the answer
    unsigned repeated;          // reads with a repeated start
    uint32_t waited_ms;
    uint8_t memory[0x10000];
} fake_sensor;

// A chip with these registers that answers, and its bus.
sensor_bus fake_sensor_bus(fake_sensor *fake, const sensor_driver *driver);

// What the driver has written.
uint32_t fake_sensor_word(const fake_sensor *fake, uint16_t reg,
        unsigned bytes);

#endif
