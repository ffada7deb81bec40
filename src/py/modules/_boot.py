# SPDX-License-Identifier: MIT
# Mounts the drive; makes a new one when it is blank or unusable.

import errno
import machine
import os
import sys
import vfs
import _drive
import _rom

MAIN = """\
# main.py: runs when the camera starts. Replace it by your own.
import machine
import time

led = machine.LED("LED_BLUE")
for i in range(3):
    led.on()
    time.sleep_ms(20)
    led.off()
    time.sleep_ms(80)
"""

README = """\
This drive belongs to an OpenMV Cam H7 that runs blazecam.\r
\r
main.py runs when the camera starts, boot.py before it if there is one.\r
The prompt is on the USB serial port, and on pins P1 (out) and P0 (in) at\r
115200 baud. While a script has a file open, the drive is write protected.\r
help() at the prompt tells more.\r
"""


def make_drive():
    vfs.VfsFat.mkfs(_drive)
    fat = vfs.VfsFat(_drive)
    _drive.label(fat, "OPENMV")
    vfs.mount(fat, "/flash")
    for name, text in (("main.py", MAIN), ("README.txt", README)):
        with open("/flash/" + name, "w") as f:
            f.write(text)
    open("/flash/.openmv_disk", "w").close()


def mount():
    try:
        fat = vfs.VfsFat(_drive)
        vfs.mount(fat, "/flash")
        # A volume whose root cannot be read is no drive either.
        fat.statvfs("/")
        for _ in fat.ilistdir("/"):
            pass
        return
    except UnicodeError:
        # A name from another code page: the rest of the drive is fine.
        return
    except OSError:
        pass
    try:
        vfs.umount("/flash")
    except OSError:
        pass
    # All of it or nothing, should the power fail meanwhile.
    _drive.hold(True)
    try:
        make_drive()
    finally:
        _drive.hold(False)


def mount_rom(region, path):
    try:
        vfs.mount(vfs.VfsRom(_rom.image(region)), path)
    except OSError as error:
        if error.errno == errno.EINPROGRESS:
            print("blazecam: putting models into %s was interrupted; "
                  "put them there again" % path)
        elif error.errno != errno.ENODEV:
            print("blazecam: %s is damaged and was left out" % path)


def mount_card():
    """The card in the slot, unless a file SKIPSD on the drive forbids it."""
    if not hasattr(machine, "SDCard"):
        return
    try:
        os.stat("/flash/SKIPSD")
        return
    except OSError:
        pass
    card = machine.SDCard()
    if not card.present():
        return
    try:
        vfs.mount(vfs.VfsFat(card), "/sdcard")
    except OSError as error:
        # ENODEV: there is a card, but FAT is not on it.
        why = error.errno == errno.ENODEV and "no FAT file system" or error
        print("blazecam: the SD card cannot be used:", why)
        return
    try:
        # What OpenMV IDE knows the camera's drive by.
        open("/sdcard/.openmv_disk", "x").close()
    except OSError:
        pass
    sys.path.append("/sdcard")
    sys.path.append("/sdcard/lib")


# Models lie in flash and are used in place.
mount_rom("models", "/rom")
mount_rom("romfs", "/romfs")

try:
    mount()
    os.chdir("/flash")
    sys.path.append("/flash")
    sys.path.append("/flash/lib")
except OSError as error:
    print("blazecam: the drive cannot be used:", error)

mount_card()
