// SPDX-License-Identifier: MIT
// What TinyUSB's driver of the OTG core looks for in ST's device header.
#pragma once

#include "chip/otg.h"
#include "chip/rcc.h"

#define USB2_OTG_FS
#define USB_OTG_FS_PERIPH_BASE CHIP_OTG_FS_BASE
#define SystemCoreClock (chip_clocks()->cpu)
