// SPDX-License-Identifier: MIT
// boxes.csv and the figures that eval prints, computed by hand.

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/eval/boxes.h"
#include "host/photo/folder.h"
#include "host/eval/score.h"
#include "host/file/file.h"
#include "test/support/random.h"

static char file_name[] = "/tmp/test_eval.XXXXXX";

static int read_text(const char *text, size_t size, boxes *b, nn_error *error) {
    assert_int_equal(file_write(file_name, text, size, NULL), 0);
    return boxes_read(b, file_name, error);
}

static void rows_are_read_by_column_name(void **state) {
    (void)state;
    static const char text[] = "h,extra,file,x,ignore,y,w,small\r\n"
                               "4,\"a,\"\"b\",z.jpg,1.5,0,2,3,0\r\n"
                               "\n"
                               "8,,\"a b.jpg\",5,1,6,7,0\n"
                               "8,,z.jpg,5,,6,7,1";
    boxes b;
    assert_int_equal(read_text(text, sizeof(text) - 1, &b, NULL), 0);
    assert_int_equal(b.count, 3);
    assert_string_equal(b.rows[0].file, "a b.jpg");
    assert_false(b.rows[0].counts);
    assert_string_equal(b.rows[1].file, "z.jpg");
    assert_true(b.rows[1].x == 1.5F && b.rows[1].y == 2 && b.rows[1].w == 3 &&
            b.rows[1].h == 4);
    assert_true(b.rows[1].counts);
    assert_false(b.rows[2].counts);
    boxes_free(&b);
    static const char header[] = "file,x,y,w,h\n";
    assert_int_equal(read_text(header, sizeof(header) - 1, &b, NULL), 0);
    assert_int_equal(b.count, 0);
    boxes_free(&b);
}

static void bad_rows_are_named(void **state) {
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
            {"", "empty"},
            {"file,x,y,w\n", "no column named h"},
            {"file,x,y,w,h\na,1,2,3\n", "line 2: h is no number"},
            {"file,x,y,w,h\na,1,2,3,4\na,1,2z,3,4\n", "line 3: y is no"},
            {"file,x,y,w,h\na,1,inf,3,4\n", "y is no number"},
            {"file,x,y,w,h\n,1,2,3,4\n", "line 2: no file"},
            {"file,x,y,w,h\na,1,2,0,4\n", "no width or height"},
            {"file,x,y,w,h,hard\na,1,2,3,4,x\n", "hard is no number"},
    };
    for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        boxes b;
        nn_error error;
        assert_int_equal(read_text(cases[k].text, strlen(cases[k].text), &b,
                                 &error),
                NN_ERR_INVALID);
        if (strstr(error.text, cases[k].why) == NULL) {
            fail_msg("'%s' does not say '%s'", error.text, cases[k].why);
        }
    }
}

static void any_bytes_are_safe(void **state) {
    (void)state;
    static const char start[] = "file,x,y,w,h,small\na.jpg,1,2,3,4,0\n";
    static const char letters[] = "a,\"\r\n0.1-";
    random_source r = random_from(2);
    for (int k = 0; k < 3000; k++) {
        char text[64];
        memcpy(text, start, sizeof(start));
        for (int n = random_in(&r, 0, 20); n > 0; n--) {
            text[random_in(&r, 0, 35)] = random_once_in(&r, 20)
                    ? (char)random_bits(&r)
                    : letters[random_in(&r, 0, 8)];
        }
        boxes b;
        if (read_text(text, 36, &b, NULL) == 0) {
            boxes_free(&b);
        }
    }
}

static face_detection found(float score, float x) {
    return (face_detection){.score = score, .x = x, .w = 10, .h = 10};
}

static boxes_row face(float x, bool counts) {
    return (boxes_row){.file = "a", .x = x, .w = 10, .h = 10, .counts = counts};
}

static void detections_are_matched_once(void **state) {
    (void)state;
    const boxes_row truth[] = {face(0, true), face(50, true), face(90, false)};
    // Right; a second one on the same face; IoU 7.5 / 12.5 on the next one;
    // one that is excused, twice; one beside a face by just too much.
    const face_detection faces[] = {found(0.9F, 0), found(0.8F, 1),
            found(0.7F, 52.5F), found(0.6F, 90), found(0.6F, 91),
            found(0.5F, 86)};
    bool taken[3];
    score_hit hits[6];
    assert_int_equal(score_match(truth, 3, taken, faces, 6, hits), 4);
    static const bool right[] = {true, false, true, false};
    static const float scores[] = {0.9F, 0.8F, 0.7F, 0.5F};
    for (int k = 0; k < 4; k++) {
        assert_int_equal(hits[k].right, right[k]);
        assert_true(hits[k].score == scores[k]);
    }
    assert_true(taken[0] && taken[1] && !taken[2]);
}

static void a_counted_face_comes_before_an_excused_one(void **state) {
    (void)state;
    const boxes_row truth[] = {face(1, false), face(3, true)};
    const face_detection faces[] = {found(0.9F, 1)};
    bool taken[2];
    score_hit hits[1];
    assert_int_equal(score_match(truth, 2, taken, faces, 1, hits), 1);
    assert_true(hits[0].right);
}

static void the_better_overlap_wins(void **state) {
    (void)state;
    const boxes_row truth[] = {face(0, true), face(2, true)};
    const face_detection faces[] = {found(0.9F, 0.5F)};
    bool taken[2];
    score_hit hits[1];
    assert_int_equal(score_match(truth, 2, taken, faces, 1, hits), 1);
    assert_true(taken[0] && !taken[1]);
}

static void precision_is_averaged_over_recall(void **state) {
    (void)state;
    // Sorted: right, wrong, right, wrong, right; four faces. Precision at the
    // three hits is 1, 2/3, 3/5.
    score_hit hits[] = {{0.5F, true}, {0.9F, true}, {0.8F, false},
            {0.6F, false}, {0.7F, true}};
    double want = (1 + 2.0 / 3 + 3.0 / 5) / 4;
    assert_float_equal(score_average_precision(hits, 5, 4), want, 1e-12);
    // What comes later and is better counts for what came before.
    score_hit late[] = {{0.9F, false}, {0.8F, true}, {0.7F, true}};
    assert_float_equal(score_average_precision(late, 3, 2), 2.0 / 3, 1e-12);
    score_hit tie[] = {{0.5F, true}, {0.5F, false}};
    assert_float_equal(score_average_precision(tie, 2, 1), 0.5, 1e-12);
    assert_float_equal(score_average_precision(NULL, 0, 3), 0, 0);
}

static void folders_list_images_only(void **state) {
    (void)state;
    char path[] = "/tmp/test_folder.XXXXXX";
    assert_non_null(mkdtemp(path));
    static const char *const names[] = {"b.jpg", "a.txt", "c.csv"};
    static const char *const texts[] = {"P5 1 1 255\n0......",
            "P2 1 1 9\n0.......", "file,x,y,w,h,....."};
    for (int k = 0; k < 3; k++) {
        char *name = folder_join(path, names[k]);
        assert_int_equal(file_write(name, texts[k], 16, NULL), 0);
        free(name);
    }
    folder f;
    assert_int_equal(folder_read(&f, path, NULL), 0);
    assert_int_equal(f.count, 2);
    assert_string_equal(f.names[0], "a.txt");
    assert_string_equal(f.names[1], "b.jpg");
    assert_true(folder_has(&f, "b.jpg"));
    assert_false(folder_has(&f, "c.csv"));
    folder_free(&f);
    for (int k = 0; k < 3; k++) {
        char *name = folder_join(path, names[k]);
        assert_int_equal(unlink(name), 0);
        free(name);
    }
    assert_int_equal(rmdir(path), 0);
    nn_error error;
    assert_int_equal(folder_read(&f, path, &error), NN_ERR_INPUT);
}

static int make_name(void **state) {
    (void)state;
    int file = mkstemp(file_name);
    return file < 0 ? -1 : close(file);
}

static int remove_name(void **state) {
    (void)state;
    return unlink(file_name);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(rows_are_read_by_column_name),
            cmocka_unit_test(bad_rows_are_named),
            cmocka_unit_test(any_bytes_are_safe),
            cmocka_unit_test(detections_are_matched_once),
            cmocka_unit_test(a_counted_face_comes_before_an_excused_one),
            cmocka_unit_test(the_better_overlap_wins),
            cmocka_unit_test(precision_is_averaged_over_recall),
            cmocka_unit_test(folders_list_images_only),
    };
    return cmocka_run_group_tests(tests, make_name, remove_name);
}
