# SPDX-License-Identifier: MIT
"""The small programs that test the virtual camera from inside."""
import json
import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
SOURCES = os.path.join(ROOT, "test/vcam")
OUT = os.path.join(ROOT, "build/test/vcam")
BLAZECAM = os.path.join(ROOT, "build/host/blazecam")
COMPILER = ["arm-none-eabi-gcc", "-mcpu=cortex-m7", "-mthumb",
            "-mfpu=fpv5-d16", "-mfloat-abi=hard", "-O1", "-g",
            "-ffreestanding", "-nostdlib", "-Wall", "-Wextra", "-Werror",
            "-T", os.path.join(SOURCES, "program.ld")]
failed = 0


def verdict(name, good, why=""):
    global failed
    print("%s %s" % ("ok" if good else "FAIL", name))
    if not good:
        failed += 1
        print("    " + why.strip().replace("\n", "\n    ")[-2000:])


def build(name, defines=(), suffix="", others=()):
    """Compiles test/vcam/NAME.c with what all programs and OTHERS bring."""
    os.makedirs(OUT, exist_ok=True)
    elf = os.path.join(OUT, name + suffix + ".elf")
    sources = ["program.c", name + ".c"] + list(others)
    subprocess.run(COMPILER + ["-D" + d for d in defines]
                   + [os.path.join(SOURCES, s) for s in sources]
                   + ["-o", elf, "-lgcc"], check=True)
    return elf


def vcam(elf, *options):
    """Returns status, stdout, stderr and the statistics."""
    stats = elf + ".json"
    if os.path.exists(stats):
        os.remove(stats)
    done = subprocess.run(
        [BLAZECAM, "vcam", "--firmware", elf, "--stats", stats]
        + list(map(str, options)), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    try:
        with open(stats, encoding="utf-8") as file:
            figures = json.load(file)
    except OSError:
        figures = {}
    return (done.returncode, done.stdout.decode("utf-8", "replace"),
            done.stderr.decode("utf-8", "replace"), figures)
