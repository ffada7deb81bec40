// SPDX-License-Identifier: MIT
// The channels every OpenMV host expects.

#include "link/omv_channels.h"

#include "link/preview.h"

// --- stdin -------------------------------------------------------------------

static int input_poll(void *context) {
    const struct omv_channels *c = context;
    return c->camera->script_running(c->camera->context);
}

static int input_write(void *context, uint32_t offset, const void *from,
        size_t bytes) {
    const struct link_camera *camera = ((struct omv_channels *)context)->camera;
    return camera->script_write(camera->context, offset, from, bytes);
}

static int input_ioctl(void *context, uint32_t request, const void *argument,
        size_t bytes) {
    const struct link_camera *camera = ((struct omv_channels *)context)->camera;
    (void)argument;
    if (bytes != 0) {
        return -OMV_STATUS_INVALID;
    }
    switch (request) {
    case OMV_STDIN_STOP:
        camera->script_stop(camera->context);
        return 0;
    case OMV_STDIN_EXEC:
        return camera->script_exec(camera->context);
    case OMV_STDIN_RESET:
        camera->script_reset(camera->context);
        return 0;
    default:
        return -OMV_STATUS_INVALID;
    }
}

// --- stdout ------------------------------------------------------------------

static int output_poll(void *context) {
    const struct omv_channels *c = context;
    return text_ring_ready(c->camera->text, c->now) > 0;
}

static int output_size(void *context, uint32_t *bytes) {
    const struct omv_channels *c = context;
    *bytes = text_ring_ready(c->camera->text, c->now);
    return 0;
}

static int output_read(void *context, uint32_t offset, void *to, size_t bytes) {
    const struct omv_channels *c = context;
    (void)offset;
    return (int)text_ring_read(c->camera->text, to, bytes);
}

static void output_end(void *context, bool delivered) {
    struct omv_channels *c = context;
    c->noticed_text = false;
    text_ring_end(c->camera->text, delivered);
}

// --- stream ------------------------------------------------------------------

static int stream_poll(void *context) {
    (void)context;
    return preview_ready();
}

static int stream_lock(void *context) {
    (void)context;
    return preview_lock() ? 0 : -OMV_STATUS_BUSY;
}

static int stream_unlock(void *context) {
    ((struct omv_channels *)context)->noticed_frame = false;
    preview_unlock();
    return 0;
}

static int stream_size(void *context, uint32_t *bytes) {
    (void)context;
    (void)preview_data(bytes);
    return 0;
}

static int stream_map(void *context, uint32_t offset, uint32_t bytes,
        const uint8_t **at) {
    (void)context;
    uint32_t all;
    const uint8_t *data = preview_data(&all);
    if (offset > all || bytes > all - offset) {
        return -OMV_STATUS_FAILED;
    }
    *at = data + offset;
    return 0;
}

static int stream_ioctl(void *context, uint32_t request, const void *argument,
        size_t bytes) {
    const struct link_camera *camera = ((struct omv_channels *)context)->camera;
    const uint8_t *words = argument;
    uint32_t wanted = request == OMV_STREAM_RAW_CFG ? 8 : 4;
    if (request > OMV_STREAM_SOURCE || bytes != wanted) {
        return -OMV_STATUS_INVALID;
    }
    uint32_t first = omv_get32(words);
    switch (request) {
    case OMV_STREAM_CTRL:
        ((struct omv_channels *)context)->noticed_frame = false;
        preview_enable(first != 0);
        return 0;
    case OMV_STREAM_RAW_CTRL:
        preview_raw(first != 0);
        return 0;
    case OMV_STREAM_RAW_CFG:
        return preview_raw_size(first, omv_get32(words + 4))
                ? 0
                : -OMV_STATUS_INVALID;
    default:
        return first != 0 && first == camera->sensor(camera->context)
                ? 0
                : -OMV_STATUS_FAILED;
    }
}

// -----------------------------------------------------------------------------

static const struct omv_channel_ops usb_ops = {0};

static const struct omv_channel_ops input_ops = {
        .poll = input_poll,
        .write = input_write,
        .ioctl = input_ioctl,
};

static const struct omv_channel_ops output_ops = {
        .poll = output_poll,
        .size = output_size,
        .read = output_read,
        .read_end = output_end,
};

static const struct omv_channel_ops stream_ops = {
        .poll = stream_poll,
        .lock = stream_lock,
        .unlock = stream_unlock,
        .size = stream_size,
        .map = stream_map,
        .ioctl = stream_ioctl,
};

void omv_channels_init(struct omv_channels *c, struct omv_protocol *protocol,
        const struct link_camera *camera) {
    *c = (struct omv_channels){
            .protocol = protocol,
            .camera = camera,
            .usb = {"usb", OMV_CHANNEL_PHYSICAL, &usb_ops, c},
            .input = {"stdin", OMV_CHANNEL_WRITES | OMV_CHANNEL_EXECS,
                    &input_ops, c},
            .output = {"stdout", OMV_CHANNEL_READS, &output_ops, c},
            .stream = {"stream",
                    OMV_CHANNEL_READS | OMV_CHANNEL_LOCKS | OMV_CHANNEL_STREAMS,
                    &stream_ops, c},
    };
    (void)omv_protocol_register(protocol, OMV_CHANNEL_USB, &c->usb);
    (void)omv_protocol_register(protocol, OMV_CHANNEL_STDIN, &c->input);
    (void)omv_protocol_register(protocol, OMV_CHANNEL_STDOUT, &c->output);
    (void)omv_protocol_register(protocol, OMV_CHANNEL_STREAM, &c->stream);
}

// Text: once, and when the ring becomes half full; again when the host has
// looked, at most every 50 ms, or has not for so long that the notice is lost.
// Not more often: some hosts wait for an answer anew after every event, and
// would wait for ever for one that was lost.
enum { NOTICE_MS = 50, NOTICE_AGAIN_MS = 2000 };

static void notice_text(struct omv_channels *c) {
    const struct text_ring *text = c->camera->text;
    if (text_ring_ready(text, c->now) == 0) {
        c->noticed_half = c->noticed_text = false;
        return;
    }
    bool half = text_ring_room(text) < text->size / 2;
    uint32_t past = c->now - c->noticed_ms;
    if ((!c->noticed_text && past >= NOTICE_MS) || past >= NOTICE_AGAIN_MS ||
            (half && !c->noticed_half)) {
        c->noticed_ms = c->now;
        c->noticed_half = half;
        c->noticed_text = true;
        (void)omv_protocol_event(c->protocol, OMV_CHANNEL_STDOUT,
                OMV_EVENT_NOTICE, false);
    }
}

void omv_channels_task(struct omv_channels *c, uint32_t now) {
    c->now = now;
    bool running = c->camera->script_running(c->camera->context);
    if (running != c->was_running &&
            omv_protocol_event(c->protocol, OMV_CHANNEL_STDIN, running,
                    false) == 0) {
        c->was_running = running;
    }
    notice_text(c);
    if (preview_ready() && !c->noticed_frame) {
        c->noticed_frame = true;
        (void)omv_protocol_event(c->protocol, OMV_CHANNEL_STREAM,
                OMV_EVENT_NOTICE, false);
    }
}
