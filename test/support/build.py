# SPDX-License-Identifier: MIT
"""Firmwares other than the usual one, built for a test."""
import os
import shutil
import subprocess
import sys

from e2e import INT8, path, read, run

BOARD = "board/openmv4"
sys.path.insert(0, BOARD)
FEATURES = BOARD + "/features.txt"


def build(name, **variables):
    """Builds into build/test/NAME with make's variables; returns the code's
    path, or None and what make said."""
    folder = "build/test/" + name
    settings = dict(BOARD_DIR=BOARD, BUILD=folder,
                    MPY="build/deps/micropython", **variables)
    env = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    made = subprocess.run(
        ["make", "-j2", "-f", "src/py/port.mk"] +
        ["%s=%s" % pair for pair in settings.items()], env=env, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = made.stdout.decode("utf-8", "replace")
    if made.returncode:
        return None, said
    return folder + "/code.bin", said


def forget(name):
    shutil.rmtree("build/test/" + name, ignore_errors=True)


def packed(code, models=None):
    """A firmware.bin of this code with these models: {name: bytes}."""
    folder = path("models-of-" + code.replace("/", "-"))
    for name, data in (models or {os.path.basename(INT8): read(INT8)}).items():
        path(os.path.join(folder, name), data)
    image = os.path.join(folder, "firmware.bin")
    status, out, err = run("pack", "--firmware", code, "--models", folder,
                           "-o", image)
    assert status == 0, (out, err)
    return image


def python(image, text, *options, seconds=120):
    """What a script prints on the virtual camera, line by line."""
    script = path("script.py", (text + "\nprint('END' + 'ED')\n").encode())
    status, out, err = run("vcam", "--firmware", image, "--script", script,
                           "--until", "ENDED", "--for", seconds, *options)
    assert status == 0, (out[-2000:], err)
    return out.splitlines()
