#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The camera at a USB host: enumeration, serial port, drive, power cuts.

The virtual host does what a script tells it at virtual times, so most cases
are repeatable to the instruction; those with a PTY and a file run against the
clock. POWER_CUTS=all cuts the power in each flash operation, not in some.
"""
import concurrent.futures
import hashlib
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import termios
import time
import tty

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
from e2e import BLAZECAM, main, path, read, run  # noqa: E402
from omv import SYNC, packet  # noqa: E402
from usb_host import COUNT, Session, rested, sent, typed  # noqa: E402

UID = bytes.fromhex("3b003600" "14513834" "35343638")  # the virtual chip's

def serial_number():
    u = UID
    values = (u[11], u[10] + u[2], u[9], u[8] + u[0], u[7], u[6])
    return "".join("%02X" % (v & 0xff) for v in values)


def a_host_finds_the_identity_of_an_openmv_camera():
    log = Session([], 1).good().log
    for text in ("device 37c5:1204", "manufacturer 'OpenMV'",
                 "product 'OpenMV Virtual Comm Port in FS Mode'",
                 "serial number '%s'" % serial_number(),
                 "configuration 'VCP Config'", "interface 'VCP Interface'",
                 "configured", "disk: 256 blocks of 512"):
        assert text in log, (text, log)


def without_a_host_nothing_changes():
    status, out, err = run("vcam", "--for", 1)
    assert status == 0 and ">>> " in out and not err, err


def the_prompt_is_there_at_any_rate_but_those_of_the_protocols():
    for baud in (9600, 115200):
        s = Session(["1 open %d" % baud] + typed(1.2, "print(6*7)"), 1.6)
        assert "\r\n42\r\n>>> " in s.good().serial, s.serial
    for baud in (921600, 12000000):
        s = Session(["1 open %d" % baud] + typed(1.2, "print(6*7)"), 1.6)
        assert "42" not in s.good().serial, s.serial


def a_new_session_gets_nothing_of_the_last_one():
    s = Session(["1 open 115200", *typed(1.1, "print('one')"), "1.3 close",
                 *typed(1.5, "print('lost')"), "1.7 open 115200",
                 *typed(1.9, "print('two')")], 2.3).good()
    assert "one" in s.serial and "two" in s.serial, s.serial


def large_pastes_arrive_whole():
    lines = ["n = 0"] + ["n += len('%s')" % ("z" * 60)] * 60 + ["print(n)"]
    text = "".join(line + "\\r" for line in lines)
    s = Session(["1 open 115200"] + ["%.2f type %s" % (1.2, text[i:i + 2000])
                                     for i in range(0, len(text), 2000)]
                + ["3 close"], 3.2).good()
    assert "\r\n3600\r\n" in s.serial, s.serial[-300:]


def ctrl_c_stops_what_never_yields():
    for loop in ("while True: pass", "while True: print('y' * 70)",
                 "while True: x = [bytearray(50000) for i in range(3)]",
                 "while True: f = lambda: f"):
        s = Session(["1 open 115200", "1.2 type %s\\r\\r" % loop,
                     "2 type \\x03", *typed(2.7, "print(6*7)")], 2.9).good()
        assert "KeyboardInterrupt" in s.serial, (loop, s.serial[-200:])
        assert "\r\n42\r\n" in s.serial[-60:], (loop, s.serial[-200:])


def ctrl_c_gets_past_input_that_nobody_reads():
    s = Session(["1 open 115200", "1.2 type while True: pass\\r\\r",
                 "1.5 type " + "k" * 3000, "3.2 type \\x03",
                 *typed(3.9, "print(6*7)")], 4.1).good()
    assert "KeyboardInterrupt" in s.serial, s.serial[-200:]
    assert "42" in s.serial[-60:], s.serial[-200:]


def a_host_that_does_not_read_stops_no_script():
    program = ("import time; t = time.ticks_ms(); "
               "[print('line', i, 'x' * 50) for i in range(2000)]; "
               "d = time.ticks_diff(time.ticks_ms(), t)")
    s = Session(["1 open 115200", "1.2 mute", *typed(1.3, program),
                 "3.5 listen", *typed(4, "print('took', d)"),
                 *typed(4.2, "for i in range(50): print('row', i, 'z' * 40)",
                        "")], 5).good()
    took = re.search(r"took (\d+)", s.serial)
    assert took and int(took.group(1)) < 1500, s.serial[-300:]
    rows = re.findall(r"^(?:line|row) .*$", s.serial, re.M)
    torn = [row for row in rows
            if not re.match(r"(line \d+ x{50}|row \d+ z{40})\r?$", row)]
    assert not torn and len([r for r in rows if r[0] == "r"]) == 50, torn


def twelve_hundred_baud_is_the_way_to_the_bootloader():
    s = Session(["1 open 115200", "1.5 open 1200"], 4).good()
    gone = s.time("gone")
    assert 1.5 < gone < 4 and "attached" not in s.log.split("gone")[1], s.log


def both_protocols_lead_to_the_bootloader():
    """SYS_BOOT and SYS_RESET_TO_BL stay there, the resets come back."""
    for requests, stays in (((SYNC, packet(0, 0, 0x11)), True),
                            ((SYNC, packet(0, 0, 0x10)), False),
                            ((b"\x30\x0e\0\0\0\0",), True),
                            ((b"\x30\x0c\0\0\0\0",), False)):
        script = ["1 open 921600"]
        for i, request in enumerate(requests):
            script += sent(1.2 + i / 10, request)
        s = Session(script, 3, "--flash", rested("boot.flash")).good()
        assert 1.2 < s.time("gone") < 1.5, s.log
        assert ("attached" in s.log.split("gone")[1]) != stays, s.log


def unplugging_and_sleeping_harm_nothing():
    s = Session(["1 open 115200", *typed(1.2, "a = 5"), "1.4 unplug",
                 "1.8 plug", *typed(2.6, "print('a is', a)"), "3 suspend",
                 "3.5 resume", *typed(3.7, "print('still', a)")], 4.2).good()
    assert s.log.count("configured") == 2, s.log
    assert "a is 5" in s.serial and "still 5" in s.serial, s.serial


def usb_is_served_while_the_flash_erases():
    # At the prompt the journal's sector is erased after a quiet second.
    s = Session(["%.1f open %d" % (t / 10, 9600 + t) for t in range(14, 27)],
                2.9).good()
    for t in range(14, 27):
        told = s.time("serial %d baud" % (9600 + t))
        assert told - t / 10 < 0.01, s.log


def usb_is_served_while_a_network_computes():
    program = ("import ml, array; m = ml.Model('/rom/blazeface_front_128"
               ".tflite'); x = array.array('f', bytearray(128 * 128 * 12))")
    s = Session(["1 open 115200", *typed(1.2, program),
                 *typed(1.8, "while True: r = m.predict([x])",
                        ""), "2.5 type \\x03",
                 *typed(3.2, "print(6*7)")], 3.4).good()
    assert "KeyboardInterrupt" in s.serial and "42" in s.serial[-60:], s.serial


# --- the drive ---------------------------------------------------------------

def mtools(*command):
    env = dict(os.environ, MTOOLS_SKIP_CHECK="1")
    return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=env).stdout


def have_mtools():
    return shutil.which("mcopy") is not None


def image(name="fresh.img"):
    """What a new camera's drive holds."""
    where = path(name)
    if not os.path.exists(where):
        Session(["1 save %s" % where], 1.2).good()
    return where


def image_with(name, files):
    """The same with more files on it."""
    where = path(name)
    shutil.copy(image(), where)
    for file, data in files.items():
        mtools("mcopy", "-o", "-i", where, path(file, data), "::" + file)
    return where


def a_new_drive_is_one_that_the_ide_knows():
    if not have_mtools():
        return "skipped (no mtools)"
    listing = mtools("mdir", "-a", "-b", "-i", image(), "::").decode()
    for name in (".openmv_disk", "main.py", "README.txt"):
        assert name in listing, listing


def files_go_to_python_and_back():
    if not have_mtools():
        return "skipped (no mtools)"
    data = hashlib.sha256(b"seed").digest() * 700
    wanted = image_with("given.img", {"given.bin": data})
    back = path("back.img")
    s = Session(["1 open 115200", "1.1 write %s" % wanted, *typed(
        1.6, "import hashlib, binascii",
        "f = open('given.bin', 'rb'); h = hashlib.sha256(f.read())",
        "f.close(); print(binascii.hexlify(h.digest()))",
        "f = open('py.txt', 'w'); n = f.write('from Python'); f.close()",
        step=0.2), "5 save %s" % back], 5.2).good()
    assert hashlib.sha256(data).hexdigest() in s.serial, s.serial
    assert "disk: changed" in s.log, s.log
    assert mtools("mtype", "-i", back, "::py.txt") == b"from Python"


def an_open_file_keeps_the_host_from_writing():
    if not have_mtools():
        return "skipped (no mtools)"
    wanted = image_with("more.img", {"more.txt": b"more"})
    s = Session(["1 open 115200", *typed(1.2, "f = open('main.py')"),
                 "1.5 write %s" % wanted, *typed(2, "f.close()"),
                 "2.5 write %s" % wanted,
                 *typed(4.2, "import os; print(os.listdir())")], 4.8).good()
    assert "sense 7/27/00" in s.log, s.log
    assert s.time("disk: wrote") > 2.5, s.log
    assert "'more.txt'" in s.serial, s.serial


def a_file_that_nothing_refers_to_is_in_nobodys_way():
    if not have_mtools():
        return "skipped (no mtools)"
    wanted = image_with("more.img", {"more.txt": b"more"})
    s = Session(["1 open 115200", *typed(1.2, "n = len(open('main.py')"
                                         ".read())"),
                 "1.5 write %s" % wanted], 2.5).good()
    assert "disk: written" in s.log and "sense" not in s.log, s.log


def a_host_with_an_old_picture_of_the_drive_is_refused_once():
    if not have_mtools():
        return "skipped (no mtools)"
    wanted = image_with("more.img", {"more.txt": b"more"})
    s = Session(["1 open 115200", *typed(
        1.2, "f = open('py.txt', 'w'); n = f.write('kept'); f.close()"),
        "1.4 write %s" % wanted, "2.8 save %s" % path("after.img"),
        *typed(2.9, "f = open('py.txt'); print(f.read()); f.close()")],
        3.4).good()
    assert "command 2a failed: sense 6/28/00" in s.log, s.log
    assert "kept" in s.serial, s.serial
    assert mtools("mtype", "-i", path("after.img"), "::py.txt") == b"kept"


def a_card_in_the_slot_is_what_the_host_sees():
    if not have_mtools() or not shutil.which("mkfs.vfat"):
        return "skipped (no mtools or no dosfstools)"
    card, back = path("card.img", bytes(1 << 20)), path("card.back")
    subprocess.run(["mkfs.vfat", card], check=True, stdout=subprocess.PIPE)
    mtools("mcopy", "-i", card, path("c.txt", b"given"), "::c.txt")
    s = Session(["1.5 open 115200", *typed(
        1.6, "f = open('/sdcard/c.txt'); print(f.read()); f.close()",
        "f = open('/sdcard/py.txt', 'w'); n = f.write('kept'); f.close()"),
        "5 save %s" % back], 5.2, "--sd", card).good()
    assert "'Camera SD card'" in s.log and "2048 blocks" in s.log, s.log
    assert "given" in s.serial and "disk: changed" in s.log, s.serial
    assert mtools("mtype", "-i", back, "::py.txt") == b"kept"
    assert b".openmv_disk" in mtools("mdir", "-a", "-b", "-i", back, "::")


def a_power_cut(master, wanted, number):
    """Cuts in an operation of a host's write; what is wrong, or nothing."""
    flash = path("cut%d" % number)
    shutil.copy(master, flash)
    before = Session(["0.8 write %s" % wanted], 2, "--flash", flash,
                     "--power-cut", number)
    if "power cut" not in before.err:
        os.remove(flash)
        return False, ""
    back = path("cut%d.img" % number)
    s = Session(["1 open 115200", *typed(1.2, "import os",
                                         "print(os.listdir(), 6*7)"),
                 "1.8 save %s" % back], 2, "--flash", flash)
    os.remove(flash)
    if s.status or "42" not in s.serial.replace("6*7", ""):
        return True, s.err + s.serial
    # Every block is the old or the new one, the chunks before the cut new.
    old, new, now = read(image()), read(wanted), read(back)
    for at in range(0, len(now), 512):
        if now[at:at + 512] not in (old[at:at + 512], new[at:at + 512]):
            return True, "block %d is neither old nor new" % (at // 512)
    for first, count in re.findall(r"wrote (\d+) blocks at (\d+)", before.log):
        lo, hi = int(count) * 512, (int(count) + int(first)) * 512
        if now[lo:hi] != new[lo:hi]:
            return True, "what the host was told is written is not"
    return True, ""


def power_cuts_in_writes_of_the_host_leave_old_or_new_blocks():
    if not have_mtools():
        return "skipped (no mtools)"
    master = path("master.flash")
    Session([], 1, "--flash", master).good()
    wanted = image_with("cut.img", {
        "a.bin": b"a" * 9000, "b.txt": b"b" * 3000,
        "main.py": b"print('new main')\n" * 40})
    step = 1 if os.environ.get("POWER_CUTS") == "all" else 71
    number, cuts = 1, 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        while cuts == (number - 1) // step:
            batch = [number + i * step for i in range(4)]
            number += 4 * step
            for at, (cut, wrong) in zip(batch, pool.map(
                    lambda n: a_power_cut(master, wanted, n), batch)):
                assert not wrong, (at, wrong)
                cuts += cut
    assert cuts >= 4, cuts


# --- against the clock -------------------------------------------------------

class Camera:
    """A virtual camera with a PTY, opened at a rate."""

    def __init__(self, *options):
        self.path = path("pty%d" % next(COUNT))
        self.log = self.path + ".log"
        self.vm = subprocess.Popen(
            [BLAZECAM, "vcam", "--pty", self.path, "--usb-log", self.log,
             *options], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.fd = -1
        self.wait(lambda: os.path.exists(self.path))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
        self.vm.send_signal(signal.SIGTERM)
        self.vm.wait(20)

    def wait(self, what, seconds=60):
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end and self.vm.poll() is None, what
            time.sleep(0.02)

    def open(self, rate):
        if self.fd < 0:
            self.fd = os.open(self.path, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(self.fd)
        settings = termios.tcgetattr(self.fd)
        settings[4] = settings[5] = rate
        termios.tcsetattr(self.fd, termios.TCSANOW, settings)

    def close(self):
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def until(self, text, seconds=60):
        got, end = b"", time.monotonic() + seconds
        while text not in got:
            left = end - time.monotonic()
            assert left > 0, got[-300:]
            if select.select([self.fd], [], [], left)[0]:
                got += os.read(self.fd, 4096)
        return got

    def logged(self, text):
        self.wait(lambda: os.path.exists(self.log) and
                  text in read(self.log).decode())


def a_pty_is_a_serial_port():
    with Camera() as camera:
        camera.open(termios.B115200)
        camera.until(b">>> ")
        os.write(camera.fd, b"print(6*7)\r")
        camera.until(b"\r\n42\r\n>>> ")
        camera.logged("serial 115200 baud")
        camera.close()
        camera.logged("serial closed")
        camera.open(termios.B1200)
        camera.logged("gone")


def a_file_is_the_drive():
    if not have_mtools():
        return "skipped (no mtools)"
    disk = path("live.img")
    with Camera("--msc", disk) as camera:
        camera.wait(lambda: os.path.exists(disk) and
                    "disk: read" in read(camera.log).decode())
        mtools("mcopy", "-i", disk, path("live.txt", b"alive"), "::live.txt")
        camera.logged("disk: written")
        camera.open(termios.B115200)
        os.write(camera.fd, b"f = open('live.txt'); print(f.read()); "
                 b"f.close()\r")
        camera.until(b"\r\nalive")
        os.write(camera.fd, b"f = open('py.txt', 'w'); n = f.write('back'); "
                 b"f.close()\r")
        camera.logged("disk: changed")

        def there():
            try:
                return mtools("mtype", "-i", disk, "::py.txt") == b"back"
            except subprocess.CalledProcessError:
                return False
        camera.wait(there)


# --- safe mode ---------------------------------------------------------------

FAULT = b"import machine\nprint('MAIN')\nmachine.mem32[0x7FF00000]\n"
# No tick, no interrupts: only the watchdog is left. The core sleeps, so that
# the seconds pass quickly here.
HANG = b"""import machine
print('MAIN')
machine.mem32[0xE000E010] = 0
@micropython.asm_thumb
def f():
    cpsid(0)
    label(AGAIN)
    wfi()
    b(AGAIN)
f()
"""


def with_main(name, text):
    """The flash of a camera with this main.py."""
    flash = path(name)
    script = path("bad.py", b"f = open('/flash/main.py', 'w')\n"
                  b"f.write(%r)\nf.close()\n" % text.decode().encode())
    status, out, err = run("vcam", "--flash", flash, "--script", script,
                           "--for", 10)
    assert status == 0, err
    return flash


def three_bad_starts_lead_to_safe_mode():
    # The prompt may be putting the drive in order when it is asked.
    s = Session(["9 open 115200", *typed(9.3, "print(6*7)")], 12,
                "--flash", with_main("bad.flash", FAULT), "--survive")
    assert s.out.count("MAIN") == 3 and "safe mode" in s.out, s.out
    assert "42" in s.serial, (s.serial, s.log)


def three_starts_that_hang_do_too():
    s = Session(["0 unplug", "29 plug", "30 open 115200",
                 *typed(30.3, "print(6*7)")], 33,
                "--flash", with_main("hang.flash", HANG))
    assert s.out.count("MAIN") == 3 and "safe mode" in s.out, s.out
    assert "42" in s.serial, (s.serial, s.log)


if __name__ == "__main__":
    main([a_host_finds_the_identity_of_an_openmv_camera,
          without_a_host_nothing_changes,
          the_prompt_is_there_at_any_rate_but_those_of_the_protocols,
          a_new_session_gets_nothing_of_the_last_one,
          large_pastes_arrive_whole,
          ctrl_c_stops_what_never_yields,
          ctrl_c_gets_past_input_that_nobody_reads,
          a_host_that_does_not_read_stops_no_script,
          twelve_hundred_baud_is_the_way_to_the_bootloader,
          both_protocols_lead_to_the_bootloader,
          unplugging_and_sleeping_harm_nothing,
          usb_is_served_while_the_flash_erases,
          usb_is_served_while_a_network_computes,
          a_new_drive_is_one_that_the_ide_knows,
          files_go_to_python_and_back,
          an_open_file_keeps_the_host_from_writing,
          a_file_that_nothing_refers_to_is_in_nobodys_way,
          a_host_with_an_old_picture_of_the_drive_is_refused_once,
          a_card_in_the_slot_is_what_the_host_sees,
          power_cuts_in_writes_of_the_host_leave_old_or_new_blocks,
          a_pty_is_a_serial_port,
          a_file_is_the_drive,
          three_bad_starts_lead_to_safe_mode,
          three_starts_that_hang_do_too])
