// SPDX-License-Identifier: MIT
// Image sensors behind one struct of functions. A further chip is a further
// file with a sensor_driver and a line in the list of sensor.c.
//
// A driver only talks to the chip's registers, through a sensor_bus. Clock,
// pins and capture belong to the caller, who learns from the driver what the
// chip needs.

#ifndef SENSOR_SENSOR_H
#define SENSOR_SENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/image.h"

// The smallest frame: both chips shrink to a sixteenth of QVGA at least.
enum { SENSOR_MIN_WIDTH = 20, SENSOR_MIN_HEIGHT = 15 };

// Codes of this module; the numbers equal errno's.
enum {
    SENSOR_ERR_BUS = -5,          // the chip does not answer
    SENSOR_ERR_NONE = -19,        // no chip found
    SENSOR_ERR_INVALID = -22,     // out of this chip's range
    SENSOR_ERR_UNSUPPORTED = -95, // this chip cannot do that
    SENSOR_ERR_TIMEOUT = -110,    // it answers but does not get ready
};

// How the chip is reached. Addresses are 7-bit.
typedef struct sensor_bus {
    void *context;
    // Sends `give`; when take_bytes is not 0 it then reads as many. Between
    // the two is a repeated start, or for `stop` a STOP and a START (SCCB).
    // 0, or negative when the chip did not acknowledge.
    int (*transfer)(void *context, uint8_t address, const uint8_t *give,
            size_t give_bytes, uint8_t *take, size_t take_bytes, bool stop);
    // Levels of the pins PWDN and RESET.
    void (*power)(void *context, bool pwdn, bool reset);
    void (*wait_ms)(void *context, uint32_t ms);
} sensor_bus;

typedef struct sensor sensor;

// The parts of a picture that can be asked for a level, 0 is normal.
typedef enum sensor_tone {
    SENSOR_CONTRAST,
    SENSOR_BRIGHTNESS,
    SENSOR_SATURATION,
} sensor_tone;

// A part of the pixel array that is read out: size, and offset of its centre
// from the array's.
typedef struct sensor_readout {
    int32_t x, y;
    int32_t width, height;
} sensor_readout;

enum { SENSOR_BLACK_LEVELS = 8 };

// Functions return 0 or a SENSOR_ERR code; NULL means the chip cannot. Gains
// are in decibels, NAN stands for none given.
typedef struct sensor_driver {
    const char *name;
    uint8_t address;
    bool stop_before_read; // SCCB: no repeated start
    uint8_t register_bytes;
    uint8_t value_bytes; // of sensor_read() and sensor_write()
    uint16_t id_register;
    uint16_t id;
    uint32_t clock_hz; // XCLK
    uint16_t max_width;
    uint16_t max_height;
    // Signals: VSYNC is high between frames, HSYNC is high between lines,
    // data are stable at PIXCLK's rising edge.
    bool vsync_high, hsync_high, pixclk_rising;
    bool rgb_swapped;     // RGB565 comes high byte first
    bool has_readout;     // reads parts of its array (sensor.readout)
    uint16_t settle_ms;   // until automatics have found their values
    uint8_t black_levels; // how many registers black_level() has

    // Brings the chip to its defaults from any state.
    int (*reset)(sensor *s);
    int (*sleep)(sensor *s, bool on);
    // Applies s->format, width, height, readout, mirror, flip and rate, which
    // the caller has changed; on an error the chip may have part of them.
    int (*configure)(sensor *s);
    // Frames a second the chip sends now.
    float (*rate)(const sensor *s);
    int (*tone)(sensor *s, sensor_tone what, int level);
    int (*gain_ceiling)(sensor *s, int times); // a power of two
    int (*auto_gain)(sensor *s, bool on, float gain_db, float ceiling_db);
    int (*gain_db)(sensor *s, float *db);
    int (*auto_exposure)(sensor *s, bool on, int us); // negative: as it is
    int (*exposure_us)(sensor *s, int *us);
    int (*auto_white)(sensor *s, bool on, const float *rgb_db); // or NULL
    int (*white_db)(sensor *s, float rgb_db[3]);
    int (*auto_black)(sensor *s, bool on, const int *levels); // or NULL
    int (*black_level)(sensor *s, int *levels);
    int (*colour_bar)(sensor *s, bool on);
    int (*negative)(sensor *s, bool on);
    int (*lens)(sensor *s, bool on, int radius, int coefficient);
    int (*night)(sensor *s, bool on); // longer exposures at lower rates
    int (*is_night)(sensor *s, bool *on);
} sensor_driver;

struct sensor {
    const sensor_driver *driver;
    const sensor_bus *bus;
    bool pwdn_active, reset_active; // levels that power down and reset
    bool quick;                     // do not wait for automatics to settle
    // What configure() applies. Width and height 0: not set yet.
    img_format format;
    uint16_t width, height;
    sensor_readout readout; // width 0: all
    bool mirror, flip;      // as seen in the picture
    uint16_t fps;           // at most; 0: as fast as it goes
    // What configure() tells.
    img_bayer bayer;
};

// What a search for chips met, for the message when it failed.
typedef struct sensor_search {
    uint8_t tried[8]; // addresses
    uint8_t count;
    uint8_t answered; // an address where somebody unknown is, 0 none
    uint16_t id;      // what that one calls itself
} sensor_search;

// Looks for a known chip with each pair of polarities of PWDN and RESET, and
// makes *s of it, unconfigured. XCLK must run (12 MHz suits all of them).
int sensor_probe(sensor *s, const sensor_bus *bus, sensor_search *search);

// Pulses PWDN and RESET, then the driver's reset; forgets all settings.
int sensor_reset(sensor *s, bool hard);

// PWDN on or off. What the chip was set to is lost.
void sensor_shutdown(sensor *s, bool down);

// A register as the chip has them: value_bytes of it.
int sensor_read(sensor *s, uint16_t reg, uint16_t *value);
int sensor_write(sensor *s, uint16_t reg, uint16_t value);

// For drivers: a register of 1, 2 or 4 bytes, high byte first.
int sensor_get(sensor *s, uint16_t reg, size_t bytes, uint32_t *value);
int sensor_put(sensor *s, uint16_t reg, size_t bytes, uint32_t value);
// Changes the bits in `mask` of a one-byte register.
int sensor_change(sensor *s, uint16_t reg, uint32_t mask, uint32_t value);

// For drivers: the largest part of width x height with the aspect of the size
// to be sent, in steps of `step` pixels.
void sensor_fit(const sensor *s, int32_t width, int32_t height, int32_t step,
        int32_t *fit_width, int32_t *fit_height);

float sensor_db_to_gain(float db);
float sensor_gain_to_db(float gain);

extern const sensor_driver sensor_ov7725;
extern const sensor_driver sensor_mt9m114;

#endif
