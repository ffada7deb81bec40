// SPDX-License-Identifier: MIT
// Bytes of two or three pixels become halves in turns.

#ifndef NN_KERNELS_M7_WIDEN_H
#define NN_KERNELS_M7_WIDEN_H

#include <stdint.h>

// The pixels begin `apart` bytes from each other, and so do the groups of
// them; bytes of each, rounded up to four, are read and become words of two:
// of four bytes 0 and 2, then 1 and 3, of each pixel in turn. gap bytes of the
// words are left out between groups. groups is at least 1, bytes too.
void m7_widen_3(const int8_t *from, uint32_t apart, uint32_t bytes,
        uint32_t *to, uint32_t groups, uint32_t gap);
void m7_widen_2(const int8_t *from, uint32_t apart, uint32_t bytes,
        uint32_t *to, uint32_t groups, uint32_t gap);

#endif
