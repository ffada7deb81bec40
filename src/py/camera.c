// SPDX-License-Identifier: MIT
// The sensor: power, clock, bus, and what it is set to.

#include "src/py/camera.h"

#include <string.h>

#include "board.h"
#include "chip/dcmi.h"
#include "chip/gpio.h"
#include "chip/i2c.h"
#include "chip/systick.h"
#include "chip/tim.h"
#include "image/code.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "src/py/port.h"

enum { PROBE_HZ = 12000000, BUS_HZ = 100000, BUS_US = 2000, MESSAGE = 8 };

camera the_camera;

// --- how a driver reaches the chip ------------------------------------------

static bool bus_stuck; // a line stays low, whatever is tried

static void bus_init(void) {
    bus_stuck = chip_i2c_recover(BOARD_CAMERA_SCL, BOARD_CAMERA_SDA) != 0;
    chip_i2c_init(BOARD_CAMERA_BUS, BUS_HZ);
    const uint8_t pins[] = {BOARD_CAMERA_SCL, BOARD_CAMERA_SDA};
    for (size_t i = 0; i < 2; i++) {
        chip_pin_config(pins[i], CHIP_PIN_ALT, CHIP_PIN_PULL_UP,
                CHIP_PIN_OPEN_DRAIN, BOARD_CAMERA_BUS_ALT);
    }
}

static int transfer(void *context, uint8_t address, const uint8_t *give,
        size_t give_bytes, uint8_t *take, size_t take_bytes, bool stop) {
    (void)context;
    uint8_t message[MESSAGE];
    memcpy(message, give, give_bytes);
    uint32_t end = take_bytes == 0 || stop ? CHIP_I2C_STOP : 0;
    int err = chip_i2c_transfer(BOARD_CAMERA_BUS, address, message, give_bytes,
            end, BUS_US);
    if (!err && take_bytes != 0) {
        err = chip_i2c_transfer(BOARD_CAMERA_BUS, address, take, take_bytes,
                CHIP_I2C_READ | CHIP_I2C_STOP, BUS_US);
    }
    if (err == CHIP_EBUSY || err == CHIP_ETIMEDOUT) {
        bus_init(); // somebody holds the bus
    }
    return err;
}

static void power(void *context, bool pwdn, bool reset) {
    (void)context;
    chip_pin_write(BOARD_CAMERA_PWDN, pwdn);
    chip_pin_write(BOARD_CAMERA_RESET, reset);
}

static void wait_ms(void *context, uint32_t ms) {
    (void)context;
    mp_hal_delay_ms(ms);
}

static const sensor_bus bus = {.transfer = transfer,
        .power = power,
        .wait_ms = wait_ms};

static void set_clock(uint32_t hz) {
    uint32_t ticks;
    if (chip_tim_period(BOARD_CAMERA_XCLK_TIMER, hz, &ticks) == 0) {
        chip_tim_output(BOARD_CAMERA_XCLK_TIMER, BOARD_CAMERA_XCLK_CHANNEL,
                ticks / 2);
    }
    chip_pin_config(BOARD_CAMERA_XCLK, CHIP_PIN_ALT, CHIP_PIN_FLOAT, 0,
            BOARD_CAMERA_XCLK_ALT);
}

static void pins_init(void) {
    const uint8_t outputs[] = {BOARD_CAMERA_PWDN, BOARD_CAMERA_RESET};
    for (size_t i = 0; i < sizeof(outputs); i++) {
        chip_pin_config(outputs[i], CHIP_PIN_OUTPUT, CHIP_PIN_FLOAT, 0, 0);
    }
    for (size_t i = 0; i < BOARD_CAMERA_PINS; i++) {
        chip_pin_config(board_camera_pins[i], CHIP_PIN_ALT, CHIP_PIN_FLOAT, 0,
                BOARD_CAMERA_ALT);
    }
}

// --- finding it -------------------------------------------------------------

static void not_found(const sensor_search *search) {
    if (search->answered != 0) {
        mp_raise_msg_varg(&mp_type_RuntimeError,
                MP_ERROR_TEXT("no known image sensor: the chip at I2C address "
                              "0x%02x calls itself 0x%04x"),
                search->answered, search->id);
    }
    vstr_t text;
    mp_print_t print;
    vstr_init_print(&text, 64, &print);
    mp_print_str(&print, "no image sensor: nothing answers at I2C address");
    for (size_t i = 0; i < search->count; i++) {
        mp_printf(&print, "%s 0x%02x", i ? " or" : "", search->tried[i]);
    }
    if (bus_stuck) {
        mp_print_str(&print, ", a line of the bus is held low");
    }
    mp_raise_msg_varg(&mp_type_RuntimeError, MP_ERROR_TEXT("%s"),
            vstr_null_terminated_str(&text));
}

static void find(void) {
    camera *c = &the_camera;
    bool quick = c->chip.quick;
    sensor_search search;
    pins_init();
    set_clock(PROBE_HZ);
    bus_init();
    int err = sensor_probe(&c->chip, &bus, &search);
    c->chip.quick = quick;
    c->seen = 0;
    if (err) {
        not_found(&search);
    }
    const sensor_driver *driver = c->chip.driver;
    c->seen = driver->id;
    const struct chip_dcmi_signals signals = {
            .vsync_high = driver->vsync_high,
            .hsync_high = driver->hsync_high,
            .pixclk_rising = driver->pixclk_rising,
    };
    set_clock(driver->clock_hz);
    chip_dcmi_init(&signals);
    c->found = true;
    c->up = false;
}

void camera_find(void) {
    if (!the_camera.found) {
        find();
    }
}

void camera_look(void) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        camera_find();
        nlr_pop();
    }
    the_camera.found = false; // a script looks for itself
}

camera *camera_get(void) {
    camera_find();
    if (!the_camera.up) {
        camera_reset(true);
    }
    return &the_camera;
}

void camera_reset(bool hard) {
    camera *c = &the_camera;
    camera_find();
    camera_stop();
    camera_callbacks_off();
    c->has_format = false;
    c->size_number = SENSOR_SIZE_NONE;
    c->window.width = 0;
    c->buffers_wanted = 0;
    c->transpose = false;
    memset(&c->queue, 0, sizeof(c->queue));
    c->period_us = 0;
    int err = sensor_reset(&c->chip, hard);
    c->up = !err;
    c->found = !err; // it may have been unplugged: look again next time
    camera_check(err, "reset");
}

void camera_deinit(void) {
    camera *c = &the_camera;
    camera_stop();
    camera_callbacks_off();
    MP_STATE_PORT(camera_memory) = MP_OBJ_NULL;
    c->found = false;
    c->chip.quick = false;
    c->flush = true;
    c->owner = mp_const_none;
}

void camera_check(int err, const char *what) {
    const sensor_driver *driver = the_camera.chip.driver;
    switch (err) {
    case 0:
        return;
    case SENSOR_ERR_BUS:
        mp_raise_msg_varg(&mp_type_RuntimeError,
                MP_ERROR_TEXT("%s: %s at I2C address 0x%02x does not answer"),
                what, driver->name, driver->address);
    case SENSOR_ERR_TIMEOUT:
        mp_raise_msg_varg(&mp_type_RuntimeError,
                MP_ERROR_TEXT("%s: %s does not get ready"), what, driver->name);
    case SENSOR_ERR_UNSUPPORTED:
        mp_raise_msg_varg(&mp_type_RuntimeError,
                MP_ERROR_TEXT("%s: %s cannot do that"), what, driver->name);
    default:
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("%s: out of the range of %s"), what,
                driver->name);
    }
}

// --- settings of the frame --------------------------------------------------

void camera_configure(void) {
    camera *c = &the_camera;
    camera_stop();
    if (!c->has_format || c->size_number == SENSOR_SIZE_NONE) {
        return; // the other one is still to come
    }
    c->chip.format = c->format;
    // Lines of whole words for DCMI; what is too much is cut off.
    c->chip.width = (uint16_t)((c->size.width + 3U) & ~3U);
    c->chip.height = c->size.height;
    camera_check(c->chip.driver->configure(&c->chip), "frame settings");
}

void camera_set_format(img_format format) {
    camera *c = camera_get();
    if (format != IMG_GRAYSCALE && format != IMG_RGB565 &&
            format != IMG_YUV422 && format != IMG_BAYER) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("pixformat: %s sends GRAYSCALE, RGB565, YUV422 "
                              "and BAYER"),
                c->chip.driver->name);
    }
    c->format = format;
    c->has_format = true;
    camera_configure();
}

void camera_set_size(int32_t number, sensor_extent size) {
    camera *c = camera_get();
    const sensor_driver *driver = c->chip.driver;
    if (size.width < SENSOR_MIN_WIDTH || size.height < SENSOR_MIN_HEIGHT ||
            size.width > driver->max_width ||
            size.height > driver->max_height) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("framesize: %u x %u, %s has %u x %u to %u x %u"),
                size.width, size.height, driver->name, SENSOR_MIN_WIDTH,
                SENSOR_MIN_HEIGHT, driver->max_width, driver->max_height);
    }
    c->size_number = number;
    c->size = size;
    c->window.width = 0;
    camera_configure();
}

void camera_set_window(int32_t x, int32_t y, int32_t width, int32_t height) {
    camera *c = camera_get();
    camera_stop();
    c->window.x = x;
    c->window.y = y;
    c->window.width = width;
    c->window.height = height;
}

void camera_set_buffers(unsigned buffers) {
    camera *c = camera_get();
    camera_stop();
    c->buffers_wanted = buffers;
    if (c->has_format && c->size_number != SENSOR_SIZE_NONE) {
        camera_allocate();
    }
}

void camera_changed(void) {
    camera *c = &the_camera;
    if (c->running && c->flush) {
        uint32_t state = port_irq_disable();
        queue_flush(&c->queue);
        __set_PRIMASK(state);
    }
}
