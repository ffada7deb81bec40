// SPDX-License-Identifier: MIT
// Real functions without libm, compared with libm's.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "nn/real.h"

static void roots_are_the_nearest(void **state) {
    (void)state;
    // every positive float of some: 2 million of 2^31
    for (uint32_t bits = 0; bits < 0x7F800000; bits += 1013) {
        float x;
        memcpy(&x, &bits, sizeof x);
        float got = nn_sqrt(x);
        float expected = sqrtf(x);
        assert_memory_equal(&got, &expected, sizeof got);
    }
    assert_true(nn_sqrt(-1) == 0);
    assert_true(nn_sqrt(NAN) == 0);
}

static void powers_are_close(void **state) {
    (void)state;
    for (int i = -95000; i < 95000; i++) {
        double x = i * 0.00731;
        double expected = exp(x);
        assert_true(fabs(nn_exp(x) - expected) <= expected * 0x1p-50);
    }
    assert_true(nn_exp(0) == 1);
    assert_true(nn_exp(-701) == 0);
    assert_true(nn_exp(NAN) == 0);
    assert_true(isinf(nn_exp(701)));
}

static void ties_go_away_from_zero(void **state) {
    (void)state;
    const struct {
        double x;
        int32_t rounded;
    } cases[] = {
            {0.5, 1},
            {-0.5, -1},
            {2.5, 3},
            {0.49999997, 0},
            {-0.49999997, 0},
            {NAN, 0},
            {INFINITY, 1 << 30},
            {-1e300, -(1 << 30)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(nn_round(cases[i].x), cases[i].rounded);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(roots_are_the_nearest),
            cmocka_unit_test(powers_are_close),
            cmocka_unit_test(ties_go_away_from_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
