# SPDX-License-Identifier: MIT
"""A virtual camera on a PTY, spoken to through MicroPython's raw REPL."""

import os
import select
import subprocess
import tempfile
import time
import tty

PROMPT = b'raw REPL; CTRL-B to exit\r\n>'


class Lost(Exception):
    """The camera does not answer (any more)."""


class Camera:
    def __init__(self, command, firmware):
        self.dir = tempfile.TemporaryDirectory(prefix='vcam')
        path = os.path.join(self.dir.name, 'pty')
        self.errors = open(os.path.join(self.dir.name, 'stderr'), 'w+')
        self.process = subprocess.Popen(
            [command, 'vcam', '--firmware', firmware, '--pty', path],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=self.errors)
        self.port = None
        self.pending = b''
        try:
            self.port = self.open_port(path)
            self.enter()
        except Exception:
            self.close()
            raise

    def open_port(self, path):
        deadline = time.monotonic() + 60
        while not os.path.exists(path):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Lost('no PTY: ' + self.report())
            time.sleep(0.02)
        port = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(port)
        return port

    def report(self):
        self.errors.seek(0)
        return self.errors.read().strip()

    def close(self):
        if self.port is not None:
            os.close(self.port)
            self.port = None
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()
        self.errors.close()
        self.dir.cleanup()

    def write(self, data):
        while data:
            data = data[os.write(self.port, data):]

    def read_some(self, deadline):
        left = deadline - time.monotonic()
        ready = left > 0 and select.select([self.port], [], [], left)[0]
        data = os.read(self.port, 4096) if ready else b''
        if not data:
            raise Lost("%s no answer, got %r" % (self.report(),
                       self.pending[-80:]))
        self.pending += data

    def read(self, count, seconds=60):
        deadline = time.monotonic() + seconds
        while len(self.pending) < count:
            self.read_some(deadline)
        data, self.pending = self.pending[:count], self.pending[count:]
        return data

    def read_until(self, end, seconds=60):
        deadline = time.monotonic() + seconds
        while end not in self.pending:
            self.read_some(deadline)
        data, _, self.pending = self.pending.partition(end)
        return data

    def enter(self):
        """Interrupts whatever runs and enters the raw REPL."""
        self.read_until(b'>>> ')
        self.write(b'\x03\x01')
        self.read_until(PROMPT)

    def soft_reset(self):
        self.write(b'\x04')
        self.read_until(b'soft reboot\r\n')
        self.read_until(PROMPT)

    def paste(self, text):
        """Sends a program in raw-paste mode, whose window limits us."""
        self.write(b'\x05A\x01')
        if self.read(2) != b'R\x01':
            raise Lost('raw-paste mode was refused')
        step = int.from_bytes(self.read(2), 'little')
        window = step
        while text:
            while window == 0 or self.pending:
                answer = self.read(1)
                if answer == b'\x04':
                    # Read far enough to know that it cannot compile.
                    self.write(b'\x04')
                    return
                window += step
            self.write(text[:window])
            text, window = text[window:], max(0, window - len(text))
        self.write(b'\x04')
        self.read_until(b'\x04')

    def run(self, text, seconds):
        """Runs a program; what it printed, then its traceback."""
        self.paste(text)
        out = self.read_until(b'\x04', seconds)
        err = self.read_until(b'\x04')
        self.read_until(b'>')
        return (out + err).replace(b'\r\n', b'\n')

    def make_dir(self, name):
        self.run(b'import os\ntry:\n os.mkdir(%s)\n'
                 b'except OSError: pass' % repr(name).encode(), 60)

    def copy_file(self, path, name):
        """Puts a file of this machine onto the camera's drive."""
        data = open(path, 'rb').read()
        lines = ['f = open(%r, "wb")' % name]
        for at in range(0, len(data), 64):
            lines.append('f.write(%r)' % data[at:at + 64])
        lines.append('f.close()')
        out = self.run('\n'.join(lines).encode(), 60)
        if out:
            raise Lost('cannot copy %s: %s' % (name, out.decode()))
