// SPDX-License-Identifier: MIT
// The camera as the modules `sensor` and `csi` share it: one sensor, its
// settings, frames from it. Functions raise Python's exceptions, with what was
// asked for and what there is.
#pragma once

#include "image/image.h"
#include "py/obj.h"
#include "sensor/queue.h"
#include "sensor/sensor.h"
#include "sensor/sizes.h"

typedef struct camera {
    sensor chip;
    bool found;
    bool up;       // reset since it was found
    uint32_t seen; // the id of the sensor that was found last, 0: none
    // What a script asked for.
    bool has_format;
    img_format format;
    int32_t size_number; // SENSOR_SIZE_NONE: not asked yet
    sensor_extent size;
    struct {
        int32_t x, y, width, height;
    } window;                // width 0: all of the frame
    unsigned buffers_wanted; // 0: as many as sensible
    bool transpose;
    bool flush; // drop frames taken before a setting changed
    // What is under way.
    bool running;
    unsigned buffers;
    queue queue;
    bool shown; // frame is valid
    img_image frame;
    mp_obj_t owner; // of the frame's memory, None: the frame buffer
    uint32_t last_us, period_us; // end of the last frame, from frame to frame
    uint8_t periods;             // seen so far, 2 for many
} camera;

extern camera the_camera;

// camera.c: the sensor. Finds it when that has not been done, or raises
// RuntimeError naming the addresses that were tried.
void camera_find(void);
// Whether there is one, for hosts that ask before any script does.
void camera_look(void);
// As camera_find(), and resets it when nobody has.
camera *camera_get(void);
void camera_reset(bool hard);
// Raises the exception of a negative code of src/sensor; `what` is what was
// to be done.
void camera_check(int err, const char *what);
// Settings of the frame: a change stops the capture; the next snapshot starts
// it again.
void camera_set_format(img_format format);
void camera_set_size(int32_t number, sensor_extent size);
void camera_set_window(int32_t x, int32_t y, int32_t width, int32_t height);
void camera_set_buffers(unsigned buffers);
// Puts the sensor to the settings that changed in chip.
void camera_configure(void);
// A setting has changed that frames show: those already taken do not count.
void camera_changed(void);

// camera_capture.c: frames. Divides the frame buffer, and says what is
// needed and available when that cannot be.
void camera_allocate(void);
void camera_start(void);
void camera_stop(void);
// The next frame in the_camera.frame. Raises RuntimeError when none has come
// for three seconds; without `wait`, false when there is none yet.
bool camera_snapshot(bool wait);

// camera_callback.c
void camera_callbacks_off(void);
void camera_vsync_edge(void);
void camera_frame_event(void);
mp_obj_t camera_vsync_callback(size_t n_args, const mp_obj_t *args);
mp_obj_t camera_frame_callback(size_t n_args, const mp_obj_t *args);

// Before a soft reset.
void camera_deinit(void);
