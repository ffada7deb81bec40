#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Turns memory.txt into a linker script fragment and a C header."""

import os
import sys

ALIGN = 32  # a cache line, and the flash word


class Refused(Exception):
    pass


def number(text, line):
    try:
        value = int(text, 0)
    except ValueError:
        raise Refused('line %d: "%s" is not a number' % (line, text))
    if value <= 0 and text != '0x00000000':
        raise Refused('line %d: %s is not a size' % (line, text))
    return value


def parse(path):
    """The banks in file order: [name, address, bytes, [[region, bytes]]]."""
    banks, names = [], set()
    with open(path) as file:
        for line, text in enumerate(file, 1):
            words = text.split('#')[0].split()
            if not words:
                continue
            if words[0] == 'bank' and len(words) == 4:
                banks.append([words[1], number(words[2], line),
                              number(words[3], line), []])
                continue
            if len(words) != 2 or not banks:
                raise Refused('line %d: want "NAME BYTES # reason"' % line)
            name, size = words
            if '#' not in text or not text.split('#', 1)[1].strip():
                raise Refused('line %d: %s has no reason' % (line, name))
            if name in names:
                raise Refused('line %d: %s is there twice' % (line, name))
            names.add(name)
            size = None if size == 'rest' else number(size, line)
            if size is not None and size % ALIGN:
                raise Refused('%s is %d bytes, which is not a multiple of %d'
                              % (name, size, ALIGN))
            banks[-1][3].append([name, size])
    return banks


def place(banks):
    """Gives every region its address; the list of (name, address, bytes)."""
    regions = []
    for bank, base, total, members in banks:
        used = sum(size for _, size in members if size is not None)
        rests = sum(size is None for _, size in members)
        if used > total:
            raise Refused('bank %s has %d bytes, %s need %d: %d too many' % (
                bank, total, ' + '.join(n for n, s in members if s),
                used, used - total))
        if rests > 1:
            raise Refused('bank %s: only one region can take the rest' % bank)
        if rests == 0 and used < total:
            raise Refused('bank %s: %d bytes belong to no region'
                          % (bank, total - used))
        for name, size in members:
            size = total - used if size is None else size
            if size == 0:
                raise Refused('bank %s: nothing is left for %s' % (bank, name))
            regions.append((name, base, size))
            base += size
    return regions


def linker_script(regions):
    out = ['/* Made from memory.txt by memory.py. */', 'MEMORY {']
    out += ['    %s (rwx) : ORIGIN = 0x%08X, LENGTH = %d' % r for r in regions]
    return out + ['}']


def header(regions):
    out = ['// Made from memory.txt by memory.py.', '#pragma once', '']
    for name, base, size in regions:
        out.append('#define MEM_%s_ADDR 0x%08XU' % (name.upper(), base))
        out.append('#define MEM_%s_BYTES %dU' % (name.upper(), size))
    out += ['', '// X(name, address, bytes), in address order within a bank.',
            '#define MEM_REGIONS(X) \\']
    out += ['    X(%s, 0x%08XU, %dU) \\' % r for r in regions]
    return out + ['']


def write(path, lines):
    text = '\n'.join(lines) + '\n'
    if os.path.exists(path) and open(path).read() == text:
        return
    with open(path, 'w') as file:
        file.write(text)


def main():
    if len(sys.argv) != 4:
        sys.exit('usage: memory.py memory.txt OUT.ld OUT.h')
    try:
        regions = place(parse(sys.argv[1]))
    except (Refused, OSError) as error:
        sys.exit('memory: %s: %s' % (sys.argv[1], error))
    write(sys.argv[2], linker_script(regions))
    write(sys.argv[3], header(regions))


if __name__ == '__main__':
    main()
