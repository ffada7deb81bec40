// SPDX-License-Identifier: MIT
// Embedded flash (RM0433 chapter 4): sixteen 128 KB sectors in two banks.
//
// Code is fetched from bank 1. While that bank erases or programs, a fetch
// from it stalls the core; so these functions run from ITCM, with a vector
// table in RAM, and let through only interrupts above CHIP_PRIO_FLASH, whose
// handlers must be CHIP_FASTCODE. Bank 2 can be written while bank 1 runs.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define CHIP_FLASH_ADDR 0x08000000U
#define CHIP_FLASH_BYTES 0x00200000U
#define CHIP_FLASH_SECTOR 0x00020000U
#define CHIP_FLASH_WORD 32U // what one program operation writes, with its ECC

// Wait states and programming delay for an AXI clock, table 17 of section
// 4.3.8 at VOS0 (VOS1 asks for no more at the clocks it allows).
int chip_flash_set_latency(uint32_t axi_hz);

// Called about every millisecond while a sector erases; must be fast code and
// use no flash of that bank. NULL for nothing.
void chip_flash_set_idle(void (*idle)(void));

// Erases the sector that starts at `address`: about a second.
int chip_flash_erase(uint32_t address);

// Programs `count` bytes; address and count are multiples of
// CHIP_FLASH_WORD, the target is erased. CHIP_EIO when the hardware refuses.
int chip_flash_program(uint32_t address, const void *data, size_t count);

// Copies flash that may hold half-written words: CHIP_EIO, not a bus fault,
// when the error correction cannot restore one.
int chip_flash_read(uint32_t address, void *data, size_t count);
