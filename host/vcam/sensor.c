// SPDX-License-Identifier: MIT
// What all image sensors share: power, reset and clock (RESET on PA10, PWDN
// on PD7, XCLK from TIM1 channel 1 on PA8), I2C1, and the course of a frame.

#include "host/vcam/sensor.h"

#include <stdlib.h>
#include <string.h>

#include "host/vcam/gpio.h"
#include "host/vcam/machine_state.h"
#include "host/vcam/tim.h"

enum {
    RESET_PIN = VCAM_PIN('A', 10), // low: reset
    PWDN_PIN = VCAM_PIN('D', 7),   // high: off
    XCLK_PIN = VCAM_PIN('A', 8),
    VSYNC_PIN = VCAM_PIN('B', 7),
    SCL_PIN = VCAM_PIN('B', 8),
    SDA_PIN = VCAM_PIN('B', 9),
    AF_TIM1 = 1,
    AF_I2C = 4,
    BUS = 1
};

// How soon a sensor without a clock is looked at again.
static const uint64_t IDLE_TIME = VCAM_SECOND / 1000;

// What the picture in `frame` was made from.
struct made {
    unsigned serial;
    struct vcam_view view;
    struct vcam_tone tone;
    int32_t width, height;
    bool bars, valid;
};

struct vcam_sensor {
    struct vcam *vm;
    const struct vcam_sensor_kind *kind;
    struct vcam_scene *scene;
    struct vcam_sensor_base *self;

    struct vcam_i2c_target target;
    unsigned index; // of the next byte of a write
    struct vcam_pin_watch reset_watch, power_watch, clock_watch;
    unsigned clocks; // of SCL, until it lets go of SDA
    uint64_t busy_until;
    struct vcam_event busy, step;

    bool active; // within a frame
    unsigned line;
    uint64_t started; // the frame, at this time
    struct vcam_shot shot;

    img_image array, plain, frame; // all of the scene; the view; with tones
    unsigned serial;               // of what is on the array
    struct made made_plain, made_frame;
    uint8_t *bytes; // of the longest line
};

static const struct vcam_sensor_kind *const KINDS[] = {&VCAM_OV7725,
        &VCAM_MT9M114, NULL};

const struct vcam_sensor_kind *vcam_sensor_kind(const char *name) {
    for (unsigned i = 0; KINDS[i]; i++) {
        if (strcmp(KINDS[i]->name, name) == 0) {
            return KINDS[i];
        }
    }
    return NULL;
}

// --- power and clock ------------------------------------------------------

static bool awake(const struct vcam_sensor *s) {
    return vcam_pin_level(s->vm, RESET_PIN) && !vcam_pin_level(s->vm, PWDN_PIN);
}

// What is far too slow is no clock.
static uint32_t xclk(const struct vcam_sensor *s) {
    uint32_t hz = vcam_pin_is_af(s->vm, XCLK_PIN, AF_TIM1)
            ? vcam_tim_output_hz(s->vm, "TIM1", 1)
            : 0;
    return hz >= s->kind->slowest / 16 ? hz : 0;
}

static void end_frame(struct vcam_sensor *s) {
    if (s->active) {
        s->active = false;
        vcam_pin_drive(s->vm, VSYNC_PIN, s->shot.video.vsync_high);
        vcam_dcmi_frame_end(s->vm);
    }
}

static void step_after(struct vcam_sensor *s, uint64_t time) {
    vcam_event_set(s->vm, &s->step, time);
}

static void stop(struct vcam_sensor *s) {
    end_frame(s);
    vcam_event_cancel(s->vm, &s->step);
}

static void go(struct vcam_sensor *s) {
    if (awake(s)) {
        step_after(s, vcam_now(s->vm) + IDLE_TIME);
    }
}

static void on_reset_pin(void *self, bool level) {
    struct vcam_sensor *s = self;
    if (level) {
        s->kind->reset(s->self);
        go(s);
    } else {
        stop(s);
    }
}

static void on_power_pin(void *self, bool level) {
    struct vcam_sensor *s = self;
    if (level) {
        stop(s);
    } else {
        go(s);
    }
}

void vcam_sensor_later(struct vcam_sensor *s, uint64_t time) {
    vcam_event_set(s->vm, &s->busy, vcam_now(s->vm) + time);
}

void vcam_sensor_busy(struct vcam_sensor *s, uint64_t time) {
    s->busy_until = vcam_now(s->vm) + time;
    vcam_sensor_later(s, time);
}

static void on_ready(void *context) {
    struct vcam_sensor *s = context;
    if (s->kind->ready) {
        s->kind->ready(s->self);
    }
}

void vcam_sensor_complain(struct vcam_sensor *s, const char *sentence) {
    vcam_complain(s->vm, "%s: %s", s->kind->name, sentence);
}

// --- I2C ------------------------------------------------------------------

static bool present(void *self) {
    const struct vcam_sensor *s = self;
    uint32_t hz = xclk(s);
    if (hz && (hz < s->kind->slowest || hz > s->kind->fastest)) {
        vcam_complain(s->vm, "%s: XCLK of %u Hz is not within %u to %u Hz",
                s->kind->name, (unsigned)hz, (unsigned)s->kind->slowest,
                (unsigned)s->kind->fastest);
    }
    return awake(s) && hz && vcam_now(s->vm) >= s->busy_until &&
            vcam_pin_is_af(s->vm, SCL_PIN, AF_I2C) &&
            vcam_pin_is_af(s->vm, SDA_PIN, AF_I2C);
}

static bool holds(void *self) {
    const struct vcam_sensor *s = self;
    return s->clocks > 0;
}

static void on_clock_pin(void *self, bool level) {
    struct vcam_sensor *s = self;
    if (level && s->clocks && --s->clocks == 0) {
        vcam_pin_drive(s->vm, SDA_PIN, -1);
    }
}

void vcam_sensor_hold(struct vcam_sensor *s) {
    s->clocks = 9; // eight bits and the acknowledgement
    vcam_pin_drive(s->vm, SDA_PIN, 0);
    s->clock_watch = (struct vcam_pin_watch){.pin = SCL_PIN,
            .self = s,
            .changed = on_clock_pin};
    vcam_pin_watch(s->vm, &s->clock_watch);
}

static void on_start(void *self, bool read) {
    struct vcam_sensor *s = self;
    if (!read) {
        s->index = 0;
    }
}

static bool on_write(void *self, uint8_t byte) {
    struct vcam_sensor *s = self;
    return s->kind->write(s->self, s->index++, byte);
}

static uint8_t on_read(void *self) {
    struct vcam_sensor *s = self;
    return s->kind->read(s->self);
}

static void on_stop(void *self) {
    (void)self;
}

// --- pictures -------------------------------------------------------------

static bool resize(img_image *image, int32_t width, int32_t height) {
    if (image->width == width && image->height == height) {
        return true;
    }
    uint8_t *data = malloc((size_t)width * (size_t)height * 3);
    if (!data) {
        return false;
    }
    free(image->data);
    *image = img_image_of(data, width, height, IMG_RGB888);
    return true;
}

static void look(struct vcam_sensor *s) {
    unsigned serial;
    const char *failed;
    const img_image *scene =
            vcam_scene_at(s->scene, vcam_now(s->vm), &serial, &failed);
    if (failed) {
        vcam_complain(s->vm, "%s", failed);
    }
    if (serial != s->serial) {
        vcam_picture_fit(scene, &s->array);
        s->serial = serial;
    }
}

// As the array lies behind the lens.
static struct vcam_view mounted(const struct vcam_sensor *s,
        const struct vcam_view *view) {
    struct vcam_view v = *view;
    if (s->kind->upside_down) {
        v.mirror = !v.mirror;
        v.flip = !v.flip;
        v.left = s->array.width - v.left - v.width;
        v.top = s->array.height - v.top - v.height;
    }
    return v;
}

static bool same_view(const struct vcam_view *a, const struct vcam_view *b) {
    return a->left == b->left && a->top == b->top && a->width == b->width &&
            a->height == b->height && a->mirror == b->mirror &&
            a->flip == b->flip;
}

static bool same_tone(const struct vcam_tone *a, const struct vcam_tone *b) {
    return a->light[0] == b->light[0] && a->light[1] == b->light[1] &&
            a->light[2] == b->light[2] && a->contrast == b->contrast &&
            a->centre == b->centre && a->brightness == b->brightness &&
            a->saturation_u == b->saturation_u &&
            a->saturation_v == b->saturation_v && a->negative == b->negative &&
            a->fixed_u == b->fixed_u && a->fixed_v == b->fixed_v &&
            a->u == b->u && a->v == b->v;
}

// Makes the frame that the shot asks for, unless it is there already.
static bool develop(struct vcam_sensor *s) {
    const struct vcam_shot *shot = &s->shot;
    int32_t width = (int32_t)shot->video.width;
    int32_t height = (int32_t)shot->video.height;
    look(s);
    struct made want = {.serial = s->serial,
            .view = mounted(s, &shot->view),
            .tone = shot->tone,
            .width = width,
            .height = height,
            .bars = shot->bars,
            .valid = true};
    struct made *have = &s->made_plain;
    bool same = have->valid && have->serial == want.serial &&
            have->width == width && have->height == height &&
            have->bars == want.bars && same_view(&have->view, &want.view);
    if (!same) {
        have->valid = false;
        s->made_frame.valid = false;
        if (!resize(&s->plain, width, height) ||
                !resize(&s->frame, width, height)) {
            return false;
        }
        if (want.bars) {
            vcam_picture_bars(&s->plain);
        } else {
            vcam_picture_view(&s->array, &want.view, &s->plain);
        }
        *have = want;
    }
    have = &s->made_frame;
    if (!have->valid || !same_tone(&have->tone, &want.tone)) {
        memcpy(s->frame.data, s->plain.data, img_bytes(&s->plain));
        if (!want.bars) {
            vcam_picture_tone(&s->frame, &want.tone);
        }
        *have = want;
    }
    return true;
}

// --- the course of a frame ------------------------------------------------

// When line `line` has gone by.
static uint64_t line_end(const struct vcam_sensor *s, unsigned line) {
    const struct vcam_shot *shot = &s->shot;
    uint64_t row = (line + 1ull) * shot->rows / shot->video.height;
    return s->started + (shot->front + row) * shot->line_time;
}

static void begin_frame(struct vcam_sensor *s) {
    uint32_t hz = xclk(s);
    uint64_t now = vcam_now(s->vm);
    if (!awake(s)) {
        return;
    }
    if (!hz || now < s->busy_until || !s->kind->shoot(s->self, hz, &s->shot)) {
        step_after(s, now + IDLE_TIME);
        return;
    }
    s->started = now;
    s->line = 0;
    s->active = true;
    vcam_pin_drive(s->vm, VSYNC_PIN, !s->shot.video.vsync_high);
    vcam_dcmi_frame_start(s->vm, &s->shot.video);
    if (vcam_dcmi_capturing(s->vm) && develop(s)) {
        step_after(s, line_end(s, 0));
    } else {
        s->line = s->shot.video.height;
        step_after(s, line_end(s, s->shot.video.height));
    }
}

static void on_step(void *context) {
    struct vcam_sensor *s = context;
    const struct vcam_shot *shot = &s->shot;
    if (!s->active) {
        begin_frame(s);
    } else if (s->line < shot->video.height) {
        vcam_video_line(&shot->video, &s->frame, (int32_t)s->line, s->bytes);
        s->line++;
        // Lines that nobody takes any more go by unseen.
        if (!vcam_dcmi_capturing(s->vm)) {
            s->line = shot->video.height;
        }
        step_after(s, line_end(s, s->line));
        vcam_dcmi_line(s->vm, s->bytes, vcam_video_line_bytes(&shot->video));
    } else {
        uint64_t next = s->started + shot->lines * shot->line_time;
        end_frame(s);
        s->kind->settle(s->self);
        uint64_t now = vcam_now(s->vm);
        step_after(s, next > now ? next : now);
    }
}

// --- life -----------------------------------------------------------------

struct vcam_sensor *vcam_sensor_plug(struct vcam *vm,
        const struct vcam_sensor_kind *kind, struct vcam_scene *scene) {
    struct vcam_sensor *s = calloc(1, sizeof *s);
    if (!s) {
        return NULL;
    }
    s->self = calloc(1, kind->size);
    s->bytes = malloc(2 * (size_t)kind->width);
    if (!s->self || !s->bytes ||
            !resize(&s->array, kind->width, kind->height)) {
        vcam_sensor_free(s);
        return NULL;
    }
    s->vm = vm;
    s->kind = kind;
    s->scene = scene;
    s->self->sensor = s;
    s->busy = (struct vcam_event){.fire = on_ready, .context = s};
    s->step = (struct vcam_event){.fire = on_step, .context = s};
    s->reset_watch = (struct vcam_pin_watch){.pin = RESET_PIN,
            .self = s,
            .changed = on_reset_pin};
    s->power_watch = (struct vcam_pin_watch){.pin = PWDN_PIN,
            .self = s,
            .changed = on_power_pin};
    vcam_pin_watch(vm, &s->reset_watch);
    vcam_pin_watch(vm, &s->power_watch);
    s->target = (struct vcam_i2c_target){.address = kind->address,
            .self = s,
            .present = present,
            .holds = holds,
            .start = on_start,
            .write = on_write,
            .read = on_read,
            .stop = on_stop};
    vcam_i2c_attach(vm, BUS, &s->target);
    return s;
}

void vcam_sensor_free(struct vcam_sensor *s) {
    if (s) {
        free(s->self);
        free(s->array.data);
        free(s->plain.data);
        free(s->frame.data);
        free(s->bytes);
        free(s);
    }
}
