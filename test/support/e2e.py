# SPDX-License-Identifier: MIT
"""What end-to-end tests share: running the command and counting cases."""
import json
import os
import subprocess
import sys
import tempfile
import traceback

BLAZECAM = os.environ.get("BLAZECAM", "build/host/blazecam")
FLOAT = "build/deps/face_detection_short_range.tflite"
INT8 = "build/models/blazeface_front_128.tflite"
PHOTO = "build/deps/grace_hopper.jpg"
SHARED = os.path.join("..", "shared")
TMP = tempfile.TemporaryDirectory()


def path(name, data=None):
    """A name in a folder that goes with the test; with data, a file there."""
    where = os.path.join(TMP.name, name)
    if data is not None:
        os.makedirs(os.path.dirname(where), exist_ok=True)
        with open(where, "wb") as file:
            file.write(data)
    return where


def read(where):
    with open(where, "rb") as file:
        return file.read()


def run(*args):
    """Runs blazecam; returns exit status, standard output and error."""
    done = subprocess.run([BLAZECAM, *map(str, args)], timeout=600,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)
    return (done.returncode, done.stdout.decode("utf-8"),
            done.stderr.decode("utf-8"))


def detect(*args):
    """Runs `detect --json`, which must succeed; one dictionary an image."""
    status, out, err = run("detect", "--json", *args)
    assert status == 0 and err == "", (status, err)
    return [json.loads(line) for line in out.splitlines()]


def refused(status, why, *args):
    """Checks the exit status and the one sentence on standard error."""
    got, out, err = run(*args)
    assert got == status, (got, out, err)
    assert err.startswith("blazecam: ") and err.count("\n") == 1, err
    assert why in err, err
    return out


def iou(a, b):
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    return w * h / (a[2] * a[3] + b[2] * b[3] - w * h)


def main(cases):
    """Runs functions named after what holds; a case may return "skipped"."""
    failed = False
    for case in cases:
        name = case.__name__.replace("_", " ")
        try:
            verdict = case() or "ok"
        except Exception:  # any failure is a failed case
            verdict = "FAIL"
            failed = True
            traceback.print_exc(file=sys.stdout)
        print(verdict, name, flush=True)
    sys.exit(1 if failed else 0)
