// SPDX-License-Identifier: MIT
// What the camera tells a host that it is (USB 2.0 section 9.6, CDC 1.2,
// PSTN 1.2, mass storage bulk-only 1.0). The identity is OpenMV's, so that
// its IDE and tools find the camera.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define USB_VENDOR 0x37C5U
#define USB_PRODUCT 0x1204U

#define USB_UID_BYTES 12U

enum {
    USB_INTERFACE_CDC,
    USB_INTERFACE_CDC_DATA,
    USB_INTERFACE_MSC,
    USB_INTERFACES
};

enum {
    USB_EP_CDC_NOTIFY = 0x81,
    USB_EP_CDC_OUT = 0x02,
    USB_EP_CDC_IN = 0x82,
    USB_EP_MSC_OUT = 0x03,
    USB_EP_MSC_IN = 0x83,
    USB_EP_SIZE = 64,
    USB_EP_NOTIFY_SIZE = 8
};

enum {
    USB_STRING_LANGUAGE,
    USB_STRING_MANUFACTURER,
    USB_STRING_PRODUCT,
    USB_STRING_SERIAL,
    USB_STRING_CONFIG,
    USB_STRING_INTERFACE,
    USB_STRINGS
};

// Both end at their own length fields.
const uint8_t *usb_device_descriptor(void);
const uint8_t *usb_config_descriptor(void);

// Fills in a string descriptor, UTF-16 little-endian behind its header, of at
// most `room` units of 16 bits. Returns its bytes, 0 when there is no such
// string. `uid` is the chip's, USB_UID_BYTES, for the serial number.
size_t usb_string_descriptor(unsigned index, const uint8_t *uid, uint16_t *to,
        size_t room);

// The serial number as text: 12 upper-case hexadecimal digits and a zero.
#define USB_SERIAL_CHARS 13U
void usb_serial(const uint8_t *uid, char *to);
