// SPDX-License-Identifier: MIT
// What the virtual camera looks at.

#include "host/vcam/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/file/file.h"
#include "host/photo/film.h"
#include "host/photo/folder.h"
#include "host/photo/photo.h"

enum { PATTERN_WIDTH = 1280, PATTERN_HEIGHT = 960, SENTENCE = 512 };

struct vcam_scene {
    char *path;
    folder slides;  // none for a single picture
    film *film;     // likewise
    uint8_t *bytes; // of the film
    photo picture;
    unsigned serial; // of the picture; its index and one
    char sentence[SENTENCE];
};

// --- the made picture -----------------------------------------------------

// A white frame, a ramp of greys, patches of colour and a fine checkerboard:
// each tells something about size, orientation, colour and tone.
static img_color pattern_at(int32_t x, int32_t y) {
    static const img_color patches[8] = {{200, 60, 60}, {60, 170, 70},
            {60, 90, 200}, {220, 190, 60}, {60, 180, 190}, {180, 80, 180},
            {225, 170, 140}, {120, 80, 60}};
    bool edge =
            x < 8 || y < 8 || x >= PATTERN_WIDTH - 8 || y >= PATTERN_HEIGHT - 8;
    if (edge) {
        return (img_color){255, 255, 255};
    }
    if (y < PATTERN_HEIGHT / 4) {
        uint8_t v = (uint8_t)(x * 255 / PATTERN_WIDTH);
        return (img_color){v, v, v};
    }
    if (y < PATTERN_HEIGHT * 3 / 4) {
        return patches[x * 8 / PATTERN_WIDTH];
    }
    if (x < PATTERN_WIDTH / 2) {
        uint8_t v = (x / 16 + y / 16) % 2 ? 210 : 40;
        return (img_color){v, v, v};
    }
    return (img_color){(uint8_t)(y % 256), (uint8_t)(x % 256), 128};
}

static int make_pattern(photo *p, nn_error *error) {
    uint8_t *data = malloc((size_t)PATTERN_WIDTH * PATTERN_HEIGHT * 3);
    if (!data) {
        return nn_fail(error, NN_ERR_NO_MEMORY, "out of memory");
    }
    p->image = img_image_of(data, PATTERN_WIDTH, PATTERN_HEIGHT, IMG_RGB888);
    for (int32_t y = 0; y < PATTERN_HEIGHT; y++) {
        for (int32_t x = 0; x < PATTERN_WIDTH; x++) {
            img_set(&p->image, x, y, pattern_at(x, y));
        }
    }
    return 0;
}

// --- slides ---------------------------------------------------------------

static int read_slide(struct vcam_scene *s, size_t index, nn_error *error) {
    char *path = folder_join(s->path, s->slides.names[index]);
    if (!path) {
        return nn_fail(error, NN_ERR_NO_MEMORY, "out of memory");
    }
    photo next = {0};
    int err = photo_read(&next, path, error);
    free(path);
    if (err == 0) {
        photo_free(&s->picture);
        s->picture = next;
        s->serial = (unsigned)index + 1;
    }
    return err;
}

static int open_slides(struct vcam_scene *s, nn_error *error) {
    int err = folder_read(&s->slides, s->path, error);
    if (err == 0 && s->slides.count == 0) {
        err = nn_fail(error, NN_ERR_INVALID, "has no photographs");
    }
    return err ? err : read_slide(s, 0, error);
}

// --- films ----------------------------------------------------------------

static int read_frame(struct vcam_scene *s, size_t index, nn_error *error) {
    photo next = {0};
    int err = film_frame(s->film, index, &next, error);
    if (err == 0) {
        photo_free(&s->picture);
        s->picture = next;
        s->serial = (unsigned)index + 1;
    }
    return err;
}

// A photograph or a film.
static int open_file(struct vcam_scene *s, nn_error *error) {
    size_t size = 0;
    int err = file_read(s->path, PHOTO_MAX_BYTES, &s->bytes, &size, error);
    if (err) {
        return err;
    }
    if (!film_is_known(s->bytes, size)) {
        err = photo_decode(&s->picture, s->bytes, size, error);
        free(s->bytes);
        s->bytes = NULL;
        return err;
    }
    err = film_open(&s->film, s->bytes, size, error);
    return err ? err : read_frame(s, 0, error);
}

static int open_path(struct vcam_scene *s, const char *path, nn_error *error) {
    s->path = strdup(path);
    if (!s->path) {
        return nn_fail(error, NN_ERR_NO_MEMORY, "out of memory");
    }
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        return open_slides(s, error);
    }
    return open_file(s, error);
}

int vcam_scene_open(struct vcam_scene **out, const char *path,
        nn_error *error) {
    struct vcam_scene *s = calloc(1, sizeof *s);
    if (!s) {
        return nn_fail(error, NN_ERR_NO_MEMORY, "out of memory");
    }
    s->serial = 1;
    int err =
            path ? open_path(s, path, error) : make_pattern(&s->picture, error);
    if (err) {
        vcam_scene_close(s);
        return err;
    }
    *out = s;
    return 0;
}

void vcam_scene_close(struct vcam_scene *scene) {
    if (scene) {
        photo_free(&scene->picture);
        folder_free(&scene->slides);
        film_close(scene->film);
        free(scene->bytes);
        free(scene->path);
        free(scene);
    }
}

const img_image *vcam_scene_at(struct vcam_scene *scene, uint64_t time,
        unsigned *serial, const char **failed) {
    struct vcam_scene *s = scene;
    size_t count = s->film ? film_frames(s->film) : s->slides.count;
    uint64_t each = s->film ? film_period(s->film) : VCAM_SLIDE_TIME;
    size_t index = count ? (size_t)(time / each % count) : 0;
    nn_error error;
    *failed = NULL;
    if (count && s->serial != index + 1 &&
            (s->film ? read_frame(s, index, &error)
                     : read_slide(s, index, &error))) {
        (void)snprintf(s->sentence, sizeof s->sentence, "%s: %s %zu: %s",
                s->path, s->film ? "frame" : "slide", index, error.text);
        *failed = s->sentence;
    }
    *serial = s->serial;
    return &s->picture.image;
}
