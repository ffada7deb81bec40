#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A host stops whatever runs within a second of the camera's time.

The virtual host sends a script, STOP at a given moment, and less than a
second later asks whether a script runs and sends another: to the instruction,
whatever this machine does meanwhile. It reads nothing of what is printed.
"""
import concurrent.futures
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from e2e import main, path  # noqa
from omv import SYNC, packet, packets  # noqa
from stubborn import SCRIPTS  # noqa
from usb_host import Session, rested, sent, typed  # noqa

SET_CAPS = packet(0, 0, 0x02, struct.pack("<IH10x", 0x0B, 498))
STDIN, STDOUT = 1, 2
POLL, SIZE, READ, WRITE, IOCTL = 0x21, 0x25, 0x26, 0x27, 0x28
STOP, EXEC, RESET = 1, 2, 3
JOBS = int(os.environ.get("TEST_JOBS", "2"))

# The code stands still while its half of the flash is erased, twice a second
# where the drive's journal is full.
WRITES = """
while True:
    with open("f.bin", "wb") as f:
        for i in range(40): f.write(bytes(512))
"""


class Talk:
    """A script for the virtual host, of requests at given times."""

    def __init__(self):
        self.lines = ["1 open 921600", *sent(1.05, SYNC),
                      *sent(1.1, SET_CAPS)]
        self.number = 0

    def ask(self, at, channel, opcode, payload=b""):
        self.number += 1
        self.lines += sent(at, packet(self.number, channel, opcode, payload))

    def run(self, at, text):
        """Sends and starts a script; takes 0.06 s."""
        data = text.encode()
        assert len(data) < 490
        self.ask(at, STDIN, IOCTL, struct.pack("<I", RESET))
        self.ask(at + 0.02, STDIN, WRITE,
                 struct.pack("<II", 0, len(data)) + data)
        self.ask(at + 0.04, STDIN, IOCTL, struct.pack("<I", EXEC))


def stops(name, text, within=1):
    talk = Talk()
    talk.run(1.2, text)
    talk.ask(1.9, 0, POLL)
    talk.ask(2.0, STDIN, IOCTL, struct.pack("<I", STOP))
    talk.ask(within + 1.99, 0, POLL)
    talk.run(within + 2, "print('ali' + 've')\n")
    # What the first one printed is read first.
    for i in range(12):
        talk.ask(within + 2.3 + i / 50, STDOUT, READ,
                 struct.pack("<II", 0, 498))
    flash = rested("stop-%s.flash" % name.replace(" ", "-"))
    s = Session(talk.lines, within + 2.7, "--flash", flash).good()
    os.remove(flash)
    found = list(packets(s.bytes))
    ready = [struct.unpack("<I", body)[0] & 2
             for head, body in found if head[5] == POLL and len(body) == 4]
    assert ready == [2, 0], (name, "runs", ready, s.out[-300:], s.err)
    text = b"".join(body for head, body in found
                    if head[5] == READ and not head[4] & 2)
    # At rest the prompt puts the drive in order, and answers when it is.
    assert b"alive\r\n" in text or within > 1, (name, text[-300:])


def any_script_ends_within_a_second():
    os.remove(rested("made.flash"))
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for _ in pool.map(lambda item: stops(*item), SCRIPTS.items()):
            pass


def one_that_erases_flash_ends_within_three():
    stops("writes files", WRITES, 3)


CRASHES = {
    "a fault": "import machine\nmachine.mem32[0x7FF00000]\n",
    "a jump to nowhere": """
@micropython.asm_thumb
def f():
    movwt(r0, 0x70000001)
    bx(r0)
f()
""",
    "interrupts off": """
import machine
machine.disable_irq()
while True: pass
""",
}


def after_a_crash_the_camera_comes_back(name, text):
    talk = Talk()
    talk.run(1.2, text)
    # It is reset, by the watchdog after 8 s, and its prompt works again.
    talk.lines += ["12 open 115200", *typed(12.4, "print(6*7)")]
    s = Session(talk.lines, 13, "--survive")
    assert s.log.count("configured") == 2, (name, s.log, s.err)
    assert "\r\n42\r\n" in s.serial, (name, s.serial[-300:], s.err)


def a_script_that_crashes_leaves_a_camera():
    for item in CRASHES.items():
        after_a_crash_the_camera_comes_back(*item)


def main_py_is_stopped_too():
    """And does not come again after what the host ran has ended."""
    flash = rested("main.flash")
    script = path("install.py", b"f = open('/flash/main.py', 'w')\n"
                  b"f.write('while True: print(\"MAIN\")\\n')\nf.close()\n")
    Session([], 2, "--flash", flash, "--script", script).good()
    talk = Talk()
    talk.ask(1.2, 0, POLL)
    talk.run(1.3, "print('ended')\n")  # waits for a host that does not read
    talk.ask(5, 0, POLL)
    s = Session(talk.lines, 5.5, "--flash", flash).good()
    ready = [struct.unpack("<I", body)[0] & 2
             for head, body in packets(s.bytes)
             if head[5] == POLL and len(body) == 4]
    assert ready == [2, 0], (ready, s.out[-300:])
    assert "ended" in s.out and "MAIN" not in s.out.split("ended")[1], s.out


if __name__ == "__main__":
    main([any_script_ends_within_a_second,
          one_that_erases_flash_ends_within_three,
          a_script_that_crashes_leaves_a_camera,
          main_py_is_stopped_too])
