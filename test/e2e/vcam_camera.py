#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sensors, DCMI and DMA of the virtual camera, driven by small programs."""
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../support"))
import programs
from png import read_png
from programs import BLAZECAM, OUT, ROOT, build, vcam, verdict

PHOTO = os.path.join(ROOT, "build/deps/grace_hopper.jpg")
FRAMES = os.path.join(OUT, "frames")
WITH = ("camera_support.c",)


def run(elf, *options):
    """Runs to the end with a fresh folder of frames; returns them too."""
    shutil.rmtree(FRAMES, ignore_errors=True)
    status, out, err, _ = vcam(elf, "--until", "ENDED", "--for", 30,
                               "--frames", FRAMES, *options)
    frames = [read_png(os.path.join(FRAMES, name))
              for name in sorted(os.listdir(FRAMES))]
    return status, out, err, frames


def sums(out):
    return [tuple(map(int, line.split()[1:]))
            for line in out.splitlines() if line.startswith("sum")]


def sum_of(frame):
    width, height, channels, data = frame
    assert channels == 3
    return (width * height,) + tuple(sum(data[c::3]) for c in range(3))


def turned(frame):
    width, height, channels, data = frame
    pixels = [data[i:i + 3] for i in range(0, len(data), 3)]
    return width, height, channels, b"".join(reversed(pixels))


def ov7725():
    elf = build("camera", ["CASE=0"], "-0", WITH)
    status, out, err, frames = run(elf, "--scene", PHOTO)
    bad = [line for line in out.splitlines() if line.startswith("BAD")]
    verdict("a program takes pictures with an OV7725", status == 0
            and not bad, "\n".join(bad) + err)
    verdict("all delivered frames are written down", [f[:3] for f in frames]
            == [(320, 240, 3), (64, 32, 3), (320, 240, 3), (320, 240, 3),
                (320, 240, 3), (320, 240, 3), (320, 240, 3)],
            str([f[:3] for f in frames]))
    said = sums(out)
    verdict("and hold what the program got", said == [
        sum_of(frames[i]) for i in (0, 1, 2, 3, 6)], str(said))
    first, window, dark, turn, grey, bars, last = frames
    rows = [first[3][((50 + y) * 320 + 100) * 3:][:64 * 3] for y in range(32)]
    verdict("a window is a part of the frame", window[3] == b"".join(rows))
    verdict("less exposure is darker", max(dark[3]) < 256
            and 0.2 < sum(dark[3]) / sum(first[3]) < 0.9)
    verdict("mirror and flip turn the frame", turned(turn)[3] == first[3])
    luma = [(77 * r + 150 * g + 29 * b) >> 8 for r, g, b in
            zip(first[3][::3], first[3][1::3], first[3][2::3])]
    verdict("every other byte of YUV is luma", max(
        abs(a - b) for a, b in zip(luma, grey[3][::3])) <= 8
            and grey[3][::3] == grey[3][1::3])
    verdict("bars are white to black", bars[3][:3] == b"\xff\xff\xff"
            and bars[3][-3:] == b"\0\0\0" and bars[3][120:123]
            == b"\xff\xff\0")
    verdict("the same scene gives the same frame", last == first)
    other = run(elf, "--scene", PHOTO)
    verdict("two runs are equal", (status, out, frames)
            == (other[0], other[1], other[3]))
    status, out, err, frames = run(elf)
    verdict("without a scene there is a test picture", status == 0
            and len(frames) == 7 and len(set(frames[0][3])) > 30, err)


def moving():
    """A slide show and a film: other pictures at other times."""
    slides = os.path.join(OUT, "slides")
    shutil.rmtree(slides, ignore_errors=True)
    os.makedirs(slides)
    for i, grey in enumerate((60, 200)):
        with open(os.path.join(slides, "%d.pgm" % i), "wb") as file:
            file.write(b"P5 8 6 255\n" + bytes([grey] * 48))
    film = os.path.join(OUT, "film.y4m")
    with open(film, "wb") as file:
        file.write(b"YUV4MPEG2 W8 H6 F1:1 Cmono XCOLORRANGE=FULL\n")
        for grey in (60, 200):
            file.write(b"FRAME\n" + bytes([grey] * 48))
    elf = build("camera", ["CASE=0"], "-0", WITH)
    for scene in (slides, film):
        status, _, err, frames = run(elf, "--scene", scene)
        levels = [frame[3][0] for frame in frames[:2] + frames[3:4]]
        verdict("what moves: " + os.path.basename(scene), status == 0
                and abs(levels[0] - 60) < 9 and abs(levels[2] - 200) < 9,
                str(levels) + err)


def mt9m114():
    elf = build("camera_mt9m114", ["CASE=0"], "-0", WITH)
    status, out, err, frames = run(elf, "--scene", PHOTO, "--sensor",
                                   "mt9m114")
    bad = [line for line in out.splitlines() if line.startswith("BAD")]
    verdict("a program takes pictures with an MT9M114", status == 0
            and not bad, "\n".join(bad) + err)
    said = sums(out)
    verdict("MT9M114: frames hold what the program got", len(frames) == 6
            and said == [sum_of(frame) for frame in frames[:5]], str(said))
    first, unchanged, flat, dark, turn, bars = frames
    verdict("MT9M114: a variable waits for its command",
            unchanged == first and flat != first)
    verdict("MT9M114: less contrast, less exposure",
            max(flat[3]) - min(flat[3]) < 160
            and 0.2 < sum(dark[3]) / sum(first[3]) < 0.8)
    verdict("MT9M114: upright when it mirrors and flips",
            turned(turn)[3] == first[3])
    verdict("MT9M114: bars", bars[3][:3] == b"\xff\xff\xff"
            and bars[3][-3:] == b"\0\0\0")
    other = run(build("camera", ["CASE=0"], "-0", WITH), "--scene", PHOTO)[3]
    near = sum(abs(a - b) for a, b in zip(first[3], other[0][3]))
    verdict("both sensors see the same", near / len(first[3]) < 4,
            str(near / len(first[3])))


def dma():
    status, out, err, _ = vcam(build("dma", ["CASE=0"], "-0", WITH),
                               "--until", "ENDED", "--for", 3)
    bad = [line for line in out.splitlines() if line.startswith("BAD")]
    verdict("DMA between memories, and MDMA", status == 0 and not bad,
            "\n".join(bad) + err)


def cache():
    for case, name in ((0, "the data cache and DMA"),
                       (4, "a buffer that nobody invalidates")):
        elf = build("cache", ["CASE=%d" % case], "-%d" % case, WITH)
        status, out, err, _ = vcam(elf, "--until", "ENDED", "--for", 3)
        bad = [line for line in out.splitlines() if line.startswith("BAD")]
        told = "64 times and nobody has invalidated" in err
        verdict(name, status == 0 and not bad and told == (case == 4),
                "\n".join(bad) + err)


WRONG_CACHE = (
    (1, "not all of its 512 lines were invalidated"),
    (2, "DMA2 stream 0 reads 0x24020000 (AXI SRAM), where the data cache "
        "has newer bytes"),
    (3, "DMA2 stream 0 writes to 0x24030000 (AXI SRAM), a line that the data "
        "cache holds dirty"),
)


def wrong_cache():
    for case, text in WRONG_CACHE:
        elf = build("cache", ["CASE=%d" % case], "-%d" % case, WITH)
        status, out, err, _ = vcam(elf, "--for", 2)
        verdict("strict: cache: " + text, status == 1 and text in err
                and "ENDED" not in out, out + err)


WRONG_DMA = (
    (1, "by the AXI bus: TCM is behind AHB"),
    (2, "30 bytes are no whole items"),
    (3, "bursts that do not fit its FIFO threshold"),
    (4, "0x24020002 with 4 bytes: misaligned"),
    (5, "request 75 is routed to channels 0 and 9"),
)


def wrong_dma():
    for case, text in WRONG_DMA:
        elf = build("dma", ["CASE=%d" % case], "-%d" % case, WITH)
        status, out, err, _ = vcam(elf, "--for", 2)
        verdict("strict: DMA: " + text, status == 1 and text in err
                and "ENDED" not in out, out + err)


WRONG = (
    (1, "PCKPOL: the sensor changes its data at the falling edge"),
    (2, "VSPOL: between frames VSYNC is high"),
    (3, "HSPOL: between lines HREF is low"),
    (4, "DMA2 stream 1 accesses 0x20000000: its bus does not reach DTCM"),
    (5, "started with flags of its last transfer set"),
    (6, "PA6 (PIXCLK) is not switched to it"),
    (7, "PIXCLK of 51200000 Hz is more than"),
    (8, "XCLK of 1000000 Hz is not within"),
)


def wrong():
    for case, text in WRONG:
        elf = build("camera", ["CASE=%d" % case], "-%d" % case, WITH)
        status, out, err, _ = vcam(elf, "--for", 5)
        verdict("strict: " + text, status == 1 and text in err
                and "ENDED" not in out, out + err)


WRONG_MT9M114 = (
    (1, "before the start-up was over"),
    (2, "while another runs"),
    (3, "pixel clock of more than 48 MHz"),
)


def wrong_mt9m114():
    for case, text in WRONG_MT9M114:
        elf = build("camera_mt9m114", ["CASE=%d" % case], "-%d" % case, WITH)
        status, out, err, _ = vcam(elf, "--for", 5, "--sensor", "mt9m114")
        verdict("strict: mt9m114: " + text, status == 1 and text in err
                and "ENDED" not in out, out + err)


def anything():
    """Registers set at random: with --lenient it lives through that."""
    elf = build("camera_random", others=WITH)
    for sensor in ("ov7725", "mt9m114"):
        status, out, err, _ = vcam(elf, "--until", "ENDED", "--for", 60,
                                   "--lenient", "--sensor", sensor)
        verdict("anything goes: " + sensor, status == 0 and "ENDED" in out,
                out + err)


def options():
    elf = build("hello")
    for words, status, text in (
            (("--sensor", "ov9999"), 2, "ov7725, mt9m114 or none"),
            (("--scene", "/nonexistent.jpg"), 1, "No such file"),
            (("--scene", elf), 1, "not"),
            (("--frames", elf), 1, "not a folder")):
        got, _, err, _ = vcam(elf, "--for", 1, *words)
        verdict("refused: " + " ".join(words[:1]) + ": " + text,
                got == status and text in err, err)
    got, out, err, _ = vcam(build("camera", ["CASE=9"], "-9", WITH),
                            "--stuck-i2c", "--until", "ENDED", "--for", 2)
    verdict("a bus that is held is freed by nine clocks", got == 0
            and "BAD" not in out, out + err)
    got, out, err, _ = vcam(build("camera", ["CASE=0"], "-0", WITH),
                            "--sensor", "none", "--for", 1)
    verdict("without a sensor nobody answers", got == 0
            and "BAD PID" in out, out + err)


def main():
    if not os.path.exists(BLAZECAM):
        print("skipped the virtual camera's sensors: not built")
        return 0
    ov7725()
    moving()
    mt9m114()
    dma()
    wrong_dma()
    cache()
    wrong_cache()
    wrong()
    wrong_mt9m114()
    anything()
    options()
    return 1 if programs.failed else 0


sys.exit(main())
