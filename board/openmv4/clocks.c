// SPDX-License-Identifier: MIT
// PLL settings of the OpenMV Cam H7 with its 12 MHz crystal.

#include "chip/clocks_board.h"

// 480 MHz for the core; Q is 48 MHz for the SD card.
const struct chip_pll chip_board_pll1 = {3, 240, 2, 20, 2};
// Revision Y of the silicon stops at 400 MHz; Q is 50 MHz.
const struct chip_pll chip_board_pll1_rev_y = {3, 200, 2, 16, 2};
// 200 MHz on all outputs.
const struct chip_pll chip_board_pll2 = {3, 100, 2, 2, 2};
// 160 MHz: SPI1 to SPI3 on P, the ADCs on R.
const struct chip_pll chip_board_pll3 = {3, 80, 2, 2, 2};
