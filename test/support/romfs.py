# SPDX-License-Identifier: MIT
"""ROMFS images, as other tools make them and as blazecam does (SPEC.md)."""
import struct
import zlib


def number(value, least=1):
    """7 bits a byte, the top bit set on all but the last."""
    groups = [value & 127]
    while value > 127 or len(groups) < least:
        value >>= 7
        groups.insert(0, value & 127 | 128)
    return bytes(groups)


def record(kind, data):
    return number(kind) + number(len(data)) + data


def image(files, sealed=False):
    """An image with {name: bytes}, contents aligned to 16; sealed: with
    blazecam's checksum of it all."""
    out = number(1) + number(8, 3) + b"BZC1" + bytes(4) if sealed else b""
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
    whole = number(0x14A6B1) + number(len(out), 13) + out
    if not sealed:
        return whole
    crc = zlib.crc32(whole[28:], zlib.crc32(whole[:24]))
    return whole[:24] + struct.pack("<I", crc) + whole[28:]
