// SPDX-License-Identifier: MIT
// The two checksums of the OMV protocol. Neither is reflected or inverted.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Polynomials 0xF94F and 0xFA567D89; what a sum begins with.
#define OMV_CRC16_INIT 0xFFFFU
#define OMV_CRC32_INIT 0xFFFFFFFFU

// The sum of bytes that follow those which crc is of; *_INIT to begin.
uint16_t omv_crc16(uint16_t crc, const void *data, size_t bytes);
uint32_t omv_crc32(uint32_t crc, const void *data, size_t bytes);
