// SPDX-License-Identifier: MIT
// The search for a sensor, and what drivers share.

#include "sensor/sensor.h"

#include <math.h>
#include <string.h>

static const sensor_driver *const drivers[] = {
        &sensor_ov7725,
        &sensor_mt9m114,
};
enum { DRIVERS = sizeof(drivers) / sizeof(drivers[0]) };

enum { PULSE_MS = 10 };

static size_t put_register(uint8_t *to, const sensor_driver *driver,
        uint16_t reg) {
    size_t count = 0;
    if (driver->register_bytes == 2) {
        to[count++] = (uint8_t)(reg >> 8);
    }
    to[count++] = (uint8_t)reg;
    return count;
}

static int get(const sensor_bus *bus, const sensor_driver *driver, uint16_t reg,
        size_t bytes, uint32_t *value) {
    uint8_t give[2];
    uint8_t take[4];
    size_t count = put_register(give, driver, reg);
    if (bus->transfer(bus->context, driver->address, give, count, take, bytes,
                driver->stop_before_read) < 0) {
        return SENSOR_ERR_BUS;
    }
    *value = 0;
    for (size_t i = 0; i < bytes; i++) {
        *value = *value << 8 | take[i];
    }
    return 0;
}

int sensor_get(sensor *s, uint16_t reg, size_t bytes, uint32_t *value) {
    return get(s->bus, s->driver, reg, bytes, value);
}

int sensor_put(sensor *s, uint16_t reg, size_t bytes, uint32_t value) {
    uint8_t give[6];
    size_t count = put_register(give, s->driver, reg);
    for (size_t i = bytes; i-- > 0;) {
        give[count++] = (uint8_t)(value >> 8 * i);
    }
    int err = s->bus->transfer(s->bus->context, s->driver->address, give, count,
            NULL, 0, false);
    return err < 0 ? SENSOR_ERR_BUS : 0;
}

int sensor_change(sensor *s, uint16_t reg, uint32_t mask, uint32_t value) {
    uint32_t old;
    int err = sensor_get(s, reg, 1, &old);
    return err ? err : sensor_put(s, reg, 1, (old & ~mask) | value);
}

int sensor_read(sensor *s, uint16_t reg, uint16_t *value) {
    uint32_t wide = 0;
    int err = sensor_get(s, reg, s->driver->value_bytes, &wide);
    *value = (uint16_t)wide;
    return err;
}

int sensor_write(sensor *s, uint16_t reg, uint16_t value) {
    return sensor_put(s, reg, s->driver->value_bytes, value);
}

// Active for a while, then not.
static void pulse(const sensor_bus *bus, bool pwdn_active, bool reset_active) {
    bus->power(bus->context, pwdn_active, reset_active);
    bus->wait_ms(bus->context, PULSE_MS);
    bus->power(bus->context, !pwdn_active, !reset_active);
    bus->wait_ms(bus->context, PULSE_MS);
}

static void note(sensor_search *search, uint8_t address) {
    if (memchr(search->tried, address, search->count) == NULL &&
            search->count < sizeof(search->tried)) {
        search->tried[search->count++] = address;
    }
}

// Asks every kind of chip for its name.
static const sensor_driver *identify(const sensor_bus *bus,
        sensor_search *search) {
    for (size_t i = 0; i < DRIVERS; i++) {
        const sensor_driver *driver = drivers[i];
        note(search, driver->address);
        uint32_t id;
        if (get(bus, driver, driver->id_register, driver->value_bytes, &id)) {
            continue;
        }
        if (id == driver->id) {
            return driver;
        }
        search->answered = driver->address;
        search->id = (uint16_t)id;
    }
    return NULL;
}

int sensor_probe(sensor *s, const sensor_bus *bus, sensor_search *search) {
    memset(s, 0, sizeof(*s));
    memset(search, 0, sizeof(*search));
    s->bus = bus;
    for (unsigned pair = 0; pair < 4; pair++) {
        s->pwdn_active = pair < 2;
        s->reset_active = pair % 2 == 0;
        pulse(bus, s->pwdn_active, s->reset_active);
        s->driver = identify(bus, search);
        if (s->driver != NULL) {
            return 0;
        }
        if (search->answered != 0) {
            break; // the polarities are right, the chip is a stranger
        }
    }
    return SENSOR_ERR_NONE;
}

int sensor_reset(sensor *s, bool hard) {
    s->format = IMG_GRAYSCALE;
    s->width = s->height = 0;
    s->readout = (sensor_readout){0};
    s->mirror = s->flip = false;
    s->fps = 0;
    if (hard) {
        pulse(s->bus, s->pwdn_active, s->reset_active);
    }
    int err = s->driver->reset(s);
    if (!err && !s->quick) {
        s->bus->wait_ms(s->bus->context, s->driver->settle_ms);
    }
    return err;
}

void sensor_shutdown(sensor *s, bool down) {
    s->bus->power(s->bus->context, s->pwdn_active == down, !s->reset_active);
    s->bus->wait_ms(s->bus->context, PULSE_MS);
}

void sensor_fit(const sensor *s, int32_t width, int32_t height, int32_t step,
        int32_t *fit_width, int32_t *fit_height) {
    int32_t w = width;
    int32_t h = height;
    if (width * s->height >= height * s->width) {
        w = height * s->width / s->height;
    } else {
        h = width * s->height / s->width;
    }
    // Never less than what is to be sent: chips shrink, and do not grow.
    w -= w % step;
    h -= h % step;
    *fit_width = w < s->width ? s->width : w;
    *fit_height = h < s->height ? s->height : h;
}

float sensor_db_to_gain(float db) {
    return powf(10.0F, db / 20.0F);
}

float sensor_gain_to_db(float gain) {
    return 20.0F * log10f(gain);
}
