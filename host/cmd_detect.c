// SPDX-License-Identifier: MIT
// blazecam detect: faces in photographs.

#include <stdio.h>
#include <stdlib.h>

#include "face/draw.h"
#include "host/cli/cli.h"
#include "host/commands.h"
#include "host/detector/detector.h"
#include "host/file/file.h"
#include "host/json/json.h"
#include "host/photo/photo.h"

enum { PATH_BYTES = 4096 };

typedef struct request {
    const char *model;
    const char *output;
    double threshold;
    bool json;
} request;

static void print_json(const char *path, const img_image *image,
        const face_detection *faces, uint32_t count) {
    printf("{\"file\":");
    json_string(stdout, path);
    printf(",\"width\":%d,\"height\":%d,\"faces\":[", (int)image->width,
            (int)image->height);
    for (uint32_t k = 0; k < count; k++) {
        const face_detection *face = &faces[k];
        printf("%s{\"score\":%.4f,\"box\":[%.2f,%.2f,%.2f,%.2f],"
               "\"keypoints\":[",
                k > 0 ? "," : "", (double)face->score, (double)face->x,
                (double)face->y, (double)face->w, (double)face->h);
        for (int p = 0; p < FACE_KEYPOINTS; p++) {
            printf("%s[%.2f,%.2f]", p > 0 ? "," : "",
                    (double)face->keypoints[p].x, (double)face->keypoints[p].y);
        }
        printf("]}");
    }
    printf("]}\n");
}

static void print_text(const char *path, const img_image *image,
        const face_detection *faces, uint32_t count) {
    cli_text(stdout, path);
    printf(" (%d x %d): %u face%s\n", (int)image->width, (int)image->height,
            (unsigned)count, count == 1 ? "" : "s");
    for (uint32_t k = 0; k < count; k++) {
        printf("  score %.2f  box x %.1f  y %.1f  w %.1f  h %.1f\n",
                (double)faces[k].score, (double)faces[k].x, (double)faces[k].y,
                (double)faces[k].w, (double)faces[k].h);
    }
}

static int detect(detector *d, const request *r, const char *path) {
    nn_error error;
    photo p;
    if (photo_read(&p, path, &error) != 0) {
        return cli_fail(path, "%s", error.text);
    }
    int status = 0;
    if (detector_run(d, &p.image, &error) != 0) {
        status = cli_fail(path, "%s", error.text);
    } else {
        uint32_t count = detector_faces(d, (float)r->threshold);
        cli_progress_end();
        (r->json ? print_json : print_text)(path, &p.image, d->faces, count);
        // In time for those who read along in a pipe.
        fflush(stdout);
        if (r->output != NULL) {
            face_draw(&p.image, d->faces, count);
            if (photo_write(r->output, &p.image, &error) != 0) {
                status = cli_fail(r->output, "%s", error.text);
            }
        }
    }
    photo_free(&p);
    return status;
}

static int detect_all(const request *r, char **paths, size_t count) {
    nn_error error;
    detector *d = malloc(sizeof(*d));
    if (d == NULL) {
        return cli_fail("detect", "out of memory");
    }
    if (detector_open(d, r->model, &error) != 0) {
        free(d);
        return cli_fail(r->model, "%s", error.text);
    }
    int status = 0;
    for (size_t k = 0; k < count; k++) {
        if (count > 1) {
            cli_progress("detect", k + 1, count);
        }
        // One bad photograph does not keep the others from being looked at.
        if (detect(d, r, paths[k]) != 0) {
            status = CLI_FAILED;
        }
    }
    detector_close(d);
    free(d);
    return status;
}

int cmd_detect(int argc, char **argv) {
    request r = {.threshold = 0.5};
    const char *threshold = NULL;
    const cli_option options[] = {
            {.name = "--model", .value = &r.model},
            {.name = "--threshold", .value = &threshold},
            {.name = "--json", .flag = &r.json},
            {.name = "-o", .value = &r.output},
    };
    int count;
    int status = cli_parse(argc, argv, options,
            sizeof(options) / sizeof(options[0]), &count);
    if (status == 0 && threshold != NULL) {
        status = cli_number(argv[0], "--threshold", threshold, 0, 1,
                &r.threshold);
    }
    if (status != 0) {
        return status;
    }
    if (count == 0) {
        return cli_usage(argv[0], "no image is named");
    }
    if (r.output != NULL && count > 1) {
        return cli_usage(argv[0], "-o takes one image, not %d", count);
    }
    if (r.output != NULL && !photo_can_write(r.output)) {
        return cli_usage(argv[0],
                "-o wants a name that ends in .png, .jpg or .ppm");
    }
    if (r.output != NULL && file_is_same(r.output, argv[1])) {
        return cli_fail(r.output, "is the photo itself, which stays as it is");
    }
    char path[PATH_BYTES];
    nn_error error;
    if (r.model == NULL) {
        if (detector_default_model(path, sizeof(path), &error) != 0) {
            return cli_fail(argv[0], "%s", error.text);
        }
        r.model = path;
    }
    return detect_all(&r, argv + 1, (size_t)count);
}
