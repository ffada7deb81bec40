// SPDX-License-Identifier: MIT
// The files that go into a camera's ROM: models and their labels.

#ifndef HOST_FIRMWARE_ROM_FILES_H
#define HOST_FIRMWARE_ROM_FILES_H

#include "host/firmware/firmware.h"
#include "host/romfs/romfs_write.h"

enum { ROM_FILES_MAX = 256 };

// Functions that return an int return an exit status, having said what is
// wrong. rom_files_free() when done, whatever they returned.
typedef struct rom_files {
    romfs_source files[ROM_FILES_MAX]; // names and bytes are malloc'ed
    size_t count;
    size_t own; // of these the user's; the others are packed weights
} rom_files;

// All .tflite and .txt files of a folder; there must be one.
int rom_files_add_folder(rom_files *r, const char *path);
// One of them; it takes the place of one of the same name.
int rom_files_add(rom_files *r, const char *path);
// The files of an image, without its packed weights, which are made anew.
int rom_files_add_image(rom_files *r, const romfs *rom);
bool rom_files_remove(rom_files *r, const char *name);
void rom_files_free(rom_files *r);

// Sorts them, so that the same files make the same image, adds each model's
// packed weights as far as there is room, and prints a line a file. Fails for a
// model that cannot run on this firmware, and where they take more flash than
// there is. `what` is what the message is about.
int rom_files_plan(rom_files *r, const firmware *f, const char *what,
        size_t *image_bytes);
// How much flash they take and leave.
void rom_files_total(const firmware *f, size_t bytes);

#endif
