// SPDX-License-Identifier: MIT
// Timed actions of the virtual USB host.

#include "host/vcam/usb_script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/vcam/usb_disk.h"
#include "host/vcam/usb_serial.h"

enum { LINE_MOST = 4096 };

struct usb_script {
    struct usb_host *host;
    FILE *file, *serial;
    const char *path;
    char line[LINE_MOST];
    unsigned number; // of the line
    uint64_t at;
    char *action;
    bool muted;
    struct vcam_event event;
};

static size_t room(void *owner) {
    const struct usb_script *s = owner;
    return s->muted ? 0 : 4096;
}

static void received(void *owner, const uint8_t *data, size_t size) {
    const struct usb_script *s = owner;
    if (s->serial) {
        (void)fwrite(data, 1, size, s->serial);
        (void)fflush(s->serial);
    }
}

// Undoes the escapes in place; the length.
static size_t unescape(char *text) {
    char *to = text;
    for (const char *from = text; *from; from++) {
        if (*from != '\\' || !from[1]) {
            *to++ = *from;
            continue;
        }
        from++;
        if (*from == 'x') {
            char digits[3] = {from[1], from[1] ? from[2] : (char)0, 0};
            char *end;
            *to++ = (char)strtoul(digits, &end, 16);
            from += end - digits;
        } else {
            *to++ = *from == 'r' ? '\r' : *from == 'n' ? '\n' : *from;
        }
    }
    return (size_t)(to - text);
}

static void act(struct usb_script *s) {
    struct usb_host *host = s->host;
    char *word = s->action;
    char *rest = strchr(word, ' ');
    if (rest) {
        *rest++ = 0;
    } else {
        rest = word + strlen(word);
    }
    bool good = true;
    if (strcmp(word, "plug") == 0 || strcmp(word, "unplug") == 0) {
        usb_host_plug(host, word[0] == 'p');
    } else if (strcmp(word, "suspend") == 0 || strcmp(word, "resume") == 0) {
        usb_host_suspend(host, word[0] == 's');
    } else if (strcmp(word, "open") == 0) {
        usb_serial_open(host->serial, (unsigned)strtoul(rest, NULL, 10));
    } else if (strcmp(word, "close") == 0) {
        usb_serial_close(host->serial);
    } else if (strcmp(word, "type") == 0) {
        size_t size = unescape(rest);
        good = usb_serial_send(host->serial, (uint8_t *)rest, size) == size;
    } else if (strcmp(word, "mute") == 0 || strcmp(word, "listen") == 0) {
        s->muted = word[0] == 'm';
    } else if (strcmp(word, "write") == 0) {
        good = usb_disk_write(host->disk, rest);
    } else if (strcmp(word, "save") == 0) {
        good = usb_disk_save(host->disk, rest);
    } else {
        good = false;
    }
    if (!good) {
        fprintf(stderr, "blazecam: %s: line %u: '%s' could not be done\n",
                s->path, s->number, word);
    }
}

// Reads to the next action; false at the end or at a line that is none.
static bool next(struct usb_script *s) {
    while (fgets(s->line, sizeof s->line, s->file)) {
        s->number++;
        s->line[strcspn(s->line, "\n")] = 0;
        if (s->line[0] == '#' || s->line[0] == 0) {
            continue;
        }
        char *end;
        double seconds = strtod(s->line, &end);
        if (end == s->line || *end != ' ' || seconds < 0 || seconds > 1e6) {
            fprintf(stderr, "blazecam: %s: line %u: SECONDS ACTION expected\n",
                    s->path, s->number);
            return false;
        }
        s->at = (uint64_t)(seconds * (double)VCAM_SECOND);
        s->action = end + 1;
        return true;
    }
    return false;
}

static void on_time(void *context) {
    struct usb_script *s = context;
    act(s);
    if (next(s)) {
        vcam_event_set(s->host->vm, &s->event, s->at);
    }
}

int usb_script_open(struct usb_script **out, struct usb_host *host,
        const char *path, const char *serial) {
    struct usb_script *s = calloc(1, sizeof *s);
    if (!s) {
        return cli_fail("vcam", "out of memory");
    }
    s->host = host;
    s->path = path;
    s->event = (struct vcam_event){.fire = on_time, .context = s};
    s->file = fopen(path, "r");
    if (s->file && serial) {
        s->serial = fopen(serial, "wb");
    }
    if (!s->file || (serial && !s->serial)) {
        int status = cli_fail(s->file ? serial : path, "%s", strerror(errno));
        usb_script_close(s);
        return status;
    }
    usb_serial_set_user(host->serial,
            &(struct usb_serial_user){.owner = s,
                    .room = room,
                    .received = received});
    if (next(s)) {
        vcam_event_set(host->vm, &s->event, s->at);
    }
    *out = s;
    return 0;
}

void usb_script_close(struct usb_script *script) {
    if (script) {
        if (script->file) {
            (void)fclose(script->file);
        }
        if (script->serial) {
            (void)fclose(script->serial);
        }
        free(script);
    }
}
