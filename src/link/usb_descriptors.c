// SPDX-License-Identifier: MIT
// Descriptors of the USB device.

#include "link/usb_descriptors.h"

#define WORD(value) (uint8_t)((value)&0xFFU), (uint8_t)((value) >> 8 & 0xFFU)

// Descriptor types and classes: USB 2.0 table 9-5, CDC 1.2 tables 12 and 13.
enum {
    DEVICE = 1,
    CONFIG = 2,
    STRING = 3,
    INTERFACE = 4,
    ENDPOINT = 5,
    ASSOCIATION = 11,
    CS_INTERFACE = 0x24
};
enum { BULK = 2, INTERRUPT = 3 };
enum { CLASS_CDC = 2, CLASS_MSC = 8, CLASS_CDC_DATA = 10, CLASS_MISC = 0xEF };
enum { SUBCLASS_ACM = 2, SUBCLASS_SCSI = 6, PROTOCOL_BULK_ONLY = 0x50 };

static const uint8_t device[] = {
        18, DEVICE, WORD(0x0200U), // USB 2.0
        CLASS_MISC, 2, 1,          // interfaces are grouped by association
        64,                        // packet of endpoint 0
        WORD(USB_VENDOR), WORD(USB_PRODUCT),
        WORD(0x0200U), // release of the device
        USB_STRING_MANUFACTURER, USB_STRING_PRODUCT, USB_STRING_SERIAL,
        1, // configurations
};

#define CONFIG_BYTES \
    (9U + 8U + 9U + 5U + 5U + 4U + 5U + 7U + 9U + 7U * 2U + 9U + 7U * 2U)
#define NOTIFY_EVERY_MS 16
#define BUS_POWERED 0x80
#define MILLIAMPERES 500

// clang-format off
static const uint8_t config[] = {
        9, CONFIG, WORD(CONFIG_BYTES), USB_INTERFACES, 1, USB_STRING_CONFIG,
        BUS_POWERED, MILLIAMPERES / 2,
        // The serial port: two interfaces.
        8, ASSOCIATION, USB_INTERFACE_CDC, 2, CLASS_CDC, SUBCLASS_ACM, 0, 0,
        9, INTERFACE, USB_INTERFACE_CDC, 0, 1, CLASS_CDC, SUBCLASS_ACM, 0,
        USB_STRING_INTERFACE,
        5, CS_INTERFACE, 0, WORD(0x0120U),            // header, CDC 1.2
        5, CS_INTERFACE, 1, 0, USB_INTERFACE_CDC_DATA, // no call management
        4, CS_INTERFACE, 2, 6, // line coding and state, break
        5, CS_INTERFACE, 6, USB_INTERFACE_CDC, USB_INTERFACE_CDC_DATA,
        7, ENDPOINT, USB_EP_CDC_NOTIFY, INTERRUPT, WORD(USB_EP_NOTIFY_SIZE),
        NOTIFY_EVERY_MS,
        9, INTERFACE, USB_INTERFACE_CDC_DATA, 0, 2, CLASS_CDC_DATA, 0, 0, 0,
        7, ENDPOINT, USB_EP_CDC_OUT, BULK, WORD(USB_EP_SIZE), 0,
        7, ENDPOINT, USB_EP_CDC_IN, BULK, WORD(USB_EP_SIZE), 0,
        // The drive.
        9, INTERFACE, USB_INTERFACE_MSC, 0, 2, CLASS_MSC, SUBCLASS_SCSI,
        PROTOCOL_BULK_ONLY, 0,
        7, ENDPOINT, USB_EP_MSC_OUT, BULK, WORD(USB_EP_SIZE), 0,
        7, ENDPOINT, USB_EP_MSC_IN, BULK, WORD(USB_EP_SIZE), 0,
};
// clang-format on

_Static_assert(sizeof(device) == 18, "device descriptor");
_Static_assert(sizeof(config) == CONFIG_BYTES, "configuration descriptor");

#define ENGLISH_US 0x0409U

const uint8_t *usb_device_descriptor(void) {
    return device;
}

const uint8_t *usb_config_descriptor(void) {
    return config;
}

static char hex_digit(uint32_t value) {
    return (char)(value < 10U ? '0' + value : 'A' + value - 10U);
}

// The rule of ST's bootloader in ROM, which OpenMV follows.
void usb_serial(const uint8_t *uid, char *to) {
    const uint32_t bytes[] = {uid[11], uid[10] + (uint32_t)uid[2], uid[9],
            uid[8] + (uint32_t)uid[0], uid[7], uid[6]};
    for (unsigned i = 0; i < 6U; i++) {
        to[2U * i] = hex_digit(bytes[i] >> 4 & 15U);
        to[2U * i + 1U] = hex_digit(bytes[i] & 15U);
    }
    to[USB_SERIAL_CHARS - 1U] = 0;
}

size_t usb_string_descriptor(unsigned index, const uint8_t *uid, uint16_t *to,
        size_t room) {
    static const char *const texts[USB_STRINGS] = {
            [USB_STRING_MANUFACTURER] = "OpenMV",
            [USB_STRING_PRODUCT] = "OpenMV Virtual Comm Port in FS Mode",
            [USB_STRING_CONFIG] = "VCP Config",
            [USB_STRING_INTERFACE] = "VCP Interface",
    };
    if (index >= USB_STRINGS || room < 2U) {
        return 0;
    }
    size_t units = 1;
    if (index == USB_STRING_LANGUAGE) {
        to[units++] = ENGLISH_US;
    } else {
        char serial[USB_SERIAL_CHARS];
        usb_serial(uid, serial);
        const char *text = index == USB_STRING_SERIAL ? serial : texts[index];
        while (*text && units < room) {
            to[units++] = (uint8_t)*text++;
        }
    }
    size_t bytes = 2U * units;
    to[0] = (uint16_t)(STRING << 8 | bytes);
    return bytes;
}
