#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Cuts the camera's power in flash operations while it writes to its drive.

After each cut the camera must boot, run main.py from the drive, and have
every file whose close() had returned, whole. POWER_CUTS is how many operations
are tried, 40 if not set; `all` of them take about an hour.
"""
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BLAZECAM = os.path.join(ROOT, "build/host/blazecam")
FIRMWARE = os.path.join(ROOT, "build/openmv4/firmware.bin")
FILES = 4

# Tells what is there, then changes it, then rests: the firmware rewrites the
# drive's sector when the prompt has waited for a second.
MAIN = """
import os
for name in sorted(os.listdir("/flash")):
    if name[0] in "fg":
        with open(name) as f:
            data = f.read()
        whole = data == name[1] * (100 + 450 * int(name[1]))
        print("FILE", name, "whole" if whole else "damaged")
print("CHECKED")
for i in range(%d):
    with open("f%%d" %% i, "w") as f:
        f.write(str(i) * (100 + 450 * i))
    print("SAVED", i)
os.remove("f0")
print("REMOVED 0")
os.rename("f1", "g1")
print("RENAMED 1")
""" % FILES

INSTALL = 'with open("/flash/main.py", "w") as f:\n    f.write(%r)\n' \
    "print('INSTAL' + 'LED')\n" % MAIN


def vcam(flash, *options):
    done = subprocess.run(
        [BLAZECAM, "vcam", "--firmware", FIRMWARE, "--flash", flash]
        + [str(o) for o in options], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
    return (done.returncode, done.stdout.decode("utf-8", "replace"),
            done.stderr.decode("utf-8", "replace"))


def prepare(folder):
    """A flash chip with a drive on it and MAIN as its main.py."""
    flash = os.path.join(folder, "flash")
    script = os.path.join(folder, "install.py")
    with open(script, "w") as file:
        file.write(INSTALL)
    status, out, err = vcam(flash, "--script", script, "--until", "INSTALLED",
                            "--for", 30)
    if status:
        sys.exit("FAIL preparing the drive\n%s%s" % (out, err))
    return flash


def promised(out):
    """The files that must be there after this much of MAIN, and those that
    may be: what power failed in the middle of."""
    saved = {int(n) for n in re.findall(r"SAVED (\d)", out)}
    must = {"f%d" % n for n in saved}
    if len(saved) == FILES:
        must -= {"f0"}  # being removed
    if "REMOVED" in out:
        must -= {"f1"}  # being renamed
    if "RENAMED" in out:
        must |= {"g1"}
    return must


def judge(out_before, status, out, err):
    """What is wrong, or nothing."""
    if status:
        return "the camera did not come back: " + err[-300:]
    found = dict(re.findall(r"FILE (\w+) (\w+)", out))
    for name in sorted(promised(out_before)):
        if found.get(name) != "whole":
            return "%s was closed, now it is %s" % (
                name, found.get(name, "gone"))
    if "RENAMED 1" in out_before and "f1" in found:
        return "f1 was renamed, now it is there again"
    if "REMOVED 0" in out_before and "f0" in found:
        return "f0 was removed, now it is there again"
    if "REMOVED" in out_before and not {"f1", "g1"} & set(found):
        return "f1 is lost in the renaming"
    return ""


def cut(master, number):
    """(whether power was cut, what is wrong)."""
    with tempfile.TemporaryDirectory() as folder:
        flash = os.path.join(folder, "flash")
        shutil.copy(master, flash)
        status, before, err = vcam(flash, "--for", 8, "--power-cut", number)
        if "power cut" not in err:
            return False, "" if status == 0 else err
        status, out, err = vcam(flash, "--for", 12, "--until", "CHECKED")
        return True, judge(before, status, out, err)


def cut_new(number):
    """As cut(), while the drive of a blank camera is made."""
    with tempfile.TemporaryDirectory() as folder:
        flash = os.path.join(folder, "flash")
        status, out, err = vcam(flash, "--for", 4, "--power-cut", number)
        if "power cut" not in err:
            return False, "" if status == 0 else err
        script = os.path.join(folder, "list.py")
        with open(script, "w") as file:
            file.write("import os\nprint(sorted(os.listdir('/flash')))\n")
        status, out, err = vcam(flash, "--script", script, "--for", 30)
        whole = "['.openmv_disk', 'README.txt', 'main.py']" in out
        return True, "" if status == 0 and whole else out + err


def main():
    wanted = os.environ.get("POWER_CUTS", "40")
    with tempfile.TemporaryDirectory() as folder:
        master = prepare(folder)
        low, high = 1, 2
        while cut(master, high)[0]:
            low, high = high, high * 2
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if cut(master, middle)[0] else (
                low, middle)
        step = 1 if wanted == "all" else max(1, low // int(wanted))
        numbers = range(1, low + 1, step)
        jobs = int(os.environ.get("TEST_JOBS", "2"))
        bad = 0
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            for number, (hit, wrong) in zip(numbers, pool.map(
                    lambda n: cut(master, n), numbers)):
                good = hit and not wrong
                bad += not good
                print("%s power cut in flash operation %d of %d" % (
                    "ok" if good else "FAIL", number, low), flush=True)
                if wrong:
                    print("    " + wrong)
        for number in range(1, 1200, 1 if wanted == "all" else 151):
            hit, wrong = cut_new(number)
            good = hit and not wrong
            bad += not good
            print("%s power cut in flash operation %d of a new camera" % (
                "ok" if good else "FAIL", number), flush=True)
            if wrong:
                print("    " + wrong)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
