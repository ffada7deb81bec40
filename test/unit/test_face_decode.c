// SPDX-License-Identifier: MIT
// Faces out of anchors: hand-computed cases and a slow implementation.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "face/draw.h"
#include "face/face.h"
#include "face/sigmoid.h"
#include "test/support/random.h"

enum { VALUES = 16 };

static const img_map unit_map = {0, 0, 128, 128};

// The float32 outputs of a model with two: 896 x 16 and 896 x 1.
typedef struct outputs {
    float boxes[FACE_ANCHORS][VALUES];
    float scores[FACE_ANCHORS];
} outputs;

static face_model model_of(nn_type type, float box_scale, float score_scale) {
    face_model model = {0};
    for (int k = 0; k < FACE_HEADS; k++) {
        face_head *head = &model.heads[k];
        head->rows = k == 0 ? 512 : 384;
        head->grid = k == 0 ? 16 : 8;
        head->depth = k == 0 ? 2 : 6;
        uint16_t first = k == 0 ? 0 : 512;
        head->boxes = (face_values){0, (uint8_t)type, first, box_scale, 0};
        head->scores = (face_values){1, (uint8_t)type, first, score_scale, 0};
    }
    return model;
}

static outputs *no_faces(void) {
    outputs *out = calloc(1, sizeof(*out));
    for (int k = 0; k < FACE_ANCHORS; k++) {
        out->scores[k] = -50;
    }
    return out;
}

static void set_anchor(outputs *out, uint32_t anchor, float logit, float x,
        float y, float w, float h) {
    const float box[] = {x, y, w, h};
    out->scores[anchor] = logit;
    memcpy(out->boxes[anchor], box, sizeof(box));
    for (int k = 4; k < VALUES; k++) {
        out->boxes[anchor][k] = (float)k;
    }
}

static uint32_t decode(const outputs *out, float threshold, const img_map *map,
        uint32_t capacity, face_detection *faces, uint32_t max) {
    face_model model = model_of(NN_FLOAT32, 1, 1);
    const void *places[] = {out->boxes, out->scores};
    // Exactly as large as said: the sanitizer sees one too many.
    face_candidate *candidates = malloc(capacity * sizeof(*candidates) + 1);
    uint32_t count = face_decode(&model, places, threshold, map, candidates,
            capacity, faces, max);
    free(candidates);
    return count;
}

static void one_anchor_makes_a_face(void **state) {
    (void)state;
    outputs *out = no_faces();
    face_detection faces[2];
    // Cell 3,2 of the fine grid: its centre is at 3.5 / 16, 2.5 / 16.
    set_anchor(out, (2 * 16 + 3) * 2 + 1, 0, 4, -2, 20, 30);
    img_map map = {10, 20, 640, 320};
    assert_int_equal(decode(out, 0.5F, &map, 8, faces, 2), 1);
    assert_true(faces[0].score == 0.5F);
    // Pixels of the input are 5 and 2.5 pixels of the image here.
    assert_float_equal(faces[0].x, 10 + (28 + 4 - 10) * 5, 1e-3);
    assert_float_equal(faces[0].y, 20 + (20 - 2 - 15) * 2.5, 1e-3);
    assert_float_equal(faces[0].w, 20 * 5, 1e-3);
    assert_float_equal(faces[0].h, 30 * 2.5, 1e-3);
    for (int k = 0; k < FACE_KEYPOINTS; k++) {
        assert_float_equal(faces[0].keypoints[k].x, 10 + (28 + 4 + 2 * k) * 5.0,
                1e-3);
        assert_float_equal(faces[0].keypoints[k].y, 20 + (20 + 5 + 2 * k) * 2.5,
                1e-3);
    }
    // Cell 1,7 of the coarse grid.
    set_anchor(out, 512 + (7 * 8 + 1) * 6 + 5, 2, 0, 0, 10, 10);
    assert_int_equal(decode(out, 0.6F, &unit_map, 8, faces, 2), 1);
    assert_float_equal(faces[0].x, 24 - 5, 1e-4);
    assert_float_equal(faces[0].y, 120 - 5, 1e-4);
    free(out);
}

static void overlapping_boxes_blend_by_score(void **state) {
    (void)state;
    outputs *out = no_faces();
    face_detection faces[4];
    // Both in cell 0,0: 40 wide, the second 10 to the right. IoU 30 / 50.
    set_anchor(out, 0, 2, 20, 20, 40, 40);
    set_anchor(out, 1, 1, 30, 20, 40, 40);
    assert_int_equal(decode(out, 0.5F, &unit_map, 8, faces, 4), 1);
    float a = face_sigmoid(2);
    float b = face_sigmoid(1);
    assert_true(faces[0].score == a);
    float center = (24 * a + 34 * b) / (a + b);
    assert_float_equal(faces[0].x, center - 20, 1e-4);
    assert_float_equal(faces[0].w, 40, 1e-4);
    // 0.3 itself is not enough: 6 of 20 together, boxes of 13.
    set_anchor(out, 0, 2, 20, 20, 13, 10);
    set_anchor(out, 1, 1, 27, 20, 13, 10);
    assert_int_equal(decode(out, 0.5F, &unit_map, 8, faces, 4), 2);
    set_anchor(out, 1, 1, 26.9F, 20, 13, 10);
    assert_int_equal(decode(out, 0.5F, &unit_map, 8, faces, 4), 1);
    free(out);
}

static void a_chain_is_not_one_face(void **state) {
    (void)state;
    outputs *out = no_faces();
    face_detection faces[4];
    // The middle overlaps both ends, which do not overlap each other; it
    // goes to the better one.
    set_anchor(out, 0, 3, 20, 20, 20, 20);
    set_anchor(out, 1, 1, 30, 20, 20, 20);
    set_anchor(out, 2, 2, 32, 20, 20, 20);
    assert_int_equal(decode(out, 0.5F, &unit_map, 8, faces, 4), 2);
    assert_true(faces[0].score == face_sigmoid(3));
    assert_true(faces[1].score == face_sigmoid(2));
    free(out);
}

static void boxes_without_size_are_dropped(void **state) {
    (void)state;
    static const float bad[] = {-1, 0, NAN, INFINITY, -INFINITY};
    outputs *out = no_faces();
    face_detection faces[2];
    for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
        set_anchor(out, 100, 5, 0, 0, bad[k], 10);
        assert_int_equal(decode(out, 0.5F, &unit_map, 8, faces, 2), 0);
        set_anchor(out, 100, 5, 0, 0, 10, bad[k]);
        assert_int_equal(decode(out, 0.5F, &unit_map, 8, faces, 2), 0);
    }
    set_anchor(out, 100, NAN, 0, 0, 10, 10);
    assert_int_equal(decode(out, 0.5F, &unit_map, 8, faces, 2), 0);
    set_anchor(out, 100, 5, NAN, 0, 10, 10);
    assert_int_equal(decode(out, 0.5F, &unit_map, 8, faces, 2), 0);
    free(out);
}

static void few_places_go_to_the_best(void **state) {
    (void)state;
    outputs *out = no_faces();
    face_detection faces[8];
    for (uint32_t k = 0; k < 8; k++) {
        set_anchor(out, 32 * k, (float)(k * 5 % 8) * 0.1F, 0, 0, 4, 4);
    }
    assert_int_equal(decode(out, 0.4F, &unit_map, 8, faces, 8), 8);
    for (int k = 0; k < 7; k++) {
        assert_true(faces[k].score > faces[k + 1].score);
    }
    assert_int_equal(decode(out, 0.4F, &unit_map, 3, faces, 8), 3);
    assert_true(faces[0].score == face_sigmoid(0.7F));
    assert_true(faces[2].score == face_sigmoid(0.5F));
    assert_int_equal(decode(out, 0.4F, &unit_map, 8, faces, 2), 2);
    assert_int_equal(decode(out, 0.4F, &unit_map, 0, faces, 8), 0);
    assert_int_equal(decode(out, 0.4F, &unit_map, 8, faces, 0), 0);
    free(out);
}

static void all_anchors_at_threshold_zero(void **state) {
    (void)state;
    outputs *out = no_faces();
    face_detection *faces = malloc(FACE_ANCHORS * sizeof(*faces));
    for (uint32_t k = 0; k < FACE_ANCHORS; k++) {
        set_anchor(out, k, -200, 0, 0, 1, 1);
    }
    uint32_t count =
            decode(out, 0, &unit_map, FACE_ANCHORS, faces, FACE_ANCHORS);
    // One a cell: all anchors of a cell have the same box.
    assert_int_equal(count, 256 + 64);
    for (uint32_t k = 0; k < count; k++) {
        assert_true(faces[k].w > 0.99F && faces[k].w < 1.01F);
    }
    free(faces);
    free(out);
}

// The same in real numbers, following the description and nothing else.

typedef struct slow_box {
    double score, left, top, right, bottom;
    double points[12];
    bool used;
} slow_box;

static double slow_overlap(const slow_box *a, const slow_box *b) {
    double w = fmin(a->right, b->right) - fmax(a->left, b->left);
    double h = fmin(a->bottom, b->bottom) - fmax(a->top, b->top);
    if (w <= 0 || h <= 0) {
        return 0;
    }
    return w * h /
            ((a->right - a->left) * (a->bottom - a->top) +
                    (b->right - b->left) * (b->bottom - b->top) - w * h);
}

static slow_box slow_read(const outputs *out, int anchor) {
    int grid = anchor < 512 ? 16 : 8;
    int depth = anchor < 512 ? 2 : 6;
    int cell = (anchor < 512 ? anchor : anchor - 512) / depth;
    int cell_x = cell % grid;
    int cell_y = cell / grid;
    double x = (cell_x + 0.5) / grid;
    double y = (cell_y + 0.5) / grid;
    const float *v = out->boxes[anchor];
    slow_box box = {.score = 1 / (1 + exp(-(double)out->scores[anchor]))};
    box.left = x + (v[0] - v[2] / 2) / 128;
    box.right = x + (v[0] + v[2] / 2) / 128;
    box.top = y + (v[1] - v[3] / 2) / 128;
    box.bottom = y + (v[1] + v[3] / 2) / 128;
    for (int k = 0; k < 12; k++) {
        box.points[k] = (k % 2 ? y : x) + v[4 + k] / 128;
    }
    return box;
}

static uint32_t slow_decode(const outputs *out, double threshold,
        slow_box *boxes, slow_box *faces) {
    uint32_t count = 0;
    uint32_t found = 0;
    for (int k = 0; k < FACE_ANCHORS; k++) {
        boxes[count] = slow_read(out, k);
        count += boxes[count].score >= threshold && out->boxes[k][2] > 0 &&
                out->boxes[k][3] > 0;
    }
    for (;;) {
        const slow_box *top = NULL;
        for (uint32_t k = 0; k < count; k++) {
            if (!boxes[k].used &&
                    (top == NULL || boxes[k].score > top->score)) {
                top = &boxes[k];
            }
        }
        if (top == NULL) {
            return found;
        }
        slow_box best = *top;
        slow_box sum = {.score = best.score};
        double total = 0;
        for (uint32_t k = 0; k < count; k++) {
            slow_box *b = &boxes[k];
            if (b->used || slow_overlap(&best, b) <= 0.3) {
                continue;
            }
            b->used = true;
            total += b->score;
            sum.left += b->score * b->left;
            sum.top += b->score * b->top;
            sum.right += b->score * b->right;
            sum.bottom += b->score * b->bottom;
            for (int p = 0; p < 12; p++) {
                sum.points[p] += b->score * b->points[p];
            }
        }
        sum.left /= total;
        sum.top /= total;
        sum.right /= total;
        sum.bottom /= total;
        for (int p = 0; p < 12; p++) {
            sum.points[p] /= total;
        }
        faces[found++] = sum;
    }
}

static void random_outputs(outputs *out, random_source *r) {
    for (int k = 0; k < FACE_ANCHORS; k++) {
        out->scores[k] = random_float(r, -8, 3);
        for (int v = 0; v < VALUES; v++) {
            out->boxes[k][v] = random_float(r, -20, 20);
        }
        out->boxes[k][2] += 40;
        out->boxes[k][3] += random_once_in(r, 20) ? -10 : 40;
    }
}

static void random_outputs_match_real_numbers(void **state) {
    (void)state;
    outputs *out = malloc(sizeof(*out));
    slow_box *boxes = malloc(2 * FACE_ANCHORS * sizeof(*boxes));
    slow_box *want = boxes + FACE_ANCHORS;
    face_detection *faces = malloc(FACE_ANCHORS * sizeof(*faces));
    img_map map = {-3, 7, 200, 100};
    for (uint64_t seed = 0; seed < 60; seed++) {
        random_source r = random_from(seed);
        random_outputs(out, &r);
        float threshold = random_float(&r, 0.05F, 0.9F);
        uint32_t expected = slow_decode(out, (double)threshold, boxes, want);
        uint32_t count =
                decode(out, threshold, &map, FACE_ANCHORS, faces, FACE_ANCHORS);
        assert_int_equal(count, expected);
        for (uint32_t k = 0; k < count; k++) {
            assert_float_equal(faces[k].score, want[k].score, 1e-6);
            assert_float_equal(faces[k].x, -3 + want[k].left * 200, 2e-3);
            assert_float_equal(faces[k].y, 7 + want[k].top * 100, 2e-3);
            assert_float_equal(faces[k].w, (want[k].right - want[k].left) * 200,
                    2e-3);
            assert_float_equal(faces[k].h, (want[k].bottom - want[k].top) * 100,
                    2e-3);
            for (int p = 0; p < FACE_KEYPOINTS; p++) {
                assert_float_equal(faces[k].keypoints[p].x,
                        -3 + want[k].points[2 * p] * 200, 2e-3);
                assert_float_equal(faces[k].keypoints[p].y,
                        7 + want[k].points[2 * p + 1] * 100, 2e-3);
            }
        }
    }
    free(faces);
    free(boxes);
    free(out);
}

// Quantised outputs give the very faces that their real values give.
static void quantised_equals_float(void **state) {
    (void)state;
    outputs *out = malloc(sizeof(*out));
    int8_t *q = malloc(FACE_ANCHORS * (VALUES + 1));
    face_detection *faces = malloc(2 * FACE_ANCHORS * sizeof(*faces));
    face_detection *quantised = faces + FACE_ANCHORS;
    face_candidate *candidates = malloc(FACE_ANCHORS * sizeof(*candidates));
    for (uint64_t seed = 0; seed < 40; seed++) {
        random_source r = random_from(seed);
        bool is_signed = random_once_in(&r, 2);
        face_model model = model_of(is_signed ? NN_INT8 : NN_UINT8,
                random_float(&r, 0.1F, 2), random_float(&r, 0.01F, 1));
        int32_t zero = random_in(&r, -20, 60) + (is_signed ? 0 : 128);
        for (int h = 0; h < FACE_HEADS; h++) {
            model.heads[h].boxes.zero_point = is_signed ? -60 : 68;
            model.heads[h].scores.zero_point = zero;
        }
        random_fill(&r, q, FACE_ANCHORS * (VALUES + 1));
        for (int k = 0; k < FACE_ANCHORS * (VALUES + 1); k++) {
            int32_t value = is_signed ? q[k] : (uint8_t)q[k];
            bool box = k < FACE_ANCHORS * VALUES;
            const face_values *v =
                    box ? &model.heads[0].boxes : &model.heads[0].scores;
            float real = (float)(value - v->zero_point) * v->scale;
            if (box) {
                out->boxes[k / VALUES][k % VALUES] = real;
            } else {
                out->scores[k - FACE_ANCHORS * VALUES] = real;
            }
        }
        float threshold = random_float(&r, 0, 1);
        uint32_t want = decode(out, threshold, &unit_map, FACE_ANCHORS, faces,
                FACE_ANCHORS);
        const void *places[] = {q, q + FACE_ANCHORS * VALUES};
        uint32_t got = face_decode(&model, places, threshold, &unit_map,
                candidates, FACE_ANCHORS, quantised, FACE_ANCHORS);
        assert_int_equal(got, want);
        assert_memory_equal(quantised, faces, got * sizeof(*faces));
    }
    free(candidates);
    free(faces);
    free(q);
    free(out);
}

// Soft suppression as the header has it, in real numbers.
static uint32_t slow_soft(const outputs *out, double threshold, double least,
        double sigma, double *scores) {
    slow_box *boxes = malloc(FACE_ANCHORS * sizeof(*boxes));
    double *left = malloc(FACE_ANCHORS * sizeof(*left));
    uint32_t count = 0;
    for (int k = 0; k < FACE_ANCHORS; k++) {
        boxes[k] = slow_read(out, k);
        bool whole = boxes[k].right > boxes[k].left &&
                boxes[k].bottom > boxes[k].top;
        double score = 1 / (1 + exp(-(double)out->scores[k]));
        left[k] = whole && score >= threshold ? score : 0;
    }
    for (;;) {
        int best = 0;
        for (int k = 1; k < FACE_ANCHORS; k++) {
            best = left[k] > left[best] ? k : best;
        }
        if (left[best] == 0) {
            break;
        }
        scores[count++] = left[best];
        left[best] = 0;
        for (int k = 0; k < FACE_ANCHORS; k++) {
            double both = slow_overlap(&boxes[best], &boxes[k]);
            left[k] *= exp(-both * both / sigma);
            left[k] = left[k] < least ? 0 : left[k];
        }
    }
    free(left);
    free(boxes);
    return count;
}

static void soft_suppression_matches_real_numbers(void **state) {
    (void)state;
    outputs *out = malloc(sizeof(*out));
    face_detection *faces = malloc(FACE_ANCHORS * sizeof(*faces));
    face_candidate *candidates = malloc(FACE_ANCHORS * sizeof(*candidates));
    double *scores = malloc(FACE_ANCHORS * sizeof(*scores));
    for (uint64_t seed = 1; seed <= 40; seed++) {
        random_source r = random_from(seed);
        random_outputs(out, &r);
        face_model model = model_of(NN_FLOAT32, 1, 1);
        const void *places[] = {out->boxes, out->scores};
        uint32_t want = slow_soft(out, 0.5, 0.1, 0.1, scores);
        uint32_t capacity = face_count(&model, places, 0.5F);
        assert_true(capacity >= want && capacity <= FACE_ANCHORS);
        uint32_t got = face_decode_soft(&model, places, 0.5F, 0.1F, 0.1F,
                &unit_map, candidates, capacity, faces, FACE_ANCHORS);
        // A score at the edge may fall to either side.
        assert_in_range(got + 1, want, want + 2);
        for (uint32_t k = 0; k < got && k < want && k < 20; k++) {
            assert_float_equal(faces[k].score, scores[k], 1e-3);
        }
        uint32_t all = face_decode_soft(&model, places, 0.5F, 0.1F, 0,
                &unit_map, candidates, capacity, faces, FACE_ANCHORS);
        assert_true(all >= got && all <= capacity);
    }
    free(scores);
    free(candidates);
    free(faces);
    free(out);
}

// Whatever was decoded can be drawn, on any image.
static void any_face_can_be_drawn(void **state) {
    (void)state;
    static const float odd[] = {0, -5, 3, 60, 1e9F, -1e30F, INFINITY, -INFINITY,
            NAN};
    random_source r = random_from(9);
    for (int k = 0; k < 500; k++) {
        float n[17];
        for (int i = 0; i < 17; i++) {
            n[i] = odd[random_in(&r, 0, 8)];
        }
        face_detection face = {.score = n[0],
                .x = n[1],
                .y = n[2],
                .w = n[3],
                .h = n[4]};
        memcpy(face.keypoints, n + 5, sizeof(face.keypoints));
        int32_t side = random_in(&r, 1, 60);
        uint8_t *pixels = calloc((size_t)side * (size_t)side, 3);
        img_image image = img_image_of(pixels, side, side, IMG_RGB888);
        face_draw(&image, &face, 1);
        free(pixels);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(one_anchor_makes_a_face),
            cmocka_unit_test(overlapping_boxes_blend_by_score),
            cmocka_unit_test(a_chain_is_not_one_face),
            cmocka_unit_test(boxes_without_size_are_dropped),
            cmocka_unit_test(few_places_go_to_the_best),
            cmocka_unit_test(all_anchors_at_threshold_zero),
            cmocka_unit_test(random_outputs_match_real_numbers),
            cmocka_unit_test(quantised_equals_float),
            cmocka_unit_test(soft_suppression_matches_real_numbers),
            cmocka_unit_test(any_face_can_be_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
