// SPDX-License-Identifier: MIT
// L*a*b* by tables: of the sRGB curve and of cube roots.

#include "image/lab.h"

// Linear light of an sRGB value, 65535 is white (IEC 61966-2-1).
static const uint16_t linear[256] = {0, 20, 40, 60, 80, 99, 119, 139, 159, 179,
        199, 219, 241, 264, 288, 313, 340, 367, 396, 427, 458, 491, 526, 562,
        599, 637, 677, 718, 761, 805, 851, 898, 947, 997, 1048, 1101, 1156,
        1212, 1270, 1330, 1391, 1453, 1517, 1583, 1651, 1720, 1790, 1863, 1937,
        2013, 2090, 2170, 2250, 2333, 2418, 2504, 2592, 2681, 2773, 2866, 2961,
        3058, 3157, 3258, 3360, 3464, 3570, 3678, 3788, 3900, 4014, 4129, 4247,
        4366, 4488, 4611, 4736, 4864, 4993, 5124, 5257, 5392, 5530, 5669, 5810,
        5953, 6099, 6246, 6395, 6547, 6700, 6856, 7014, 7174, 7335, 7500, 7666,
        7834, 8004, 8177, 8352, 8528, 8708, 8889, 9072, 9258, 9445, 9635, 9828,
        10022, 10219, 10417, 10619, 10822, 11028, 11235, 11446, 11658, 11873,
        12090, 12309, 12530, 12754, 12980, 13209, 13440, 13673, 13909, 14146,
        14387, 14629, 14874, 15122, 15371, 15623, 15878, 16135, 16394, 16656,
        16920, 17187, 17456, 17727, 18001, 18277, 18556, 18837, 19121, 19407,
        19696, 19987, 20281, 20577, 20876, 21177, 21481, 21787, 22096, 22407,
        22721, 23038, 23357, 23678, 24002, 24329, 24658, 24990, 25325, 25662,
        26001, 26344, 26688, 27036, 27386, 27739, 28094, 28452, 28813, 29176,
        29542, 29911, 30282, 30656, 31033, 31412, 31794, 32179, 32567, 32957,
        33350, 33745, 34143, 34544, 34948, 35355, 35764, 36176, 36591, 37008,
        37429, 37852, 38278, 38706, 39138, 39572, 40009, 40449, 40891, 41337,
        41785, 42236, 42690, 43147, 43606, 44069, 44534, 45002, 45473, 45947,
        46423, 46903, 47385, 47871, 48359, 48850, 49344, 49841, 50341, 50844,
        51349, 51858, 52369, 52884, 53401, 53921, 54445, 54971, 55500, 56032,
        56567, 57105, 57646, 58190, 58737, 59287, 59840, 60396, 60955, 61517,
        62082, 62650, 63221, 63795, 64372, 64952, 65535};

// Cube roots of 1/8 … 1 in steps of 1/64, 15 fraction bits.
static const uint16_t roots[57] = {16384, 17040, 17649, 18219, 18755, 19262,
        19744, 20203, 20643, 21064, 21469, 21860, 22237, 22601, 22954, 23297,
        23630, 23954, 24269, 24576, 24876, 25168, 25454, 25734, 26008, 26276,
        26539, 26797, 27049, 27298, 27541, 27781, 28016, 28248, 28476, 28700,
        28921, 29138, 29352, 29564, 29772, 29977, 30180, 30379, 30577, 30771,
        30964, 31154, 31341, 31527, 31710, 31891, 32071, 32248, 32423, 32596,
        32768};

// Linear sRGB to X, Y and Z, each in parts of white's; and back. 16 fraction
// bits; each row's sum is 1.
static const int32_t to_xyz[3][3] = {{28439, 24656, 12441},
        {13938, 46868, 4730}, {1164, 7174, 57198}};
static const int32_t from_xyz[3][3] = {{201848, -100738, -35574},
        {-60376, 122947, 2965}, {3466, -13371, 75441}};

enum { ONE = 32768 }; // of f()

// CIE 15: cube root of t (16 fraction bits), a line near 0; 15 fraction bits.
static int32_t f(uint32_t t) {
    if (t <= 580) { // (6/29)^3
        // t * 841/108 + 4/29
        return (int32_t)((t * 255166U + 32768) >> 16) + 4520;
    }
    uint32_t thirds = 0; // t is taken times 8 so often
    uint32_t m = t << 4; // 20 fraction bits
    while (m < 1U << 17) {
        m <<= 3;
        thirds++;
    }
    m = m < 1U << 20 ? m : (1U << 20) - 1;
    uint32_t step = (m - (1U << 17)) >> 14;
    uint32_t part = m & 0x3FFF;
    uint32_t low = roots[step];
    uint32_t root = (low << 14) + (roots[step + 1] - low) * part;
    uint32_t shift = 14 + thirds;
    return (int32_t)((root + (1U << (shift - 1))) >> shift);
}

static uint32_t weigh(const int32_t row[3], img_color c) {
    int64_t sum = (int64_t)row[0] * linear[c.r] +
            (int64_t)row[1] * linear[c.g] + (int64_t)row[2] * linear[c.b];
    // 65535 becomes 65536.
    return (uint32_t)((sum + (sum >> 16) + 0x8000) >> 16);
}

static int8_t rounded(int64_t value) {
    value = (value + ONE / 2) >> 15;
    return (int8_t)(value < -128 ? -128 : value > 127 ? 127 : value);
}

img_lab img_lab_of(img_color color) {
    int32_t x = f(weigh(to_xyz[0], color));
    int32_t y = f(weigh(to_xyz[1], color));
    int32_t z = f(weigh(to_xyz[2], color));
    return (img_lab){rounded(116 * (int64_t)y - 16 * ONE),
            rounded(500 * (int64_t)(x - y)), rounded(200 * (int64_t)(y - z))};
}

// The inverse of f(): 16 fraction bits, may exceed 1.
static int64_t cube(int64_t value) {
    if (value > 6779) { // 6/29
        return (value * value * value) >> 29;
    }
    value -= 4520;
    return value > 0 ? value * 65536 / 255166 : 0;
}

// The sRGB value whose linear light is nearest.
static uint8_t encode(int64_t light) {
    if (light <= 0) {
        return 0;
    }
    int32_t low = 0;
    int32_t high = 255;
    while (low < high) {
        int32_t middle = (low + high) / 2;
        if (linear[middle] < light) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low > 0 && light - linear[low - 1] < linear[low] - light) {
        low--;
    }
    return (uint8_t)low;
}

img_color img_lab_color(img_lab lab) {
    int64_t y = ((int64_t)lab.l * ONE + 16 * ONE) / 116;
    const int64_t xyz[3] = {cube(y + (int64_t)lab.a * ONE / 500), cube(y),
            cube(y - (int64_t)lab.b * ONE / 200)};
    uint8_t rgb[3];
    for (int k = 0; k < 3; k++) {
        const int32_t *row = from_xyz[k];
        int64_t light = row[0] * xyz[0] + row[1] * xyz[1] + row[2] * xyz[2];
        rgb[k] = encode(light >> 16);
    }
    return (img_color){rgb[0], rgb[1], rgb[2]};
}
