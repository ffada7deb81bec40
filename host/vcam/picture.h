// SPDX-License-Identifier: MIT
// From what the camera looks at to the bytes that a sensor sends: the picture
// on the array of pixels, a window of it scaled, tones, and a format.
#ifndef HOST_VCAM_PICTURE_H
#define HOST_VCAM_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "host/vcam/video.h"
#include "image/image.h"

// Throws a picture onto an array of width x height pixels (RGB888), as a lens
// would that shows all of it: no face changes its shape, and what is not 4:3
// lies between two black bars.
void vcam_picture_fit(const img_image *scene, const img_image *array);

// Which part of the array becomes the frame.
struct vcam_view {
    int32_t left, top;     // in pixels of the array
    int32_t width, height; // inside the array
    bool mirror, flip;
};

// The window, scaled to the frame (RGB888) by averaging over areas.
void vcam_picture_view(const img_image *array, const struct vcam_view *view,
        const img_image *frame);

// What is done to the pixels.
struct vcam_tone {
    double light[3];   // red, green, blue: 1 leaves the photograph as it is
    double contrast;   // about the middle grey `centre`
    double centre;     // 0 … 255
    double brightness; // added, in steps of 255
    double saturation_u, saturation_v;
    bool negative;
    bool fixed_u, fixed_v; // chroma replaced by these
    uint8_t u, v;
};

extern const struct vcam_tone VCAM_TONE_PLAIN;

void vcam_picture_tone(const img_image *frame, const struct vcam_tone *tone);

// Eight vertical bars, white to black.
void vcam_picture_bars(const img_image *frame);

// Bytes of a line on the bus, and line y as the sensor sends it.
size_t vcam_video_line_bytes(const struct vcam_video *video);
void vcam_video_line(const struct vcam_video *video, const img_image *frame,
        int32_t y, uint8_t *bytes);

#endif
