#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Damaged and foreign models on the camera end in sentences with numbers."""
import os
import re
import struct
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import romfs  # noqa
from build import packed, python  # noqa
from e2e import FLOAT, INT8, SHARED, main, path, read, run  # noqa

FIRMWARE = "build/openmv4/firmware.bin"
ROM_AT = 0xC0000
NAME = os.path.basename(INT8)
LOAD = """
import gc, ml
def load(name):
    try:
        m = ml.Model(name)
        print("LOADED", name, m.ram)
        return m
    except Exception as error:
        print(name, type(error).__name__, error)
"""


def changed_bytes_of_the_header_leave_the_rom_out():
    """Every byte from the image's first to the file's content, inverted. Only
    without its mark is it taken for another tool's, whose records are right.
    """
    whole = read(packed("build/openmv4/code.bin"))
    content = whole.index(read(INT8)[:64], ROM_AT)
    assert 28 < content - ROM_AT < 200, content - ROM_AT
    for at in range(ROM_AT, content):
        image = bytearray(whole)
        image[at] ^= 0xFF
        lines = python(path("damaged.bin", bytes(image)), """
import os
print("ROOT", os.listdir("/"))
try:
    import ml
    print("LENGTH", ml.Model("/rom/%s").len)
except OSError as error:
    print("REFUSED", error)
""" % NAME)
        if 20 <= at - ROM_AT < 24:
            assert "LENGTH %d" % len(read(INT8)) in lines, (at, lines)
            continue
        assert any(line.startswith("REFUSED") for line in lines), (at, lines)
        assert any("ROOT" in line and "'rom'" not in line
                   for line in lines), (at - ROM_AT, lines)


def with_rom(files):
    code = read("build/openmv4/code.bin")
    return path("foreign.bin", code + b"\xff" * (ROM_AT - len(code)) +
                romfs.image(files))


def models_of_other_kinds_are_refused_by_name():
    whole = read(INT8)
    lines = python(with_rom({
        "float.tflite": read(FLOAT),
        "other.tflite": whole.replace(b"TFL3", b"TFL4", 1),
        "onnx.tflite": b"\x08\x07\x12\x07pytorch\x1a\x051.9.0" * 40,
        "empty.tflite": b"", "text.tflite": b"not a model at all\n" * 9,
        "good.tflite": whole}), LOAD + """
import os
for name in sorted(os.listdir("/rom")):
    load("/rom/" + name)
""")
    said = {line.split()[0]: line for line in lines if ".tflite" in line}
    assert any(line.startswith("LOADED /rom/good.tflite") for line in lines), \
        lines
    for name in ("float", "other", "onnx", "empty", "text"):
        line = said["/rom/%s.tflite" % name]
        assert "Error" in line and len(line) > 40, line


def models_cut_short_are_refused_or_right():
    """At lengths all over the file; never a fault, a hang, a wrong answer."""
    whole = read(INT8)
    cuts = [n * len(whole) // 40 for n in range(40)] + \
        [len(whole) - n for n in (1, 2, 3, 4, 8, 16, 64)]
    for some in (cuts[0::4], cuts[1::4], cuts[2::4], cuts[3::4]):
        # four files of up to 190 KB fit into the flash at once
        for pair in zip(*[iter(some)] * 4):
            lines = python(with_rom({"cut%d.tflite" % n: whole[:n]
                                     for n in pair}), LOAD + """
import os
for name in os.listdir("/rom"):
    load("/rom/" + name)
""")
            said = [line for line in lines if "/rom/cut" in line]
            assert len(said) == 4, lines
            assert all("Error" in line for line in said), said


def packed_weights(image):
    """The first ones in a firmware."""
    at = image.index(b"BZPK", ROM_AT)
    return image[at:at + struct.unpack_from("<I", image, at + 8)[0]]


def other_version(weights):
    weights = weights[:4] + b"\x99" + weights[5:]
    crc = zlib.crc32(weights[16:], zlib.crc32(weights[:12]))
    return weights[:12] + struct.pack("<I", crc) + weights[16:]


def packed_weights_that_are_not_right_are_left_alone():
    """The model runs without them, to the same numbers but more slowly."""
    model = read(INT8)
    good = packed_weights(read(packed("build/openmv4/code.bin")))
    middle = len(good) // 2
    for what, wrong in (
            ("another model's", (model + bytes(16), good)),
            ("damaged", (model, good[:middle] + b"?" + good[middle + 1:])),
            ("cut short", (model, good[:-16])),
            ("another version's", (model, other_version(good)))):
        lines = python(with_rom({
            "bad.tflite": wrong[0], "bad.packed": wrong[1],
            "good.tflite": model, "good.packed": good}), """
import binascii, ml, time
pixels = bytes(i * 3 & 255 for i in range(128 * 128)) * 3
for name in "bad", "good":
    m = ml.Model("/rom/%s.tflite" % name)
    start = time.ticks_cpu()
    crcs = m.predict([pixels], callback=lambda m, x, outputs:
                     [binascii.crc32(bytes(y)) for y in outputs])
    print(name, time.ticks_diff(time.ticks_cpu(), start), crcs)
""")
        said = {line.split(" ", 1)[0]: line.split(" ", 2)[1:]
                for line in lines if line.startswith(("bad ", "good "))}
        assert said["bad"][1] == said["good"][1], (what, said)
        more = int(said["bad"][0]) - int(said["good"][0])
        assert more > 2000000, (what, said)


def many_models_at_once_end_in_numbers():
    """Tables of models fill their region, then the heap, then it is said."""
    lines = python(FIRMWARE, LOAD + """
pixels = bytes(3 * 128 * 128)
kept = []
while True:
    m = load("/rom/%s")
    if m is None:
        break
    kept.append(m)
print("KEPT", len(kept))
faces = kept[0].predict([pixels], callback=lambda m, i, out: len(out))
print("WORKS", faces)
kept = None
gc.collect()
print("AGAIN", load("/rom/%s") is not None)
""" % (NAME, NAME), seconds=600)
    assert "WORKS 4" in lines and "AGAIN True" in lines, lines[-9:]
    kept = [int(x.split()[1]) for x in lines if x.startswith("KEPT")]
    assert kept[0] >= 8, lines[-9:]
    refused = [line for line in lines if line.startswith("/rom/")]
    assert len(refused) == 1 and "MemoryError" in refused[0] and \
        len(re.findall(r"\d+", refused[0].split("MemoryError")[1])) >= 2, \
        refused


def an_inference_in_the_middle_of_another_harms_neither():
    """A timer's callback loads and runs a model while one runs, and while its
    outputs are looked at; the model itself is refused to it."""
    lines = python(FIRMWARE, """
import binascii, machine, ml
m = ml.Model("/rom/%s")
pixels = bytes(i & 255 for i in range(3 * 128 * 128))
def crcs(model, given, outputs):
    return [binascii.crc32(bytes(x)) for x in outputs]
def slowly(model, given, outputs):
    nested.pop()
    while len(nested) < 3:
        pass
    return crcs(model, given, outputs)
alone = m.predict([pixels], callback=crcs)
said = []
nested = []
busy = False
def tick(timer):
    global busy
    if busy or len(nested) == 3:
        return
    busy = True
    try:
        m.predict([pixels], callback=crcs)
    except RuntimeError as error:
        said.append(str(error))
        second = ml.Model("/rom/%s")
        nested.append(second.predict([pixels], callback=crcs))
    busy = False
t = machine.Timer(-1, period=20, callback=tick)
again = m.predict([pixels], callback=slowly)
t.deinit()
print("SAME", again == alone)
print("NESTED", len(nested) == 3 and all(n == alone for n in nested))
print("SAID", said[0])
print("THEN", m.predict([pixels], callback=crcs) == alone)
""" % (NAME, NAME))
    for line in ("SAME True", "NESTED True", "THEN True"):
        assert line in lines, lines
    assert any("in the middle of an inference" in line
               for line in lines), lines


def two_models_take_turns_for_hours():
    """The heap does not grow, and answers stay what they were."""
    second = os.path.join(SHARED, "models", "person_detect.tflite")
    if not os.path.exists(second):
        return "skipped"
    image = packed("build/openmv4/code.bin", {
        NAME: read(INT8), "person_detect.tflite": read(second)})
    lines = python(image, """
import binascii, gc, ml, time
face = ml.Model("/rom/%s")
person = ml.Model("/rom/person_detect.tflite")
pixels = bytes(i * 7 & 255 for i in range(96 * 96))
faces = bytes(i * 3 & 255 for i in range(128 * 128)) * 3
def look(model, given):
    return model.predict([given], callback=lambda model, inputs, outputs:
        [binascii.crc32(bytes(x)) for x in outputs])
first = look(face, faces), look(person, pixels)
gc.collect()
used = gc.mem_alloc()
start = time.time()
for i in range(60):
    assert (look(face, faces), look(person, pixels)) == first
    time.sleep(150)
gc.collect()
print("GREW", gc.mem_alloc() - used)
print("HOURS", (time.time() - start) / 3600)
""" % NAME, seconds=20000)
    numbers = dict(line.split() for line in lines
                   if line.startswith(("GREW", "HOURS")))
    assert int(numbers["GREW"]) < 256, numbers
    assert float(numbers["HOURS"]) > 2, numbers


if __name__ == "__main__":
    main([
        changed_bytes_of_the_header_leave_the_rom_out,
        models_of_other_kinds_are_refused_by_name,
        models_cut_short_are_refused_or_right,
        packed_weights_that_are_not_right_are_left_alone,
        many_models_at_once_end_in_numbers,
        an_inference_in_the_middle_of_another_harms_neither,
        two_models_take_turns_for_hours,
    ])
