// SPDX-License-Identifier: MIT
// Image sensors of the virtual camera: what all of them share (sensor.c) and
// what each adds (ov7725.c, mt9m114.c).
#ifndef HOST_VCAM_SENSOR_H
#define HOST_VCAM_SENSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "host/vcam/i2c.h"
#include "host/vcam/picture.h"
#include "host/vcam/scene.h"
#include "host/vcam/video.h"

struct vcam;

// A frame as the sensor's registers ask for it.
struct vcam_shot {
    struct vcam_video video;
    struct vcam_view view;
    struct vcam_tone tone;
    bool bars;          // a test pattern instead of the view
    uint64_t line_time; // picoseconds
    unsigned lines;     // of a frame, blank ones included
    unsigned front;     // blank lines between VSYNC and the first
    unsigned rows;      // line times in which the frame's lines come
};

// One kind of sensor. The functions get its own state.
struct vcam_sensor_kind {
    const char *name; // as --sensor has it
    uint8_t address;
    int32_t width, height;     // of the array
    uint32_t slowest, fastest; // XCLK in hertz
    bool upside_down;          // how it is mounted behind the lens
    // Bytes of state; registers as after power up are made by `reset`.
    unsigned size;
    void (*reset)(void *self);
    // A write of `count` bytes has begun or gone on; false: not acknowledged.
    bool (*write)(void *self, unsigned index, uint8_t byte);
    uint8_t (*read)(void *self);
    // The next frame at this XCLK; false when none is sent.
    bool (*shoot)(void *self, uint32_t xclk, struct vcam_shot *shot);
    // A frame is over: automatic exposure takes a step.
    void (*settle)(void *self);
    // Called when `busy` ends.
    void (*ready)(void *self);
};

extern const struct vcam_sensor_kind VCAM_OV7725;
extern const struct vcam_sensor_kind VCAM_MT9M114;

// The kind of that name, or null.
const struct vcam_sensor_kind *vcam_sensor_kind(const char *name);

// The state of a kind begins with this.
struct vcam_sensor_base {
    struct vcam_sensor *sensor;
};

// Does not answer for this long, as after a reset; then `ready` is called.
void vcam_sensor_busy(struct vcam_sensor *sensor, uint64_t time);
// Calls `ready` after this long, and answers meanwhile.
void vcam_sensor_later(struct vcam_sensor *sensor, uint64_t time);
// Says that the firmware did what the sensor cannot take.
void vcam_sensor_complain(struct vcam_sensor *sensor, const char *sentence);

// Puts a sensor behind the lens and its wires on the camera's pins. The scene
// and the sensor must outlive the machine's runs; the sensor is freed with
// vcam_sensor_free. Null when memory runs out.
struct vcam_sensor *vcam_sensor_plug(struct vcam *vm,
        const struct vcam_sensor_kind *kind, struct vcam_scene *scene);
// Makes it hold SDA low until SCL has been clocked nine times, as after a reset
// of the camera in the middle of an answer.
void vcam_sensor_hold(struct vcam_sensor *sensor);
void vcam_sensor_free(struct vcam_sensor *sensor);

// A photograph is reproduced as it is by this exposure at gain 1: the light
// in front of the camera. Automatic exposure ends there.
#define VCAM_RIGHT_EXPOSURE 8e-3 // seconds

#endif
