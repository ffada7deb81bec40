// SPDX-License-Identifier: MIT
// Running scripts on a camera, and reading what they print.

#include <stdlib.h>
#include <string.h>

#include "host/cam/session.h"
#include "host/cli/cli.h"
#include "host/file/file.h"
#include "link/vendor.h"

enum { SCRIPT_MOST = 1 << 20, POLL_MS = 20, QUIET_POLLS = 4 };

// What the camera counts; `known` where it runs blazecam.
typedef struct runs {
    bool known;
    uint32_t begun, ended, failed;
} runs;

static int count_runs(cam_session *s, runs *r) {
    cam_answer answer;
    int err = cam_ask(&s->client, VENDOR_SCRIPT, 0, NULL, 0, &answer);
    *r = (runs){0};
    if (err == 0 && answer.bytes >= 12) {
        *r = (runs){true, omv_get32(answer.data), omv_get32(answer.data + 4),
                omv_get32(answer.data + 8)};
    }
    return err == OMV_STATUS_INVALID ? 0 : err;
}

int cam_is_running(cam_session *s, bool *running) {
    uint32_t ready;
    int err = cam_poll(&s->client, &ready);
    *running = err == 0 && (ready >> OMV_CHANNEL_STDIN & 1U);
    return err;
}

int cam_show_text(cam_session *s, FILE *to, bool *some) {
    uint32_t bytes;
    int err = cam_size(&s->client, OMV_CHANNEL_STDOUT, &bytes);
    *some = err == 0 && bytes > 0;
    if (!*some) {
        return err;
    }
    cam_answer answer;
    err = cam_read(&s->client, OMV_CHANNEL_STDOUT, 0, bytes, &answer);
    if (err == OMV_STATUS_FAILED) {
        return 0; // it was the text of a session before
    }
    if (err == 0) {
        // As it would be in a file: lines end in \n alone.
        for (uint32_t i = 0; i < answer.bytes; i++) {
            bool pair = answer.data[i] == '\r' && i + 1 < answer.bytes &&
                    answer.data[i + 1] == '\n';
            if (!pair) {
                (void)fputc(answer.data[i], to);
            }
        }
        (void)fflush(to);
    }
    return err;
}

int cam_start(cam_session *s, const char *text, size_t bytes) {
    int err =
            cam_ioctl(&s->client, OMV_CHANNEL_STDIN, OMV_STDIN_RESET, NULL, 0);
    if (err == 0) {
        err = cam_write(&s->client, OMV_CHANNEL_STDIN, text, bytes);
    }
    s->started = s->stopped = false;
    if (err == 0) {
        err = cam_ioctl(&s->client, OMV_CHANNEL_STDIN, OMV_STDIN_EXEC, NULL, 0);
    }
    return err;
}

// Whether the script that was started last has ended.
static int has_ended(cam_session *s, const runs *before, runs *now,
        bool *ended) {
    int err = count_runs(s, now);
    if (now->known) {
        *ended = now->ended != before->ended && now->begun == now->ended;
    } else {
        *ended = s->started && s->stopped;
    }
    return err;
}

static int follow(cam_session *s, const runs *before, runs *after) {
    bool ended = false;
    bool stopping = false;
    // A line without an end is given out when it has rested for a while.
    for (int quiet = 0; quiet < QUIET_POLLS;) {
        bool some;
        int err = cam_show_text(s, stdout, &some);
        quiet = ended && !some ? quiet + 1 : 0;
        if (cam_interrupted() && !stopping) {
            stopping = true;
            err = cam_ioctl(&s->client, OMV_CHANNEL_STDIN, OMV_STDIN_STOP, NULL,
                    0);
        }
        if (err == 0 && !some) {
            err = cam_listen(&s->client, POLL_MS);
        }
        if (err == 0 && !ended) {
            err = has_ended(s, before, after, &ended);
        }
        if (err != 0) {
            return err;
        }
    }
    return 0;
}

int cam_exec(cam_session *s, const char *path) {
    uint8_t *text;
    size_t bytes;
    nn_error error;
    if (file_read(path, SCRIPT_MOST, &text, &bytes, &error) != 0) {
        return cli_fail(path, "%s", error.text);
    }
    if (bytes == 0) {
        free(text);
        return cli_fail(path, "is empty");
    }
    cam_catch_interrupt();
    runs before;
    runs after = {0};
    bool some;
    int err = count_runs(s, &before);
    // What a script before said is not this one's.
    for (some = true; err == 0 && some;) {
        FILE *nowhere = fopen("/dev/null", "w");
        if (nowhere == NULL) {
            break;
        }
        err = cam_show_text(s, nowhere, &some);
        (void)fclose(nowhere);
    }
    if (err == 0) {
        err = cam_start(s, (const char *)text, bytes);
    }
    free(text);
    if (err != 0) {
        return cam_failed(s, path, err);
    }
    err = follow(s, &before, &after);
    if (err != 0) {
        return cam_failed(s, NULL, err);
    }
    return cam_interrupted() || after.failed != before.failed ? CLI_FAILED : 0;
}

int cam_stop(cam_session *s) {
    int err = cam_ioctl(&s->client, OMV_CHANNEL_STDIN, OMV_STDIN_STOP, NULL, 0);
    bool running = true;
    for (int i = 0; err == 0 && running && i < 100; i++) {
        err = cam_listen(&s->client, POLL_MS);
        if (err == 0) {
            err = cam_is_running(s, &running);
        }
    }
    if (err != 0) {
        return cam_failed(s, NULL, err);
    }
    return running ? cli_fail(s->port.path, "the script does not stop") : 0;
}
