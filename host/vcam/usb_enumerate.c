// SPDX-License-Identifier: MIT
// Enumeration by the virtual USB host, in the order that Linux asks, and what
// it will not take (USB 2.0 chapter 9, CDC 1.2, mass storage bulk-only 1.0).

#include <string.h>

#include "host/vcam/usb_disk.h"
#include "host/vcam/usb_host.h"
#include "host/vcam/usb_serial.h"

enum { DEVICE = 1, CONFIG = 2, STRING = 3, INTERFACE = 4, ENDPOINT = 5 };
enum { QUALIFIER = 6, ENGLISH = 0x0409, ADDRESS = 5 };
enum { GET_STATUS = 0, SET_ADDRESS = 5, GET_DESCRIPTOR = 6 };
enum { SET_CONFIGURATION = 9, SET_INTERFACE = 11 };
enum { IN_DEVICE = 0x80, OUT_INTERFACE = 0x01, IN_CLASS = 0xa1 };
enum { GET_MAX_LUN = 0xfe };

// What is asked, in this order; `step` counts through it.
enum step {
    ASK_FIRST, // before the second reset
    ASK_ADDRESS,
    ASK_DEVICE,
    ASK_QUALIFIER,
    ASK_CONFIG_HEAD,
    ASK_CONFIG,
    ASK_LANGUAGES,
    ASK_PRODUCT,
    ASK_MANUFACTURER,
    ASK_SERIAL,
    ASK_STATUS,
    CHOOSE_CONFIG,
    ASK_CONFIG_NAME,
    ASK_INTERFACE_NAME,
    ASK_NO_STRING,
    CHOOSE_INTERFACE,
    ASK_LUNS,
    ASKED
};

static void on_answer(struct usb_host *host, struct usb_control *control,
        enum usb_result result);

static void get_descriptor(struct usb_host *host, unsigned type, unsigned index,
        unsigned language, uint16_t length) {
    usb_request(host, IN_DEVICE, GET_DESCRIPTOR, (uint16_t)(type << 8 | index),
            (uint16_t)language, length, NULL, on_answer);
}

static void ask(struct usb_host *host) {
    switch ((enum step)host->step) {
    case ASK_FIRST:
        get_descriptor(host, DEVICE, 0, 0, 64);
        break;
    case ASK_ADDRESS:
        usb_request(host, 0, SET_ADDRESS, ADDRESS, 0, 0, NULL, on_answer);
        break;
    case ASK_DEVICE:
        get_descriptor(host, DEVICE, 0, 0, 18);
        break;
    case ASK_QUALIFIER:
        get_descriptor(host, QUALIFIER, 0, 0, 10);
        break;
    case ASK_CONFIG_HEAD:
        get_descriptor(host, CONFIG, 0, 0, 9);
        break;
    case ASK_CONFIG:
        get_descriptor(host, CONFIG, 0, 0, host->config_bytes);
        break;
    case ASK_LANGUAGES:
        get_descriptor(host, STRING, 0, 0, 255);
        break;
    case ASK_PRODUCT:
        get_descriptor(host, STRING, host->strings[1], ENGLISH, 255);
        break;
    case ASK_MANUFACTURER:
        get_descriptor(host, STRING, host->strings[0], ENGLISH, 255);
        break;
    case ASK_SERIAL:
        get_descriptor(host, STRING, host->strings[2], ENGLISH, 255);
        break;
    case ASK_STATUS:
        usb_request(host, IN_DEVICE, GET_STATUS, 0, 0, 2, NULL, on_answer);
        break;
    case CHOOSE_CONFIG:
        usb_request(host, 0, SET_CONFIGURATION, 1, 0, 0, NULL, on_answer);
        break;
    case ASK_CONFIG_NAME:
        get_descriptor(host, STRING, host->strings[3], ENGLISH, 255);
        break;
    case ASK_INTERFACE_NAME:
        get_descriptor(host, STRING, host->strings[4], ENGLISH, 255);
        break;
    case ASK_NO_STRING: // 0xEE: Microsoft's, which is not there
        get_descriptor(host, STRING, 0xee, 0, 18);
        break;
    case CHOOSE_INTERFACE:
        usb_request(host, OUT_INTERFACE, SET_INTERFACE, 0, host->interface_disk,
                0, NULL, on_answer);
        break;
    case ASK_LUNS:
        usb_request(host, IN_CLASS, GET_MAX_LUN, 0, host->interface_disk, 1,
                NULL, on_answer);
        break;
    case ASKED:
        host->state = USB_CONFIGURED;
        usb_log(host, "configured");
        usb_serial_found(host->serial);
        usb_disk_found(host->disk);
        break;
    }
}

// --- what came ------------------------------------------------------------

static void take_device(struct usb_host *host, const uint8_t *d, size_t size) {
    if (size != 18 || d[0] != 18 || d[1] != DEVICE || d[7] != 64 ||
            d[17] != 1) {
        usb_refuse(host, "device descriptor of %u bytes, or wrong",
                (unsigned)size);
        return;
    }
    if (d[4] != 0xef || d[5] != 2 || d[6] != 1) {
        usb_refuse(host, "a device with associations has class ef/02/01");
        return;
    }
    memcpy(host->strings, d + 14, 3);
    usb_log(host, "device %02x%02x:%02x%02x, release %02x%02x", d[9], d[8],
            d[11], d[10], d[13], d[12]);
}

static void take_string(struct usb_host *host, const char *what,
        const uint8_t *d, size_t size) {
    char text[128];
    size_t count = 0;
    if (size < 2 || d[0] != size || d[1] != STRING || size % 2) {
        usb_refuse(host, "%s: not a string descriptor", what);
        return;
    }
    for (size_t i = 2; i + 1 < size && count + 1 < sizeof text; i += 2) {
        text[count++] =
                d[i + 1] == 0 && d[i] >= 32 && d[i] < 127 ? (char)d[i] : '?';
    }
    text[count] = 0;
    usb_log(host, "%s '%s'", what, text);
}

// An endpoint of the configuration; the pipe it is for, or -1.
static int pipe_for(unsigned class, const uint8_t *d) {
    bool in = (d[2] & 0x80) != 0;
    if ((d[3] & 3) != 2) {
        return -1;
    }
    if (class == 10) {
        return in ? PIPE_SERIAL_IN : PIPE_SERIAL_OUT;
    }
    return class != 8 ? -1 : in ? PIPE_DISK_IN : PIPE_DISK_OUT;
}

static bool take_endpoint(struct usb_host *host, unsigned class,
        const uint8_t *d, uint32_t *used) {
    unsigned size = d[4] | (unsigned)d[5] << 8;
    unsigned bit = (d[2] & 15) + (d[2] & 0x80 ? 16 : 0);
    bool bulk = (d[3] & 3) == 2;
    if (d[0] < 7 || (d[2] & 15) == 0 || *used >> bit & 1 ||
            (bulk && size != 64) || size > 64 || (!bulk && d[6] == 0)) {
        return false;
    }
    *used |= 1u << bit;
    int pipe = pipe_for(class, d);
    if (pipe >= 0) {
        host->pipe[pipe].endpoint = d[2];
    }
    return true;
}

static void take_config(struct usb_host *host, const uint8_t *d, size_t size) {
    unsigned class = 0;
    unsigned interfaces = 0;
    unsigned left = 0; // endpoints of this interface to come
    uint32_t used = 0;
    bool good = size == host->config_bytes && d[1] == CONFIG;
    host->strings[3] = d[6];
    for (size_t at = 0; good && at < size; at += d[at]) {
        const uint8_t *p = d + at;
        if (p[0] < 2 || p[0] > size - at) {
            good = false;
            break;
        }
        if (p[1] == INTERFACE) {
            good = left == 0 && p[0] == 9 && p[2] == interfaces;
            class = p[5];
            left = p[4];
            interfaces++;
            if (class == 2) {
                host->interface_serial = p[2];
                host->strings[4] = p[8];
            } else if (class == 8) {
                host->interface_disk = p[2];
                good = good && p[6] == 6 && p[7] == 0x50;
            }
        } else if (p[1] == ENDPOINT) {
            good = left-- > 0 && take_endpoint(host, class, p, &used);
        }
    }
    for (unsigned i = 0; i < USB_PIPES; i++) {
        good = good && host->pipe[i].endpoint;
    }
    if (!good || left || interfaces != d[4]) {
        usb_refuse(host, "configuration descriptor is wrong");
        return;
    }
    usb_log(host, "configuration: %u interfaces, %u mA", interfaces, d[8] * 2u);
}

static void take(struct usb_host *host, const uint8_t *d, size_t size) {
    switch ((enum step)host->step) {
    case ASK_FIRST:
        if (size < 8 || d[7] != 64) {
            usb_refuse(host, "endpoint 0 of %u bytes", size > 7 ? d[7] : 0u);
        }
        break;
    case ASK_ADDRESS:
        host->address = ADDRESS;
        break;
    case ASK_DEVICE:
        take_device(host, d, size);
        break;
    case ASK_CONFIG_HEAD:
        host->config_bytes = (uint16_t)(d[2] | d[3] << 8);
        if (size != 9 || host->config_bytes > USB_CONTROL_MOST ||
                host->config_bytes < 9) {
            usb_refuse(host, "configuration descriptor of %u bytes",
                    host->config_bytes);
        }
        break;
    case ASK_CONFIG:
        take_config(host, d, size);
        break;
    case ASK_LANGUAGES:
        if (size < 4 || d[1] != STRING || (d[2] | d[3] << 8) != ENGLISH) {
            usb_refuse(host, "no string in English");
        }
        break;
    case ASK_PRODUCT:
        take_string(host, "product", d, size);
        break;
    case ASK_MANUFACTURER:
        take_string(host, "manufacturer", d, size);
        break;
    case ASK_SERIAL:
        take_string(host, "serial number", d, size);
        break;
    case ASK_CONFIG_NAME:
        take_string(host, "configuration", d, size);
        break;
    case ASK_INTERFACE_NAME:
        take_string(host, "interface", d, size);
        break;
    case ASK_STATUS:
        if (size != 2) {
            usb_refuse(host, "status of %u bytes", (unsigned)size);
        }
        break;
    case ASK_QUALIFIER:
    case ASK_NO_STRING:
        usb_refuse(host, "an answer to what a camera does not have");
        break;
    case ASK_LUNS:
        if (size != 1 || d[0] != 0) {
            usb_refuse(host, "more than one disk");
        }
        break;
    case CHOOSE_CONFIG:
    case CHOOSE_INTERFACE:
    case ASKED:
        break;
    }
}

static bool may_stall(unsigned step) {
    return step == ASK_QUALIFIER || step == ASK_NO_STRING || step == ASK_LUNS;
}

static void on_answer(struct usb_host *host, struct usb_control *control,
        enum usb_result result) {
    if (result == USB_GONE || host->state == USB_REFUSED) {
        return;
    }
    if (result == USB_DONE) {
        take(host, control->data, control->size);
    } else if (!may_stall(host->step)) {
        usb_refuse(host, "request %02x %02x %02x%02x stalled",
                control->setup[0], control->setup[1], control->setup[3],
                control->setup[2]);
    }
    if (host->state == USB_REFUSED) {
        return;
    }
    host->step++;
    if (host->step == ASK_ADDRESS) {
        // The second reset, then on from there.
        host->state = USB_ATTACHED;
        host->next = vcam_now(host->vm);
        return;
    }
    ask(host);
}

void usb_enumerate(struct usb_host *host) {
    ask(host);
}
