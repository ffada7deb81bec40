#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The camera computes what the host does: twenty photos, every model, bytes."""
import glob
import json
import os
import re
import shutil
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from e2e import INT8, PHOTO, SHARED, detect, main, path, read, run  # noqa
from png import read_png  # noqa

FIRMWARE = "build/openmv4/firmware.bin"
PHOTOS = 20
MODELS = os.path.join(SHARED, "models")

WATCH = """
import binascii, csi, json, ml, time
from ml.postprocessing.mediapipe import BlazeFace
cam = csi.CSI()
cam.reset()
cam.pixformat(csi.RGB565)
cam.framesize(csi.B128X128)
cam.framerate(10)
model = ml.Model("/rom/blazeface_front_128.tflite")
faces = BlazeFace(threshold=0.5)
def look(model, inputs, outputs):
    return ([binascii.crc32(out) for out in outputs],
            faces(model, inputs, outputs))
for slide in range(%d):
    while time.ticks_ms() < 1000 * slide + 1000 + 300:
        time.sleep_ms(20)
    img = cam.snapshot()
    pixels = binascii.crc32(img.bytearray())
    crcs, found = model.predict([img], callback=look)
    print("SEEN", json.dumps([pixels, crcs,
                              [[score] + box for box, score, _ in found]]))
print("END" + "ED")
"""


def camera(text, *options, firmware=FIRMWARE):
    status, out, err = run("vcam", "--firmware", firmware, "--script",
                           path("s.py", text.encode()), "--until", "ENDED",
                           "--for", 90, *options)
    assert status == 0, (out[-2000:], err)
    return out


def photos():
    """Twenty of the shared photos, or the one that is always there."""
    names = sorted(glob.glob(os.path.join(SHARED, "faces", "*.jpg")))
    names = names[::max(len(names) // PHOTOS, 1)][:PHOTOS] or [PHOTO]
    for k, name in enumerate(names):
        path("slides/%02d.jpg" % k, read(name))
    return path("slides"), len(names)


def rgb565(rgb):
    """The bytes of the pixels in the camera's memory."""
    out = bytearray()
    for at in range(0, len(rgb), 3):
        word = rgb[at] >> 3 << 11 | rgb[at + 1] >> 2 << 5 | rgb[at + 2] >> 3
        out += bytes((word & 255, word >> 8))
    return bytes(out)


def tensor_of(rgb):
    """The input tensor: the sides are the frame's, so nothing is resized."""
    status, out, err = run("inspect", INT8)
    assert status == 0, err
    said = re.search(r"input +int8 1x128x128x3, scale ([\d.]+), zero point "
                     r"(-?\d+)", out)
    scale, zero = float(said.group(1)), int(said.group(2))
    table = []
    for value in range(256):
        steps = (value * 2 / 255 - 1) / scale + zero
        table.append(max(-128, min(127, int(steps + 128.5) - 128)) & 255)
    return bytes(rgb).translate(bytes(table))


def host_crcs(rgb):
    status, _, err = run("invoke", INT8, "--input",
                         path("in.bin", tensor_of(rgb)), "--output", path(""))
    assert status == 0, err
    return [zlib.crc32(read(path("out%d.bin" % k))) for k in range(4)]


def twenty_photos():
    scene, count = photos()
    frames = path("frames/")
    shutil.rmtree(frames, ignore_errors=True)
    os.makedirs(frames)
    out = camera(WATCH % count, "--scene", scene, "--frames", frames)
    seen = [json.loads(row[5:]) for row in out.splitlines()
            if row.startswith("SEEN ")]
    assert len(seen) == count, out
    assert len({pixels for pixels, _, _ in seen}) == count, "slides repeat"
    delivered = {}
    for name in sorted(os.listdir(frames)):
        width, height, channels, rgb = read_png(frames + name)
        if (width, height, channels) == (128, 128, 3):
            delivered[zlib.crc32(rgb565(rgb))] = frames + name, rgb
    faces = 0
    for pixels, crcs, found in seen:
        name, rgb = delivered[pixels]
        assert crcs == host_crcs(rgb), name
        host = detect("--threshold", 0.5, name)[0]["faces"]
        assert len(host) == len(found), (host, found)
        for there, here in zip(host, found):
            assert abs(there["score"] - here[0]) < 1e-4, (there, here)
            for a, b in zip(there["box"], here[1:]):
                assert abs(a - b) <= 0.51, (there, here)
            faces += 1
    print("    %d photos, %d faces" % (count, faces))
    assert faces >= count / 3, "photos without faces say little"


RUN = """
import binascii, json, ml, struct
def fill(tensor, shape, dtype):
    for i in range(len(tensor) // 4):
        struct.pack_into("f", tensor, 4 * i, (i * 37 % 256) / 8 - 16)
m = ml.Model("/rom/m.tflite")
given = []
for shape, dtype in zip(m.input_shape, m.input_dtype):
    count = 1
    for side in shape:
        count *= side
    if dtype == "f":
        given.append(fill)
    else:
        given.append(bytes((i * 37 + i // 384) & 255 for i in range(count)))
crcs = m.predict(given, callback=lambda model, inputs, outputs:
                 [binascii.crc32(out) for out in outputs])
print("SAID", json.dumps([crcs, m.input_shape, m.input_dtype]))
print("END" + "ED")
"""


def floats(count):
    import array
    return array.array("f", [(i * 37 % 256) / 8 - 16
                             for i in range(count)]).tobytes()


def every_model():
    models = sorted(glob.glob(os.path.join(MODELS, "*.tflite"))) or [INT8]
    ran = []
    for model in models:
        path("models/m.tflite", read(model))
        image = path("firmware.bin")
        status, _, err = run("pack", "--firmware", FIRMWARE, "--models",
                             path("models"), "-o", image)
        if status != 0:
            assert "too many" in err or "does not fit" in err or \
                "not supported" in err, (model, err)
            print("    left out:", err.strip())
            continue
        out = camera(RUN, firmware=image)
        said = [row[5:] for row in out.splitlines()
                if row.startswith("SAID ")]
        crcs, shapes, types = json.loads(said[0])
        inputs = []
        for k, (shape, dtype) in enumerate(zip(shapes, types)):
            count = 1
            for side in shape:
                count *= side
            data = floats(count) if dtype == "f" else bytes(
                (i * 37 + i // 384) & 255 for i in range(count))
            inputs += ["--input", path("in%d.bin" % k, data)]
        status, _, err = run("invoke", model, *inputs, "--output", path(""))
        assert status == 0, err
        want = [zlib.crc32(read(path("out%d.bin" % k)))
                for k in range(len(crcs))]
        assert crcs == want, model
        ran.append(os.path.basename(model))
    print("    same bytes:", ", ".join(ran))
    assert ran
    return None if len(models) > 1 else "skipped"


main([twenty_photos, every_model])
