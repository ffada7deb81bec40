# SPDX-License-Identifier: MIT
"""The virtual camera in the background, and its serial port."""
import os
import select
import subprocess
import tempfile
import termios
import time
import tty

from e2e import BLAZECAM

FIRMWARE = "build/openmv4/firmware.bin"


class Camera:
    """Runs `blazecam vcam --pty`; `path` is the port."""

    def __init__(self, *options, firmware=FIRMWARE):
        self.options = options
        self.firmware = firmware

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "cam")
        self.log = open(os.path.join(self.folder.name, "log"), "w+b")
        self.start()
        return self

    def start(self, firmware=None):
        """Again, when another firmware is named: with that one."""
        self.firmware = firmware or self.firmware
        if firmware:
            self.process.terminate()
            self.process.wait(20)
        self.process = subprocess.Popen(
            [BLAZECAM, "vcam", "--firmware", self.firmware, "--pty",
             self.path, "--for", "600", *map(str, self.options)],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        end = time.time() + 60
        while not os.path.exists(self.path):
            if time.time() > end or self.process.poll() is not None:
                raise RuntimeError("no serial port: " + self.said())
            time.sleep(0.05)
        time.sleep(1)

    def __exit__(self, kind, value, trace):
        if self.process.poll() is not None:
            print("the virtual camera ended: " + self.said())
        self.process.terminate()
        self.process.wait(20)
        if kind is not None:
            print(self.said()[-2000:])
        self.log.close()
        self.folder.cleanup()

    def said(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read().decode("utf-8", "replace")


class Port:
    """Raw bytes to and from a serial port."""

    def __init__(self, where, baud=termios.B921600):
        self.fd = os.open(where, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.fd)
        settings = termios.tcgetattr(self.fd)
        settings[4] = settings[5] = baud
        termios.tcsetattr(self.fd, termios.TCSANOW, settings)
        time.sleep(0.3)
        self.read(0.1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.fd)

    def write(self, data):
        os.write(self.fd, data)

    def read(self, quiet, want=1 << 20):
        out = b""
        while len(out) < want and select.select([self.fd], [], [], quiet)[0]:
            out += os.read(self.fd, 4096)
        return out

    def ask(self, data, want, quiet=5):
        self.write(data)
        return self.read(quiet, want)
