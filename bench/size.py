# SPDX-License-Identifier: MIT
"""Code and constants of the engine in the firmware, from the linker's map.

What counts: sections of src/nn that the linker kept, and members of libraries
that src/nn alone refers to, straight or through such members; what the rest of
the firmware needs too (memcpy) is not the engine's. Strings are merged by the
linker, which says nothing of whose they are: all strings of an object count.
"""
import collections
import re
import subprocess
import sys

OWN = re.compile(r"/src/nn/")
KEPT = re.compile(r"^ (\.(?:text|rodata|data|fast|itcm)\S*)\s+"
                  r"0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S+)$", re.M)
STRINGS = re.compile(r"^(\.rodata\S*\.str\S*)\s+(\d+)", re.M)


def references(text):
    """{file: files that refer to its symbols}."""
    users = collections.defaultdict(set)
    definer = None
    for line in text.splitlines()[3:]:
        fields = line.split()
        if not line.startswith(" ") and len(fields) == 2:
            definer = fields[1]
            users[definer] |= set()
        elif line.startswith(" ") and fields and definer:
            users[definer].add(fields[-1])
    return users


def engine_only(users):
    """Members of libraries that nobody else needs."""
    members = {f for f in users if ".a(" in f}
    while True:
        others = {m for m in members if not users[m] or any(
            not OWN.search(u) and u not in members for u in users[m])}
        if not others:
            return members
        members -= others


def measure(map_path):
    """Bytes by file."""
    with open(map_path, encoding="utf-8") as file:
        text = file.read()
    start = text.index("Linker script and memory map")
    cross = text.index("Cross Reference Table")
    # A long section name stands on a line of its own.
    layout = re.sub(r"^( \.\S+)\n +0x", r"\1 0x", text[start:cross],
                    flags=re.M)
    extra = engine_only(references(text[cross:]))
    sizes = collections.Counter()
    for name, address, size, path in KEPT.findall(layout):
        if int(address, 16) and ".str" not in name and (
                OWN.search(path) or path in extra):
            sizes[path] += int(size, 16)
    for path in list(sizes):
        if path not in extra:
            out = subprocess.run(["arm-none-eabi-size", "-A", path],
                                 stdout=subprocess.PIPE, check=True)
            sizes[path] += sum(int(n) for _, n in STRINGS.findall(
                out.stdout.decode()))
    return sizes


def engine_bytes(map_path):
    return sum(measure(map_path).values())


if __name__ == "__main__":
    for path, size in measure(sys.argv[1]).most_common():
        print("%6d  %s" % (size, path))
