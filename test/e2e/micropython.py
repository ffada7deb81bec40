#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""MicroPython's own tests, on virtual cameras (test/micropython/run.py)."""
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
RUNNER = os.path.join(ROOT, "test/micropython/run.py")

os.chdir(ROOT)
os.execv(sys.executable, [sys.executable, RUNNER] + sys.argv[1:])
