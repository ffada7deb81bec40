// SPDX-License-Identifier: MIT
// The virtual USB host: the bus, frames, control transfers and pipes.

#include "host/vcam/usb_host.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/otg.h"
#include "host/vcam/usb_disk.h"
#include "host/vcam/usb_serial.h"

static const uint64_t FRAME = VCAM_SECOND / 1000;
enum { PACKETS = 19 }; // of 64 bytes in a frame

// As Linux waits: debouncing, reset, recovery.
static const uint64_t DEBOUNCE = VCAM_SECOND / 10;
static const uint64_t RESET = VCAM_SECOND / 20;
static const uint64_t RECOVERY = VCAM_SECOND / 100;
// And how long for a control transfer.
static const uint64_t PATIENCE = 5 * VCAM_SECOND;

void usb_log(const struct usb_host *host, const char *format, ...) {
    if (host->log) {
        va_list values;
        va_start(values, format);
        fprintf(host->log, "%.6f ",
                (double)vcam_now(host->vm) / (double)VCAM_SECOND);
        vfprintf(host->log, format, values);
        fprintf(host->log, "\n");
        (void)fflush(host->log);
        va_end(values);
    }
}

void usb_refuse(struct usb_host *host, const char *format, ...) {
    char text[256];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    host->state = USB_REFUSED;
    usb_log(host, "refused: %s", text);
    vcam_complain(host->vm, "the USB host refuses the camera: %s", text);
}

// --- transfers ------------------------------------------------------------

void usb_request(struct usb_host *host, uint8_t type, uint8_t request,
        uint16_t value, uint16_t index, uint16_t length, const void *data,
        void (*done)(struct usb_host *, struct usb_control *,
                enum usb_result)) {
    assert(host->controls < USB_CONTROLS && length <= USB_CONTROL_MOST);
    struct usb_control *c =
            &host->queue[(host->first + host->controls) % USB_CONTROLS];
    *c = (struct usb_control){.setup = {type, request, value & 0xff,
                                      (uint8_t)(value >> 8), index & 0xff,
                                      (uint8_t)(index >> 8), length & 0xff,
                                      (uint8_t)(length >> 8)},
            .done = done};
    if (data) {
        memcpy(c->data, data, length);
    }
    if (host->controls++ == 0) {
        host->stage = STAGE_SETUP;
        host->control_since = vcam_now(host->vm);
    }
}

static void control_ends(struct usb_host *host, enum usb_result result) {
    struct usb_control *c = &host->queue[host->first];
    // It stays in its place until `done` has looked at it.
    if (c->done) {
        c->done(host, c, result);
    }
    host->first = (host->first + 1) % USB_CONTROLS;
    host->controls--;
    host->stage = STAGE_SETUP;
    host->control_since = vcam_now(host->vm);
}

static size_t wanted(const struct usb_control *c) {
    return c->setup[6] | (size_t)c->setup[7] << 8;
}

static enum vcam_usb_answer data_stage(struct usb_host *host,
        struct usb_control *c, bool in) {
    size_t left = wanted(c) - c->size;
    if (!in) {
        size_t count = left < VCAM_OTG_PACKET ? left : VCAM_OTG_PACKET;
        enum vcam_usb_answer answer = vcam_otg_out(host->vm, host->address, 0,
                host->control_toggle, c->data + c->size, count);
        if (answer == VCAM_USB_ACK) {
            c->size += count;
            host->stage = c->size == wanted(c) ? STAGE_STATUS : STAGE_DATA;
        }
        return answer;
    }
    uint8_t packet[VCAM_OTG_PACKET];
    size_t count = 0;
    bool toggle;
    enum vcam_usb_answer answer =
            vcam_otg_in(host->vm, host->address, 0, &toggle, packet, &count);
    if (answer == VCAM_USB_ACK) {
        if (count > left) {
            usb_refuse(host, "more bytes than request %02x %02x asked for",
                    c->setup[0], c->setup[1]);
            return VCAM_USB_SILENCE;
        }
        memcpy(c->data + c->size, packet, count);
        c->size += count;
        if (count < VCAM_OTG_PACKET || c->size == wanted(c)) {
            host->stage = STAGE_STATUS;
        }
    }
    return answer;
}

static enum vcam_usb_answer status_stage(struct usb_host *host, bool in) {
    if (in) {
        return vcam_otg_out(host->vm, host->address, 0, true, NULL, 0);
    }
    uint8_t packet[VCAM_OTG_PACKET];
    size_t count = 0;
    bool toggle;
    enum vcam_usb_answer answer =
            vcam_otg_in(host->vm, host->address, 0, &toggle, packet, &count);
    if (answer == VCAM_USB_ACK && count) {
        usb_refuse(host, "data in a status stage");
    }
    return answer;
}

// One packet of the control transfer under way; true when it moved.
static bool step_control(struct usb_host *host) {
    if (!host->controls) {
        return false;
    }
    struct usb_control *c = &host->queue[host->first];
    bool in = c->setup[0] & 0x80 && wanted(c);
    enum vcam_usb_answer answer;
    switch (host->stage) {
    case STAGE_SETUP:
        answer = vcam_otg_setup(host->vm, host->address, c->setup);
        if (answer == VCAM_USB_ACK) {
            c->size = 0;
            host->control_toggle = true;
            host->stage = wanted(c) ? STAGE_DATA : STAGE_STATUS;
        }
        break;
    case STAGE_DATA:
        answer = data_stage(host, c, in);
        break;
    default:
        answer = status_stage(host, in);
        if (answer == VCAM_USB_ACK) {
            control_ends(host, USB_DONE);
            return true;
        }
        break;
    }
    if (answer == VCAM_USB_STALL) {
        control_ends(host, USB_STALLED);
        return true;
    }
    if (answer != VCAM_USB_ACK &&
            vcam_now(host->vm) - host->control_since > PATIENCE) {
        usb_refuse(host, "no answer to request %02x %02x for 5 s", c->setup[0],
                c->setup[1]);
    }
    return answer == VCAM_USB_ACK;
}

void usb_transfer(struct usb_host *host, unsigned pipe, void *data, size_t size,
        void (*done)(void *, enum usb_result), void *context) {
    struct usb_pipe *p = &host->pipe[pipe];
    assert(!p->active && p->endpoint);
    p->data = data;
    p->size = size;
    p->at = 0;
    p->done = done;
    p->context = context;
    p->active = true;
}

void usb_abort(struct usb_host *host, unsigned pipe) {
    host->pipe[pipe].active = false;
}

static void pipe_ends(struct usb_pipe *p, enum usb_result result) {
    p->active = false;
    p->done(p->context, result);
}

static bool step_pipe(struct usb_host *host, struct usb_pipe *p) {
    if (!p->active) {
        return false;
    }
    unsigned n = p->endpoint & 15;
    enum vcam_usb_answer answer;
    if (p->endpoint & 0x80) {
        uint8_t packet[VCAM_OTG_PACKET];
        size_t count = 0;
        bool toggle = p->toggle;
        answer = vcam_otg_in(host->vm, host->address, n, &toggle, packet,
                &count);
        if (answer == VCAM_USB_ACK) {
            if (toggle != p->toggle) {
                usb_refuse(host, "endpoint %02x: data toggle out of step",
                        p->endpoint);
                return false;
            }
            p->toggle = !p->toggle;
            if (count > p->size - p->at) {
                usb_refuse(host, "endpoint %02x: babble", p->endpoint);
                return false;
            }
            memcpy(p->data + p->at, packet, count);
            p->at += count;
            if (count < VCAM_OTG_PACKET || p->at == p->size) {
                pipe_ends(p, USB_DONE);
            }
        }
    } else {
        size_t left = p->size - p->at;
        size_t count = left < VCAM_OTG_PACKET ? left : VCAM_OTG_PACKET;
        answer = vcam_otg_out(host->vm, host->address, n, p->toggle,
                p->data + p->at, count);
        if (answer == VCAM_USB_ACK) {
            p->toggle = !p->toggle;
            p->at += count;
            if (p->at == p->size) {
                pipe_ends(p, USB_DONE);
            }
        }
    }
    if (answer == VCAM_USB_STALL) {
        pipe_ends(p, USB_STALLED);
        return true;
    }
    return answer == VCAM_USB_ACK;
}

// One packet on the bus, of whoever's turn it is; false when nobody had one.
static bool step_bus(struct usb_host *host) {
    if (step_control(host)) {
        return true;
    }
    if (host->state != USB_CONFIGURED) {
        return false;
    }
    for (unsigned i = 0; i < USB_PIPES; i++) {
        unsigned n = (host->turn + i) % USB_PIPES;
        if (step_pipe(host, &host->pipe[n])) {
            host->turn = n + 1;
            return true;
        }
    }
    return false;
}

// --- the bus --------------------------------------------------------------

static void drop_all(struct usb_host *host) {
    while (host->controls) {
        control_ends(host, USB_GONE);
    }
    for (unsigned i = 0; i < USB_PIPES; i++) {
        if (host->pipe[i].active) {
            pipe_ends(&host->pipe[i], USB_GONE);
        }
        host->pipe[i] = (struct usb_pipe){0};
    }
    usb_serial_gone(host->serial);
    usb_disk_gone(host->disk);
}

// Attaching: wait, two resets with a request in between, recovery.
static void attach(struct usb_host *host, uint64_t now) {
    if (now < host->next) {
        return;
    }
    if (!host->in_reset && host->resets < host->step + 1) {
        host->in_reset = true;
        host->address = 0;
        vcam_otg_bus_reset(host->vm, true);
        host->next = now + RESET;
    } else if (host->in_reset) {
        host->in_reset = false;
        host->resets++;
        vcam_otg_bus_reset(host->vm, false);
        host->next = now + RECOVERY;
    } else {
        host->state = USB_ENUMERATING;
        usb_enumerate(host);
    }
}

static void watch_plug(struct usb_host *host, uint64_t now) {
    bool there = host->plugged && vcam_otg_attached(host->vm);
    if (there && host->state == USB_DETACHED) {
        usb_log(host, "attached");
        host->state = USB_ATTACHED;
        host->step = host->resets = 0;
        host->in_reset = false;
        host->next = now + DEBOUNCE;
    } else if (!there && host->state != USB_DETACHED) {
        usb_log(host, "gone");
        host->state = USB_DETACHED;
        host->suspended = false;
        drop_all(host);
    }
}

static void on_tick(void *context) {
    struct usb_host *host = context;
    struct vcam *vm = host->vm;
    uint64_t now = vcam_now(vm);
    watch_plug(host, now);
    bool quiet = host->state == USB_DETACHED || host->state == USB_REFUSED ||
            host->suspended;
    if (now >= host->frame_at + FRAME) {
        host->frame_at = now;
        host->packets = 0;
        if (!quiet && !host->in_reset) {
            vcam_otg_frame(vm, ++host->frame);
            usb_serial_frame(host->serial);
            usb_disk_frame(host->disk);
        }
    }
    bool moved = false;
    if (!quiet) {
        if (host->state == USB_ATTACHED) {
            attach(host, now);
        }
        if (!host->in_reset && host->packets < PACKETS) {
            moved = step_bus(host);
            host->packets++;
        }
    }
    // Busy: a packet later. Else a few looks in a frame, for who said NAK.
    bool waiting = host->controls || host->pipe[PIPE_DISK_IN].active ||
            host->pipe[PIPE_DISK_OUT].active ||
            host->pipe[PIPE_SERIAL_OUT].active;
    uint64_t pause = moved ? FRAME / PACKETS : waiting ? FRAME / 8 : FRAME;
    uint64_t at = now + pause;
    if (at > host->frame_at + FRAME || host->packets >= PACKETS) {
        at = host->frame_at + FRAME;
    }
    vcam_event_set(vm, &host->tick, at > now ? at : now + 1);
}

void usb_host_plug(struct usb_host *host, bool in) {
    if (host->plugged != in) {
        host->plugged = in;
        usb_log(host, in ? "plugged" : "unplugged");
        vcam_otg_vbus(host->vm, in);
    }
}

void usb_host_suspend(struct usb_host *host, bool on) {
    if (host->suspended != on && host->state == USB_CONFIGURED) {
        host->suspended = on;
        usb_log(host, on ? "suspended" : "resumed");
        vcam_otg_suspend(host->vm, on);
    }
}

int usb_host_create(struct usb_host **out, struct vcam *vm, FILE *log) {
    struct usb_host *host = calloc(1, sizeof *host);
    if (!host) {
        return -ENOMEM;
    }
    host->vm = vm;
    host->log = log;
    host->tick = (struct vcam_event){.fire = on_tick, .context = host};
    int err = usb_serial_create(&host->serial, host);
    if (!err) {
        err = usb_disk_create(&host->disk, host);
    }
    if (err) {
        usb_host_destroy(host);
        return err;
    }
    vcam_event_set(vm, &host->tick, vcam_now(vm) + FRAME);
    *out = host;
    return 0;
}

void usb_host_destroy(struct usb_host *host) {
    if (host) {
        usb_serial_destroy(host->serial);
        usb_disk_destroy(host->disk);
        free(host);
    }
}
