#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""blazecam cam and flash against the virtual camera's serial port."""
import os
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from e2e import BLAZECAM, INT8, PHOTO, main, path, read, refused, run  # noqa
from port import Camera  # noqa
from stubborn import SCRIPTS  # noqa

FIRMWARE = "build/openmv4/firmware.bin"


def cam(camera, *words):
    return run("cam", "--port", camera.path, *words)


def script(text):
    return path("s.py", text.encode())


def says_what_it_is():
    with Camera() as camera:
        status, out, err = cam(camera, "info")
        assert status == 0, err
        assert "OMV4 H7 1024 [H7:" in out and " blazecam " in out, out
        assert "OV7725 (0x77)" in out, out
        assert "Python heap" in out and "frame buffer" in out, out


def runs_a_script_to_its_end():
    with Camera() as camera:
        status, out, err = cam(camera, "exec", script("""
import time
for i in range(100):
    print("line", i)
time.sleep_ms(60)
print("no end of line", end="")
"""))
        assert status == 0, err
        want = "".join("line %d\n" % i for i in range(100))
        assert out == want + "no end of line", out[-200:]
        # and again, in the same session of the camera
        status, out, err = cam(camera, "exec", script("print(6 * 7)\n"))
        assert (status, out) == (0, "42\n"), (status, out, err)


def an_exception_is_told():
    with Camera() as camera:
        status, out, err = cam(camera, "exec", script("print(1)\n1/0\n"))
        assert status == 1 and err == "", (status, err)
        assert out.startswith("1\nTraceback"), out
        assert "line 2" in out and "ZeroDivisionError" in out, out
        status, out, err = cam(camera, "exec", script("def f(:\n"))
        assert status == 1 and "SyntaxError" in out, out
        status, out, err = cam(camera, "exec", script("raise SystemExit\n"))
        assert (status, out) == (0, ""), (status, out)


def any_script_can_be_stopped():
    with Camera() as camera:
        for name, text in SCRIPTS.items():
            where = script("print('begun')\n" + text)
            process = subprocess.Popen(
                [BLAZECAM, "cam", "--port", camera.path, "exec", where],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            first = process.stdout.readline()
            assert first == b"begun\n", (name, first)
            drain = threading.Thread(target=process.stdout.read)
            drain.start()
            time.sleep(0.4)
            start = time.time()
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 1, (name, process.stderr.read())
            took = time.time() - start
            drain.join()
            # A second of the camera's time; this machine may be slower.
            assert took < 10, (name, took)
            status, out, err = cam(camera, "exec", script("print('alive')\n"))
            assert (status, out) == (0, "alive\n"), (name, status, out, err)


def takes_pictures():
    with Camera("--scene", PHOTO) as camera:
        photo = path("a.jpg", b"")
        status, out, err = cam(camera, "grab", "-o", photo)
        assert status == 0, (out, err)
        data = read(photo).rstrip(b"\0")
        assert data[:2] == b"\xff\xd8" and data[-2:] == b"\xff\xd9"
        assert len(data) > 2000
        folder = path("frames")
        status, out, err = cam(camera, "watch", "-o", folder, "--count", "3")
        assert status == 0, (out, err)
        assert sorted(os.listdir(folder)) == [
            "00000%d.jpg" % n for n in (1, 2, 3)]


def keeps_models():
    with Camera() as camera:
        before = cam(camera, "rom", "ls")
        assert before[0] == 0 and "blazeface" in before[1], before
        one = path("models/one.tflite", read(INT8))
        path("models/one.txt", b"nobody\nface\n")
        status, out, err = cam(camera, "rom", "rm",
                               "blazeface_front_128.tflite")
        assert status == 0, (out, err)
        assert "no models" in cam(camera, "rom", "ls")[1]
        status, out, err = cam(camera, "rom", "put", os.path.dirname(one))
        assert status == 0 and "tensor memory" in out, (out, err)
        status, out, err = cam(camera, "rom", "ls")
        assert "one.tflite" in out and "one.txt" in out, out
        status, out, err = cam(camera, "exec", script(
            "import os, ml\nprint(sorted(os.listdir('/rom')))\n"
            "print(ml.Model('/rom/one.tflite').labels)\n"))
        assert status == 0 and "one.tflite" in out, (out, err)
        assert out.endswith("['nobody', 'face']\n"), out
        got = cam(camera, "rom", "rm", "none.tflite")
        assert got[0] == 1 and "no such model" in got[2], got
        path("large/a.tflite", read(INT8) + bytes(900000))
        got = cam(camera, "rom", "put", path("large"))
        assert got[0] == 1 and "too many" in got[2], got
        assert "one.tflite" in cam(camera, "rom", "ls")[1]


def wrong_words_are_refused():
    refused(2, "what is the camera to do", "cam")
    refused(2, "no such action", "cam", "dance")
    refused(2, "needs a script", "cam", "exec")
    refused(1, "none is connected", "cam", "info")
    refused(1, "/nowhere", "cam", "--port", "/nowhere", "info")
    refused(2, "one firmware.bin", "flash")
    refused(1, "not a firmware", "flash", INT8)


main([
    says_what_it_is,
    runs_a_script_to_its_end,
    an_exception_is_told,
    any_script_can_be_stopped,
    takes_pictures,
    keeps_models,
    wrong_words_are_refused,
])
