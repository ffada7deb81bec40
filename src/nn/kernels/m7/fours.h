// SPDX-License-Identifier: MIT
// Lines of two inputs as numbers in fours.

#ifndef NN_KERNELS_M7_FOURS_H
#define NN_KERNELS_M7_FOURS_H

#include "nn/kernels/binary.h"

// Two inputs. step: bytes from four numbers to the next four; 0 where there
// are only four, all the same.
typedef struct m7_fours {
    const void *work; // what else the kernel needs
    const int8_t *from[2];
    uint32_t step[2];
} m7_fours;

// Computes 4 x `fours` numbers, which may be none; out may be an input.
typedef void m7_fours_kernel(const m7_fours *x, int8_t *out, uint32_t fours);

// Calls the kernel for all lines; of the last numbers of a line, less than
// four, for a copy of them. Applies the activation.
void m7_fours_run(const nn_binary_line *line, m7_fours_kernel *kernel,
        const void *work, int8_t *out, uint32_t n);

#endif
