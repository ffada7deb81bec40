// SPDX-License-Identifier: MIT
// Named frame sizes.

#include "sensor/sizes.h"

sensor_extent sensor_size(int32_t number) {
#define ENTRY(name, width, height) [SENSOR_SIZE_##name] = {width, height},
    static const sensor_extent sizes[SENSOR_SIZE_COUNT] = {SENSOR_SIZES(ENTRY)};
#undef ENTRY
    if (number < 0 || number >= SENSOR_SIZE_COUNT) {
        return (sensor_extent){0, 0};
    }
    return sizes[number];
}
