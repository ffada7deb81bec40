#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The examples in scripts/, on the virtual camera with a face before it."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from e2e import PHOTO, SHARED, detect, main, path, read, run  # noqa

FIRMWARE = "build/openmv4/firmware.bin"


def text_of(name):
    return read("scripts/%s.py" % name).decode()


def camera(text, *options, firmware=FIRMWARE):
    status, out, err = run("vcam", "--firmware", firmware, "--scene", PHOTO,
                           "--script", path("s.py", text.encode()), "--for",
                           20, *options)
    assert status == 0 and "Traceback" not in out, (out[-2000:], err)
    return out


def turns(name, count):
    """The script with an end: so many turns of its loop."""
    text = text_of(name)
    assert text.count("while True:") == 1, name
    return text.replace("while True:", "for turn_ in range(%d):" % count) + \
        'print("END" + "ED")\n'


def hello():
    out = camera(turns("hello", 5), "--until", "ENDED")
    lines = re.findall(r"320 x 240, light (\d+) of 100, ([\d.]+) a second",
                       out)
    assert len(lines) == 5, out
    assert all(5 < int(light) < 95 and float(rate) > 5
               for light, rate in lines), lines


def faces_are_those_of_the_host():
    frames = path("frames/")
    os.makedirs(frames)
    out = camera(turns("faces", 2), "--until", "ENDED", "--frames", frames)
    found = re.findall(r"face ([\d.]+) at (\d+), (\d+), (\d+) wide, (\d+) high",
                       out)
    assert found and out.count("1 faces") == 2, out
    last = sorted(os.listdir(frames))[-1]
    host = detect("--threshold", 0.5, os.path.join(frames, last))[0]["faces"]
    assert len(host) == 1, host
    camera_box = [float(n) for n in found[-1][1:]]
    for here, there in zip(camera_box, host[0]["box"]):
        assert abs(here - there) <= 0.51, (camera_box, host)
    assert abs(float(found[-1][0]) - host[0]["score"]) < 0.006


def follow_face():
    out = camera(turns("follow_face", 6), "--until", "ENDED")
    seen = re.findall(r"face ([+-][\d.]+) off the middle, pulse (\d+) us", out)
    assert len(seen) == 6, out
    # The photo stays where it is, so the servo goes on until its end.
    pulses = [int(pulse) for _, pulse in seen]
    ways = [pulse - before for before, pulse in zip([1500] + pulses, pulses)]
    assert all(way * float(off) <= 0 for way, (off, _) in zip(ways, seen)), seen
    assert pulses[-1] != 1500 and 1000 <= min(pulses) <= max(pulses) <= 2000


def blurred_faces_have_few_colours():
    out = camera(turns("blur_faces", 1) + """
x, y, w, h = faces[0][0]
print("COLOURS", len(set(img.get_pixel(x + i % w, y + i // w, rgbtuple=False)
                         for i in range(w * h))), w * h)
print("DO" + "NE")
""", "--until", "DONE")
    assert "1 faces hidden" in out, out
    colours, pixels = map(int, re.search(r"COLOURS (\d+) (\d+)", out).groups())
    assert 2 <= colours <= 36 and pixels > 3000, out


def saved_faces_are_pictures():
    drive = path("drive.img")
    text = text_of("save_faces").replace("MOST = 20", "MOST = 2")
    out = camera(text + 'print("END" + "ED")\n', "--until", "ENDED", "--drive",
                 drive)
    saved = re.findall(r"saved /flash/(face00\d.jpg) (\d+) bytes", out)
    assert [name for name, _ in saved] == ["face000.jpg", "face001.jpg"], out
    assert all(1500 < int(size) < 20000 for _, size in saved), saved
    out = camera("""
import image, ml, os
from ml.postprocessing.mediapipe import BlazeFace
m = ml.Model("/rom/blazeface_front_128.tflite", postprocess=BlazeFace())
print("AGAIN", len(m.predict([image.Image("/flash/face000.jpg").to_rgb565()])))
print("END" + "ED")
""", "--until", "ENDED", "--drive", drive)
    assert "AGAIN 1" in out, out


def own_model():
    model = os.path.join(SHARED, "models", "person_detect.tflite")
    if not os.path.exists(model):
        return "skipped"
    path("models/person.tflite", read(model))
    path("models/person.txt", b"unknown\nperson\nnobody\n")
    image = path("firmware.bin")
    status, _, err = run("pack", "--firmware", FIRMWARE, "--models",
                         path("models"), "-o", image)
    assert status == 0, err
    out = camera(turns("own_model", 2), "--until", "ENDED", firmware=image)
    assert "takes ((1, 96, 96, 1),) ('b',)" in out, out
    lines = re.findall(r"(person|unknown|nobody) [\d.]+, \w+ [\d.]+", out)
    assert len(lines) == 2, out
    return None


def demo():
    out = camera(text_of("demo"), "--until", "END")
    assert re.search(r"face 0\.\d\d at \d+, \d+, \d+ x \d+", out), out
    assert out.count("JPEG ") > 100, out


main([
    hello,
    faces_are_those_of_the_host,
    follow_face,
    blurred_faces_have_few_colours,
    saved_faces_are_pictures,
    own_model,
    demo,
])
