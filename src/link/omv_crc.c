// SPDX-License-Identifier: MIT
// The two checksums of the OMV protocol, four bits a step: the tables are
// short, and a frame is sent no faster than USB takes it.

#include "link/omv_crc.h"

static const uint16_t steps16[16] = {0x0000, 0xF94F, 0x0BD1, 0xF29E, 0x17A2,
        0xEEED, 0x1C73, 0xE53C, 0x2F44, 0xD60B, 0x2495, 0xDDDA, 0x38E6, 0xC1A9,
        0x3337, 0xCA78};

static const uint32_t steps32[16] = {0x00000000, 0xFA567D89, 0x0EFA869B,
        0xF4ACFB12, 0x1DF50D36, 0xE7A370BF, 0x130F8BAD, 0xE959F624, 0x3BEA1A6C,
        0xC1BC67E5, 0x35109CF7, 0xCF46E17E, 0x261F175A, 0xDC496AD3, 0x28E591C1,
        0xD2B3EC48};

uint16_t omv_crc16(uint16_t crc, const void *data, size_t bytes) {
    const uint8_t *from = data;
    uint32_t sum = crc;
    for (size_t i = 0; i < bytes; i++) {
        sum = sum << 4 ^ steps16[(sum >> 12 ^ from[i] >> 4) & 15U];
        sum = sum << 4 ^ steps16[(sum >> 12 ^ from[i]) & 15U];
    }
    return (uint16_t)sum;
}

uint32_t omv_crc32(uint32_t crc, const void *data, size_t bytes) {
    const uint8_t *from = data;
    for (size_t i = 0; i < bytes; i++) {
        crc = crc << 4 ^ steps32[crc >> 28 ^ from[i] >> 4];
        crc = crc << 4 ^ steps32[crc >> 28 ^ (from[i] & 15U)];
    }
    return crc;
}
