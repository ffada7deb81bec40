# SPDX-License-Identifier: MIT
"""Counts instructions of a model: on the virtual camera, and on QEMU."""
import json
import math
import os
import re
import subprocess
import zlib

BLAZECAM = os.environ.get("BLAZECAM", "build/host/blazecam")
CODE = "build/openmv4/code.bin"
ELF = "build/openmv4/firmware.elf"
QEMU_PROGRAM = "build/bench/qemu.elf"
FLASH_BASE = 0x08040000  # the first byte of firmware.bin
WIDTH = {"int8": 1, "uint8": 1, "int16": 2, "int32": 4, "int64": 8}

# The bytes of the inputs: the same here, on the camera and on QEMU.
INPUTS = """
def inputs(sizes):
    s = 1
    made = []
    for n, kind in sizes:
        x = array.array('f', bytes(4 * n)) if kind == 'f' else bytearray(n)
        for i in range(n):
            s = (s * 75 + 74) % 65537
            x[i] = (s & 255) / 128 - 1 if kind == 'f' else s & 255
        made.append(x)
    return made
"""

SCRIPT = """
import array, binascii, gc, ml, time
WIDTH = {'f': 1, 'b': 1, 'B': 1, 'h': 2, 'i': 4, 'q': 8}
""" + INPUTS + """
def sizes(shapes, kinds):
    for shape, kind in zip(shapes, kinds):
        n = WIDTH[kind]
        for d in shape:
            n *= d
        yield n, kind
def bench():
    gc.collect()
    free = gc.mem_free()
    m = ml.Model('/rom/NAME')
    gc.collect()
    heap = free - gc.mem_free()
    x = inputs(sizes(m.input_shape, m.input_dtype))
    gc.collect()
    start = time.ticks_cpu()
    y = m.predict(x, callback=lambda m, x, y: y)
    n = time.ticks_diff(time.ticks_cpu(), start)
    print('BENCH', n, m.ram, heap,
          list(sizes(m.input_shape, m.input_dtype)),
          [binascii.crc32(o) for o in y], sep=';')
bench()
"""

# What a user writes; everything from the frame to the list is counted.
FRAME = """
import csi, ml, time
from ml.postprocessing.mediapipe import BlazeFace
camera = csi.CSI()
camera.reset()
camera.pixformat(csi.RGB565)
camera.framesize(csi.QVGA)
model = ml.Model('/rom/blazeface_front_128.tflite',
                 postprocess=BlazeFace(threshold=0.4))
def once():
    start = time.ticks_cpu()
    faces = model.predict([camera.snapshot()])
    return time.ticks_diff(time.ticks_cpu(), start), faces
for i in range(3):
    n, faces = once()
print('BENCH', n, sum(len(f) for f in faces), sep=';')
"""


class Missing(Exception):
    """The firmware or the machine lacks what a measurement needs."""


def call(*command, timeout=600):
    done = subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=timeout, check=False)
    return (done.returncode, done.stdout.decode("utf-8", "replace"),
            done.stderr.decode("utf-8", "replace"))


def must(*command):
    status, out, err = call(*command)
    if status:
        raise RuntimeError("%s: %s" % (" ".join(map(str, command)),
                                       err.strip() or out.strip()))
    return out


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w" if isinstance(data, str) else "wb") as file:
        file.write(data)
    return path


def on_camera(folder, script, firmware, *options):
    """Runs a script on the virtual camera; the fields of its BENCH line."""
    path = write(os.path.join(folder, "script.py"), script)
    _, out, err = call(BLAZECAM, "vcam", "--firmware", firmware,
                       "--script", path, "--for", 600, *options)
    for line in out.splitlines():
        if line.startswith("BENCH;"):
            return line.split(";")[1:]
    raise Missing((err.strip() or out.strip() or "no output")
                  .splitlines()[-1])


def pack(folder, name, data):
    """A firmware with this model only; its size in the ROM."""
    write(os.path.join(folder, "models", name), data)
    firmware = os.path.join(folder, "firmware.bin")
    status, out, err = call(BLAZECAM, "pack", "--firmware", CODE, "--models",
                            os.path.join(folder, "models"), "-o", firmware)
    if status:
        raise Missing(err.strip() or out.strip())
    # The names of functions, for a profile, and of crashes.
    link = os.path.join(folder, "firmware.elf")
    if not os.path.lexists(link):
        os.symlink(os.path.abspath(ELF), link)
    rows = json.loads(must(BLAZECAM, "size", "--json", firmware))["flash"]
    models = next(r for r in rows if r["region"] == "models")
    return firmware, models["address"] - FLASH_BASE, models["used"]


def input_bytes(sizes):
    scope = {}
    exec("import array\n" + INPUTS, scope)  # the camera's own source
    return b"".join(bytes(x) for x in scope["inputs"](sizes))


def on_qemu(folder, model, data):
    """An inference on QEMU's mps2-an500, or None where there is no QEMU."""
    if not os.path.exists(QEMU_PROGRAM):
        return None
    inputs = write(os.path.join(folder, "inputs.bin"), data)
    result = os.path.join(folder, "qemu.json")
    if os.path.exists(result):
        os.remove(result)
    arguments = ["bench", model, inputs, result]
    must("qemu-system-arm", "-M", "mps2-an500", "-icount", "shift=0",
         "-display", "none", "-serial", "none", "-monitor", "none",
         "-semihosting-config", "enable=on,target=native,"
         + ",".join("arg=" + a for a in arguments),
         "-kernel", QEMU_PROGRAM)
    with open(result, encoding="utf-8") as file:
        return json.load(file)


def on_host(folder, model, sizes, data):
    """CRC-32 of the outputs that the plain kernels give."""
    command = [BLAZECAM, "invoke", model]
    at = 0
    for i, (n, kind) in enumerate(sizes):
        size = 4 * n if kind == "f" else n
        part = write(os.path.join(folder, "in%d.bin" % i),
                     data[at:at + size])
        command += ["--input", part]
        at += size
    must(*command, "--output", folder)
    sums = []
    while os.path.exists(os.path.join(folder, "out%d.bin" % len(sums))):
        with open(os.path.join(folder, "out%d.bin" % len(sums)), "rb") as f:
            sums.append(zlib.crc32(f.read()))
    return sums


def model(path, folder, profile=None):
    """All figures of a model on the virtual camera, outputs compared."""
    with open(path, "rb") as file:
        data = file.read()
    name = os.path.basename(path)
    firmware, at, rom = pack(folder, name, data)
    options = ["--profile", profile] if profile else []
    count, arena, heap, sizes, sums = on_camera(
        folder, SCRIPT.replace("NAME", name), firmware, *options)
    sizes = json.loads(sizes.replace("(", "[").replace(")", "]")
                       .replace("'", '"'))
    about = json.loads(must(BLAZECAM, "inspect", "--json", path))
    given = input_bytes(sizes)
    host = on_host(folder, path, sizes, given)
    if host != json.loads(sums):
        raise RuntimeError("%s: the camera's outputs are not the host's"
                           % name)
    with open(firmware, "rb") as file:
        image = write(os.path.join(folder, "rom.bin"), file.read()[at:])
    return {"instructions": int(count), "macs": about["macs"],
            "arena_bytes": int(arena), "rom_bytes": rom,
            "heap_bytes": max(0, int(heap))}, (image, given, host)


def without_camera(path, folder):
    """The same for a model that the camera has no room for: QEMU counts."""
    about = json.loads(must(BLAZECAM, "inspect", "--json", path))
    sizes = []
    for kind, shape in re.findall(r"^input +(\w+) ([\dx]+)",
                                  must(BLAZECAM, "inspect", path), re.M):
        n = math.prod(int(d) for d in shape.split("x"))
        sizes.append((n, "f") if kind == "float32" else
                     (n * WIDTH[kind], "b"))
    given = input_bytes(sizes)
    return {"instructions": None, "macs": about["macs"],
            "arena_bytes": about["arena_bytes"],
            "rom_bytes": os.path.getsize(path), "heap_bytes": None}, (
                path, given, on_host(folder, path, sizes, given))


def frame(folder, path, scene):
    """Instructions from snapshot() to the list of faces, one QVGA frame."""
    with open(path, "rb") as file:
        firmware, _, _ = pack(folder, os.path.basename(path), file.read())
    count, faces = on_camera(folder, FRAME, firmware, "--scene", scene)
    if int(faces) == 0:
        raise RuntimeError("no face was found in " + scene)
    return int(count)
