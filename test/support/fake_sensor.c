// SPDX-License-Identifier: MIT
// A sensor's registers behind a bus.

#include "test/support/fake_sensor.h"

#include <string.h>

// MT9M114: a command's bit is cleared when it is done, bit 15 says how; the
// state that was asked for becomes the state it is in.
enum { COMMAND = 0x0080, NEXT_STATE = 0xDC00, CURRENT_STATE = 0xDC01 };

static void run_command(fake_sensor *fake) {
    if (fake->hangs) {
        return;
    }
    fake->memory[COMMAND] = fake->refuses ? 0 : 0x80;
    fake->memory[COMMAND + 1] = 0;
    static const uint8_t ends[][2] = {{0x28, 0x31}, {0x50, 0x52}, {0x54, 0x31}};
    for (unsigned i = 0; i < 3; i++) {
        if (fake->memory[NEXT_STATE] == ends[i][0]) {
            fake->memory[CURRENT_STATE] = ends[i][1];
        }
    }
}

static int transfer(void *context, uint8_t address, const uint8_t *give,
        size_t give_bytes, uint8_t *take, size_t take_bytes, bool stop) {
    fake_sensor *fake = context;
    fake->transfers++;
    if (address != fake->address ||
            fake->reset != fake->works_with_reset_high ||
            fake->pwdn != fake->works_with_pwdn_high ||
            fake->transfers == fake->fail_at) {
        return -19;
    }
    uint16_t reg = give[0];
    size_t count = 1;
    if (fake->register_bytes == 2) {
        reg = (uint16_t)(reg << 8 | give[1]);
        count = 2;
    }
    bool command =
            fake->register_bytes == 2 && reg == COMMAND && give_bytes > count;
    for (; count < give_bytes; count++) {
        fake->memory[reg++] = give[count];
    }
    if (command) {
        run_command(fake);
    }
    for (size_t i = 0; i < take_bytes; i++) {
        take[i] = fake->memory[(uint16_t)(reg + i)];
    }
    if (take_bytes != 0) {
        fake->stops += stop;
        fake->repeated += !stop;
    }
    return 0;
}

static void power(void *context, bool pwdn, bool reset) {
    fake_sensor *fake = context;
    fake->pwdn = pwdn;
    fake->reset = reset;
    fake->pulses++;
}

static void wait_ms(void *context, uint32_t ms) {
    ((fake_sensor *)context)->waited_ms += ms;
}

sensor_bus fake_sensor_bus(fake_sensor *fake, const sensor_driver *driver) {
    memset(fake, 0, sizeof(*fake));
    fake->works_with_reset_high = true;
    if (driver != NULL) {
        fake->address = driver->address;
        fake->register_bytes = driver->register_bytes;
        uint16_t at = driver->id_register;
        for (unsigned i = driver->value_bytes; i-- > 0;) {
            fake->memory[at++] = (uint8_t)(driver->id >> 8 * i);
        }
    }
    return (sensor_bus){.context = fake,
            .transfer = transfer,
            .power = power,
            .wait_ms = wait_ms};
}

uint32_t fake_sensor_word(const fake_sensor *fake, uint16_t reg,
        unsigned bytes) {
    uint32_t value = 0;
    for (unsigned i = 0; i < bytes; i++) {
        value = value << 8 | fake->memory[(uint16_t)(reg + i)];
    }
    return value;
}
