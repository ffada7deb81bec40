// SPDX-License-Identifier: MIT
// Files of the host, for a program on an emulator. Source: Arm, Semihosting
// for AArch32 and AArch64, release 2.0.
#ifndef BENCH_QEMU_SEMIHOST_H
#define BENCH_QEMU_SEMIHOST_H

#include <stddef.h>
#include <stdint.h>

// The words behind the program's name, as one string.
void semihost_arguments(char *text, size_t bytes);

// Reads a whole file to `to`; -1 when it cannot be read or exceeds `room`.
int32_t semihost_read(const char *path, void *to, size_t room);

// A file to write to; -1 when it cannot be had.
int semihost_create(const char *path);
void semihost_write(int file, const void *data, size_t bytes);
void semihost_text(int file, const char *text);
void semihost_number(int file, uint64_t value);
void semihost_close(int file);

// Ends the emulator; `status` becomes its exit status.
_Noreturn void semihost_exit(int status);

#endif
