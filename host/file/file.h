// SPDX-License-Identifier: MIT
// Whole files in, whole files out: a reader never sees half an output.

#ifndef HOST_FILE_FILE_H
#define HOST_FILE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "nn/error.h"

// Reads all of path; *bytes is malloc'ed and the caller's, and never NULL on
// success. Files larger than limit are refused before memory is taken.
int file_read(const char *path, size_t limit, uint8_t **bytes, size_t *size,
        nn_error *error);

// A file being written. It lies beside its goal under a temporary name until
// file_commit() moves it there; a goal that is no ordinary file (a pipe, a
// device) is written directly.
typedef struct file_output {
    FILE *stream; // for writing
    const char *path;
    char *temporary; // NULL when written directly
} file_output;

// Opens path for writing; path must live until the end.
int file_begin(file_output *output, const char *path, nn_error *error);

// Closes and puts the file in its place. Whatever went wrong with writing is
// found here; nothing is left behind then.
int file_commit(file_output *output, nn_error *error);

// Closes and removes what was written.
void file_abandon(file_output *output);

// Tells whether both names lead to one ordinary file, there or not yet, so
// that writing one would lose the other.
bool file_is_same(const char *one, const char *other);

// All three steps for bytes in memory.
int file_write(const char *path, const void *bytes, size_t size,
        nn_error *error);

#endif
