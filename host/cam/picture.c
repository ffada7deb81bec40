// SPDX-License-Identifier: MIT
// Pictures of a camera: one, or one after the other.

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/cam/session.h"
#include "host/cam/show.h"
#include "host/cli/cli.h"
#include "host/file/file.h"
#include "link/vendor.h"

enum {
    JPEG_WORD = 0x06060000,
    HEADER_LEAST = 20,
    WAIT_MS = 20000,
    BEGIN_MS = 20,
    BEGIN_POLLS = 100
};

// Takes pictures where no script does.
static const char script[] = "import csi\n"
                             "c = csi.CSI()\n"
                             "c.reset()\n"
                             "c.pixformat(csi.RGB565)\n"
                             "c.framesize(csi.QVGA)\n"
                             "while True:\n"
                             "    c.snapshot()\n";

static int stream(cam_session *s, bool on) {
    const uint32_t off[] = {0};
    const uint32_t wanted[] = {on};
    int err = cam_ioctl(&s->client, OMV_CHANNEL_STREAM, OMV_STREAM_RAW_CTRL,
            off, 1);
    return err != 0 ? err
                    : cam_ioctl(&s->client, OMV_CHANNEL_STREAM, OMV_STREAM_CTRL,
                              wanted, 1);
}

// Makes sure that something takes pictures and that they are shown. What runs
// gets some time to show one, or to end.
static int begin(cam_session *s, bool *mine) {
    int err = stream(s, true);
    uint32_t ready = 1U << OMV_CHANNEL_STDIN;
    *mine = false;
    for (int i = 0;
            err == 0 && i < BEGIN_POLLS && (ready >> OMV_CHANNEL_STDIN & 1U) &&
            !(ready >> OMV_CHANNEL_STREAM & 1U);
            i++) {
        err = cam_listen(&s->client, BEGIN_MS);
        err = err != 0 ? err : cam_poll(&s->client, &ready);
    }
    if (err == 0 && !(ready >> OMV_CHANNEL_STDIN & 1U)) {
        *mine = true;
        err = cam_start(s, script, sizeof(script) - 1);
    }
    return err;
}

static int end(cam_session *s, bool mine, int status) {
    (void)stream(s, false);
    int stopped = mine ? cam_stop(s) : 0;
    return status != 0 ? status : stopped;
}

// 0 with no bytes: there is no new picture yet.
static int take(cam_session *s, cam_answer *jpeg) {
    uint32_t bytes = 0;
    *jpeg = (cam_answer){0};
    int err = cam_ask(&s->client, OMV_CHANNEL_LOCK, OMV_CHANNEL_STREAM, NULL, 0,
            NULL);
    if (err != 0) {
        return err == OMV_STATUS_BUSY ? 0 : err;
    }
    cam_answer all = {0};
    err = cam_size(&s->client, OMV_CHANNEL_STREAM, &bytes);
    if (err == 0 && bytes > HEADER_LEAST) {
        err = cam_read(&s->client, OMV_CHANNEL_STREAM, 0, bytes, &all);
        if (err == OMV_STATUS_FAILED) {
            return 0; // unlocked by a new session on the way
        }
    }
    if (err == 0 && all.bytes > HEADER_LEAST) {
        uint32_t at = omv_get32(all.data + 16);
        uint32_t size = omv_get32(all.data + 12);
        if (omv_get32(all.data + 8) == JPEG_WORD && at <= all.bytes &&
                size <= all.bytes - at) {
            *jpeg = (cam_answer){all.data + at, size};
        }
    }
    return err;
}

// The answer is the client's until the next request: what is to be done with a
// picture comes before it is unlocked.
static int unlock(cam_session *s) {
    return cam_ask(&s->client, OMV_CHANNEL_UNLOCK, OMV_CHANNEL_STREAM, NULL, 0,
            NULL);
}

// Waits for a picture. What scripts say meanwhile is an error's text at best.
static int wait_for(cam_session *s, cam_answer *jpeg, bool mine) {
    uint64_t until = s->client.stream.ms(s->client.stream.context) + WAIT_MS;
    int err = 0;
    while (err == 0 && !cam_interrupted() &&
            s->client.stream.ms(s->client.stream.context) < until) {
        err = take(s, jpeg);
        if (err != 0 || jpeg->bytes > 0) {
            return err;
        }
        bool some = false;
        if (mine) {
            err = cam_show_text(s, stderr, &some);
        }
        if (err == 0 && mine && s->started && s->stopped && !some) {
            return 0;
        }
        if (err == 0) {
            err = cam_listen(&s->client, 10);
        }
    }
    return err;
}

int cam_grab(cam_session *s, const char *path) {
    cam_answer jpeg;
    bool mine;
    int status = 0;
    cam_catch_interrupt();
    int err = begin(s, &mine);
    if (err == 0) {
        err = wait_for(s, &jpeg, mine);
    }
    nn_error error;
    if (err != 0) {
        status = cam_failed(s, NULL, err);
    } else if (jpeg.bytes == 0) {
        status = cli_fail(s->port.path,
                "no picture came; does the script call snapshot()?");
    } else if (file_write(path, jpeg.data, jpeg.bytes, &error) != 0) {
        status = cli_fail(path, "%s", error.text);
    }
    if (err == 0 && jpeg.bytes > 0) {
        (void)unlock(s);
    }
    return end(s, mine, status);
}

static int keep(const char *folder, unsigned long number,
        const cam_answer *jpeg) {
    char path[4096];
    nn_error error;
    (void)snprintf(path, sizeof(path), "%s/%06lu.jpg", folder, number);
    return file_write(path, jpeg->data, jpeg->bytes, &error) != 0
            ? cli_fail(path, "%s", error.text)
            : 0;
}

int cam_watch(cam_session *s, const char *folder, unsigned long count) {
    bool mine;
    int status = 0;
    if (folder != NULL && mkdir(folder, 0777) != 0 && errno != EEXIST) {
        return cli_fail(folder, "%s", strerror(errno));
    }
    cam_catch_interrupt();
    int err = begin(s, &mine);
    for (unsigned long n = 1; err == 0 && status == 0 && !cam_interrupted() &&
            (count == 0 || n <= count);
            n++) {
        cam_answer jpeg;
        err = wait_for(s, &jpeg, mine);
        if (err == 0 && jpeg.bytes == 0 && !cam_interrupted()) {
            status = cli_fail(s->port.path,
                    "no picture came; does the script call snapshot()?");
        }
        if (err != 0 || jpeg.bytes == 0) {
            break;
        }
        status = folder != NULL ? keep(folder, n, &jpeg)
                                : cam_show_picture(jpeg.data, jpeg.bytes);
        err = unlock(s);
    }
    if (err != 0) {
        status = cam_failed(s, NULL, err);
    }
    return end(s, mine, status);
}
