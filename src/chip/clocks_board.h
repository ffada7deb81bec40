// SPDX-License-Identifier: MIT
// What a board says about its crystal and PLLs; board/<name>/clocks.c fills it.
#pragma once

#include <stdint.h>

#define CHIP_BOARD_HSE_HZ 12000000U

// Dividers as the reference manual counts them: HSE/m*n is the VCO, which
// p, q and r divide. HSE/m must be 4 to 8 MHz, the VCO 192 to 960 MHz.
struct chip_pll {
    uint32_t m;
    uint32_t n;
    uint32_t p;
    uint32_t q;
    uint32_t r;
};

extern const struct chip_pll chip_board_pll1;
extern const struct chip_pll chip_board_pll1_rev_y;
extern const struct chip_pll chip_board_pll2;
extern const struct chip_pll chip_board_pll3;
