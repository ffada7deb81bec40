// SPDX-License-Identifier: MIT
// The parallel video bus between a sensor, DCMI and who writes frames down.
#ifndef HOST_VCAM_VIDEO_H
#define HOST_VCAM_VIDEO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vcam;

enum vcam_video_format {
    VIDEO_RGB565, // two bytes: red and the top of green, the rest
    VIDEO_YUV422, // four bytes for two pixels: U Y V Y
    VIDEO_BAYER,  // one byte
};

// How a sensor drives the bus.
struct vcam_video {
    enum vcam_video_format format;
    uint8_t bayer;          // img_bayer, as the lines come
    bool swapped;           // the two bytes of each pair change places
    bool blue_first;        // RGB565 with red and blue exchanged
    bool v_first;           // YUV422 with U and V exchanged
    unsigned width, height; // pixels a line, lines a frame
    uint32_t clock;         // PIXCLK in hertz
    bool vsync_high;        // VSYNC is high between frames
    bool hsync_high;        // HREF is high between lines
    bool rising;            // data is stable at the rising edge of PIXCLK
};

// A frame begins and ends (VSYNC), and one line of bytes has gone by. The
// sensor keeps `video` until the frame has ended.
void vcam_dcmi_frame_start(struct vcam *vm, const struct vcam_video *video);
void vcam_dcmi_line(struct vcam *vm, const uint8_t *bytes, size_t count);
void vcam_dcmi_frame_end(struct vcam *vm);
// Whether the frame that is being sent is captured: else its lines need not
// be made.
bool vcam_dcmi_capturing(const struct vcam *vm);

// What DCMI took of a frame, whole: lines of equal size. `select` is CR.BSM
// and OEBS: 0 all bytes, 1 every other from the first, 2 from the second.
struct vcam_capture {
    const struct vcam_video *video;
    const uint8_t *bytes;
    size_t line_bytes, lines;
    size_t first_byte, first_line; // in the sensor's frame
    unsigned select;
};

// Called for every frame that was delivered without a gap.
struct vcam_frame_sink {
    void *owner;
    void (*frame)(void *owner, const struct vcam_capture *capture);
};
void vcam_dcmi_sink(struct vcam *vm, const struct vcam_frame_sink *sink);

#endif
