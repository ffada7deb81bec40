#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""blazecam flash against the virtual camera, with a dfu-util of our own that
puts the file where a bootloader would."""
import os
import pty
import subprocess
import sys
import threading
import time
import tty

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from e2e import BLAZECAM, INT8, main, path, read, refused, run  # noqa
from port import Camera, FIRMWARE  # noqa

# Notes its arguments and keeps the file.
DFU_UTIL = """#!/bin/sh
echo "$@" > "%(log)s"
for file; do :; done
cp "$file" "%(flashed)s"
exit %(status)d
"""


def dfu(status=0):
    where = path("dfu-util", (DFU_UTIL % {
        "log": path("dfu.log"), "flashed": path("flashed.bin"),
        "status": status}).encode())
    os.chmod(where, 0o755)
    os.environ["DFU_UTIL"] = where
    return where


def flash(camera, image, runs=None):
    """Flashes; the camera comes back with what was flashed, or with `runs`."""
    if os.path.exists(path("flashed.bin")):
        os.remove(path("flashed.bin"))
    process = subprocess.Popen(
        [BLAZECAM, "flash", "--port", camera.path, image],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while process.poll() is None:
        if runs and os.path.exists(path("flashed.bin")):
            camera.start(runs)
            runs = None
        time.sleep(0.02)
    out, err = process.communicate()
    return process.returncode, out.decode(), err.decode()


def system(*cameras):
    """A /sys in which these (tty, serial number) are cameras."""
    root = path("sys%d" % len(cameras))
    os.makedirs(os.path.join(root, "class/tty"), exist_ok=True)
    for tty, serial in cameras:
        usb = os.path.join(root, "class/tty", tty, "usb")
        os.makedirs(os.path.join(usb, "interface"))
        os.symlink("usb/interface", os.path.join(usb, "..", "device"))
        for name, value in (("idVendor", "37c5"), ("idProduct", "1204"),
                            ("serial", serial)):
            with open(os.path.join(usb, name), "w") as file:
                file.write(value + "\n")
    os.environ["BLAZECAM_SYS"] = root


def the_file_is_looked_at_first():
    whole = read(FIRMWARE)
    refused(1, "not a firmware", "flash", "--port", "/nowhere", INT8)
    refused(1, "cut off", "flash", "--port", "/nowhere",
            path("cut.bin", whole[:-100]))
    refused(1, "no checksum", "flash", "--port", "/nowhere",
            path("short.bin", whole[:0x7fff0]))
    changed = bytearray(whole)
    changed[0x5000] ^= 1
    refused(1, "checksum", "flash", "--port", "/nowhere",
            path("changed.bin", bytes(changed)))
    wrong = bytearray(whole)
    wrong[4:8] = bytes(4)
    refused(1, "start at", "flash", "--port", "/nowhere",
            path("vector.bin", bytes(wrong)))
    refused(1, "over 1703936 bytes", "flash", "--port", "/nowhere",
            path("large.bin", whole + bytes(1703936)))


def cameras_are_found_by_their_numbers():
    dfu()
    system()
    refused(1, "none is connected", "cam", "info")
    system(("ttyACM0", "A"), ("ttyACM1", "B"))
    why = refused_text("cam", "info")
    assert "there are 2" in why and "--port /dev/ttyACM" in why, why
    why = refused_text("flash", FIRMWARE)
    assert "there are 2" in why, why
    del os.environ["BLAZECAM_SYS"]


def refused_text(*words):
    status, _, err = run(*words)
    assert status == 1 and err.count("\n") == 1, (status, err)
    return err


def flashes_and_compares():
    dfu()
    with Camera() as camera:
        status, out, err = flash(camera, FIRMWARE, path("flashed.bin"))
        assert status == 0, (out, err)
        assert "blazecam" in out and "goes to its bootloader" in err, (out, err)
        with open(path("dfu.log")) as file:
            words = file.read().split()
        assert words[:6] == ["-w", "-d", ",37C5:9204", "-a", "2", "-S"], words
        # The camera's number is that of the bootloader: the words of
        # omv.board_id() with their bytes turned round.
        status, said, err = run("cam", "--port", camera.path, "info")
        board = said.split("[H7:")[1][:24]
        turned = "".join(
            bytes.fromhex(board[8 * k:8 * k + 8])[::-1].hex().upper()
            for k in range(3))
        assert words[6] == turned, (words, board)
        assert words[7:] == ["--reset", "-D", FIRMWARE], words
        assert read(path("flashed.bin")) == read(FIRMWARE)


def another_firmware_is_noticed():
    dfu()
    # One byte of code is another, and the trailer right for it.
    other = path("models/x.tflite", read(INT8))
    base = bytearray(read(FIRMWARE))
    at = base.index(b"Type \"help()\"")
    base[at] ^= 32
    image = path("other.bin")
    status, out, err = run("pack", "--firmware", path("base.bin", bytes(base)),
                           "--models", os.path.dirname(other), "-o", image)
    assert status == 0, err
    with Camera() as camera:
        status, out, err = flash(camera, image, FIRMWARE)
        assert status == 1 and "not what is in" in err, (out, err)


class Old:
    """A camera that speaks USBDBG alone, and calls itself so."""

    def __init__(self, name):
        self.name = name
        self.heard = b""

    def __enter__(self):
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def serve(self):
        while b"\x30\x0e\0\0\0\0" not in self.heard:
            try:
                self.heard += os.read(self.master, 256)
            except OSError:
                return  # nobody has the port open any more
            if self.heard.endswith(b"\x30\x83\x40\0\0\0"):
                os.write(self.master, self.name.encode().ljust(64, b"\0"))

    def __exit__(self, *_):
        os.close(self.slave)


def a_camera_with_an_older_firmware_is_flashed_too():
    dfu(status=1)  # as far as dfu-util
    with Old("OMV4 H7 1024 [H7:0102030405060708090A0B0C]") as camera:
        status, out, err = flash(camera, FIRMWARE)
        assert status == 1 and "goes to its bootloader" in err, (out, err)
        with open(path("dfu.log")) as file:
            words = file.read().split()
        assert words[5:7] == ["-S", "0403020108070605" "0C0B0A09"], words
    with Old("OMV3 F7 512 [M7:0102030405060708090A0B0C]") as camera:
        status, out, err = flash(camera, FIRMWARE)
        assert status == 1 and "is no OMV4 H7 1024" in err, (out, err)
        assert b"\x30\x0e" not in camera.heard, camera.heard
    with Old("") as camera:
        status, out, err = flash(camera, FIRMWARE)
        assert status == 1 and "does not answer" in err, (out, err)


def failures_say_what_to_do():
    with Camera() as camera:
        dfu(status=1)
        status, out, err = flash(camera, FIRMWARE)
        assert status == 1 and "failed with status 1" in err, err
        assert "repeat the command" in err, err
    with Camera() as camera:
        os.environ["DFU_UTIL"] = "/nowhere/dfu-util"
        status, out, err = flash(camera, FIRMWARE)
        assert status == 1 and "install the package dfu-util" in err, err


def a_camera_that_does_not_come_back():
    dfu()
    path("flashed.bin", b"")
    os.remove(path("flashed.bin"))
    with Camera() as camera:
        process = subprocess.Popen(
            [BLAZECAM, "flash", "--port", camera.path, FIRMWARE],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while not os.path.exists(path("flashed.bin")):
            time.sleep(0.02)
        os.remove(camera.path)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 1, err
        assert b"did not come back" in err and b"unplug" in err, err


def resetting_and_booting():
    with Camera() as camera:
        status, _, err = run("cam", "--port", camera.path, "reset")
        assert status == 0, err
        time.sleep(2)
        status, out, err = run("cam", "--port", camera.path, "info")
        assert status == 0, err


main([
    the_file_is_looked_at_first,
    cameras_are_found_by_their_numbers,
    flashes_and_compares,
    another_firmware_is_noticed,
    a_camera_with_an_older_firmware_is_flashed_too,
    failures_say_what_to_do,
    a_camera_that_does_not_come_back,
    resetting_and_booting,
])
