// SPDX-License-Identifier: MIT
// blazecam eval: how good a model is on photographs with known faces.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/commands.h"
#include "host/detector/detector.h"
#include "host/eval/boxes.h"
#include "host/photo/folder.h"
#include "host/eval/score.h"
#include "host/photo/photo.h"

enum { PATH_BYTES = 4096 };

// Average precision looks at weak detections too; recall and false alarms are
// counted as a user sees them.
static const float weakest = 0.05F;
static const float usual = 0.5F;

typedef struct evaluation {
    const char *directory;
    boxes truth;
    folder photos;
    detector *detector;
    score_hit *hits; // of all images, at `weakest`
    size_t hit_count;
    size_t faces; // that count
    size_t found; // of them, at `usual`
    size_t negatives;
    size_t false_alarms; // on negatives, at `usual`
} evaluation;

// The rows of one file, NULL when it has none; rows are ordered by it.
static const boxes_row *rows_of(const boxes *truth, const char *file,
        size_t *count) {
    size_t low = 0;
    size_t high = truth->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(truth->rows[middle].file, file) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    size_t end = low;
    while (end < truth->count && strcmp(truth->rows[end].file, file) == 0) {
        end++;
    }
    *count = end - low;
    return *count > 0 ? &truth->rows[low] : NULL;
}

static size_t count_right(const score_hit *hits, size_t count) {
    size_t right = 0;
    for (size_t k = 0; k < count; k++) {
        right += hits[k].right;
    }
    return right;
}

// Counts what the detector found on the image it ran on.
static int count_faces(evaluation *e, const char *file, nn_error *error) {
    size_t rows;
    const boxes_row *truth = rows_of(&e->truth, file, &rows);
    score_hit hits[FACE_ANCHORS];
    bool *taken = malloc(rows + 1);
    score_hit *all =
            realloc(e->hits, (e->hit_count + FACE_ANCHORS) * sizeof(*e->hits));
    if (all != NULL) {
        e->hits = all;
    }
    if (taken == NULL || all == NULL) {
        free(taken);
        return nn_fail(error, NN_ERR_NO_MEMORY, "out of memory");
    }
    for (size_t k = 0; k < rows; k++) {
        e->faces += truth[k].counts;
    }
    uint32_t count = detector_faces(e->detector, weakest);
    e->hit_count += score_match(truth, rows, taken, e->detector->faces, count,
            e->hits + e->hit_count);
    count = detector_faces(e->detector, usual);
    size_t counted =
            score_match(truth, rows, taken, e->detector->faces, count, hits);
    e->found += count_right(hits, counted);
    if (rows == 0) {
        e->negatives++;
        e->false_alarms += count;
    }
    free(taken);
    return 0;
}

static int evaluate_photo(evaluation *e, const char *file) {
    nn_error error;
    photo p;
    char *path = folder_join(e->directory, file);
    if (path == NULL) {
        return cli_fail(file, "out of memory");
    }
    int status = 0;
    int err = photo_read(&p, path, &error);
    if (!err) {
        err = detector_run(e->detector, &p.image, &error);
        photo_free(&p);
    }
    if (!err) {
        err = count_faces(e, file, &error);
    }
    if (err) {
        status = cli_fail(path, "%s", error.text);
    }
    free(path);
    return status;
}

// Each file that boxes.csv names must be there: a missing one would make the
// figures better than they are.
static int check_files(const evaluation *e) {
    for (size_t k = 0; k < e->truth.count; k++) {
        const char *file = e->truth.rows[k].file;
        if (!folder_has(&e->photos, file)) {
            return cli_fail(e->directory,
                    "boxes.csv names %s, which is no image in this folder",
                    file);
        }
    }
    return 0;
}

static void print_ratio(const char *key, size_t faces, double value) {
    if (faces > 0) {
        printf(",\"%s\":%.4f", key, value);
    } else {
        printf(",\"%s\":null", key);
    }
}

static void print_result(const evaluation *e, bool json) {
    size_t images = e->photos.count;
    double ap = e->faces > 0
            ? score_average_precision(e->hits, e->hit_count, e->faces)
            : 0;
    double recall = e->faces > 0 ? (double)e->found / (double)e->faces : 0;
    double alarms = e->negatives > 0
            ? (double)e->false_alarms / (double)e->negatives
            : 0;
    if (json) {
        printf("{\"images\":%zu", images);
        print_ratio("ap50", e->faces, ap);
        print_ratio("recall", e->faces, recall);
        printf(",\"false_per_negative\":%.4f}\n", alarms);
        return;
    }
    printf("%zu images, %zu faces that count, %zu images without a face\n",
            images, e->faces, e->negatives);
    printf("average precision at IoU 0.5   %.4f\n", ap);
    printf("recall at score 0.5            %.4f (%zu found)\n", recall,
            e->found);
    printf("false alarms per empty image   %.4f (%zu)\n", alarms,
            e->false_alarms);
}

static int evaluate_all(evaluation *e, bool json) {
    int status = check_files(e);
    if (status == 0 && e->photos.count == 0) {
        status = cli_fail(e->directory, "holds no photographs");
    }
    for (size_t k = 0; k < e->photos.count && status == 0; k++) {
        cli_progress("eval", k + 1, e->photos.count);
        status = evaluate_photo(e, e->photos.names[k]);
    }
    if (status == 0) {
        cli_progress_end();
        print_result(e, json);
    }
    return status;
}

// Reads the folder; close_all() is due whatever comes out.
static int read_folder(evaluation *e) {
    nn_error error;
    if (folder_read(&e->photos, e->directory, &error) != 0) {
        return cli_fail(e->directory, "%s", error.text);
    }
    char *csv = folder_join(e->directory, "boxes.csv");
    if (csv == NULL) {
        return cli_fail("eval", "out of memory");
    }
    int status = 0;
    if (boxes_read(&e->truth, csv, &error) != 0) {
        status = cli_fail(csv, "%s", error.text);
    }
    free(csv);
    return status;
}

static int open_model(evaluation *e, const char *model) {
    nn_error error;
    detector *d = malloc(sizeof(*d));
    if (d == NULL) {
        return cli_fail("eval", "out of memory");
    }
    if (detector_open(d, model, &error) != 0) {
        free(d);
        return cli_fail(model, "%s", error.text);
    }
    e->detector = d;
    return 0;
}

static void close_all(evaluation *e) {
    if (e->detector != NULL) {
        detector_close(e->detector);
        free(e->detector);
    }
    free(e->hits);
    folder_free(&e->photos);
    boxes_free(&e->truth);
}

int cmd_eval(int argc, char **argv) {
    const char *model = NULL;
    bool json = false;
    const cli_option options[] = {
            {.name = "--model", .value = &model},
            {.name = "--json", .flag = &json},
    };
    int count;
    int status = cli_parse(argc, argv, options,
            sizeof(options) / sizeof(options[0]), &count);
    if (status != 0) {
        return status;
    }
    if (count != 1) {
        return cli_usage(argv[0], "wants one folder, not %d", count);
    }
    char path[PATH_BYTES];
    nn_error error;
    if (model == NULL) {
        if (detector_default_model(path, sizeof(path), &error) != 0) {
            return cli_fail(argv[0], "%s", error.text);
        }
        model = path;
    }
    evaluation e = {.directory = argv[1]};
    status = read_folder(&e);
    if (status == 0) {
        status = open_model(&e, model);
    }
    if (status == 0) {
        status = evaluate_all(&e, json);
    }
    close_all(&e);
    return status;
}
