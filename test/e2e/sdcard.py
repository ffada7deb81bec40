#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The SD card on the virtual camera: files, full cards, bad cards, no cards.

Images are made and looked at with tools of the host.
"""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from e2e import main, path, read, refused, run  # noqa: E402

MIB = 1 << 20


def tool(*command):
    """Runs a tool of dosfstools or mtools, wherever it is installed."""
    places = os.environ.get("PATH", "") + ":/sbin:/usr/sbin"
    name = shutil.which(command[0], path=places)
    assert name, command[0] + " is missing: make setup-test"
    done = subprocess.run([name, *command[1:]], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, (command, done.stdout)
    return done.stdout


def card(size, files=None, *options):
    """A new image with a FAT file system and files {name: bytes}."""
    image = path("card.img")
    with open(image, "wb") as file:
        file.truncate(size)
    tool("mkfs.vfat", *options, image)
    for name, data in (files or {}).items():
        put = path("put", data)
        tool("mcopy", "-i", image, put, "::" + name)
    return image


def content(image, name):
    """A file of the image, read by the host."""
    got = path("got")
    tool("mcopy", "-n", "-o", "-i", image, "::" + name, got)
    return read(got)


def camera(script, *options):
    """What a script prints on the virtual camera, in lines."""
    status, out, err = run("vcam", "--script",
                           path("script.py", script.encode()), "--for", "60",
                           *options)
    assert status == 0, (out, err)
    return out.splitlines()


def a_large_card_is_mounted_and_its_files_read_and_written():
    data = bytes(i * 7 % 251 for i in range(100000))
    image = card(130 * MIB, {"LONG.BIN": data}, "-F", "32")
    out = camera("""
import os
with open('/sdcard/LONG.BIN', 'rb') as f:
    data = f.read()
with open('/sdcard/a long name.bin', 'wb') as f:
    f.write(bytes(reversed(data)))
os.mkdir('/sdcard/folder')
for i in range(30):
    with open('/sdcard/folder/%d.txt' % i, 'w') as f:
        f.write('file %d' % i)
os.remove('/sdcard/folder/7.txt')
print(len(data), len(os.listdir('/sdcard/folder')))
""", "--sd", image)
    assert out == ["100000 29"], out
    assert content(image, "a long name.bin") == data[::-1]
    assert content(image, "folder/29.txt") == b"file 29"
    tool("fsck.vfat", "-n", image)


def every_kind_of_card_is_told_apart():
    image = card(32 * MIB, {"HELLO.TXT": b"hello"})
    for kind, number in (("hc", 1), ("sc", 0), ("v1", 0)):
        out = camera("""
import machine
print(open('/sdcard/HELLO.TXT').read(), machine.SDCard().info())
with open('/sdcard/NEW.TXT', 'w') as f:
    f.write('%s')
""" % kind, "--sd", image, "--sd-kind", kind)
        assert out == ["hello (%d, 512, %d)" % (32 * MIB, number)], out
        assert content(image, "NEW.TXT") == kind.encode()


def an_image_smaller_than_a_unit_of_SDHC_is_an_SDSC():
    image = card(1 * MIB + 256 * 1024, {"HELLO.TXT": b"hello"})
    out = camera("print(open('/sdcard/HELLO.TXT').read())", "--sd", image)
    assert out == ["hello"], out


def memory_of_any_place_is_read_into():
    image = card(4 * MIB)
    out = camera("""
import machine, uctypes
card = machine.SDCard()
blocks = card.ioctl(4, 0)
memory = bytearray(5 * 512 + 64)
spare = -uctypes.addressof(memory) % 32
want = bytes(i % 253 for i in range(5 * 512))
for offset in (0, 1, 2, 7, 16, 31):
    view = memoryview(memory)[spare + offset:spare + offset + 5 * 512]
    view[:] = want
    assert card.writeblocks(blocks - 5, view) == 0
    view[:] = bytes(5 * 512)
    assert card.readblocks(blocks - 5, view) == 0
    assert bytes(view) == want, offset
print(card.readblocks(blocks - 4, memory[:2560]),
      card.writeblocks(blocks, bytes(512)), card.ioctl(5, 0))
for bad in (lambda: card.readblocks(-1, bytearray(512)),
            lambda: card.readblocks(0, bytearray(100))):
    try:
        bad()
    except OSError as error:
        print(error.errno)
""", "--sd", image)
    assert out == ["-22 -22 512", "22", "22"], out


def a_full_card_is_an_error_and_earlier_files_are_whole():
    image = card(2 * MIB)
    out = camera("""
import os
with open('/sdcard/first.bin', 'wb') as f:
    f.write(bytes(range(256)) * 100)
try:
    with open('/sdcard/second.bin', 'wb') as f:
        while True:
            if f.write(bytes(4096)) < 4096:
                raise OSError(28)
except OSError as error:
    print(error.errno)
os.remove('/sdcard/second.bin')
with open('/sdcard/third.txt', 'w') as f:
    f.write('room again')
print('alive')
""", "--sd", image)
    assert out == ["28", "alive"], out
    assert content(image, "first.bin") == bytes(range(256)) * 100
    assert content(image, "third.txt") == b"room again"


PULLED = """
import machine, time, vfs
with open('/sdcard/first.txt', 'w') as f:
    f.write('first')
try:
    with open('/sdcard/second.bin', 'wb') as f:
        for i in range(200):
            f.write(bytes(4096))
    print('written')
except OSError as error:
    print('error', error.errno > 0)
try:
    open('/sdcard/first.txt').read()
    print('read')
except OSError as error:
    print('gone', machine.SDCard().present())
time.sleep_ms(900)
try:
    vfs.umount('/sdcard')
    vfs.mount(vfs.VfsFat(machine.SDCard()), '/sdcard')
    print(open('/sdcard/first.txt').read())
except OSError as error:
    print('mount', error.errno)
"""


def a_card_pulled_out_during_a_write_is_an_error():
    for block in (30, 301):
        image = card(16 * MIB)
        out = camera(PULLED, "--sd", image, "--sd-pull", block)
        assert out == ["error True", "gone False", "mount 19"], out
        assert content(image, "first.txt") == b"first"


def a_card_that_comes_back_is_used_only_when_mounted_again():
    image = card(16 * MIB)
    out = camera(PULLED, "--sd", image, "--sd-pull", 60, "--sd-back", 20)
    assert out == ["error True", "gone True", "first"], out


def noise_on_the_lines_is_overcome():
    data = bytes(i * 11 % 256 for i in range(60000))
    image = card(8 * MIB, {"A.BIN": data})
    out = camera("""
with open('/sdcard/A.BIN', 'rb') as f:
    data = f.read()
with open('/sdcard/B.BIN', 'wb') as f:
    f.write(data)
print(sum(data))
""", "--sd", image, "--sd-noise", 13)
    assert out == [str(sum(data))], out
    assert content(image, "B.BIN") == data


def too_much_noise_is_an_error():
    image = card(8 * MIB)
    out = camera("""
import machine
card = machine.SDCard()
print(card.info()[0], card.readblocks(0, bytearray(512)))
""", "--sd", image, "--sd-noise", 1)
    assert out[-1] == "%d -5" % (8 * MIB), out


def a_card_without_FAT_is_named_at_the_start():
    image = path("blank.img", bytes(2 * MIB))
    out = run("vcam", "--sd", image, "--until", ">>> ", "--for", "10")[1]
    assert "SD card cannot be used: no FAT file system" in out, out


def no_card_and_SKIPSD_leave_it_out():
    script = """
import machine, os
print('sdcard' in os.listdir('/'), machine.SDCard().present())
try:
    machine.SDCard().info()
except OSError as error:
    print(error.errno)
"""
    out = camera(script)
    assert out == ["False False", "19"], out
    drive = path("drive.img")
    image = card(2 * MIB)
    camera("open('/flash/SKIPSD', 'w').close()", "--drive", drive)
    out = camera(script, "--drive", drive, "--sd", image)
    assert out == ["False True"], out


def modules_are_imported_from_the_card():
    image = card(2 * MIB, {"mine.py": b"answer = 42\n"})
    assert camera("import mine\nprint(mine.answer)", "--sd", image) == ["42"]


WRONG = """
from machine import mem32
SDMMC = 0x52007000
def command(index, argument, flags):
    mem32[SDMMC + 0x38] = 0x1fe00fff
    mem32[SDMMC + 0x08] = argument
    mem32[SDMMC + 0x0c] = 0x1100 | flags | index
def read(address):
    mem32[SDMMC + 0x28] = 512
    mem32[SDMMC + 0x58] = address
    mem32[SDMMC + 0x50] = 1
    mem32[SDMMC + 0x2c] = 0x92
    command(17, 0, 0x40)
%s
for i in range(1000):
    pass
print('not noticed', hex(mem32[SDMMC + 0x34]))
"""


def what_the_controller_cannot_do_ends_a_strict_run():
    image = card(2 * MIB)
    for line, why in (
            ("read(0x30000000)", "its bus does not reach SRAM1"),
            ("mem32[SDMMC + 4] = 0; command(13, 0x5a170000, 0)",
             "SDMMC1 at 48000000 Hz, the card allows 25000000"),
            ("mem32[SDMMC + 4] = 0x3ff; command(13, 0, 0); command(13, 0, 0)",
             "a command before the last has ended"),
            ("mem32[SDMMC + 4] = 0x43ff; read(0x24000000)\n"
             "while not mem32[SDMMC + 0x34] & 0x1000: pass\n"
             "mem32[SDMMC + 0x28] = 1024",
             "SDMMC1 + 0x028 written during a transfer"),
            ("mem32[SDMMC + 0x80]", "read from an empty FIFO")):
        status, out, err = run("vcam", "--sd", image, "--script",
                               path("wrong.py", (WRONG % line).encode()))
        assert status == 1 and why in err, (line, out, err)


def images_that_no_card_has_are_refused():
    refused(1, "3 bytes; a card has", "vcam", "--sd", path("odd", b"abc"))
    refused(1, "No such file", "vcam", "--sd", path("missing"))
    refused(1, "units of 512 KiB", "vcam", "--sd",
            path("odd", bytes(MIB + 512)), "--sd-kind", "hc")
    refused(2, "sc, v1 or hc", "vcam", "--sd-kind", "xc")


if __name__ == "__main__":
    main((
        a_large_card_is_mounted_and_its_files_read_and_written,
        every_kind_of_card_is_told_apart,
        an_image_smaller_than_a_unit_of_SDHC_is_an_SDSC,
        memory_of_any_place_is_read_into,
        a_full_card_is_an_error_and_earlier_files_are_whole,
        a_card_pulled_out_during_a_write_is_an_error,
        a_card_that_comes_back_is_used_only_when_mounted_again,
        noise_on_the_lines_is_overcome,
        too_much_noise_is_an_error,
        a_card_without_FAT_is_named_at_the_start,
        no_card_and_SKIPSD_leave_it_out,
        modules_are_imported_from_the_card,
        what_the_controller_cannot_do_ends_a_strict_run,
        images_that_no_card_has_are_refused,
    ))
