// SPDX-License-Identifier: MIT
// What Python calls this board.
#pragma once

#define MICROPY_HW_BOARD_NAME "OpenMV Cam H7"
#define MICROPY_HW_MCU_NAME "STM32H743"
#define MICROPY_HW_PLATFORM "OpenMV4-H7"
