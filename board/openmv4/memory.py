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


def checked(name, size, line, text, names):
    """The bytes of a region, or None for `rest`."""
    if '#' not in text or not text.split('#', 1)[1].strip():
        raise Refused('line %d: %s has no reason' % (line, name))
    if name in names:
        raise Refused('line %d: %s is there twice' % (line, name))
    names.add(name)
    size = None if size == 'rest' else number(size, line)
    if size is not None and size % ALIGN:
        raise Refused('%s is %d bytes, which is not a multiple of %d'
                      % (name, size, ALIGN))
    return size


def parse(path):
    """The banks by name, in file order: [address, bytes, [[region, bytes]]];
    and what may lie in more than one: [word, region, bytes, banks]."""
    banks, choices, names = {}, [], set()
    with open(path) as file:
        for line, text in enumerate(file, 1):
            words = text.split('#')[0].split()
            if not words:
                continue
            if words[0] == 'bank' and len(words) == 4:
                banks[words[1]] = [number(words[2], line),
                                   number(words[3], line), []]
            elif words[0] in ('whole', 'pieces') and len(words) > 3:
                size = checked(words[1], words[2], line, text, names)
                if size is None:
                    raise Refused('line %d: %s needs a number of bytes'
                                  % (line, words[1]))
                choices.append([words[0], words[1], size, words[3:]])
            elif len(words) == 2 and banks:
                size = checked(words[0], words[1], line, text, names)
                list(banks.values())[-1][2].append([words[0], size])
            else:
                raise Refused('line %d: want "NAME BYTES # reason"' % line)
    for _, name, _, where in choices:
        for bank in where:
            if bank not in banks:
                raise Refused('%s: there is no bank %s' % (name, bank))
    return banks, choices


def used(bank):
    return sum(size for _, size in bank[2] if size is not None)


def choose(banks, choices):
    """Puts what may lie in more than one bank at the front of one, or of
    each that has a piece of it: NAME, then NAME2."""
    front = {name: [] for name in banks}

    def free(name):
        bank = banks[name]
        return bank[1] - used(bank) - sum(s for _, s in front[name])

    for word, name, size, where in choices:
        rooms = [(bank, free(bank)) for bank in where]
        rest, part = size, 0
        for bank, room in rooms:
            piece = min(rest, room)
            if piece == size or (piece > 0 and word == 'pieces'):
                part += 1
                front[bank].append([name if part == 1 else name + str(part),
                                    piece])
                rest -= piece
        if rest > 0:
            raise Refused('%s is %d bytes, which are too many%s: %s' % (
                name, size, ' by %d' % rest if word == 'pieces' else '',
                ', '.join('bank %s has %d free' % room for room in rooms)))
    for name, pieces in front.items():
        banks[name][2][:0] = pieces


def place(banks, choices):
    """Gives every region its address; the list of (name, address, bytes)."""
    for name, bank in banks.items():
        if used(bank) > bank[1]:
            raise Refused('bank %s has %d bytes, %s need %d: %d too many' % (
                name, bank[1], ' + '.join(n for n, s in bank[2] if s),
                used(bank), used(bank) - bank[1]))
        if sum(size is None for _, size in bank[2]) > 1:
            raise Refused('bank %s: only one region can take the rest' % name)
    choose(banks, choices)
    regions = []
    for bank, (base, total, members) in banks.items():
        left = total - used(banks[bank])
        if left > 0 and all(size is not None for _, size in members):
            raise Refused('bank %s: %d bytes belong to no region'
                          % (bank, left))
        for name, size in members:
            size = left if size is None else size
            if size == 0 and not name.endswith('spare'):
                raise Refused('bank %s: nothing is left for %s' % (bank, name))
            if size > 0:
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
    heap = [name for name, _, _ in regions if name.startswith('heap')]
    out += ['', '#define MEM_HEAP_PIECES %d' % len(heap),
            '', '// X(name, address, bytes), in address order within a bank.',
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
        regions = place(*parse(sys.argv[1]))
    except (Refused, OSError) as error:
        sys.exit('memory: %s: %s' % (sys.argv[1], error))
    write(sys.argv[2], linker_script(regions))
    write(sys.argv[3], header(regions))


if __name__ == '__main__':
    main()
