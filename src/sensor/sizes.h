// SPDX-License-Identifier: MIT
// The frame sizes that have names.

#ifndef SENSOR_SIZES_H
#define SENSOR_SIZES_H

#include <stdint.h>

// SENSOR_SIZES(X): X(name, width, height), in the order of their numbers,
// which begin with 2: 0 is no size, 1 is one without a name.
#define SENSOR_SIZES(X)   \
    X(QQCIF, 88, 72)      \
    X(QCIF, 176, 144)     \
    X(CIF, 352, 288)      \
    X(QQSIF, 88, 60)      \
    X(QSIF, 176, 120)     \
    X(SIF, 352, 240)      \
    X(QQQQVGA, 40, 30)    \
    X(QQQVGA, 80, 60)     \
    X(QQVGA, 160, 120)    \
    X(QVGA, 320, 240)     \
    X(VGA, 640, 480)      \
    X(HQQQQVGA, 30, 20)   \
    X(HQQQVGA, 60, 40)    \
    X(HQQVGA, 120, 80)    \
    X(HQVGA, 240, 160)    \
    X(HVGA, 480, 320)     \
    X(B64X32, 64, 32)     \
    X(B64X64, 64, 64)     \
    X(B128X64, 128, 64)   \
    X(B128X128, 128, 128) \
    X(B160X160, 160, 160) \
    X(B320X320, 320, 320) \
    X(LCD, 128, 160)      \
    X(QQVGA2, 128, 160)   \
    X(WVGA, 720, 480)     \
    X(WVGA2, 752, 480)    \
    X(SVGA, 800, 600)     \
    X(XGA, 1024, 768)     \
    X(WXGA, 1280, 768)    \
    X(SXGA, 1280, 1024)   \
    X(SXGAM, 1280, 960)   \
    X(UXGA, 1600, 1200)   \
    X(HD, 1280, 720)      \
    X(FHD, 1920, 1080)    \
    X(QHD, 2560, 1440)    \
    X(QXGA, 2048, 1536)   \
    X(WQXGA, 2560, 1600)  \
    X(WQXGA2, 2592, 1944)

#define SENSOR_SIZE_NUMBER(name, width, height) SENSOR_SIZE_##name,
enum sensor_size {
    SENSOR_SIZE_NONE,
    SENSOR_SIZE_CUSTOM,
    SENSOR_SIZES(SENSOR_SIZE_NUMBER) SENSOR_SIZE_COUNT
};
#undef SENSOR_SIZE_NUMBER

typedef struct sensor_extent {
    uint16_t width, height;
} sensor_extent;

// Width and height 0 for a number that names none.
sensor_extent sensor_size(int32_t number);

#endif
