#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Cuts the power while a host replaces the models in the flash over USB.

The camera must start afterwards, answer at its prompt and to hosts, and have
the old models, the new ones, or say that it has none. POWER_CUTS=all cuts in
each flash operation of an update of a few KB, not in some, and in more of one
that takes three sectors.
"""
import concurrent.futures
import hashlib
import os
import re
import shutil
import struct
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import romfs  # noqa
from e2e import main, path, read  # noqa
from omv import SYNC, packet, packets  # noqa
from usb_host import Session, rested, sent, typed  # noqa

ALL = os.environ.get("POWER_CUTS") == "all"
JOBS = int(os.environ.get("TEST_JOBS", "2"))
CODE = "build/openmv4/code.bin"
MODELS_AT = 0x100000  # in the chip's flash
SET_CAPS = packet(0, 0, 0x02, struct.pack("<IH10x", 3, 498))
STATE, BEGIN, ERASE, WRITE, END = 0xB1, 0xB3, 0xB4, 0xB5, 0xB6
SECTOR = 128 * 1024


def noise(seed, count):
    """Bytes that no compression and no erasure looks like."""
    out = b""
    while len(out) < count:
        out += hashlib.sha256(b"%s %d" % (seed, len(out))).digest()
    return out[:count]


OLD = {"old.tflite": noise(b"old", 1500), "old.txt": b"one\ntwo\n"}
NEW = {"a.tflite": noise(b"a", 2500), "a.txt": b"three\n",
       "b.tflite": noise(b"b", 2500)}
LARGE = {"large.tflite": noise(b"large", 2 * SECTOR + 5000)}


def a_camera(files):
    """The flash of a camera with a drive and these models."""
    flash = bytearray(read(rested("rom_master.flash", "--firmware", CODE)))
    image = romfs.image(files, sealed=True)
    flash[MODELS_AT:MODELS_AT + len(image)] = image
    return path("rom_%s.flash" % sorted(files)[0], bytes(flash))


def update(files):
    """What a host sends, and when, to have these models instead."""
    image = romfs.image(files, sealed=True)
    at, number = 1.0, 0
    script = ["0.8 open 921600", *sent(0.9, SYNC), *sent(0.95, SET_CAPS)]

    def ask(opcode, payload, seconds):
        nonlocal at, number
        number += 1
        script.extend(sent(at, packet(number, 0, opcode, payload)))
        at += seconds
    ask(BEGIN, struct.pack("<II", len(image), zlib.crc32(image)), 0.3)
    for _ in range(-(-len(image) // SECTOR)):
        ask(ERASE, b"", 2.2)
    for offset in range(0, len(image), 494):
        piece = image[offset:offset + 494]
        ask(WRITE, struct.pack("<I", offset) + piece, 0.02)
    ask(END, b"", 0.5)
    return script, at


def look(flash):
    """(state, names in /rom or None): what the camera says of its models."""
    s = Session(["1 open 115200", *typed(
        1.3, "import os", "'rom' in os.listdir('/')",
        "print('ROM', sorted(os.listdir('/rom')))", step=0.05), "1.55 close",
        "1.6 open 921600", *sent(1.65, SYNC), *sent(1.67, SET_CAPS),
        *sent(1.7, packet(1, 0, STATE))], 1.8, "--firmware", CODE,
        "--flash", flash).good()
    states = [struct.unpack_from("<I", body)[0]
              for head, body in packets(s.bytes)
              if head[5] == STATE and len(body) == 8]
    assert len(states) == 1, ("no answer to a host", s.serial[-300:])
    there = re.search(r"^(True|False)\r$", s.serial, re.M)
    names = re.search(r"^ROM (\[.*\])\r$", s.serial, re.M)
    assert there, ("no prompt", s.serial[-300:])
    assert (there.group(1) == "True") == bool(names), s.serial[-300:]
    return states[0], names and re.findall("'([^']*)'", names.group(1))


def judge(flash, old, new):
    """Which set is there: "old", "new" or "none"; a failure for any other."""
    state, names = look(flash)
    bytes_of = read(flash)
    for name, files in (("old", old), ("new", new)):
        if names == sorted(files):
            image = romfs.image(files, sealed=True)
            assert state == 0, (name, state)
            assert bytes_of[MODELS_AT:MODELS_AT + len(image)] == image, name
            return name
    assert names is None and state != 0, (state, names)
    return "none"


def cut(master, script, seconds, old, new, number):
    """What the camera has after a cut in this operation; None: no cut."""
    flash = path("rom_cut%d.flash" % number)
    shutil.copy(master, flash)
    s = Session(script, seconds, "--firmware", CODE, "--flash", flash,
                "--power-cut", number)
    if "power cut" not in s.err:
        os.remove(flash)
        return None
    found = judge(flash, old, new)
    if found == "none" and number % 16 == 1:
        # The next update is as good as any.
        Session(script, seconds, "--firmware", CODE, "--flash", flash).good()
        assert judge(flash, old, new) == "new", "no update after the cut"
    os.remove(flash)
    return found


def cuts(old, new, step):
    """Cuts in every step-th operation; how often which set was there."""
    master = a_camera(old)
    script, seconds = update(new)
    counts = {"old": 0, "new": 0, "none": 0}
    number, over = 1, False
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        while not over:
            batch = [number + i * step for i in range(8)]
            number += 8 * step
            for found in pool.map(lambda n: cut(
                    master, script, seconds, old, new, n), batch):
                over = over or found is None
                if found:
                    counts[found] += 1
    print("    %d cuts: %s" % (sum(counts.values()), counts))
    return counts


def without_a_cut_the_new_models_are_there():
    flash = path("rom_whole.flash")
    shutil.copy(a_camera(OLD), flash)
    assert judge(flash, OLD, NEW) == "old"
    script, seconds = update(NEW)
    Session(script, seconds, "--firmware", CODE, "--flash", flash).good()
    assert judge(flash, OLD, NEW) == "new"


def power_cuts_in_an_update_leave_old_new_or_none():
    counts = cuts(OLD, NEW, 1 if ALL else 24)
    assert counts["none"] >= 5, counts
    assert not ALL or sum(counts.values()) > 160, counts


def and_so_they_do_in_a_large_one():
    if not ALL:
        return "skipped (POWER_CUTS=all)"
    counts = cuts(LARGE, dict(LARGE, **NEW), 151)
    assert counts["none"] >= 50, counts


if __name__ == "__main__":
    main([without_a_cut_the_new_models_are_there,
          power_cuts_in_an_update_leave_old_new_or_none,
          and_so_they_do_in_a_large_one])
