# SPDX-License-Identifier: MIT
"""Packets of the OMV protocol, as a host makes them (SPEC.md)."""
import struct

SYNC = bytes.fromhex("AAD5000000000000B0AC")
SYNC_ACK = bytes.fromhex("AAD50000010000000846")


def crc(data, width, polynomial):
    top = 1 << width - 1
    total = (1 << width) - 1
    for byte in data:
        total ^= byte << width - 8
        for _ in range(8):
            total = total << 1 ^ (polynomial if total & top else 0)
            total &= (1 << width) - 1
    return total


def packet(sequence, channel, opcode, payload=b""):
    head = struct.pack("<HBBBBH", 0xD5AA, sequence & 255, channel, 0, opcode,
                       len(payload))
    head += struct.pack("<H", crc(head, 16, 0xF94F))
    if payload:
        head += payload + struct.pack("<I", crc(payload, 32, 0xFA567D89))
    return head


def packets(data):
    """(header, payload) of each packet in bytes that a camera sent."""
    while True:
        at = data.find(b"\xaa\xd5")
        if at < 0 or len(data) < at + 10:
            return
        head = data[at:at + 10]
        size = struct.unpack_from("<H", head, 6)[0]
        if crc(head[:8], 16, 0xF94F) != struct.unpack_from("<H", head, 8)[0]:
            data = data[at + 1:]
            continue
        yield head, data[at + 10:at + 10 + size]
        data = data[at + 10 + (size + 4 if size else 0):]
