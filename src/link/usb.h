// SPDX-License-Identifier: MIT
// The USB device: a serial port (CDC-ACM) and a drive (mass storage), as an
// OpenMV camera has them.
//
// The interrupt moves packets and sets usb_pending; all else happens in
// usb_task(), which the main loop calls. None of this is to be called from
// interrupts but usb_pending. While the flash erases, usb_serve() is called
// from there: it and what it calls run from ITCM.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// At this rate, with DTR, the port carries the host protocols; at any other it
// is the prompt. 1200 asks for the bootloader.
#define USB_PROTOCOL_BAUD 921600U
#define USB_PROTOCOL_BAUD_OLD 12000000U // what old IDEs prefer
#define USB_TOUCH_BAUD 1200U

// Goes on the bus when there is VBUS, now or later.
void usb_init(void);
// Serves what the host asked for. Cheap when there is nothing.
void usb_task(void);
// The same but for reads and writes of the drive, which wait: for use while
// the flash is busy, or a file system in the middle of something.
void usb_serve(void);
// Set by the interrupt: usb_task() has work to do.
extern volatile bool usb_pending;
// In the middle of one of the functions here: an interrupt must not call any.
bool usb_is_busy(void);
// True while a host has configured the device and the bus is not suspended.
bool usb_ready(void);

// The serial port. DTR is what a program that opens the port sets.
bool usb_cdc_dtr(void);
uint32_t usb_cdc_baud(void);
static inline bool usb_cdc_is_protocol(void) {
    uint32_t baud = usb_cdc_baud();
    return usb_cdc_dtr() &&
            (baud == USB_PROTOCOL_BAUD || baud == USB_PROTOCOL_BAUD_OLD);
}
// Counts the times that DTR or the rate changed: a new session, in which what
// was said in the last one means nothing.
uint32_t usb_cdc_sessions(void);

// Bytes received and not yet read; room to send. What is read makes room for
// more: a host that sends faster waits, nothing is lost.
size_t usb_cdc_readable(void);
size_t usb_cdc_writable(void);
// Both return how many bytes fit. What is written goes out when a packet is
// full, or with usb_cdc_flush(). Without DTR nothing is taken.
size_t usb_cdc_read(void *to, size_t bytes);
size_t usb_cdc_write(const void *from, size_t bytes);
void usb_cdc_flush(void);
// Throws away what was received.
void usb_cdc_discard(void);

// True once after the host chose USB_TOUCH_BAUD and has had its answer: the
// camera is to go to its bootloader.
bool usb_touched(void);
