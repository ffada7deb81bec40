// SPDX-License-Identifier: MIT
// The disk of the virtual USB host.

// The times of a file in nanoseconds are POSIX 2008's.
#include "host/vcam/usb_disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/vcam/usb_bot.h"

enum { BLOCK = 512, RUN = 128, MEDIUM_MOST = 1 << 18 }; // blocks
enum {
    TEST_UNIT_READY = 0x00,
    INQUIRY = 0x12,
    MODE_SENSE = 0x1a,
    PREVENT_REMOVAL = 0x1e,
    READ_CAPACITY = 0x25,
    READ_10 = 0x28,
    WRITE_10 = 0x2a,
    SYNCHRONIZE_CACHE = 0x35
};
// Frames between two looks at the file, and at the medium.
enum { LOOK = 50, POLL = 1000 };

enum task {
    TASK_NONE,
    TASK_INQUIRY,
    TASK_READY,
    TASK_CAPACITY,
    TASK_MODE,
    TASK_READ,
    TASK_REST,
    TASK_POLL,
    TASK_WRITE,
    TASK_SYNC
};

struct usb_disk {
    struct usb_host *host;
    struct usb_bot bot;
    enum task task;
    bool read_only;
    unsigned frames;
    uint8_t answer[192];
    uint32_t blocks, at, count;
    uint8_t *image;  // what the medium holds, as far as the host knows
    uint8_t *wanted; // what it is to hold, or null
    const char *file;
    struct stat seen; // of the file, when it was last written or read
};

int usb_disk_create(struct usb_disk **out, struct usb_host *host) {
    struct usb_disk *d = calloc(1, sizeof *d);
    if (!d) {
        return -ENOMEM;
    }
    d->host = host;
    d->bot.host = host;
    *out = d;
    return 0;
}

void usb_disk_destroy(struct usb_disk *disk) {
    if (disk) {
        free(disk->image);
        free(disk->wanted);
        free(disk);
    }
}

void usb_disk_set_file(struct usb_disk *disk, const char *path) {
    disk->file = path;
}

struct usb_bot *usb_disk_bot(struct usb_disk *disk) {
    return &disk->bot;
}

// --- files ----------------------------------------------------------------

static size_t bytes_of(const struct usb_disk *d) {
    return (size_t)d->blocks * BLOCK;
}

bool usb_disk_save(struct usb_disk *disk, const char *path) {
    if (!disk->image) {
        return false;
    }
    FILE *file = fopen(path, "r+b");
    file = file ? file : fopen(path, "w+b");
    if (!file) {
        usb_log(disk->host, "disk: %s: %s", path, strerror(errno));
        return false;
    }
    bool good = fwrite(disk->image, 1, bytes_of(disk), file) == bytes_of(disk);
    good = fclose(file) == 0 && good;
    return good;
}

static bool load(struct usb_disk *d, const char *path) {
    if (!d->image || d->wanted) {
        return false;
    }
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = file ? malloc(bytes_of(d)) : NULL;
    bool good = bytes && fread(bytes, 1, bytes_of(d), file) == bytes_of(d);
    if (file) {
        (void)fclose(file);
    }
    if (!good) {
        free(bytes);
        return false;
    }
    d->wanted = bytes;
    d->at = 0;
    return true;
}

static void save_file(struct usb_disk *d) {
    if (d->file && usb_disk_save(d, d->file)) {
        (void)stat(d->file, &d->seen);
    }
}

// Has somebody else written the file?
static bool file_changed(struct usb_disk *d) {
    struct stat now;
    if (!d->file || stat(d->file, &now) != 0) {
        return false;
    }
    bool same = now.st_mtim.tv_sec == d->seen.st_mtim.tv_sec &&
            now.st_mtim.tv_nsec == d->seen.st_mtim.tv_nsec &&
            now.st_size == d->seen.st_size && now.st_ino == d->seen.st_ino;
    d->seen = now;
    return !same;
}

bool usb_disk_write(struct usb_disk *disk, const char *path) {
    return load(disk, path);
}

// --- commands -------------------------------------------------------------

static void on_done(void *context, enum usb_bot_result result);

static void command(struct usb_disk *d, enum task task, const uint8_t *bytes,
        size_t length, bool in, void *data, size_t size) {
    d->task = task;
    usb_bot_start(&d->bot, bytes, length, in, data, size, on_done, d);
}

static void short_command(struct usb_disk *d, enum task task, uint8_t code,
        uint8_t length) {
    const uint8_t bytes[6] = {code, 0, code == MODE_SENSE ? 0x3f : 0, 0, length,
            0};
    command(d, task, bytes, sizeof bytes, true, d->answer, length);
}

static void long_command(struct usb_disk *d, enum task task, uint8_t code,
        uint32_t block, uint32_t count, void *data, size_t size) {
    const uint8_t bytes[10] = {code, 0, (uint8_t)(block >> 24),
            block >> 16 & 0xff, block >> 8 & 0xff, block & 0xff, 0,
            (uint8_t)(count >> 8), count & 0xff, 0};
    command(d, task, bytes, sizeof bytes, code != WRITE_10, data, size);
}

static void read_on(struct usb_disk *d) {
    // A large medium: what a host looks at to find the file system.
    uint32_t end = d->file || d->blocks <= 4096 ? d->blocks : RUN;
    if (d->at == end) {
        usb_log(d->host, "disk: read %u blocks", (unsigned)end);
        save_file(d);
        d->task = TASK_REST;
        return;
    }
    d->count = end - d->at < RUN ? end - d->at : RUN;
    long_command(d, TASK_READ, READ_10, d->at, d->count,
            d->image + (size_t)d->at * BLOCK, (size_t)d->count * BLOCK);
}

static void read_all(struct usb_disk *d) {
    d->at = 0;
    read_on(d);
}

static bool differs(const struct usb_disk *d, uint32_t block) {
    size_t at = (size_t)block * BLOCK;
    return memcmp(d->image + at, d->wanted + at, BLOCK) != 0;
}

// The next run of blocks that differ; at the end, the cache.
static void write_on(struct usb_disk *d) {
    while (d->at < d->blocks && !differs(d, d->at)) {
        d->at++;
    }
    if (d->at == d->blocks) {
        free(d->wanted);
        d->wanted = NULL;
        long_command(d, TASK_SYNC, SYNCHRONIZE_CACHE, 0, 0, NULL, 0);
        return;
    }
    d->count = 1;
    while (d->count < RUN && d->at + d->count < d->blocks &&
            differs(d, d->at + d->count)) {
        d->count++;
    }
    long_command(d, TASK_WRITE, WRITE_10, d->at, d->count,
            d->wanted + (size_t)d->at * BLOCK, (size_t)d->count * BLOCK);
}

static void text(char *to, const uint8_t *from, size_t size) {
    memcpy(to, from, size);
    while (size && to[size - 1] == ' ') {
        size--;
    }
    to[size] = 0;
}

static void take_inquiry(struct usb_disk *d) {
    char vendor[9];
    char product[17];
    text(vendor, d->answer + 8, 8);
    text(product, d->answer + 16, 16);
    usb_log(d->host, "disk: '%s' '%s'", vendor, product);
    if (d->answer[0] != 0 || !(d->answer[1] & 0x80)) {
        usb_refuse(d->host, "the disk is not a removable disk");
    }
}

static void take_capacity(struct usb_disk *d) {
    uint32_t last = (uint32_t)d->answer[0] << 24 |
            (uint32_t)d->answer[1] << 16 | (uint32_t)d->answer[2] << 8 |
            d->answer[3];
    uint32_t size = (uint32_t)d->answer[6] << 8 | d->answer[7];
    usb_log(d->host, "disk: %u blocks of %u", (unsigned)last + 1,
            (unsigned)size);
    if (size != BLOCK || last >= 1u << 30) {
        usb_refuse(d->host, "the disk's capacity makes no sense");
        return;
    }
    d->blocks = last + 1;
    free(d->image);
    d->image = calloc(d->blocks < MEDIUM_MOST ? d->blocks : MEDIUM_MOST, BLOCK);
    if (!d->image) {
        usb_refuse(d->host, "out of memory for the disk");
    } else if (d->blocks > MEDIUM_MOST) {
        d->blocks = MEDIUM_MOST;
    }
}

static void failed(struct usb_disk *d) {
    const uint8_t *sense = d->bot.sense;
    usb_log(d->host, "disk: command %02x failed: sense %x/%02x/%02x",
            d->bot.code, sense[0], sense[1], sense[2]);
    if (d->task == TASK_WRITE || d->task == TASK_SYNC) {
        // What the host wanted is not to be had: it looks anew.
        free(d->wanted);
        d->wanted = NULL;
    } else if (d->task == TASK_READ || d->task == TASK_READY || sense[0] == 2) {
        d->task = TASK_READY;
        d->frames = 0;
        return;
    }
    if (sense[0] == 6) {
        usb_log(d->host, "disk: changed");
    }
    read_all(d);
}

static void on_done(void *context, enum usb_bot_result result) {
    struct usb_disk *d = context;
    if (result == BOT_GONE || d->host->state == USB_REFUSED) {
        d->task = TASK_NONE;
        return;
    }
    if (result == BOT_FAILED) {
        failed(d);
        return;
    }
    switch (d->task) {
    case TASK_INQUIRY:
        take_inquiry(d);
        short_command(d, TASK_READY, TEST_UNIT_READY, 0);
        break;
    case TASK_READY:
        long_command(d, TASK_CAPACITY, READ_CAPACITY, 0, 0, d->answer, 8);
        break;
    case TASK_CAPACITY:
        take_capacity(d);
        if (d->host->state == USB_CONFIGURED) {
            short_command(d, TASK_MODE, MODE_SENSE, 192);
        }
        break;
    case TASK_MODE:
        d->read_only = (d->answer[2] & 0x80) != 0;
        read_all(d);
        break;
    case TASK_READ:
        d->at += d->count;
        read_on(d);
        break;
    case TASK_WRITE:
        usb_log(d->host, "disk: wrote %u blocks at %u", (unsigned)d->count,
                (unsigned)d->at);
        memcpy(d->image + (size_t)d->at * BLOCK,
                d->wanted + (size_t)d->at * BLOCK, (size_t)d->count * BLOCK);
        d->at += d->count;
        write_on(d);
        break;
    case TASK_SYNC:
        usb_log(d->host, "disk: written");
        d->task = TASK_REST;
        break;
    default:
        d->task = TASK_REST;
        break;
    }
}

void usb_disk_found(struct usb_disk *disk) {
    disk->bot.busy = false;
    disk->frames = 0;
    short_command(disk, TASK_INQUIRY, INQUIRY, 36);
}

void usb_disk_gone(struct usb_disk *disk) {
    disk->task = TASK_NONE;
    disk->bot.busy = false;
    free(disk->wanted);
    disk->wanted = NULL;
}

void usb_disk_frame(struct usb_disk *disk) {
    if (disk->bot.busy || disk->host->state != USB_CONFIGURED) {
        return;
    }
    disk->frames++;
    if (disk->task == TASK_READY && disk->frames % POLL == 0) {
        short_command(disk, TASK_READY, TEST_UNIT_READY, 0);
    } else if (disk->task == TASK_REST) {
        if (disk->frames % LOOK == 0 && file_changed(disk)) {
            (void)load(disk, disk->file);
        }
        if (disk->wanted) {
            write_on(disk);
        } else if (disk->frames % POLL == 0) {
            short_command(disk, TASK_POLL, TEST_UNIT_READY, 0);
        }
    }
}
