// SPDX-License-Identifier: MIT
// Bulk-only transport of the virtual USB host.

#include "host/vcam/usb_bot.h"

#include <assert.h>
#include <string.h>

#include "host/vcam/usb_disk.h"

enum { CLEAR_FEATURE = 1, ENDPOINT_HALT = 0, TO_ENDPOINT = 0x02 };
enum { REQUEST_SENSE = 0x03 };

static void put32(uint8_t *to, uint32_t value) {
    for (int i = 0; i < 4; i++) {
        to[i] = (uint8_t)(value >> 8 * i);
    }
}

static uint32_t get32(const uint8_t *from) {
    return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
            (uint32_t)from[3] << 24;
}

static void start_status(struct usb_bot *bot);

static void finish(struct usb_bot *bot, enum usb_bot_result result) {
    bot->busy = false;
    bot->done(bot->context, result);
}

static void begin(struct usb_bot *bot, const uint8_t *command, size_t length,
        bool in, size_t size);

static void on_status(void *context, enum usb_result result);

static void on_cleared(struct usb_host *host, struct usb_control *control,
        enum usb_result result) {
    struct usb_bot *bot = usb_disk_bot(host->disk);
    unsigned pipe = control->setup[4] & 0x80 ? PIPE_DISK_IN : PIPE_DISK_OUT;
    if (result != USB_DONE) {
        finish(bot, BOT_GONE);
        return;
    }
    host->pipe[pipe].toggle = false;
    start_status(bot);
}

static void clear_halt(struct usb_bot *bot, unsigned pipe) {
    usb_request(bot->host, TO_ENDPOINT, CLEAR_FEATURE, ENDPOINT_HALT,
            bot->host->pipe[pipe].endpoint, 0, NULL, on_cleared);
}

static void start_status(struct usb_bot *bot) {
    usb_transfer(bot->host, PIPE_DISK_IN, bot->status, sizeof bot->status,
            on_status, bot);
}

static void on_data(void *context, enum usb_result result) {
    struct usb_bot *bot = context;
    unsigned pipe = bot->in ? PIPE_DISK_IN : PIPE_DISK_OUT;
    bot->moved = bot->host->pipe[pipe].at;
    if (result == USB_GONE) {
        finish(bot, BOT_GONE);
    } else if (result == USB_STALLED) {
        clear_halt(bot, pipe);
    } else {
        start_status(bot);
    }
}

static void on_command(void *context, enum usb_result result) {
    struct usb_bot *bot = context;
    if (result != USB_DONE) {
        if (result == USB_STALLED) {
            usb_refuse(bot->host, "the disk refuses a command block");
        }
        finish(bot, BOT_GONE);
        return;
    }
    size_t size = get32(bot->block + 8);
    if (size == 0) {
        start_status(bot);
        return;
    }
    usb_transfer(bot->host, bot->in ? PIPE_DISK_IN : PIPE_DISK_OUT,
            bot->sensing ? bot->sense_data : bot->data, size, on_data, bot);
}

static void on_status(void *context, enum usb_result result) {
    struct usb_bot *bot = context;
    if (result == USB_GONE) {
        finish(bot, BOT_GONE);
        return;
    }
    if (result == USB_STALLED) {
        if (bot->retried) {
            usb_refuse(bot->host, "the disk gives no status");
            finish(bot, BOT_GONE);
            return;
        }
        bot->retried = true;
        clear_halt(bot, PIPE_DISK_IN);
        return;
    }
    if (get32(bot->status) != 0x53425355 ||
            get32(bot->status + 4) != bot->tag || bot->status[12] > 1) {
        usb_refuse(bot->host,
                "the disk's status is not valid: tag %u for %u, "
                "status %u",
                (unsigned)get32(bot->status + 4), (unsigned)bot->tag,
                bot->status[12]);
        finish(bot, BOT_GONE);
        return;
    }
    if (bot->sensing) {
        bot->sense[0] = bot->sense_data[2] & 15;
        bot->sense[1] = bot->sense_data[12];
        bot->sense[2] = bot->sense_data[13];
        finish(bot, BOT_FAILED);
        return;
    }
    if (bot->status[12] == 0) {
        finish(bot, BOT_PASSED);
        return;
    }
    static const uint8_t sense[6] = {REQUEST_SENSE, 0, 0, 0, 18, 0};
    bot->sensing = true;
    begin(bot, sense, sizeof sense, true, sizeof bot->sense_data);
}

static void begin(struct usb_bot *bot, const uint8_t *command, size_t length,
        bool in, size_t size) {
    bot->in = in;
    bot->retried = false;
    bot->moved = 0;
    memset(bot->block, 0, sizeof bot->block);
    put32(bot->block, 0x43425355);
    put32(bot->block + 4, ++bot->tag);
    put32(bot->block + 8, (uint32_t)size);
    bot->block[12] = in ? 0x80 : 0;
    bot->block[14] = (uint8_t)length;
    memcpy(bot->block + 15, command, length);
    usb_transfer(bot->host, PIPE_DISK_OUT, bot->block, sizeof bot->block,
            on_command, bot);
}

void usb_bot_start(struct usb_bot *bot, const uint8_t *command, size_t length,
        bool in, void *data, size_t size,
        void (*done)(void *, enum usb_bot_result), void *context) {
    assert(!bot->busy && length <= 16);
    bot->busy = true;
    bot->sensing = false;
    bot->code = command[0];
    bot->data = data;
    bot->size = size;
    bot->done = done;
    bot->context = context;
    memset(bot->sense, 0, sizeof bot->sense);
    begin(bot, command, length, in, size);
}
