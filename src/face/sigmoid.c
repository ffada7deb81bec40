// SPDX-License-Identifier: MIT
// The logistic function without a mathematics library.

#include "face/sigmoid.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

// 2^-n for n in 0 … 126.
static float half_power(uint32_t n) {
    uint32_t bits = (127 - n) << 23;
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

// x = n ln 2 + r with |r| <= ln 2 / 2, then a series in r.
float face_exp_minus(float x) {
    if (!(x < 88)) {
        return 0;
    }
    uint32_t n = (uint32_t)(x * 1.44269504F + 0.5F);
    // ln 2 in two parts: n times the first is exact.
    float r = (float)n * 0.693359375F - x;
    r = r - (float)n * 2.12194440e-4F;
    float sum = 1.0F / 5040;
    sum = sum * r + 1.0F / 720;
    sum = sum * r + 1.0F / 120;
    sum = sum * r + 1.0F / 24;
    sum = sum * r + 1.0F / 6;
    sum = sum * r + 0.5F;
    sum = sum * r + 1;
    sum = sum * r + 1;
    return sum * half_power(n);
}

float face_sigmoid(float x) {
    if (x < 0) {
        float e = face_exp_minus(x < -100 ? 100 : -x);
        return e / (1 + e);
    }
    return 1 / (1 + face_exp_minus(x > 100 ? 100 : x));
}

float face_logit(float threshold) {
    float low = -100;
    float high = 100;
    if (face_sigmoid(low) >= threshold) {
        return -INFINITY;
    }
    if (!(face_sigmoid(high) >= threshold)) {
        return INFINITY;
    }
    for (;;) {
        float middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) {
            return high;
        }
        if (face_sigmoid(middle) >= threshold) {
            high = middle;
        } else {
            low = middle;
        }
    }
}
