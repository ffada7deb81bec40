// SPDX-License-Identifier: MIT
// The disk of the virtual USB host: mass storage, bulk-only, as Linux uses it.
//
// The host keeps a copy of the medium in its memory, and, when it is told so,
// in a file. What a program changes in the file is written to the camera; when
// the camera says that the medium has changed, the file is read anew.
#ifndef HOST_VCAM_USB_DISK_H
#define HOST_VCAM_USB_DISK_H

#include <stdbool.h>
#include <stdint.h>

struct usb_host;
struct usb_disk;

int usb_disk_create(struct usb_disk **out, struct usb_host *host);
void usb_disk_destroy(struct usb_disk *disk);
// The file, which is overwritten with what the camera has. Before the plug.
void usb_disk_set_file(struct usb_disk *disk, const char *path);
// Makes the medium what the image at `path` is, by writing the blocks that
// differ; or saves the host's copy there. False: no such file, or no disk.
bool usb_disk_write(struct usb_disk *disk, const char *path);
bool usb_disk_save(struct usb_disk *disk, const char *path);

// The transport under it.
struct usb_bot *usb_disk_bot(struct usb_disk *disk);

// For the host: a device with a disk, its end, a frame.
void usb_disk_found(struct usb_disk *disk);
void usb_disk_gone(struct usb_disk *disk);
void usb_disk_frame(struct usb_disk *disk);

#endif
