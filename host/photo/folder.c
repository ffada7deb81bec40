// SPDX-License-Identifier: MIT
// Lists photographs.

#include "host/photo/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/photo/photo.h"

char *folder_join(const char *directory, const char *name) {
    size_t bytes = strlen(directory) + strlen(name) + 2;
    char *path = malloc(bytes);
    if (path != NULL) {
        snprintf(path, bytes, "%s/%s", directory, name);
    }
    return path;
}

static bool is_photo(const char *path) {
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
        return false;
    }
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        return false;
    }
    unsigned char start[PHOTO_SNIFF_BYTES];
    size_t size = fread(start, 1, sizeof(start), stream);
    fclose(stream);
    return photo_is_known(start, size);
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// Adds name if it is a photograph's; false when memory runs out.
static bool add(folder *out, size_t *capacity, const char *directory,
        const char *name) {
    char *path = folder_join(directory, name);
    if (path == NULL) {
        return false;
    }
    bool wanted = is_photo(path);
    free(path);
    if (!wanted) {
        return true;
    }
    if (out->count == *capacity) {
        size_t more = *capacity * 2 + 256;
        char **names = realloc(out->names, more * sizeof(*names));
        if (names == NULL) {
            return false;
        }
        out->names = names;
        *capacity = more;
    }
    out->names[out->count] = strdup(name);
    return out->names[out->count++] != NULL;
}

int folder_read(folder *out, const char *path, nn_error *error) {
    memset(out, 0, sizeof(*out));
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return nn_fail(error, NN_ERR_INPUT, "%s", strerror(errno));
    }
    size_t capacity = 0;
    bool complete = true;
    const struct dirent *entry;
    // One thread reads one stream, which POSIX lets readdir() do.
    // cppcheck-suppress readdirCalled
    while (complete && (entry = readdir(directory)) != NULL) {
        complete = entry->d_name[0] == '.' ||
                add(out, &capacity, path, entry->d_name);
    }
    closedir(directory);
    if (!complete) {
        folder_free(out);
        return nn_fail(error, NN_ERR_NO_MEMORY, "out of memory");
    }
    if (out->count > 0) {
        qsort(out->names, out->count, sizeof(*out->names), by_name);
    }
    return 0;
}

bool folder_has(const folder *f, const char *name) {
    return f->count > 0 &&
            bsearch(&name, f->names, f->count, sizeof(*f->names), by_name) !=
            NULL;
}

void folder_free(folder *f) {
    for (size_t k = 0; k < f->count; k++) {
        free(f->names[k]);
    }
    free(f->names);
    memset(f, 0, sizeof(*f));
}
