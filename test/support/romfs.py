# SPDX-License-Identifier: MIT
"""ROMFS images as other tools make them: without a checksum (SPEC.md)."""


def number(value, least=1):
    """7 bits a byte, the top bit set on all but the last."""
    groups = [value & 127]
    while value > 127 or len(groups) < least:
        value >>= 7
        groups.insert(0, value & 127 | 128)
    return bytes(groups)


def record(kind, data):
    return number(kind) + number(len(data)) + data


def image(files):
    """An image with {name: bytes}, contents aligned to 16."""
    out = b""
    for name, data in sorted(files.items()):
        label = name.encode()
        for pad in range(4, 20):
            head = number(len(label)) + label
            inner = number(2) + number(len(data), pad)
            size = len(head) + len(inner) + len(data)
            start = number(5) + number(size, 5) + head + inner
            if (16 + len(out) + len(start)) % 16 == 0:
                break
        out += start + data
    # kind, then the length in as many bytes as make the head 16 long
    return number(0x14A6B1) + number(len(out), 13) + out
