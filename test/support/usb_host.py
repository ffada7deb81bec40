# SPDX-License-Identifier: MIT
"""The virtual camera with a USB host that does what a script tells it."""
import os
import shutil

from e2e import path, read, run

COUNT = iter(range(100000))


def rested(name, *options):
    """The flash of a camera whose new drive is in order: as long as its prompt
    waits nothing more is erased."""
    master = path("rested.flash")
    if not os.path.exists(master):
        made = path("rested.new")
        Session([], 8, "--flash", made, *options).good()
        os.rename(made, master)
    where = path(name)
    shutil.copy(master, where)
    return where


class Session:
    """A run of the virtual camera with a scripted host."""

    def __init__(self, script, seconds, *options):
        name = "usb%d" % next(COUNT)
        lines = "\n".join(script).encode() + b"\n"
        self.log_path = path(name + ".log")
        serial = path(name + ".serial")
        self.status, self.out, self.err = run(
            "vcam", "--for", seconds, "--usb-log", self.log_path,
            "--usb-script", path(name, lines), "--usb-serial", serial,
            *options)
        self.log = read(self.log_path).decode()
        self.bytes = read(serial)
        self.serial = self.bytes.decode("utf-8", "replace")

    def time(self, text, which=0):
        """When the log says this (for the which-th time)."""
        times = [float(line.split()[0]) for line in self.log.splitlines()
                 if text in line]
        assert len(times) > which, (text, self.log, self.err)
        return times[which]

    def good(self):
        assert self.status == 0, self.err
        return self


def sent(at, data):
    """Bytes sent to the open port, in lines that are not too long."""
    return ["%.4f type %s" % (at, "".join("\\x%02x" % b for b in
                                          data[i:i + 900]))
            for i in range(0, len(data), 900)]


def typed(start, *lines, step=0.1):
    """Lines typed at the prompt, one every `step` seconds."""
    return ["%.3f type %s\\r" % (start + step * i, line)
            for i, line in enumerate(lines)]
