#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Firmwares with features left out and with other divisions of memory.

FEATURES=all builds one without each feature in turn, which takes a while;
else the dearest and the last one of the list stand for all.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from build import BOARD, FEATURES, build, forget, packed, python  # noqa
from e2e import main, path, read  # noqa

import features  # noqa (from the board's folder)

LIST = features.parse(FEATURES)
USUAL = "build/openmv4/code.bin"
# Finds no face, but runs the model: one box for each anchor comes out.
RUN_MODEL = """
import ml, omv
m = ml.Model("/rom/blazeface_front_128.tflite")
print("OUTPUTS", len(m.predict([bytes(3 * 128 * 128)])))
"""
TRY = """
def attempt(text):
    try:
        exec(text)
        print("IS THERE:", text)
    except ImportError as error:
        print(text + ":", error)
"""


def code_bytes(code):
    return os.path.getsize(code)


def importing(feature):
    """The statement that needs it, or None."""
    if feature.python == "-":
        return None
    module, _, name = feature.python.rpartition(".")
    return "from %s import %s" % (module, name) if module else \
        "import " + name


def check(code, names):
    """Without these features it is smaller by their price, says so to
    imports, and runs models."""
    lines = python(packed(code), TRY + "".join(
        "attempt(%r)\n" % importing(f) for f in LIST.values()
        if importing(f)) + RUN_MODEL)
    assert "OUTPUTS 4" in lines, lines
    for f in LIST.values():
        said = [line for line in lines if line.startswith(
            "%s:" % importing(f))]
        if f.name not in names:
            assert not said, said
        elif importing(f):
            wanted = "can't import name" if "." in f.python else \
                "feature '%s'" % f.name
            assert said and wanted in said[0], (f.name, lines)
    # Together they save more: what several shared goes as well.
    saved = code_bytes(USUAL) - code_bytes(code)
    price = sum(LIST[name].bytes for name in names)
    margin = 64 + price // 10
    assert saved >= price - margin, (names, saved, price)
    assert saved <= price + margin or len(names) > 1, (names, saved, price)


def without(names):
    code, said = build("without", WITHOUT=" ".join(names))
    assert code, said[-3000:]
    check(code, names)


def all_features_off_at_once():
    without(list(LIST))


def single_features_off():
    everything = os.environ.get("FEATURES") == "all"
    dearest = max(LIST.values(), key=lambda f: f.bytes).name
    for name in LIST if everything else (dearest, list(LIST)[-1]):
        without([name])
    forget("without")


def an_unknown_feature_is_refused():
    code, said = build("without", WITHOUT="nonsense")
    assert code is None and "there is no feature nonsense" in said, said


def divided(change):
    """A memory.txt that differs from the usual one."""
    return path("memory.txt", change(read(BOARD + "/memory.txt").decode())
                .encode())


def too_small_a_flash_names_the_features_that_make_room():
    where = divided(lambda s: s.replace("code        524288", "code 262144")
                    .replace("journal ", "codespare rest # cut\njournal "))
    code, said = build("small", MEMORY=where)
    assert code is None, said
    over = re.search(r"region code is (\d+) bytes too small", said)
    assert over, said[-2000:]
    prices = [int(n) for n in re.findall(r"^  \w+ +(\d+) bytes  ", said,
                                         re.MULTILINE)]
    assert prices and prices == sorted(prices, reverse=True), said[-2000:]
    forget("small")


def frame_buffer_of_300_KB_and_heap_of_367_KB():
    where = divided(lambda s: s.replace("frame 172032", "frame 307200")
                    .replace("heap 510976", "heap 375808"))
    code, said = build("division", MEMORY=where)
    assert code, said[-3000:]
    lines = python(packed(code), RUN_MODEL + """
import csi, gc
cam = csi.CSI()
cam.reset()
cam.pixformat(csi.GRAYSCALE)
cam.framesize(csi.VGA)
img = cam.snapshot(frames=2)
img = cam.snapshot()
for y in 100, 239, 241, 470:
    row = [img.get_pixel((x, y)) for x in range(0, 640, 5)]
    print("ROW", y, img.width(), img.height(), len(set(row)) > 5)
m = omv.memory()
print("FRAME", m["frame"][1], "HEAP", m["heap"][1] + m["heap2"][1])
gc.collect()
print("FREE", gc.mem_free())
parts = []
try:
    while True:
        parts.append(bytearray(10000))
except MemoryError:
    print("PARTS", len(parts))
for i, part in enumerate(parts):
    for at in range(0, 10000, 100):
        part[at] = i
print("INTACT", all(parts[i][at] == i for i in range(len(parts))
                    for at in range(0, 10000, 100)))
""")
    assert "OUTPUTS 4" in lines and "INTACT True" in lines, lines
    assert "FRAME 307200 HEAP 375808" in lines, lines
    # VGA in grayscale, two transfers of DMA a frame.
    assert sum(bool(re.match(r"ROW \d+ 640 480 True", line))
               for line in lines) == 4, lines
    number = {line.split()[0]: int(line.split()[1]) for line in lines
              if re.match(r"(FREE|PARTS) \d+$", line)}
    assert number["FREE"] > 355000 and number["PARTS"] >= 33, number
    forget("division")


if __name__ == "__main__":
    main([
        all_features_off_at_once,
        single_features_off,
        an_unknown_feature_is_refused,
        too_small_a_flash_names_the_features_that_make_room,
        frame_buffer_of_300_KB_and_heap_of_367_KB,
    ])
