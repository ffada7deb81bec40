// SPDX-License-Identifier: MIT
// Analog input (RM0433 chapter 25): single conversions of ADC1.
#pragma once

#include "chip/device.h"

// Converts one channel (0 to 19) of ADC1 to 16 bits; the pin must be analog.
// The first call calibrates.
int chip_adc_read(uint32_t channel, uint16_t *value);
