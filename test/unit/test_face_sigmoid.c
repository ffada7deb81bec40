// SPDX-License-Identifier: MIT
// The logistic function and its inverse.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "face/sigmoid.h"
#include "test/support/random.h"

static void agrees_with_real_numbers(void **state) {
    (void)state;
    for (int k = -12000; k < 12000; k++) {
        float x = (float)k * 0.01F;
        double want = 1 / (1 + exp(-(double)x));
        double got = (double)face_sigmoid(x);
        if (fabs(got - want) > 2e-7) {
            fail_msg("sigmoid(%g) is %.9g, not %.9g", (double)x, got, want);
        }
    }
    assert_true(face_sigmoid(0) == 0.5F);
    assert_true(face_sigmoid(100) == 1);
    assert_true(face_sigmoid(-1e30F) >= 0);
    assert_true(face_sigmoid(1e30F) == 1);
}

static void small_scores_keep_their_digits(void **state) {
    (void)state;
    for (int k = -800; k < 0; k++) {
        float x = (float)k * 0.1F;
        double want = 1 / (1 + exp(-(double)x));
        assert_true(fabs((double)face_sigmoid(x) / want - 1) < 1e-5);
    }
}

// Of two neighbouring floats one passes and the other does not.
static void logit_is_the_first_that_passes(void **state) {
    (void)state;
    random_source r = random_from(3);
    for (int k = 0; k < 2000; k++) {
        float threshold = random_float(&r, 0.0001F, 0.9999F);
        float x = face_logit(threshold);
        assert_true(face_sigmoid(x) >= threshold);
        assert_true(face_sigmoid(nextafterf(x, -200)) < threshold);
    }
    assert_true(fabsf(face_logit(0.5F)) < 1e-6F);
    assert_true(face_logit(0) == -INFINITY);
    assert_true(face_logit(1.01F) == INFINITY);
    assert_true(face_logit(NAN) == INFINITY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(agrees_with_real_numbers),
            cmocka_unit_test(small_scores_keep_their_digits),
            cmocka_unit_test(logit_is_the_first_that_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
