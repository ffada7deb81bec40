#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""JPEG on the virtual camera: the chip's block against our own encoder."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from e2e import main, path, read, run  # noqa: E402

SIDE = 96

SCRIPT = """
import image, time, _jpeg
buffer = bytearray(30000)
for name, form in (('rgb565', image.RGB565), ('gray', image.GRAYSCALE)):
    img = image.Image(%d, %d, form)
    for y in range(img.height()):
        for x in range(img.width()):
            value = (40 + x * 2, 60 + y * 2, 250 - x - y)
            img.set_pixel(x, y, value if form == image.RGB565 else value[0])
    for quality in (20, 85, 97):
        t = time.ticks_cpu()
        n = _jpeg.encode(img, quality, buffer)
        t = time.ticks_diff(time.ticks_cpu(), t)
        with open('/flash/%%s%%d.jpg' %% (name, quality), 'wb') as f:
            f.write(memoryview(buffer)[:n])
        own = img.to_jpeg(quality=quality, copy=True)
        with open('/flash/own_%%s%%d.jpg' %% (name, quality), 'wb') as f:
            f.write(own.bytearray())
        print(name, quality, n, own.size(), t)
    try:
        _jpeg.encode(img, 97, memoryview(buffer)[:700])
    except OSError as error:
        print('too small', error.errno)
print('used', _jpeg.is_used())
"""


def camera():
    drive = path("drive.img")
    status, out, err = run("vcam", "--drive", drive, "--script",
                           path("s.py", (SCRIPT % (SIDE, SIDE - 5)).encode()))
    assert status == 0, (out, err)
    return drive, out.splitlines()


def the_block_is_tried_and_then_used():
    _, out = camera()
    assert out[-1] == "used True", out
    assert out.count("too small 28") == 2, out


def pixels(drive, name):
    """A file of the drive as libjpeg sees it."""
    got = path(name)
    done = subprocess.run(["mcopy", "-n", "-o", "-i", drive, "::" + name, got],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    assert done.returncode == 0, done.stdout
    status, _, err = run("detect", "-o", path("seen.ppm"), got)
    assert status == 0, err
    head, data = re.match(rb"(P6\s+\d+\s+\d+\s+255\s)(.*)",
                          read(path("seen.ppm")), re.S).groups()
    assert head.split()[1:3] == [b"%d" % SIDE, b"%d" % (SIDE - 5)], head
    return data


def its_pictures_are_ours_as_near_as_rounding_lets_them():
    drive, out = camera()
    rows = [line.split() for line in out if re.match("rgb|gray", line)]
    assert len(rows) == 6, out
    for name, quality, block, own, _ in rows:
        # Ours has a JFIF header of 18 bytes, and rounds samples only once.
        assert abs(int(block) + 18 - int(own)) < 8 + int(own) * 0.08, out
        theirs = pixels(drive, "%s%s.jpg" % (name, quality))
        ours = pixels(drive, "own_%s%s.jpg" % (name, quality))
        mean = sum((a - b) ** 2 for a, b in zip(theirs, ours)) / len(ours)
        assert mean < {"20": 8, "85": 3, "97": 2}[quality], (name, mean)


def many_files_do_not_fill_the_heap():
    status, out, err = run("vcam", "--script", path("s.py", b"""
import image
img = image.Image(320, 240, image.RGB565)
for i in range(40):
    file = img.to_jpeg(quality=70, copy=True)
print(file)
"""))
    assert status == 0 and '"type":"jpeg"' in out, (out, err)


if __name__ == "__main__":
    main((
        many_files_do_not_fill_the_heap,
        the_block_is_tried_and_then_used,
        its_pictures_are_ours_as_near_as_rounding_lets_them,
    ))
