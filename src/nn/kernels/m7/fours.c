// SPDX-License-Identifier: MIT
// Lines of two inputs as numbers in fours.

#include "nn/kernels/m7/fours.h"

#include "nn/kernels/m7/scale.h"

// The last n numbers of a line, less than four, `done` the others.
static void run_last(const m7_fours *x, m7_fours_kernel *kernel, int8_t *out,
        uint32_t done, uint32_t n) {
    int8_t last[3][4] = {{0}};
    m7_fours few = {.work = x->work,
            .from = {last[0], last[1]},
            .step = {4, 4}};
    for (uint32_t k = 0; k < 2; k++) {
        memcpy(last[k], x->from[k] + (x->step[k] != 0 ? done : 0), n);
    }
    kernel(&few, last[2], 1);
    memcpy(out + done, last[2], n);
}

void m7_fours_run(const nn_binary_line *line, m7_fours_kernel *kernel,
        const void *work, int8_t *out, uint32_t n) {
    const nn_target range = {0, line->params->low, line->params->high};
    uint32_t same[2];
    uint32_t pitch[2];
    m7_fours x = {.work = work};
    for (uint32_t k = 0; k < 2; k++) {
        x.from[k] = line->from[k];
        x.step[k] = 4;
        pitch[k] = line->pitch[k];
        if (line->step[k] == 0) {
            same[k] = (uint8_t)*x.from[k] * 0x01010101U;
            x.from[k] = (const int8_t *)&same[k];
            x.step[k] = pitch[k] = 0;
        }
    }
    for (uint32_t left = line->lines; left > 0; left--) {
        kernel(&x, out, n / 4);
        if (n % 4 != 0) {
            run_last(&x, kernel, out, n & ~3U, n % 4);
        }
        m7_clamp(out, n, range);
        x.from[0] += pitch[0];
        x.from[1] += pitch[1];
        out += line->out_pitch;
    }
}
