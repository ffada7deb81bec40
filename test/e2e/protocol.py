#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Both host protocols on the virtual camera's serial port, byte by byte."""
import os
import random
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from e2e import main  # noqa
from omv import SYNC, SYNC_ACK, packet  # noqa
from port import Camera, Port  # noqa

STDIN, STDOUT, STREAM = 1, 2, 3
SIZE, READ, WRITE, IOCTL, POLL, LIST = 0x25, 0x26, 0x27, 0x28, 0x21, 0x20


class Host:
    """A host that wants neither acknowledgements nor events."""

    def __init__(self, port):
        self.port = port
        self.pending = b""
        port.write(SYNC)
        assert self.wait_for(SYNC_ACK), "no answer to SYNC"
        self.sequence = 0
        self.ask(0, 2, struct.pack("<IH10x", 3, 498))

    def wait_for(self, want):
        got = b""
        end = time.time() + 5
        while want not in got and time.time() < end:
            got += self.port.read(0.2, len(want))
        return want in got

    def one(self):
        while True:
            at = self.pending.find(b"\xaa\xd5")
            if at >= 0 and len(self.pending) >= at + 10:
                head = self.pending[at:at + 10]
                size = struct.unpack_from("<H", head, 6)[0]
                end = at + 10 + (size + 4 if size else 0)
                if len(self.pending) >= end:
                    body = self.pending[at + 10:at + 10 + size]
                    self.pending = self.pending[end:]
                    return head, body
            more = self.port.read(10, 1)
            assert more, "no answer"
            self.pending += more

    def ask(self, channel, opcode, payload=b""):
        """(NAK status or 0, the answer's bytes)."""
        self.port.write(packet(self.sequence, channel, opcode, payload))
        out = b""
        while True:
            head, body = self.one()
            if head[4] & 0x20 or head[5] != opcode:
                continue
            assert head[2] == self.sequence, (head.hex(), self.sequence)
            self.sequence = self.sequence + 1 & 255
            if head[4] & 2:
                return struct.unpack("<H", body)[0], b""
            out += body
            if not head[4] & 0x10:
                return 0, out

    def number(self, channel, opcode):
        status, body = self.ask(channel, opcode)
        assert status == 0, status
        return struct.unpack("<I", body)[0]

    def run(self, text):
        assert self.ask(STDIN, IOCTL, struct.pack("<I", 3))[0] == 0
        data = text.encode()
        for at in range(0, len(data), 490):
            piece = data[at:at + 490]
            status, _ = self.ask(STDIN, WRITE, struct.pack(
                "<II", at, len(piece)) + piece)
            assert status == 0, status
        return self.ask(STDIN, IOCTL, struct.pack("<I", 2))[0]

    def text(self):
        size = self.number(STDOUT, SIZE)
        if not size:
            return b""
        status, body = self.ask(STDOUT, READ, struct.pack("<II", 0, size))
        assert status == 0, status
        return body

    def text_until(self, want, seconds=20):
        out = b""
        end = time.time() + seconds
        while want not in out:
            assert time.time() < end, out[-300:]
            out += self.text()
            time.sleep(0.01)
        return out


def noise_does_no_harm():
    with Camera() as camera, Port(camera.path) as port:
        source = random.Random(11)
        for _ in range(60):
            port.write(bytes(source.randrange(256)
                             for _ in range(source.randrange(1, 300))))
            port.read(0.01)
        assert Host(port).run("print('still here')\n") == 0


def printing_faster_than_reading_slows_the_script():
    with Camera() as camera, Port(camera.path) as port:
        host = Host(port)
        host.run("for i in range(2000): print('line', i)\nprint('END')\n")
        out = host.text_until(b"END", 60)
        want = b"".join(b"line %d\r\n" % i for i in range(2000)) + b"END\r\n"
        assert out == want, out[:200]


def a_sleeping_host_loses_whole_lines():
    with Camera() as camera, Port(camera.path) as port:
        host = Host(port)
        host.run("import time\n"
                 "for i in range(2000): print('line', i, 'of many')\n"
                 "time.sleep(8)\nprint('END')\n")
        time.sleep(4)
        out = host.text_until(b"END", 30)
        lines = out.split(b"\r\n")
        assert 100 < len(lines) < 1900, len(lines)
        for line in lines[:-2]:
            words = line.split(b" ")
            assert len(words) == 4 and words[0] == b"line", line
            assert words[2:] == [b"of", b"many"], line


def a_busy_host_loses_nothing():
    with Camera() as camera, Port(camera.path) as port:
        host = Host(port)
        host.run("print('first')\n"
                 "for i in range(600): print('line', i, 'of many')\n"
                 "print('END')\n")
        out = host.text_until(b"first")
        end = time.time() + 4
        while time.time() < end:  # it asks for other things
            host.number(0, POLL)
            time.sleep(0.05)
        out += host.text_until(b"END", 30)
        lines = [b"line %d of many" % i for i in range(600)]
        assert out.split(b"\r\n") == [b"first", *lines, b"END", b""], out


def a_script_that_is_ended_leaves_whole_lines():
    with Camera() as camera, Port(camera.path) as port:
        host = Host(port)
        for _ in range(4):
            host.run("while True: print('word', 'word', 'word', 'word')\n")
            host.text_until(b"word", 20)
        host.run("print('END')\n")
        out = host.text_until(b"END", 20)
        for line in out.split(b"\r\n")[1:-1]:
            assert b"word" * 4 == line.replace(b" ", b"") or (
                b"word word word word".startswith(line)) or (
                line == b"END"), (line, out[-200:])


CHANNELS = """
import protocol, time
class Box:
    data = b"abc" * 400
    def poll(self): return True
    def size(self): return len(self.data)
    def read(self, offset, size): return self.data[offset:offset + size]
    def write(self, offset, data):
        self.data = bytes(data); return len(data)
    def ioctl(self, cmd, length, arg):
        if cmd == 9: raise ValueError("nine")
        return -1 if cmd == 8 else 0
    def shape(self): return (2, 3)
class Fast:
    def size(self): return 5
    def readp(self, offset, size): return memoryview(b"12345")[offset:]
box = protocol.register(name="box", backend=Box())
fast = protocol.register(name="fast", backend=Fast())
print(box, protocol.is_active())
while True:
    time.sleep_ms(1)
"""


def the_end_of_a_script_is_not_torn():
    with Camera() as camera, Port(camera.path) as port:
        host = Host(port)
        host.run("for i in range(900): print('line', i, 'of many')\n")
        time.sleep(4)  # it has ended, unread
        out = b""
        for _ in range(20):
            out += host.text()
            time.sleep(0.02)
        assert out.endswith(b" of many\r\n"), out[-60:]


def scripts_have_channels():
    with Camera() as camera, Port(camera.path) as port:
        host = Host(port)
        host.run(CHANNELS)
        assert b"<ProtocolChannel box, id 4> True" in host.text_until(b"\n")
        _, channels = host.ask(0, LIST)
        assert channels[64:].split(b"\0")[0] == b"\x04\x23box", channels[64:]
        assert host.number(0, POLL) & 16
        assert host.number(4, SIZE) == 1200
        assert host.ask(4, READ, struct.pack("<II", 3, 1000)) == (
            0, (b"abc" * 400)[3:1003])
        assert host.ask(4, WRITE, struct.pack("<II", 0, 2) + b"hi")[0] == 0
        assert host.ask(4, READ, struct.pack("<II", 0, 2)) == (0, b"hi")
        assert host.ask(4, READ, struct.pack("<II", 0, 3))[0] == 1
        assert host.ask(4, 0x24) == (0, struct.pack("<II", 2, 3))
        assert host.ask(4, IOCTL, struct.pack("<I", 7))[0] == 0
        assert host.ask(4, IOCTL, struct.pack("<I", 8))[0] == 1
        assert host.ask(4, IOCTL, struct.pack("<I", 9))[0] == 1
        assert b"ValueError: nine" in host.text_until(b"nine")
        assert host.ask(5, READ, struct.pack("<II", 0, 5)) == (0, b"12345")
        assert host.ask(5, 0x22)[0] == 2  # it cannot be locked
        assert host.ask(STDIN, IOCTL, struct.pack("<I", 1))[0] == 0
        time.sleep(1)
        _, channels = host.ask(0, LIST)
        assert len(channels) == 64, channels


def scripts_are_as_long_as_they_may():
    with Camera() as camera, Port(camera.path) as port:
        host = Host(port)
        text = "x = 1  # %s\n" % ("-" * 80)
        text = text * (49000 // len(text)) + "print('END')\n"
        assert host.run(text) == 0
        host.text_until(b"END")
        big = struct.pack("<II", 49150, 10) + b"0123456789"
        assert host.ask(STDIN, WRITE, big)[0] in (2, 7)


def an_old_ide_runs_a_script():
    with Camera() as camera, Port(camera.path) as port:
        def ask(command, size, data=b""):
            request = struct.pack("<BBI", 0x30, command, size) + data
            return port.ask(request, size) if command & 0x80 else (
                port.write(request))
        assert len(ask(0x80, 12)) == 12
        assert ask(0x83, 64).startswith(b"OMV4 H7 1024 [H7:")
        text = b"import time\nprint('old')\ntime.sleep(1)\n"
        # main.py may still blink
        while ask(0x87, 4) != bytes(4):
            time.sleep(0.1)
        ask(0x05, len(text), text)
        out = b""
        ran = False
        for _ in range(400):
            ask(0x81, 12)
            size = struct.unpack("<I", ask(0x8E, 4))[0]
            if size:
                out += ask(0x8F, size)
            running = ask(0x87, 4) == b"\1\0\0\0"
            ran = ran or running
            if out and ran and not running:
                break
            time.sleep(0.01)
        assert out == b"old\r\n" and ran, (out, ran)
        state = ask(0x93, 64)
        assert len(state) == 64 and state[0] == 0, state


main([
    noise_does_no_harm,
    printing_faster_than_reading_slows_the_script,
    a_sleeping_host_loses_whole_lines,
    a_busy_host_loses_nothing,
    a_script_that_is_ended_leaves_whole_lines,
    the_end_of_a_script_is_not_torn,
    scripts_have_channels,
    scripts_are_as_long_as_they_may,
    an_old_ide_runs_a_script,
])
