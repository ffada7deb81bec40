// SPDX-License-Identifier: MIT
// Between a frame and the first layer nothing is written but the layer's own
// input, each row once: no image in between, whatever the frame is.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "face/face.h"
#include "host/engine/engine.h"
#include "test/support/random.h"

static const char MODEL[] = "build/models/blazeface_front_128.tflite";

typedef struct counter {
    img_rows rows;
    uint64_t bytes;
    uint32_t next;
    uint32_t row_bytes;
    uint64_t before_layer; // bytes when the first layer began
} counter;

static void note_layer(void *user, const struct nn_call *call, uint32_t first,
        uint32_t end) {
    (void)call;
    (void)first;
    (void)end;
    counter *c = user;
    c->before_layer = c->before_layer == 0 ? c->bytes : c->before_layer;
}

static int count_row(void *user, uint32_t row, void *out) {
    counter *c = user;
    assert_int_equal(row, c->next);
    c->next++;
    c->bytes += c->row_bytes;
    return img_rows_read(&c->rows, row, out);
}

static void frames_are_read_where_they_lie(void **state) {
    (void)state;
    engine *e;
    nn_error error;
    if (engine_open(&e, MODEL, NULL, &error) != 0) {
        fail_msg("%s", error.text);
    }
    face_model model;
    assert_int_equal(face_model_init(&model, engine_graph(e), &error), 0);
    const nn_tensor *input = engine_input(e, 0);
    random_source r = random_from(1);
    for (int format = IMG_GRAYSCALE; format <= IMG_BAYER; format++) {
        img_image frame = img_image_of(NULL, 320, 240, (img_format)format);
        size_t bytes = img_bytes(&frame);
        frame.data = malloc(bytes);
        uint8_t *before = malloc(bytes);
        random_fill(&r, frame.data, bytes);
        memcpy(before, frame.data, bytes);
        img_rect roi = {11, 7, 200, 181};
        counter c = {.row_bytes = input->row_bytes};
        assert_int_equal(img_rows_init(&c.rows, &frame,
                                 format % 2 ? &roi : NULL, IMG_LETTERBOX,
                                 &model.target),
                0);
        engine_set_rows(e, 0, count_row, &c);
        engine_set_observer(e, note_layer, &c);
        assert_int_equal(engine_run(e, &error), 0);
        // Four rows of 384 bytes let it make its first.
        assert_int_equal(c.before_layer, 4 * 384);
        // The tensor's bytes, once; OpenMV writes 475,136 (DESIGN.md).
        assert_int_equal(c.bytes, 128 * 128 * 3);
        assert_memory_equal(frame.data, before, bytes);
        free(before);
        free(frame.data);
    }
    // And of these only so many rows are there at a time.
    const nn_plan *plan = engine_plan(e);
    const nn_place *place = &plan->places[engine_graph(e)->inputs[0]];
    assert_true(place->ring * input->row_bytes <= 2048);
    engine_close(e);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(frames_are_read_where_they_lie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
