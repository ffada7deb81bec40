// SPDX-License-Identifier: MIT
// A virtual USB host at the camera's plug: it enumerates as Linux does, then
// drives the serial port (usb_serial.h) and the disk (usb_disk.h).
//
// All happens at virtual times: a millisecond is a frame of 19 packets at most,
// a device that answers NAK is asked again a packet later.
#ifndef HOST_VCAM_USB_HOST_H
#define HOST_VCAM_USB_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "host/vcam/machine.h"

enum { USB_CONTROL_MOST = 512, USB_CONTROLS = 16 };

struct usb_host;

enum usb_result {
    USB_DONE,
    USB_STALLED,
    USB_GONE // unplugged, reset, or no answer
};

// A transfer of endpoint 0.
struct usb_control {
    uint8_t setup[8];
    uint8_t data[USB_CONTROL_MOST];
    size_t size; // of the answer
    void (*done)(struct usb_host *host, struct usb_control *control,
            enum usb_result result);
};

// A pipe to a bulk or interrupt endpoint: one transfer at a time. An IN
// transfer ends with a short packet or when it is full.
struct usb_pipe {
    uint8_t endpoint; // with bit 7 for IN; 0: there is none
    bool toggle;
    bool active;
    uint8_t *data;
    size_t size, at;
    void (*done)(void *context, enum usb_result result);
    void *context;
};

enum { USB_PIPES = 4 };
enum { PIPE_SERIAL_OUT, PIPE_SERIAL_IN, PIPE_DISK_OUT, PIPE_DISK_IN };

enum usb_state {
    USB_DETACHED,
    USB_ATTACHED, // debouncing, in reset or recovering from it
    USB_ENUMERATING,
    USB_CONFIGURED,
    USB_REFUSED // the device did what no host takes
};

struct usb_host {
    struct vcam *vm;
    FILE *log; // or null
    bool plugged, suspended;
    enum usb_state state;
    unsigned address, step, resets;
    bool in_reset;
    uint64_t next; // when the bus reset or the wait ends
    struct vcam_event tick;
    uint64_t frame_at; // start of the frame
    unsigned frame, packets;

    struct usb_control queue[USB_CONTROLS];
    unsigned first, controls;
    enum { STAGE_SETUP, STAGE_DATA, STAGE_STATUS } stage;
    bool control_toggle;
    uint64_t control_since;

    struct usb_pipe pipe[USB_PIPES];
    unsigned turn;
    uint8_t interface_serial, interface_disk;
    // Indices: manufacturer, product, serial number, configuration, interface.
    uint8_t strings[5];
    uint16_t config_bytes;

    struct usb_serial *serial;
    struct usb_disk *disk;
};

// The host at the plug of a machine; `log`, which may be null, gets a line for
// everything that a user might ask about.
int usb_host_create(struct usb_host **out, struct vcam *vm, FILE *log);
void usb_host_destroy(struct usb_host *host);
void usb_host_plug(struct usb_host *host, bool in);
void usb_host_suspend(struct usb_host *host, bool on);

// For the parts of the host.
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void usb_log(const struct usb_host *host, const char *format, ...);
// Something that no host takes: said, and the device is left alone.
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void usb_refuse(struct usb_host *host, const char *format, ...);
// Queues a control transfer; `data` holds what an OUT one sends.
void usb_request(struct usb_host *host, uint8_t type, uint8_t request,
        uint16_t value, uint16_t index, uint16_t length, const void *data,
        void (*done)(struct usb_host *, struct usb_control *, enum usb_result));
void usb_transfer(struct usb_host *host, unsigned pipe, void *data, size_t size,
        void (*done)(void *, enum usb_result), void *context);
void usb_abort(struct usb_host *host, unsigned pipe);

// usb_enumerate.c
void usb_enumerate(struct usb_host *host);

#endif
