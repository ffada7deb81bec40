// SPDX-License-Identifier: MIT
// The serial port of the virtual USB host, as its programs see it (CDC-ACM).
#ifndef HOST_VCAM_USB_SERIAL_H
#define HOST_VCAM_USB_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct usb_host;
struct usb_serial;

// Who has the port open. Null functions are allowed.
struct usb_serial_user {
    void *owner;
    // Bytes that it would take now, and bytes for it.
    size_t (*room)(void *owner);
    void (*received)(void *owner, const uint8_t *data, size_t size);
};

int usb_serial_create(struct usb_serial **out, struct usb_host *host);
void usb_serial_destroy(struct usb_serial *serial);
void usb_serial_set_user(struct usb_serial *serial,
        const struct usb_serial_user *user);
// Opens the port (DTR) at a rate, or changes it; closes it when all is sent.
void usb_serial_open(struct usb_serial *serial, unsigned baud);
void usb_serial_close(struct usb_serial *serial);
// Sends what fits and returns how much that is.
size_t usb_serial_send(struct usb_serial *serial, const uint8_t *data,
        size_t size);
size_t usb_serial_unsent(const struct usb_serial *serial);

// For the host: a device with such a port, its end, a frame.
void usb_serial_found(struct usb_serial *serial);
void usb_serial_gone(struct usb_serial *serial);
void usb_serial_frame(struct usb_serial *serial);

#endif
