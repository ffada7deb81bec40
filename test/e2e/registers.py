#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the registers of src/chip with what others state of them.

test/chip/registers.txt holds the others' values. The definitions are taken
out of each module and evaluated by the host's compiler.
"""
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
CHIP = os.path.join(ROOT, "src/chip")
TABLE = os.path.join(ROOT, "test/chip/registers.txt")

HEAD = """
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#define CHIP_REG(address) (*(volatile uint32_t *)(uintptr_t)(address))
#define CHIP_FASTCODE
"""


def read(name):
    path = os.path.join(CHIP, name)
    return open(path).read() if os.path.exists(path) else ""


def without_includes(text):
    return re.sub(r"^#(include|pragma).*\n", "", text, flags=re.M)


def definitions(text):
    """The #define lines, with what they continue on."""
    return "".join(re.findall(r"^#define (?:.*\\\n)*.*\n", text, re.M))


def function(text, name):
    """A static function, and the struct it returns pointers to."""
    found = re.search(r"^static [^\n]*\b%s\([^{;]*\{\n.*?^\}\n" % name, text,
                      re.M | re.S)
    return found.group(0) if found else ""


def program(module, rows):
    source = read(module + ".c")
    text = HEAD + "".join(without_includes(read(name)) for name in (
        "rcc.h", "gpio.h"))
    if module not in ("rcc", "gpio"):
        text += without_includes(read(module + ".h"))
    text += definitions(source)
    found = re.search(r"^struct timer \{.*?^\};\n", source, re.M | re.S)
    text += found.group(0) if found else ""
    text += function(source, "base_of") + function(source, "find") + \
        function(source, "flag_shift")
    registers = set(re.findall(
        r"^#define (\w+)(?:\([\w, ]*\))? (?:\\\n *)?CHIP_REG\(", text, re.M))
    text += "int main(void) {\n"
    for expression in rows:
        name = re.match(r"\w+", expression).group(0)
        value = ("(uintptr_t)&" if name in registers else "") + expression
        text += '    printf("%%" PRIu64 "\\n", (uint64_t)(%s));\n' % value
    return text + "    return 0;\n}\n"


def evaluate(module, rows):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "p.c")
        with open(path, "w") as file:
            file.write(program(module, rows))
        subprocess.run(["gcc", "-w", "-o", path[:-2], path], check=True)
        out = subprocess.run([path[:-2]], check=True, stdout=subprocess.PIPE)
    return [int(word) for word in out.stdout.split()]


def main():
    modules = {}
    for line in open(TABLE):
        if not line.startswith("#"):
            module, expression, value = re.match(
                r"(\w+): (.*) = (0x\w+)$", line).groups()
            modules.setdefault(module, []).append((expression, int(value, 16)))
    bad = 0
    for module, rows in sorted(modules.items()):
        values = evaluate(module, [expression for expression, _ in rows])
        wrong = ["%s is 0x%X, others say 0x%X" % (e, got, want)
                 for (e, want), got in zip(rows, values) if got != want]
        bad += len(wrong)
        print("%s %s: %d registers and bits" % (
            "FAIL" if wrong else "ok", module, len(rows)))
        for text in wrong:
            print("    " + text)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
