#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Models in a firmware: told, packed, found by Python, equal to the host."""
import json
import os
import re
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from e2e import INT8, main, path, read, refused, run  # noqa

FIRMWARE = "build/openmv4/firmware.bin"
SIDE = 128
SCRIPT = """
import binascii, gc, ml, os
print("ROM", sorted(os.listdir("/rom")))
gc.collect()
before = gc.mem_free()
m = ml.Model("/rom/face.tflite")
gc.collect()
print("COST", before - gc.mem_free(), m.labels)
pixels = bytes((i * 37 + i // 384) & 255 for i in range(3 * %d * %d))
print("CRCS", m.predict([pixels], callback=lambda model, given, made:
      [binascii.crc32(tensor) for tensor in made]))
print("END" + "ED")
""" % (SIDE, SIDE)


def packed(folder="models", behind=0):
    """A firmware whose model has some bytes behind it."""
    path(folder + "/face.tflite", read(INT8) + bytes(behind))
    labels = path(folder + "/face.txt", b"nobody\nface\n")
    image = path(folder + ".bin")
    status, out, err = run("pack", "--firmware", FIRMWARE, "--models",
                           os.path.dirname(labels), "-o", image)
    assert status == 0, err
    return image, out


def blazeface_needs_no_heap_for_tensors():
    line = [row for row in packed()[1].splitlines() if "face.tflite" in row]
    assert line[0].endswith("tensor memory"), line


def computes_as_the_host(image):
    status, out, err = run("vcam", "--firmware", image, "--script",
                           path("s.py", SCRIPT.encode()), "--until", "ENDED",
                           "--for", 60)
    assert status == 0, (out, err)
    said = dict(row.split(" ", 1) for row in out.splitlines() if " " in row)
    assert said["ROM"] == "['face.packed', 'face.tflite', 'face.txt']", said
    cost, labels = said["COST"].split(" ", 1)
    assert int(cost) < 4096 and labels == "['nobody', 'face']", said
    pixels = bytes((i * 37 + i // 384) & 255 for i in range(3 * SIDE * SIDE))
    given = path("in.bin", pixels)
    status, _, err = run("invoke", INT8, "--input", given, "--output",
                         path(""))
    assert status == 0, err
    want = [zlib.crc32(read(path("out%d.bin" % k))) for k in range(4)]
    assert json.loads(said["CRCS"]) == want, (said, want)


def camera_and_host_compute_the_same_bytes():
    computes_as_the_host(packed()[0])


def size_of(row):
    """Bytes of the model and of its packed weights."""
    return [int(word) for word in row.split()[1:3]]


def weights_are_packed_as_far_as_there_is_room():
    """Some operators' where not all fit; the same numbers then."""
    model, whole = size_of(next(
        row for row in packed()[1].splitlines() if "face.tflite" in row))
    room = 917504 - model
    image, out = packed("tight", room - 100000)
    rows = [row for row in out.splitlines() if "face.tflite" in row]
    some = size_of(rows[0])[1]
    # the smallest record files leave little of the room empty
    assert 90000 < some < 100000, out
    told = re.fullmatch(
        r"face.tflite: no room for (\d+) bytes of packed weights, of (\d+) of "
        r"(\d+) operators: some [\d.]+ million instructions an inference more",
        rows[1])
    assert told and int(told[1]) == whole - some, out
    assert 0 < int(told[2]) < int(told[3]), out
    computes_as_the_host(image)
    # not even the list fits: the model alone is there
    _, out = packed("full", room - 400)
    assert size_of(next(row for row in out.splitlines()
                        if "face.tflite" in row))[1] == 0, out


def what_does_not_fit_is_refused():
    path("large/a.tflite", read(INT8) + bytes(900000))
    refused(1, "too many", "pack", "--firmware", FIRMWARE, "--models",
            path("large"), "-o", path("no.bin"))
    assert not os.path.exists(path("no.bin"))
    path("bad/a.tflite", b"no model")
    refused(1, "a.tflite: ", "pack", "--firmware", FIRMWARE, "--models",
            path("bad"), "-o", path("no.bin"))
    refused(1, "not a firmware", "size", INT8)


def size_adds_up():
    status, out, err = run("size", "--json", packed()[0])
    assert status == 0, err
    for rows in json.loads(out).values():
        for row in rows:
            assert row["used"] + row["free"] == row["total"], row


main([
    blazeface_needs_no_heap_for_tensors,
    camera_and_host_compute_the_same_bytes,
    weights_are_packed_as_far_as_there_is_room,
    what_does_not_fit_is_refused,
    size_adds_up,
])
