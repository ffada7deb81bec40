#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is left out of the firmware: reads features.txt for the build.

    features.py make FEATURES OUT [WITHOUT...]  for the build, into OUT
    features.py names FEATURES                  those that are on
    features.py room FEATURES LINKER-OUTPUT     what would make the image fit
    features.py measured FEATURES DIR           writes the column BYTES
"""

import os
import re
import sys

LINE = re.compile(r"(\w+)\s+(on|off)\s+(\d+)\s+([\w.]+|-)\s+#\s*(\S.*)$")


class Refused(Exception):
    pass


class Feature:
    def __init__(self, name, on, size, python, gives):
        self.name, self.on, self.python = name, on, python
        self.bytes, self.gives = size, gives

    def line(self):
        return "%-11s %-3s %6d  %-14s # %s" % (
            self.name, "on" if self.on else "off", self.bytes, self.python,
            self.gives)


def parse(path):
    features = {}
    with open(path) as file:
        for number, text in enumerate(file, 1):
            if not text.strip() or text.startswith("#"):
                continue
            match = LINE.match(text.rstrip())
            if not match:
                raise Refused('line %d: want "NAME on|off BYTES PYTHON '
                              '# what it gives"' % number)
            name, state, size, python, gives = match.groups()
            if name in features:
                raise Refused("line %d: %s is there twice" % (number, name))
            features[name] = Feature(name, state == "on", int(size), python,
                                     gives)
    return features


def leave_out(features, names):
    for name in names:
        if name not in features:
            raise Refused("there is no feature %s; there are %s"
                          % (name, " ".join(features)))
        features[name].on = False


def write(path, lines):
    text = "\n".join(lines) + "\n"
    if os.path.exists(path) and open(path).read() == text:
        return False
    with open(path, "w") as file:
        file.write(text)
    return True


def header(features):
    out = ["// Made from features.txt by features.py.", "#pragma once", ""]
    return out + ["#define FEATURE_%s %d" % (f.name.upper(), f.on)
                  for f in features.values()]


def makefile(features):
    return ["# Made from features.txt by features.py."] + [
        "FEATURE_%s = %s" % (f.name, "1" if f.on else "")
        for f in features.values()]


# A module that is not there is one whose first import fails and says why. It
# is extensible, so a file of that name on the drive comes first.
ABSENT = """
static mp_obj_t %(id)s_init(void) {
    absent_module("%(python)s", "%(name)s");
}
static MP_DEFINE_CONST_FUN_OBJ_0(%(id)s_init_obj, %(id)s_init);
static const mp_rom_map_elem_t %(id)s_table[] = {
        {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_%(python)s)},
        {MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&%(id)s_init_obj)},
};
static MP_DEFINE_CONST_DICT(%(id)s_globals, %(id)s_table);
const mp_obj_module_t %(id)s_module = {
        .base = {&mp_type_module},
        .globals = (mp_obj_dict_t *)&%(id)s_globals,
};
MP_REGISTER_EXTENSIBLE_MODULE(MP_QSTR_%(python)s, %(id)s_module);"""


def absent(features):
    out = ["// Made from features.txt by features.py.",
           '#include "src/py/absent.h"']
    for f in features.values():
        if not f.on and f.python != "-" and "." not in f.python:
            out.append(ABSENT % {"id": "absent_" + f.python.lstrip("_"),
                                 "python": f.python, "name": f.name})
    return out


def make(path, out, without):
    features = parse(path)
    leave_out(features, without)
    os.makedirs(out, exist_ok=True)
    changed = [write(os.path.join(out, name), lines) for name, lines in (
        ("board_features.h", header(features)),
        ("features.mk", makefile(features)),
        ("absent_modules.c", absent(features)))]
    print("changed" if any(changed) else "same")


def room(path, log):
    """Says what does not fit and which features would make room for it."""
    text = open(log, errors="replace").read()
    over = {name: int(count) for name, count in re.findall(
        r"region [`'](\w+)' overflowed by (\d+) bytes", text)}
    if not over:
        sys.stderr.write(text)
        return
    for name, count in over.items():
        sys.stderr.write("firmware: it does not fit: region %s is %d bytes too "
                         "small (board/openmv4/memory.txt)\n" % (name, count))
    if "code" not in over:
        return
    sys.stderr.write("firmware: leave features out (board/openmv4/features.txt"
                     ' or make WITHOUT="NAME NAME"):\n')
    total = 0
    for f in sorted(parse(path).values(), key=lambda f: -f.bytes):
        if f.on and f.bytes > 0:
            before, total = total, total + f.bytes
            mark = "  makes it fit with those above" \
                if before < over["code"] <= total else ""
            sys.stderr.write("  %-11s %6d bytes  %s%s\n"
                             % (f.name, f.bytes, f.gives, mark))
    if total < over["code"]:
        sys.stderr.write("firmware: all of them together give %d bytes: %d "
                         "too few\n" % (total, over["code"] - total))


def measured(path, folder):
    """DIR/NAME holds the bytes that the firmware has without NAME, DIR/all
    those of the whole one. What was not measured keeps its figure."""
    def size(name):
        with open(os.path.join(folder, name)) as file:
            return int(file.read())

    features = parse(path)
    lines = []
    for text in open(path).read().splitlines():
        match = LINE.match(text)
        feature = features[match.group(1)] if match else None
        if feature and os.path.exists(os.path.join(folder, feature.name)):
            feature.bytes = size("all") - size(feature.name)
        lines.append(feature.line() if feature else text)
    write(path, lines)
    print("%-11s %-3s %8s  %-14s %s"
          % ("feature", "", "bytes", "Python", "gives"))
    for f in sorted(features.values(), key=lambda f: -f.bytes):
        print("%-11s %-3s %8d  %-14s %s" % (f.name, "on" if f.on else "off",
                                            f.bytes, f.python, f.gives))
    print("%-15s %8d" % ("together", sum(f.bytes for f in features.values())))


def main(words):
    if words[:1] == ["make"] and len(words) >= 3:
        make(words[1], words[2], words[3:])
    elif words[:1] == ["names"] and len(words) == 2:
        print(" ".join(f.name for f in parse(words[1]).values() if f.on))
    elif words[:1] == ["room"] and len(words) == 3:
        room(words[1], words[2])
    elif words[:1] == ["measured"] and len(words) == 3:
        measured(words[1], words[2])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (Refused, OSError) as error:
        sys.exit("features: %s: %s" % (sys.argv[2], error))
