// SPDX-License-Identifier: MIT
// The regions of flash that hold ROM images.
#pragma once

#include "rom/rom_update.h"

extern const rom_flash rom_region_models;
extern const rom_flash rom_region_romfs;
