#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What users do by accident: odd names, full disks, one name for two files."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from e2e import (BLAZECAM, FLOAT, INT8, PHOTO, detect, main, path,  # noqa
                 read, refused, run)

RANGES = "models/blazeface_front_128.ranges"


def plain(width, height):
    return b"P5 %d %d 255\n" % (width, height) + bytes(width * height)


def cut_photos_are_refused_at_every_tenth_byte():
    image = plain(9, 9)
    for end in range(0, len(image), 10):
        refused(1, "cut.ppm: ", "detect", path("cut.ppm", image[:end]))


def names_stay_on_their_line():
    for name in "a b.pgm", "new\nline.pgm", "esc\x1b[31m.pgm", 'q"\\.pgm':
        photo = path(name, plain(8, 8))
        assert detect(photo)[0]["file"] == photo
        status, out, err = run("detect", photo)
        assert status == 0 and err == "", err
        assert out.count("\n") == 1 and "\x1b" not in out, out
        os.remove(photo)
        refused(1, "No such file", "detect", photo)
    refused(2, "no such command", "new\nline")
    refused(2, "no such option", "detect", "--new\nline")
    bytes_only = os.fsencode(path("")) + b"\xff.pgm"
    with open(bytes_only, "wb") as file:
        file.write(plain(8, 8))
    done = subprocess.run([BLAZECAM, "detect", "--json", bytes_only],
                          stdout=subprocess.PIPE, check=True)
    assert json.loads(done.stdout)["file"].endswith("\ufffd.pgm")


def claims_are_named_as_they_are():
    refused(1, "a side of more than 65535 pixels", "detect",
            path("long.pgm", plain(70000, 1)))
    refused(1, "million pixels", "detect",
            path("bomb.pgm", b"P5 70000 70000 255\n"))
    assert detect(path("line.pgm", plain(65535, 1)))[0]["faces"] == []
    refused(2, "from 1 to 4294967295", "inspect", "--budget", "0", INT8)


def full_disks_say_so():
    for suffix in "png", "jpg", "ppm":
        link = path("full." + suffix)
        os.symlink("/dev/full", link)
        status, _, err = run("detect", "-o", link, PHOTO)
        assert status == 1 and err.count("\n") == 1, err
        assert "Success" not in err and "Write Error" not in err, err
    refused(1, "No space left", "detect", "-o", path("full.png"), PHOTO)
    refused(1, "No space left", "quantize", FLOAT, "-o", "/dev/full",
            "--ranges", RANGES)


def inputs_are_never_written_over():
    photo = path("photo.jpg", read(PHOTO))
    model = path("model.tflite", read(FLOAT))
    os.link(photo, path("same.jpg"))
    for to in photo, path("same.jpg"):
        refused(1, "the photo itself", "detect", "-o", to, photo)
    assert read(photo) == read(PHOTO)
    refused(1, "the float model", "quantize", model, "-o", model, "--ranges",
            RANGES)
    refused(1, "the float model", "quantize", model, "-o", path("x.tflite"),
            "--ranges", RANGES, "--save-ranges", model)
    refused(1, "both the model and its ranges", "quantize", model, "-o",
            path("x"), "--ranges", RANGES, "--save-ranges", path("x"))
    assert read(model) == read(FLOAT) and not os.path.exists(path("x"))


def ranges_that_cannot_be_saved_leave_no_model():
    out = path("none.tflite")
    refused(1, "No such file", "quantize", FLOAT, "-o", out, "--ranges",
            RANGES, "--save-ranges", path("no/folder"))
    assert not os.path.exists(out)


def eval_wants_photos_but_no_boxes():
    folder = os.path.dirname(path("eval/empty.pgm", plain(64, 64)))
    for head in b"file,x,y,w,h", b"\xef\xbb\xbffile,x,y,w,h\r\n":
        path("eval/boxes.csv", head)
        status, out, err = run("eval", "--json", folder)
        assert status == 0 and err == "", err
        assert json.loads(out) == {"images": 1, "ap50": None, "recall": None,
                                   "false_per_negative": 0.0}, out
    for row in (b"empty.pgm,1,1,nan,1\n", b"empty.pgm,1,1,0,1\n", b",1,1,1,1\n",
                b"empty.pgm,1,1\n"):
        path("eval/boxes.csv", b"file,x,y,w,h\n" + row)
        refused(1, "line 2", "eval", folder)
    os.remove(path("eval/empty.pgm"))
    path("eval/boxes.csv", b"file,x,y,w,h\n")
    refused(1, "holds no photographs", "eval", folder)


main([
    cut_photos_are_refused_at_every_tenth_byte,
    names_stay_on_their_line,
    claims_are_named_as_they_are,
    full_disks_say_so,
    inputs_are_never_written_over,
    ranges_that_cannot_be_saved_leave_no_model,
    eval_wants_photos_but_no_boxes,
])
