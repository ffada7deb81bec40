// SPDX-License-Identifier: MIT
// Reads and writes files as a whole.

#include "host/file/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail_errno(nn_error *error) {
    return nn_fail(error, NN_ERR_INPUT, "%s", strerror(errno));
}

// Reads to the end, whatever size the file claims: pipes claim none.
static int read_stream(FILE *stream, size_t limit, uint8_t **bytes,
        size_t *size, nn_error *error) {
    size_t capacity = 1 << 16;
    size_t used = 0;
    uint8_t *buffer = malloc(capacity);
    while (buffer != NULL) {
        used += fread(buffer + used, 1, capacity - used, stream);
        if (ferror(stream)) {
            int err = fail_errno(error);
            free(buffer);
            return err;
        }
        if (used > limit) {
            free(buffer);
            return nn_fail(error, NN_ERR_RANGE, "larger than %u bytes",
                    (uint32_t)limit);
        }
        if (used < capacity) {
            *bytes = buffer;
            *size = used;
            return 0;
        }
        uint8_t *larger = realloc(buffer, capacity * 2);
        if (larger == NULL) {
            free(buffer);
        }
        buffer = larger;
        capacity *= 2;
    }
    return nn_fail(error, NN_ERR_NO_MEMORY, "out of memory");
}

int file_read(const char *path, size_t limit, uint8_t **bytes, size_t *size,
        nn_error *error) {
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        return fail_errno(error);
    }
    struct stat status;
    int err = 0;
    if (fstat(fileno(stream), &status) != 0) {
        err = fail_errno(error);
    } else if (S_ISDIR(status.st_mode)) {
        err = nn_fail(error, NN_ERR_INPUT, "is a directory");
    } else if (S_ISREG(status.st_mode) && (size_t)status.st_size > limit) {
        err = nn_fail(error, NN_ERR_RANGE, "larger than %u bytes",
                (uint32_t)limit);
    } else {
        err = read_stream(stream, limit, bytes, size, error);
    }
    fclose(stream);
    return err;
}

static bool is_special(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode) &&
            !S_ISDIR(status.st_mode);
}

int file_begin(file_output *output, const char *path, nn_error *error) {
    output->path = path;
    output->temporary = NULL;
    if (is_special(path)) {
        output->stream = fopen(path, "wb");
        return output->stream != NULL ? 0 : fail_errno(error);
    }
    size_t bytes = strlen(path) + sizeof(".part-XXXXXX");
    output->temporary = malloc(bytes);
    if (output->temporary == NULL) {
        return nn_fail(error, NN_ERR_NO_MEMORY, "out of memory");
    }
    snprintf(output->temporary, bytes, "%s.part-XXXXXX", path);
    int file = mkstemp(output->temporary);
    if (file >= 0) {
        // mkstemp() lets only the owner in; a result is as open as any file.
        mode_t mask = umask(0);
        umask(mask);
        if (fchmod(file, 0666 & ~mask) == 0) {
            output->stream = fdopen(file, "wb");
            if (output->stream != NULL) {
                return 0;
            }
        }
    }
    int err = fail_errno(error);
    if (file >= 0) {
        close(file);
        unlink(output->temporary);
    }
    free(output->temporary);
    return err;
}

int file_commit(file_output *output, nn_error *error) {
    int err = 0;
    if (ferror(output->stream)) {
        // Somebody's earlier call failed; its reason is gone.
        err = nn_fail(error, NN_ERR_INPUT, "cannot be written, is it full?");
    } else if (fflush(output->stream) != 0) {
        err = fail_errno(error);
    }
    if (fclose(output->stream) != 0 && !err) {
        err = fail_errno(error);
    }
    if (output->temporary == NULL) {
        return err;
    }
    if (!err && rename(output->temporary, output->path) != 0) {
        err = fail_errno(error);
    }
    if (err) {
        unlink(output->temporary);
    }
    free(output->temporary);
    return err;
}

bool file_is_same(const char *one, const char *other) {
    struct stat a;
    struct stat b;
    if (stat(one, &a) != 0 || stat(other, &b) != 0) {
        return strcmp(one, other) == 0;
    }
    return S_ISREG(a.st_mode) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

void file_abandon(file_output *output) {
    fclose(output->stream);
    if (output->temporary != NULL) {
        unlink(output->temporary);
        free(output->temporary);
    }
}

int file_write(const char *path, const void *bytes, size_t size,
        nn_error *error) {
    file_output output;
    int err = file_begin(&output, path, error);
    if (err) {
        return err;
    }
    if (fwrite(bytes, 1, size, output.stream) != size) {
        err = fail_errno(error);
        file_abandon(&output);
        return err;
    }
    return file_commit(&output, error);
}
