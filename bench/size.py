# SPDX-License-Identifier: MIT
"""Code and constants of the engine in the firmware, from the linker's map.

What counts: the object that the linker made of src/nn (nothing else is
optimised at link time), and members of libraries that src/nn alone refers to,
straight or through such members; what the rest of the firmware needs too
(memcpy) is not the engine's. Strings count as they were before the linker
merged them with those of others.
"""
import collections
import os
import re
import subprocess
import sys

OWN = re.compile(r"\.ltrans\.o$")
KEPT = re.compile(r"^ (\.(?:text|rodata|data|fast|itcm)\S*)\s+0x([0-9a-f]+)"
                  r"\s+0x([0-9a-f]+)\s+(\S+)$"
                  r"(?:\n\s+0x([0-9a-f]+) \(size before relaxing\)$)?", re.M)
SYMBOL = re.compile(r"^([0-9a-f]+) ([0-9a-f]+) \S (\S+)\t.*/(src/nn/\S+):",
                    re.M)


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
    """Bytes by object."""
    with open(map_path, encoding="utf-8") as file:
        text = file.read()
    start = text.index("Linker script and memory map")
    cross = text.index("Cross Reference Table")
    # A long section name stands on a line of its own.
    layout = re.sub(r"^( \.\S+)\n +0x", r"\1 0x", text[start:cross],
                    flags=re.M)
    extra = engine_only(references(text[cross:]))
    sizes = collections.Counter()
    for _, address, size, path, before in KEPT.findall(layout):
        if int(address, 16) and (OWN.search(path) or path in extra):
            sizes[path] += int(before or size, 16)
    return sizes


def engine_bytes(map_path):
    return sum(measure(map_path).values())


def functions(elf):
    """{address: (source, function or table, bytes)} of src/nn, as debugging
    data has it: what the linker put into another function is that one's, and
    what it made one of two functions is counted once."""
    out = subprocess.run(["arm-none-eabi-nm", "-S", "-l", elf],
                         stdout=subprocess.PIPE, check=True)
    return {address: (path, name, int(size, 16)) for address, size, name, path
            in SYMBOL.findall(out.stdout.decode())}


def main(map_path):
    found = functions(os.path.splitext(map_path)[0] + ".elf").values()
    by_source = collections.Counter()
    for path, _, size in found:
        by_source[path] += size
    sizes = measure(map_path)
    rest = sum(size for path, size in sizes.items() if OWN.search(path))
    by_source["strings, constants without a name"] = rest - by_source.total()
    for path, size in sizes.items():
        if not OWN.search(path):
            by_source[path] = size
    for path, size in by_source.most_common():
        print("%6d  %s" % (size, path))
    print("%6d  in all; the largest functions:" % sum(sizes.values()))
    for path, name, size in sorted(found, key=lambda f: -f[2])[:40]:
        print("%6d  %s %s" % (size, path, name))


if __name__ == "__main__":
    main(sys.argv[1])
