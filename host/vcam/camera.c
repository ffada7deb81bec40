// SPDX-License-Identifier: MIT
// The camera's eye, as the options ask for it.

#include "host/vcam/camera.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/cli/cli.h"
#include "host/file/file.h"
#include "host/photo/folder.h"
#include "host/photo/format.h"
#include "host/vcam/machine.h"
#include "host/vcam/options.h"
#include "host/vcam/sensor.h"
#include "image/pixel.h"

struct kind {
    enum vcam_video_format format;
    img_bayer bayer;
    bool swapped, blue_first, v_first;
    unsigned select;
    size_t line_bytes;
};

struct vcam_camera {
    struct vcam *vm;
    struct vcam_scene *scene;
    struct vcam_sensor *sensor;
    const char *frames;
    unsigned count; // frames written
    // The last one, and its file: most frames of a still scene are equal.
    struct kind kind;
    uint8_t *last;
    size_t last_size;
    char *file;
    size_t file_size;
    int status;
};

// --- frames ---------------------------------------------------------------

static img_color rgb565(const struct vcam_video *video, const uint8_t *bytes) {
    uint32_t word =
            (uint32_t)bytes[video->swapped] << 8 | bytes[!video->swapped];
    img_color c = pixel_from_565(word);
    return video->blue_first ? (img_color){c.b, c.g, c.r} : c;
}

// A pixel of a line that begins with a pair.
static img_color yuv422(const struct vcam_video *video, const uint8_t *line,
        size_t x) {
    const uint8_t *pair = line + x / 2 * 4;
    unsigned y_at = !video->swapped;
    int32_t u = pair[!y_at];
    int32_t v = pair[2 + !y_at];
    int32_t y = pair[x % 2 * 2 + y_at];
    return video->v_first ? pixel_from_yuv(y, v, u) : pixel_from_yuv(y, u, v);
}

// The filter over the first pixel that was taken.
static img_bayer first_filter(const struct vcam_capture *c) {
    return (img_bayer)(c->video->bayer ^ (c->first_byte & 1) ^
            (c->first_line & 1) << 1);
}

// Colours of what was captured, as RGB888 or, where the format is such, as it
// is. Null when it is no picture: the window cuts pixels apart.
static uint8_t *picture(const struct vcam_capture *c, img_image *image) {
    const struct vcam_video *video = c->video;
    bool single = c->select || video->format == VIDEO_BAYER;
    int32_t height = (int32_t)c->lines;
    if (single) { // of YUV422 every other byte: luma, it is hoped
        img_format format = c->select ? IMG_GRAYSCALE : IMG_BAYER;
        *image = img_image_of((uint8_t *)c->bytes, (int32_t)c->line_bytes,
                height, format);
        image->bayer = first_filter(c);
        return NULL;
    }
    int32_t width = (int32_t)(c->line_bytes / 2);
    uint8_t *data = malloc((size_t)width * c->lines * 3 + 1);
    if (!data) {
        return NULL;
    }
    *image = img_image_of(data, width, height, IMG_RGB888);
    uint8_t *to = data;
    for (size_t y = 0; y < c->lines; y++) {
        const uint8_t *line = c->bytes + y * c->line_bytes;
        for (size_t x = 0; x < (size_t)width; x++, to += 3) {
            img_color p = video->format == VIDEO_RGB565
                    ? rgb565(video, line + 2 * x)
                    : yuv422(video, line, x);
            to[0] = p.r;
            to[1] = p.g;
            to[2] = p.b;
        }
    }
    return data;
}

static void fail(struct vcam_camera *camera, const char *what,
        const char *why) {
    if (camera->status == 0) {
        camera->status = cli_fail(what, "%s", why);
        vcam_stop(camera->vm);
    }
}

// What the same bytes may still differ in.
static struct kind kind_of(const struct vcam_capture *capture) {
    const struct vcam_video *v = capture->video;
    return (struct kind){.format = v->format,
            .bayer = first_filter(capture),
            .swapped = v->swapped,
            .blue_first = v->blue_first,
            .v_first = v->v_first,
            .select = capture->select,
            .line_bytes = capture->line_bytes};
}

static bool same_kind(const struct vcam_camera *camera,
        const struct vcam_capture *capture) {
    const struct kind *a = &camera->kind;
    struct kind b = kind_of(capture);
    return a->format == b.format && a->bayer == b.bayer &&
            a->swapped == b.swapped && a->blue_first == b.blue_first &&
            a->v_first == b.v_first && a->select == b.select &&
            a->line_bytes == b.line_bytes;
}

// Makes the file of a frame, unless it is that of the last one.
static bool encode(struct vcam_camera *camera,
        const struct vcam_capture *capture) {
    size_t size = capture->line_bytes * capture->lines;
    if (camera->file && camera->last_size == size &&
            memcmp(camera->last, capture->bytes, size) == 0 &&
            same_kind(camera, capture)) {
        return true;
    }
    free(camera->file);
    free(camera->last);
    camera->file = NULL;
    camera->last = malloc(size + 1);
    img_image image = {0};
    uint8_t *data = picture(capture, &image);
    FILE *to = open_memstream(&camera->file, &camera->file_size);
    bool good = camera->last && to && image.width > 0;
    if (good) {
        memcpy(camera->last, capture->bytes, size);
        camera->last_size = size;
        camera->kind = kind_of(capture);
        nn_error error;
        good = photo_encode_png(to, &image, &error) == 0;
    }
    good = to && fclose(to) == 0 && good;
    free(data);
    if (!good) {
        free(camera->file);
        camera->file = NULL;
    }
    return good;
}

static void on_frame(void *owner, const struct vcam_capture *capture) {
    struct vcam_camera *camera = owner;
    size_t pair = capture->video->format == VIDEO_YUV422 ? 4 : 2;
    if (!capture->select && capture->video->format != VIDEO_BAYER &&
            (capture->line_bytes % pair || capture->first_byte % pair)) {
        return; // pixels are cut apart: no picture
    }
    char name[32];
    (void)snprintf(name, sizeof name, "frame_%05u.png", camera->count++);
    char *path = folder_join(camera->frames, name);
    nn_error error;
    if (!path || !encode(camera, capture)) {
        fail(camera, "vcam", "out of memory");
    } else if (file_write(path, camera->file, camera->file_size, &error)) {
        fail(camera, path, error.text);
    }
    free(path);
}

static int open_frames(struct vcam_camera *camera) {
    struct stat status;
    if (stat(camera->frames, &status) != 0) {
        if (mkdir(camera->frames, 0777) != 0) {
            return cli_fail(camera->frames, "%s", strerror(errno));
        }
    } else if (!S_ISDIR(status.st_mode)) {
        return cli_fail(camera->frames, "is not a folder");
    }
    const struct vcam_frame_sink sink = {.owner = camera, .frame = on_frame};
    vcam_dcmi_sink(camera->vm, &sink);
    return 0;
}

// --- life -----------------------------------------------------------------

static int open_all(struct vcam_camera *camera,
        const struct vcam_options *options) {
    nn_error error;
    int status = camera->frames ? open_frames(camera) : 0;
    if (status == 0 &&
            vcam_scene_open(&camera->scene, options->scene, &error)) {
        status = cli_fail(options->scene ? options->scene : "vcam", "%s",
                error.text);
    }
    if (status || !options->sensor) {
        return status;
    }
    camera->sensor =
            vcam_sensor_plug(camera->vm, options->sensor, camera->scene);
    if (!camera->sensor) {
        return cli_fail("vcam", "out of memory");
    }
    if (options->stuck_i2c) {
        vcam_sensor_hold(camera->sensor);
    }
    return 0;
}

int vcam_camera_open(struct vcam_camera **out, struct vcam *vm,
        const struct vcam_options *options) {
    struct vcam_camera *camera = calloc(1, sizeof *camera);
    if (!camera) {
        return cli_fail("vcam", "out of memory");
    }
    camera->vm = vm;
    camera->frames = options->frames;
    *out = camera;
    return open_all(camera, options);
}

int vcam_camera_close(struct vcam_camera *camera) {
    int status = 0;
    if (camera) {
        status = camera->status;
        vcam_sensor_free(camera->sensor);
        vcam_scene_close(camera->scene);
        free(camera->last);
        free(camera->file);
        free(camera);
    }
    return status;
}
