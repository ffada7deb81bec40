// SPDX-License-Identifier: MIT
// The constants of both modules: entries of their tables of globals.
#pragma once

#include "image/code.h"
#include "py/obj.h"
#include "sensor/sizes.h"
#include "src/py/camera_methods.h"

#define CAMERA_CONSTANT(name, value) \
    {MP_ROM_QSTR(MP_QSTR_##name), MP_ROM_INT(value)},
#define CAMERA_SIZE_CONSTANT(name, width, height) \
    CAMERA_CONSTANT(name, SENSOR_SIZE_##name)

enum { CAMERA_NORMAL, CAMERA_NEGATIVE };

// What chips call themselves, under the names that scripts compare with;
// this camera's module carries one of them.
#define CAMERA_CHIPS(X) \
    X(OV2640, 0x26)     \
    X(OV5640, 0x56)     \
    X(OV7670, 0x76)     \
    X(OV7690, 0x76)     \
    X(OV7725, 0x77)     \
    X(OV9650, 0x96)     \
    X(MT9V022, 0x1313)  \
    X(MT9V024, 0x1324)  \
    X(MT9V032, 0x1313)  \
    X(MT9V034, 0x1324)  \
    X(MT9M114, 0x2481)  \
    X(BOSON320, 0xAE32) \
    X(BOSON640, 0xAE64) \
    X(LEPTON, 0x54)     \
    X(HM01B0, 0xB0)     \
    X(HM0360, 0x60)     \
    X(GC2145, 0x21)     \
    X(PAG7920, 0x7920)  \
    X(PAG7936, 0x7936)  \
    X(PAJ6100, 0x6100)  \
    X(FROGEYE2020, 0x2020)

// Requests for chips that this camera does not carry are refused by ioctl().
#define CAMERA_REQUESTS(X)                                 \
    X(IOCTL_SET_READOUT_WINDOW, CAMERA_SET_READOUT_WINDOW) \
    X(IOCTL_GET_READOUT_WINDOW, CAMERA_GET_READOUT_WINDOW) \
    X(IOCTL_SET_TRIGGERED_MODE, CAMERA_SET_TRIGGERED_MODE) \
    X(IOCTL_GET_TRIGGERED_MODE, CAMERA_GET_TRIGGERED_MODE) \
    X(IOCTL_SET_FOV_WIDE, CAMERA_SET_FOV_WIDE)             \
    X(IOCTL_GET_FOV_WIDE, CAMERA_GET_FOV_WIDE)             \
    X(IOCTL_TRIGGER_AUTO_FOCUS, CAMERA_TRIGGER_AUTO_FOCUS) \
    X(IOCTL_PAUSE_AUTO_FOCUS, CAMERA_PAUSE_AUTO_FOCUS)     \
    X(IOCTL_RESET_AUTO_FOCUS, CAMERA_RESET_AUTO_FOCUS)     \
    X(IOCTL_WAIT_ON_AUTO_FOCUS, CAMERA_WAIT_ON_AUTO_FOCUS) \
    X(IOCTL_SET_NIGHT_MODE, CAMERA_SET_NIGHT_MODE)         \
    X(IOCTL_GET_NIGHT_MODE, CAMERA_GET_NIGHT_MODE)         \
    X(IOCTL_LEPTON_GET_WIDTH, 0x0C)                        \
    X(IOCTL_LEPTON_GET_HEIGHT, 0x0D)                       \
    X(IOCTL_LEPTON_GET_RADIOMETRY, 0x0E)                   \
    X(IOCTL_LEPTON_GET_REFRESH, 0x0F)                      \
    X(IOCTL_LEPTON_GET_RESOLUTION, 0x10)                   \
    X(IOCTL_LEPTON_RUN_COMMAND, 0x11)                      \
    X(IOCTL_LEPTON_SET_ATTRIBUTE, 0x12)                    \
    X(IOCTL_LEPTON_GET_ATTRIBUTE, 0x13)                    \
    X(IOCTL_LEPTON_GET_FPA_TEMP, 0x14)                     \
    X(IOCTL_LEPTON_GET_AUX_TEMP, 0x15)                     \
    X(IOCTL_LEPTON_SET_MODE, 0x116)                        \
    X(IOCTL_LEPTON_GET_MODE, 0x17)                         \
    X(IOCTL_LEPTON_SET_RANGE, 0x118)                       \
    X(IOCTL_LEPTON_GET_RANGE, 0x19)                        \
    X(IOCTL_HIMAX_MD_ENABLE, 0x1A)                         \
    X(IOCTL_HIMAX_MD_CLEAR, 0x1B)                          \
    X(IOCTL_HIMAX_MD_WINDOW, 0x11C)                        \
    X(IOCTL_HIMAX_MD_THRESHOLD, 0x1D)                      \
    X(IOCTL_HIMAX_OSC_ENABLE, 0x11E)                       \
    X(IOCTL_GET_RGB_STATS, CAMERA_GET_RGB_STATS)

#define CAMERA_CONSTANTS                           \
    CAMERA_CONSTANT(BINARY, IMG_CODE_BINARY)       \
    CAMERA_CONSTANT(GRAYSCALE, IMG_CODE_GRAYSCALE) \
    CAMERA_CONSTANT(RGB565, IMG_CODE_RGB565)       \
    CAMERA_CONSTANT(BAYER, IMG_CODE_BAYER)         \
    CAMERA_CONSTANT(YUV422, IMG_CODE_YUV422)       \
    CAMERA_CONSTANT(JPEG, IMG_CODE_JPEG)           \
    CAMERA_CONSTANT(NORMAL, CAMERA_NORMAL)         \
    CAMERA_CONSTANT(NEGATIVE, CAMERA_NEGATIVE)     \
    CAMERA_CHIPS(CAMERA_CONSTANT)                  \
    SENSOR_SIZES(CAMERA_SIZE_CONSTANT)             \
    CAMERA_REQUESTS(CAMERA_CONSTANT)
