#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The firmware on the virtual camera: what scripts may do to it, and cannot."""
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "test/micropython"))
from camera import Camera  # noqa: E402 (lies in another folder)

BLAZECAM = os.path.join(ROOT, "build/host/blazecam")
FIRMWARE = os.path.join(ROOT, "build/openmv4/firmware.bin")
failed = 0


def verdict(name, good, why=""):
    global failed
    print("%s %s" % ("ok" if good else "FAIL", name), flush=True)
    if not good:
        failed += 1
        print("    " + why.strip().replace("\n", "\n    ")[-3000:])


def vcam(*options):
    done = subprocess.run(
        [BLAZECAM, "vcam", "--firmware", FIRMWARE] + [str(o) for o in options],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, timeout=600)
    return (done.returncode, done.stdout.decode("utf-8", "replace"),
            done.stderr.decode("utf-8", "replace"))


# For scripts: a file is on the drive when it has been closed.
PUT = "def put(name, text):\n" \
    "    with open(name, 'w') as f: f.write(text)\n"


def script(folder, text, *options):
    path = os.path.join(folder, "script.py")
    with open(path, "w") as file:
        file.write(PUT + text)
    return vcam("--script", path, *options)


def expect(folder, name, text, *wanted, options=("--for", 60)):
    """Runs a script; each of `wanted` must appear in what it prints."""
    status, out, err = script(folder, text, *options)
    missing = [w for w in wanted if not re.search(w, out)]
    verdict(name, not missing, "missing: %s\n%s\n%s" % (missing, out, err))


def language(folder):
    expect(folder, "recursion ends in RuntimeError", """
def f(n): return f(n + 1)
try: f(0)
except RuntimeError as e: print('CAUGHT', e)
""", r"CAUGHT maximum recursion")
    expect(folder, "recursion in C ends in RuntimeError", """
a = []
for i in range(3000): a = [a]
try: print(len(repr(a)))
except RuntimeError as e: print('CAUGHT', e)
""", r"CAUGHT")
    expect(folder, "too much memory ends in MemoryError", """
import gc
def fill():
    keep = []
    try:
        while True: keep.append(bytearray(10000))
    except MemoryError as e: print('CAUGHT', len(keep))
fill()
gc.collect()
print('FREE', gc.mem_free() > 480 * 1024)
""", r"CAUGHT 4\d", r"FREE True")
    expect(folder, "native code and thumb assembly run", """
@micropython.native
def n(x): return x * 3
@micropython.viper
def v(x: int) -> int: return x << 2
@micropython.asm_thumb
def a(r0): add(r0, r0, 5)
print('GOT', n(5), v(5), a(5), 2 ** 100, 1 / 3)
""", r"GOT 15 20 10 1267650600228229401496703205376 0\.3333333333333333")
    expect(folder, "asyncio runs", """
import asyncio
async def tick(n):
    await asyncio.sleep_ms(20 * n)
    print('TASK', n)
async def main(): await asyncio.gather(*[tick(n) for n in range(3)])
asyncio.run(main())
""", r"TASK 0\s+TASK 1\s+TASK 2")


def stack(folder):
    """The deepest that scripts get: recursion in Python, the regular
    expressions, the JSON reader, the compiler and sorting."""
    status, out, err = script(folder, """
import omv, re, json
def f(n): return sorted([n], key=lambda x: f(x + 1))
def attempt(work, *arguments):
    try: work(*arguments)
    except (RuntimeError, ValueError, SyntaxError, MemoryError): pass
attempt(f, 0)
attempt(re.match, '(a*)*b', 'a' * 400)
attempt(json.loads, '[' * 5000)
attempt(compile, '(' * 900 + '1' + ')' * 900, '', 'eval')
print('PEAK', omv.stack_peak(), omv.memory()['stack'][1])
""", "--for", 60)
    found = re.search(r"PEAK (\d+) (\d+)", out)
    used, size = map(int, found.groups()) if found else (0, 0)
    verdict("the deepest stack keeps 1 KB free (%d of %d bytes)"
            % (used, size), 0 < used <= size - 1024, out + err)


def machine(folder):
    expect(folder, "omv tells who it is", """
import omv, sys, machine
print(sys.platform, omv.arch(), omv.board_type(), omv.board_id())
m = omv.memory()
print('MEM', m['heap'][1], m['frame'][1], hex(m['drive'][0]))
print('FREQ', machine.freq(), len(machine.unique_id()))
""", r"OpenMV4-H7 OMV4 H7 1024 \[H7:[0-9A-F]{24}\] H7 [0-9A-F]{24}",
           r"MEM 510976 172032 0x8020000", r"FREQ 480000000 12")
    expect(folder, "silicon of revision Y runs at 400 MHz", """
import machine
print('FREQ', machine.freq())
""", r"FREQ 400000000", options=("--for", 60, "--silicon", "Y"))
    expect(folder, "pins, timers and the clock", """
import machine, time
p = machine.Pin('P7', machine.Pin.OUT, value=1)
print('PIN', p.value(), p, machine.Pin('P8', machine.Pin.IN).value())
for wrong in ('P99', 77, None):
    try: machine.Pin(wrong)
    except (ValueError, TypeError) as e: print('NO', e)
n = []
t = machine.Timer(period=20, callback=lambda t: n.append(1))
time.sleep_ms(210)
t.deinit()
print('TICKS', len(n))
r = machine.RTC()
r.datetime((2026, 2, 28, 0, 23, 59, 59, 0))
time.sleep_ms(1500)
print('DATE', r.datetime()[:7], time.localtime()[:3])
try: r.datetime((2026, 2, 30, 0, 0, 0, 0, 0))
except ValueError as e: print('REFUSED', e)
led = machine.LED('LED_RED')
led.on()
print('LED', led.value(), machine.Pin('LED_RED').value())
""", r"PIN 1 Pin\('P7', mode=Pin.OUT\) [01]", r"NO no pin 'P99'",
           r"TICKS 10", r"DATE \(2026, 3, 1, 7, 0, 0, 0\) \(2026, 3, 1\)",
           r"REFUSED no such date", r"LED 1 0")
    expect(folder, "the watchdog resets, and says so", """
import machine
if machine.reset_cause() == machine.WDT_RESET: print('AGAIN')
put('/flash/main.py', 'import machine\\n'
    'print("CAUSE", machine.reset_cause() == machine.WDT_RESET)\\n')
machine.WDT(timeout=200)
while True: pass
""", r"CAUSE True", options=("--until", "CAUSE True", "--for", 60))
    expect(folder, "machine.reset() resets", """
import machine
put('/flash/main.py', 'import machine\\n'
    'print("CAUSE", machine.reset_cause() == machine.SOFT_RESET)\\n')
machine.reset()
""", r"CAUSE True", options=("--until", "CAUSE True", "--for", 60))


def faults(folder):
    """A fault is caught, kept over the reset and told to Python."""
    for name, code, reason in (
            ("bus fault", "machine.mem32[0x7FF00000]",
             "(bus|memory|hard) fault"),
            ("stack overflow", "overflow()", "stack overflow"),
            ("jump into the void", "call()", "(usage|bus|hard|memory) fault")):
        flash = os.path.join(folder, name)
        expect(folder, name + " is kept for Python", """
import machine
put('/flash/main.py', '''
import omv
f = omv.last_fault()
if f: print("FAULT", f["reason"], hex(f["pc"]), f["count"])
''')
@micropython.asm_thumb
def call():
    movwt(r0, 0x70000001)
    bx(r0)
@micropython.asm_thumb
def overflow():
    label(LOOP)
    push({r0, r1, r2, r3})
    b(LOOP)
%s
""" % code, r"FAULT %s 0x[0-9a-f]+ 1" % reason,
               options=("--survive", "--until", "FAULT", "--for", 60,
                        "--flash", flash))


def long_script(folder):
    """Sent at full speed while the new drive waits to be rewritten."""
    lines = ["total = 0"] + ["total += %d" % n for n in range(3000)]
    lines.append("print('TOTAL', total)")
    expect(folder, "a long script arrives whole", "\n".join(lines) + "\n",
           r"TOTAL 4498500")


def drive(folder):
    image = os.path.join(folder, "drive.img")
    expect(folder, "a full drive is an OSError", """
import os
n = 0
try:
    while True:
        with open('/flash/big%d' % n, 'wb') as f: f.write(b'x' * 20000)
        n += 1
except OSError as e: print('FULL', e.errno, n)
for i in range(n + 1): os.remove('/flash/big%d' % i)
put('/flash/keep.txt', 'kept')
print('FREE', os.statvfs('/flash')[3])
""", r"FULL 28 5", r"FREE 2\d\d", options=("--for", 90, "--drive", image))
    expect(folder, "what is on the drive stays", """
print('READ', open('/flash/keep.txt').read())
""", "READ kept", options=("--for", 60, "--drive", image))
    data = open(image, "rb").read()
    verdict("the drive's file is a FAT volume of the stock layout",
            data[510:512] == b"\x55\xaa" and b"KEEP    TXT" in data
            and b"OPENMV" in data)
    for name, damage in (
            ("boot sector", lambda d: bytes(512) + d[512:]),
            ("everything", lambda d: bytes(range(256)) * (len(d) // 256)),
            ("geometry", lambda d: d[:11] + b"\xff" * 30 + d[41:]),
            ("root directory", lambda d: d[:1024] + b"\xe5\x00\x2f" * 2730
             + d[1024 + 8190:])):
        with open(image, "wb") as file:
            file.write(damage(data))
        expect(folder, "damaged drive: " + name, """
import os
put('/flash/new.txt', 'new')
print('DIR', os.stat('/flash/new.txt')[6] == 3,
      open('/flash/new.txt').read())
""", "DIR True new", options=("--for", 90, "--drive", image))


def main_py(folder):
    for name, text, wanted in (
            ("main.py with an error", "import nothing_there\n",
             "ImportError: no module named"),
            ("main.py that is no Python", "\x00\xff(((\n", "SyntaxError"),
            ("main.py in an endless loop", "while True: pass\n",
             "KeyboardInterrupt")):
        image = os.path.join(folder, "main.img")
        if os.path.exists(image):
            os.remove(image)
        script(folder, "put('/flash/main.py', %r)\n" % text,
               "--for", 60, "--drive", image)
        expect(folder, name, "print('ALIVE')\n", "ALIVE",
               options=("--for", 60, "--drive", image))
        status, out, err = vcam("--for", 4, "--drive", image)
        if "loop" not in name:
            verdict(name + " is reported", wanted in out, out + err)


def prompt():
    camera = Camera(BLAZECAM, FIRMWARE)
    try:
        camera.paste(b"print('LOOP')\nwhile True: pass\n")
        camera.read_until(b"LOOP")
        camera.write(b"\x03")
        out = camera.read_until(b"\x04>")
        verdict("Ctrl-C ends an endless loop", b"KeyboardInterrupt" in out,
                repr(out))
        camera.paste(b"import time\nprint('NAP')\ntime.sleep(1000)\n")
        camera.read_until(b"NAP")
        camera.write(b"\x03")
        out = camera.read_until(b"\x04>")
        verdict("Ctrl-C ends a sleep", b"KeyboardInterrupt" in out, repr(out))
        camera.write(b"\x02")
        out = camera.read_until(b">>> ")
        verdict("Ctrl-B gives the friendly prompt",
                b"MicroPython v1.25.0" in out, repr(out))
        camera.write(b"1+1\r")
        out = camera.read_until(b">>> ")
        verdict("the prompt answers", b"\r\n2\r\n" in out, repr(out))
        camera.write(b"\x05for i in range(2):\r print('P', i)\r\x04")
        out = camera.read_until(b"P 1")
        verdict("paste mode runs", b"P 0" in out, repr(out))
        camera.read_until(b">>> ")
        camera.write(b"\x04")
        camera.read_until(b"soft reboot")
        out = camera.read_until(b">>> ")
        verdict("Ctrl-D resets softly", b"MicroPython" in out, repr(out))
    finally:
        camera.close()


def split():
    """An impossible memory split is refused with region and bytes."""
    generator = os.path.join(ROOT, "board/openmv4/memory.py")
    source = open(os.path.join(ROOT, "board/openmv4/memory.txt")).read()
    for name, change, wanted in (
            ("too big a heap",
             lambda s: re.sub(r"(\npieces heap) +\d+", r"\1 999936", s),
             r"heap is 999936 bytes, which are too many by \d+: "
             r"bank axi has \d+ free, bank sram has 0 free"),
            ("too big a frame buffer",
             lambda s: re.sub(r"(\nwhole +frame) +\d+", r"\1 600000", s),
             r"frame is 600000 bytes.*bank sram has 172032 free"),
            ("too small a bank",
             lambda s: re.sub(r"\nstack +\d+", "\nstack 99968", s),
             r"bank dtcm has 131072 bytes, stack .*45728 too many"),
            ("an odd size",
             lambda s: re.sub(r"(\nwhole +frame) +\d+", r"\1 172033", s),
             r"frame is 172033 bytes, which is not a multiple of 32"),
            ("no reason",
             lambda s: re.sub(r"\nstack( +\d+).*", r"\nstack\1", s),
             r"stack has no reason"),
            ("twice the same",
             lambda s: s + "heap 32 # again\n", r"heap is there twice")):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "memory.txt")
            with open(path, "w") as file:
                file.write(change(source))
            done = subprocess.run(
                [sys.executable, generator, path, folder + "/a.ld",
                 folder + "/a.h"], stderr=subprocess.PIPE)
            err = done.stderr.decode()
            verdict("memory split refused: " + name,
                    done.returncode == 1 and re.search(wanted, err)
                    and len(err.splitlines()) == 1
                    and os.listdir(folder) == ["memory.txt"], err)


def size():
    done = subprocess.run(
        ["arm-none-eabi-size", FIRMWARE[:-3] + "elf"], check=True,
        stdout=subprocess.PIPE)
    text, data = done.stdout.decode().splitlines()[1].split()[:2]
    total = int(text) + int(data)
    verdict("code and constants are at most 512 KB (%d bytes)" % total,
            total <= 512 * 1024)


def main():
    size()
    split()
    with tempfile.TemporaryDirectory() as folder:
        for part in (language, stack, machine, faults, long_script, drive,
                     main_py):
            part(folder)
    prompt()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
