// SPDX-License-Identifier: MIT
// Writes ROMFS images (see src/rom/romfs.h and SPEC.md).

#ifndef HOST_ROMFS_ROMFS_WRITE_H
#define HOST_ROMFS_ROMFS_WRITE_H

#include "nn/error.h"

// A file to be. The strings and bytes stay the caller's.
typedef struct romfs_source {
    const char *name; // one part, no '/'
    const void *data;
    size_t bytes;
} romfs_source;

// Bytes that an image of these files takes, seal included.
size_t romfs_measure(const romfs_source *files, size_t count);

// Writes the image to `image`, which has romfs_measure() bytes. Every file's
// bytes begin at a multiple of ROMFS_ALIGN; the same files in the same order
// give the same image. What the numbers of the format cannot hold (2 GB) is
// the caller's to refuse.
void romfs_write(const romfs_source *files, size_t count, void *image);

#endif
