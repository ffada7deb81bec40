// SPDX-License-Identifier: MIT
// The serial port of the virtual USB host.

#include "host/vcam/usb_serial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/otg.h"
#include "host/vcam/usb_host.h"

enum { SEND = 1 << 16, RECEIVE = 4096, CHUNK = 4096 };

// CDC PSTN 1.2 section 6.3.
enum {
    TO_INTERFACE = 0x21,
    SET_LINE_CODING = 0x20,
    SET_CONTROL_LINE_STATE = 0x22,
    DTR_AND_RTS = 3
};

struct usb_serial {
    struct usb_host *host;
    struct usb_serial_user user;
    bool there, open, closing;
    unsigned baud; // wanted, and what the device was told
    unsigned told_baud;
    bool told_open;
    uint8_t send[SEND];
    size_t from, count;
    uint8_t out[CHUNK];
    uint8_t in[RECEIVE];
};

int usb_serial_create(struct usb_serial **out, struct usb_host *host) {
    struct usb_serial *s = calloc(1, sizeof *s);
    if (!s) {
        return -ENOMEM;
    }
    s->host = host;
    *out = s;
    return 0;
}

void usb_serial_destroy(struct usb_serial *serial) {
    free(serial);
}

void usb_serial_set_user(struct usb_serial *serial,
        const struct usb_serial_user *user) {
    serial->user = *user;
}

void usb_serial_open(struct usb_serial *serial, unsigned baud) {
    serial->open = true;
    serial->closing = false;
    serial->baud = baud;
}

void usb_serial_close(struct usb_serial *serial) {
    serial->closing = serial->open;
}

size_t usb_serial_send(struct usb_serial *serial, const uint8_t *data,
        size_t size) {
    size_t done = 0;
    while (done < size && serial->count < SEND) {
        serial->send[(serial->from + serial->count++) % SEND] = data[done++];
    }
    return done;
}

size_t usb_serial_unsent(const struct usb_serial *serial) {
    const struct usb_pipe *p = &serial->host->pipe[PIPE_SERIAL_OUT];
    return serial->count + (p->active ? p->size - p->at : 0);
}

void usb_serial_found(struct usb_serial *serial) {
    serial->there = true;
    serial->told_open = false;
    serial->told_baud = 0;
}

void usb_serial_gone(struct usb_serial *serial) {
    serial->there = false;
}

static void tell_rate(struct usb_serial *s) {
    uint8_t coding[7] = {s->baud & 0xff, s->baud >> 8 & 0xff,
            s->baud >> 16 & 0xff, (uint8_t)(s->baud >> 24), 0, 0, 8};
    usb_request(s->host, TO_INTERFACE, SET_LINE_CODING, 0,
            s->host->interface_serial, sizeof coding, coding, NULL);
    usb_log(s->host, "serial %u baud", s->baud);
    s->told_baud = s->baud;
}

static void tell_state(struct usb_serial *s, bool open) {
    usb_request(s->host, TO_INTERFACE, SET_CONTROL_LINE_STATE,
            open ? DTR_AND_RTS : 0, s->host->interface_serial, 0, NULL, NULL);
    usb_log(s->host, open ? "serial open" : "serial closed");
    s->told_open = open;
}

static void on_sent(void *context, enum usb_result result) {
    struct usb_serial *s = context;
    if (result != USB_DONE) {
        usb_log(s->host, "serial: bytes lost");
    }
}

static void on_received(void *context, enum usb_result result) {
    struct usb_serial *s = context;
    size_t size = s->host->pipe[PIPE_SERIAL_IN].at;
    if (result == USB_DONE && size && s->user.received) {
        s->user.received(s->user.owner, s->in, size);
    }
}

static void send(struct usb_serial *s) {
    size_t size = 0;
    while (s->count && size < CHUNK) {
        s->out[size++] = s->send[s->from];
        s->from = (s->from + 1) % SEND;
        s->count--;
    }
    usb_transfer(s->host, PIPE_SERIAL_OUT, s->out, size, on_sent, s);
}

// Frames, so a millisecond: what is to be told or moved is started here.
void usb_serial_frame(struct usb_serial *s) {
    struct usb_host *host = s->host;
    if (!s->there || host->state != USB_CONFIGURED || host->controls) {
        return;
    }
    if (s->open && s->told_baud != s->baud) {
        tell_rate(s);
    }
    if (s->open && !s->told_open) {
        tell_state(s, true);
        return;
    }
    if (s->closing && usb_serial_unsent(s) == 0) {
        s->open = s->closing = false;
        usb_abort(host, PIPE_SERIAL_IN);
        tell_state(s, false);
        return;
    }
    if (!s->told_open) {
        return;
    }
    if (s->count && !host->pipe[PIPE_SERIAL_OUT].active) {
        send(s);
    }
    // Whole packets only: nothing is asked for that has no room.
    size_t room = s->user.room ? s->user.room(s->user.owner) : RECEIVE;
    room = room < RECEIVE ? room : RECEIVE;
    room -= room % VCAM_OTG_PACKET;
    if (room && !host->pipe[PIPE_SERIAL_IN].active) {
        usb_transfer(host, PIPE_SERIAL_IN, s->in, room, on_received, s);
    }
}
