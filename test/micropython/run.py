#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs MicroPython's own tests on virtual cameras, each from a soft reset.

usage: run.py [--jobs N] [--tests DIR] [--command C] [--firmware F] [NAME...]

A test passes when it prints what its .exp file holds, or what this machine's
Python prints. A camera on a PTY keeps the host's pace, so a busy host shows in
tests of timing: those (TIMED) get a second try, which the last line counts.
NAMEs select tests whose path contains one of them.
"""

import argparse
import glob
import os
import queue
import re
import subprocess
import sys
import threading
import time

from camera import Camera, Lost

HERE = os.path.dirname(os.path.abspath(__file__))
GROUPS = ('basics', 'float', 'micropython', 'extmod', 'io', 'import', 'stress',
          'inlineasm/thumb', 'misc', 'unicode')
SECONDS = 120
# Groups whose tests open or import files beside them: what is put on the
# drive first.
NEED_FILES = {'io': ('data',), 'import': ('.',), 'unicode': ('data',)}

# Tests written with unittest, which MicroPython's source has not: ours.
NEED_UNITTEST = ('extmod/machine1.py', 'extmod/marshal_micropython.py',
                 'extmod/vfs_rom.py')

# Tests that compare times of 10 to 100 ms.
TIMED = ('extmod/asyncio_', 'extmod/time_', 'extmod/machine_')


def read_skips(path):
    """{test: reason} of a file with one "test: reason" a line."""
    skips = {}
    for line in open(path):
        line = line.split('#')[0].strip()
        if line:
            test, reason = line.split(':', 1)
            skips[test.strip()] = reason.strip()
    return skips


def expected(tests, test):
    """What the test should print."""
    path = os.path.join(tests, test)
    if test in NEED_UNITTEST:
        return b'OK\n'
    if os.path.exists(path + '.exp'):
        return open(path + '.exp', 'rb').read().replace(b'\r\n', b'\n')
    env = dict(os.environ, PYTHONIOENCODING='utf-8',
               PYTHONPATH=os.path.join(tests, 'testlib'))
    result = subprocess.run(
        [sys.executable, '-BS', os.path.basename(path)],
        cwd=os.path.dirname(path), env=env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    if result.returncode:
        return b'CPYTHON3 CRASH'
    return result.stdout.replace(b'\r\n', b'\n')


def pattern(want):
    """The regular expression in an .exp file with ######## lines, each of
    which stands for any lines; elsewhere a backslash makes the character
    after it special, where it would be ordinary, or ordinary."""
    out = []
    for line in want.decode().splitlines(True):
        if line == '########\n':
            out.append('(?:.*\n)*?')
            continue
        escaped = False
        for c in line:
            if escaped:
                out.append(c)
                escaped = False
            elif c == '\\':
                escaped = True
            else:
                out.append(re.escape(c))
    return ''.join(out).encode()


def matches(got, want):
    if b'########\n' in want:
        return re.fullmatch(pattern(want), got) is not None
    return got == want


class Suite:
    def __init__(self, options, tests):
        self.options = options
        self.queue = queue.Queue()
        self.lock = threading.Lock()
        self.results = {}
        self.again = 0
        groups = {}
        for test in tests:
            groups.setdefault(os.path.dirname(test), []).append(test)
        # In pieces, so that cameras share a big group.
        for group, members in groups.items():
            for at in range(0, len(members), 30):
                self.queue.put((group, members[at:at + 30]))

    def note(self, test, result, detail=''):
        """A line a test, as test/run reads them."""
        with self.lock:
            self.results[test] = result
            print(result, test, flush=True)
            if detail:
                print('    ' + detail.replace('\n', '\n    '), flush=True)

    def put_files(self, camera, group):
        """What the tests of a group open or import, onto the drive."""
        base = os.path.join(self.options.tests, group)
        for name in NEED_FILES.get(group, ()):
            root = os.path.join(base, name)
            for path in sorted(glob.glob(root + '/**', recursive=True)):
                to = os.path.normpath('/flash/' + os.path.relpath(path, base))
                if os.path.isdir(path):
                    camera.make_dir(to)
                elif not path.endswith('.exp'):
                    camera.copy_file(path, to)

    def one(self, camera, test):
        want = expected(self.options.tests, test)
        text = open(os.path.join(self.options.tests, test), 'rb').read()
        camera.soft_reset()
        if test in NEED_UNITTEST:
            camera.copy_file(os.path.join(HERE, 'unittest.py'),
                             '/flash/unittest.py')
        got = camera.run(text, SECONDS)
        if test.startswith(TIMED) and not matches(got, want):
            self.again += got[:5] != b'SKIP\n'
            camera.soft_reset()
            got = camera.run(text, SECONDS)
        if got == b'SKIP\n' or got.startswith(b'SKIP\n'):
            self.note(test, 'skipped')
        elif matches(got, want):
            self.note(test, 'ok')
        else:
            self.note(test, 'FAIL', 'expected:\n%s\ngot:\n%s' % (
                want.decode('utf-8', 'replace')[-2000:],
                got.decode('utf-8', 'replace')[-2000:]))

    def work(self):
        camera, ready = None, set()
        while True:
            try:
                group, tests = self.queue.get_nowait()
            except queue.Empty:
                break
            for test in tests:
                try:
                    if camera is None:
                        camera, ready = self.start_camera(), set()
                    if group not in ready:
                        self.put_files(camera, group)
                        ready.add(group)
                    self.one(camera, test)
                except (Lost, OSError) as error:
                    self.note(test, 'FAIL', str(error))
                    if camera:
                        camera.close()
                    camera = None
        if camera:
            camera.close()

    def start_camera(self):
        return Camera(self.options.command, self.options.firmware)

    def run(self):
        threads = [threading.Thread(target=self.work)
                   for _ in range(self.options.jobs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--jobs', type=int, default=os.cpu_count() or 1)
    parser.add_argument('--tests', default='build/deps/micropython/tests')
    parser.add_argument('--command', default='build/host/blazecam')
    parser.add_argument('--firmware', default='build/openmv4/firmware.bin')
    parser.add_argument('names', nargs='*')
    options = parser.parse_args()
    skips = read_skips(os.path.join(HERE, 'skip.txt'))
    tests = []
    for group in GROUPS:
        found = glob.glob(os.path.join(options.tests, group, '*.py'))
        tests += sorted(os.path.relpath(p, options.tests) for p in found)
    if not tests:
        sys.exit('run.py: %s: no tests there' % options.tests)
    unknown = sorted(set(skips) - set(tests))
    if unknown:
        sys.exit('run.py: skip.txt: no such test: ' + ', '.join(unknown))
    if options.names:
        tests = [t for t in tests if any(n in t for n in options.names)]
    started = time.monotonic()
    suite = Suite(options, [t for t in tests if t not in skips])
    suite.run()
    count = {'ok': 0, 'skipped': 0, 'FAIL': 0}
    for result in suite.results.values():
        count[result] += 1
    print('%d passed, %d failed, %d do not apply, %d left out (skip.txt), '
          '%d tried twice, %.0f s' % (
              count['ok'], count['FAIL'], count['skipped'],
              sum(t in skips for t in tests), suite.again,
              time.monotonic() - started))
    sys.exit(1 if count['FAIL'] or not count['ok'] else 0)


if __name__ == '__main__':
    main()
