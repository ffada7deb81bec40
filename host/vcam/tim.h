// SPDX-License-Identifier: MIT
// What the timers of the virtual camera put out.
#ifndef HOST_VCAM_TIM_H
#define HOST_VCAM_TIM_H

#include <stdint.h>

struct vcam;

// The frequency at output `channel` (1 to 4) of the timer of that name, in
// hertz; 0 while it stands still.
uint32_t vcam_tim_output_hz(const struct vcam *vm, const char *timer,
        unsigned channel);

#endif
