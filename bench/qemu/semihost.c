// SPDX-License-Identifier: MIT
// Files of the host, for a program on an emulator.

#include "semihost.h"

#include <string.h>

enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_FLEN = 0x0c,
    SYS_GET_CMDLINE = 0x15,
    SYS_EXIT_EXTENDED = 0x20,
};

enum { MODE_READ = 1, MODE_WRITE = 5 }; // "rb", "wb"

static int call(int operation, const void *block) {
    register int r0 __asm("r0") = operation;
    register const void *r1 __asm("r1") = block;
    __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static uint32_t word(const void *pointer) {
    return (uint32_t)(uintptr_t)pointer;
}

static int open_file(const char *path, uint32_t mode) {
    uint32_t block[3] = {word(path), mode, strlen(path)};
    return call(SYS_OPEN, block);
}

void semihost_close(int file) {
    uint32_t block[1] = {(uint32_t)file};
    (void)call(SYS_CLOSE, block);
}

void semihost_arguments(char *text, size_t bytes) {
    uint32_t block[2] = {word(text), bytes};
    if (call(SYS_GET_CMDLINE, block) != 0) {
        text[0] = '\0';
    }
}

int32_t semihost_read(const char *path, void *to, size_t room) {
    int file = open_file(path, MODE_READ);
    if (file < 0) {
        return -1;
    }
    uint32_t handle[1] = {(uint32_t)file};
    int32_t bytes = call(SYS_FLEN, handle);
    uint32_t block[3] = {(uint32_t)file, word(to), (uint32_t)bytes};
    // what could not be read is returned
    if (bytes < 0 || (size_t)bytes > room || call(SYS_READ, block) != 0) {
        bytes = -1;
    }
    semihost_close(file);
    return bytes;
}

int semihost_create(const char *path) {
    return open_file(path, MODE_WRITE);
}

void semihost_write(int file, const void *data, size_t bytes) {
    uint32_t block[3] = {(uint32_t)file, word(data), bytes};
    (void)call(SYS_WRITE, block);
}

void semihost_text(int file, const char *text) {
    semihost_write(file, text, strlen(text));
}

void semihost_number(int file, uint64_t value) {
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    semihost_write(file, digits + at, sizeof(digits) - at);
}

_Noreturn void semihost_exit(int status) {
    enum { APPLICATION_EXIT = 0x20026 };
    uint32_t block[2] = {APPLICATION_EXIT, (uint32_t)status};
    (void)call(SYS_EXIT_EXTENDED, block);
    for (;;) {
    }
}
