#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The camera in Python, on the virtual camera with both of its sensors."""
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "support"))
from e2e import PHOTO, main, path, run  # noqa: E402 (lies in another folder)

FIRMWARE = "build/openmv4/firmware.bin"
SENSORS = {"ov7725": (640, 480), "mt9m114": (1280, 960)}
FRAME_BYTES = 172032
SIZES = """QQCIF 88 72 QCIF 176 144 CIF 352 288 QQSIF 88 60 QSIF 176 120
SIF 352 240 QQQQVGA 40 30 QQQVGA 80 60 QQVGA 160 120 QVGA 320 240 VGA 640 480
HQQQQVGA 30 20 HQQQVGA 60 40 HQQVGA 120 80 HQVGA 240 160 HVGA 480 320
B64X32 64 32 B64X64 64 64 B128X64 128 64 B128X128 128 128 B160X160 160 160
B320X320 320 320 LCD 128 160 QQVGA2 128 160 WVGA 720 480 WVGA2 752 480
SVGA 800 600 XGA 1024 768 WXGA 1280 768 SXGA 1280 1024 SXGAM 1280 960
UXGA 1600 1200 HD 1280 720 FHD 1920 1080 QHD 2560 1440 QXGA 2048 1536
WQXGA 2560 1600 WQXGA2 2592 1944""".split()
SIZES = [(n, int(w), int(h))
         for n, w, h in zip(SIZES[::3], SIZES[1::3], SIZES[2::3])]
FORMATS = {"GRAYSCALE": 1, "RGB565": 2, "YUV422": 2, "BAYER": 1}


def quadrants():
    """Red, green / blue, white: which way round a picture is shows."""
    red, green, blue, white = b"\xff\0\0", b"\0\xff\0", b"\0\0\xff", b"\xff" * 3
    rows = (red * 320 + green * 320) * 240 + (blue * 320 + white * 320) * 240
    return path("quadrants.ppm", b"P6 640 480 255\n" + rows)


def script(chip, text, *options):
    name = path("script%d.py" % abs(hash((chip, text))), text.encode())
    status, out, err = run("vcam", "--firmware", FIRMWARE, "--sensor", chip,
                           "--script", name, "--for", 120, *options)
    assert status == 0 and not err, (status, out, err)
    return out


def on_both(case):
    """Runs a case with each sensor, side by side."""
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(case, chip) for chip in SENSORS]:
            done.result()


def every_size_and_format_that_fits():
    def case(chip):
        out = script(chip, """
import csi
cam = csi.CSI(delays=False)
cam.reset()
for f in %r:
    for s in %r:
        try:
            cam.pixformat(getattr(csi, f))
            cam.framesize(getattr(csi, s))
            i = cam.snapshot()
            print('GOT', f, s, i.width(), i.height(), i.size(),
                  i.format() == getattr(csi, f), cam.width(), cam.height(),
                  len(i.bytearray()))
        except (MemoryError, ValueError) as e:
            print('NOT', f, s, type(e).__name__, e)
""" % (list(FORMATS), [s[0] for s in SIZES]))
        lines = [line.split(None, 3) for line in out.splitlines()]
        lines = {(f, s): (verdict, rest) for verdict, f, s, rest in lines}
        for f, pixel in FORMATS.items():
            for s, w, h in SIZES:
                verdict, rest = lines[f, s]
                most_w, most_h = SENSORS[chip]
                bytes_ = (w + 3) // 4 * 4 * h * pixel
                if w > most_w or h > most_h:
                    want = "ValueError framesize: %d x %d, " % (w, h)
                    assert rest.startswith(want), (f, s, rest)
                elif bytes_ > FRAME_BYTES:
                    numbers = re.findall(r"\d+", rest.split("need")[1])
                    assert rest.startswith("MemoryError"), (f, s, rest)
                    assert numbers[:1] == [str(w * h * pixel)], (f, s, rest)
                    assert numbers[1:] == [str(FRAME_BYTES)], (f, s, rest)
                else:
                    want = "%d %d %d True %d %d %d" % (
                        w, h, w * h * pixel, w, h, w * h * pixel)
                    assert (verdict, rest) == ("GOT", want), (f, s, rest)
    on_both(case)


LOOK = """
import csi
cam = csi.CSI()
cam.reset()
cam.pixformat(csi.RGB565)
cam.framesize(csi.QVGA)
def name(p):
    if isinstance(p, int): p = (p, p, p)
    bright = [c > 100 for c in p]
    return {(1, 0, 0): 'r', (0, 1, 0): 'g', (0, 0, 1): 'b',
            (1, 1, 1): 'w'}.get(tuple(int(b) for b in bright), '-')
def look(what, img, where=None):
    w, h = img.width(), img.height()
    xy = where or [(w // 4, h // 4), (w * 3 // 4, h // 4),
                   (w // 4, h * 3 // 4), (w * 3 // 4, h * 3 // 4)]
    print(what, w, h, ''.join(name(img.get_pixel(p, rgbtuple=True))
                              for p in xy), flush=True)
def shot(n=3):
    cam.snapshot(frames=n)
    return cam.snapshot()
""".replace(", flush=True", "")


def the_picture_is_the_right_way_round():
    def case(chip):
        out = script(chip, LOOK + """
look('RGB565', shot(30))
for f in 'YUV422', 'BAYER':
    cam.pixformat(getattr(csi, f))
    look(f, shot())
cam.pixformat(csi.GRAYSCALE)
i = shot()
print('GRAY', [i.get_pixel(p) for p in ((80, 60), (240, 60), (80, 180),
                                        (240, 180))])
cam.pixformat(csi.RGB565)
cam.hmirror(True); look('MIRROR', shot()); print(cam.hmirror())
cam.vflip(True); look('BOTH', shot())
cam.hmirror(False); look('FLIP', shot())
cam.vflip(False); cam.transpose(True); look('TURNED', shot())
cam.pixformat(csi.GRAYSCALE); i = shot()
print('TGRAY', i.width(), i.height(),
      i.get_pixel((60, 240)) > i.get_pixel((60, 80)))
cam.pixformat(csi.BAYER); look('TBAYER', shot())
cam.transpose(False); cam.pixformat(csi.RGB565); look('AGAIN', shot())
""", "--scene", quadrants())
        for want in ("RGB565 320 240 rgbw", "YUV422 320 240 rgbw",
                     "BAYER 320 240 rgbw", "MIRROR 320 240 grwb",
                     "BOTH 320 240 wbgr", "FLIP 320 240 bwrg",
                     "TURNED 240 320 rbgw", "TBAYER 240 320 rbgw",
                     "TGRAY 240 320 True", "AGAIN 320 240 rgbw"):
            assert want in out, (chip, want, out)
        red, green, blue, white = map(int, re.search(
            r"GRAY \[(\d+), (\d+), (\d+), (\d+)\]", out).groups())
        assert blue < red < green < white, (chip, out)
    on_both(case)


def windows_cut_where_they_say():
    def case(chip):
        out = script(chip, LOOK + """
cam.snapshot(frames=20)
for w in ((40, 30), (61, 31), (120, 100, 80, 40), (155, 115, 11, 9),
          (0, 0, 33, 20), (287, 0, 33, 20), (319, 239, 1, 1),
          (300, 200, 100, 100), (400, 400)):
    for f in 'RGB565', 'GRAYSCALE', 'YUV422', 'BAYER':
        cam.pixformat(getattr(csi, f))
        cam.window(w)
        i = shot(0)
        corners = [(0, 0), (i.width() - 1, 0), (0, i.height() - 1),
                   (i.width() - 1, i.height() - 1)]
        look('%s %s %s' % (f, w, cam.window()), i, corners)
import sensor
sensor.set_windowing(20, 30, 40, 50)
print(sensor.get_windowing(), csi.CSI().window())
cam.framesize(csi.QVGA)
print(cam.window())
""", "--scene", quadrants())
        for want in (
                "RGB565 (40, 30) (140, 105, 40, 30) 40 30 rgbw",
                "RGB565 (61, 31) (130, 105, 61, 31) 61 31 rgbw",
                "YUV422 (61, 31) (130, 105, 61, 31) 61 31 rgbw",
                "BAYER (155, 115, 11, 9) (155, 115, 11, 9) 11 9 ",
                "RGB565 (155, 115, 11, 9) (155, 115, 11, 9) 11 9 rgbw",
                "GRAYSCALE (155, 115, 11, 9) (155, 115, 11, 9) 11 9 ",
                "RGB565 (0, 0, 33, 20) (0, 0, 33, 20) 33 20 rrrr",
                "RGB565 (287, 0, 33, 20) (287, 0, 33, 20) 33 20 gggg",
                "YUV422 (287, 0, 33, 20) (287, 0, 33, 20) 33 20 gggg",
                "RGB565 (319, 239, 1, 1) (319, 239, 1, 1) 1 1 wwww",
                "GRAYSCALE (319, 239, 1, 1) (319, 239, 1, 1) 1 1 wwww",
                "RGB565 (300, 200, 100, 100) (300, 200, 20, 40) 20 40 wwww",
                "RGB565 (400, 400) (0, 0, 320, 240) 320 240 rgbw",
                "(20, 30, 40, 50) (20, 30, 40, 50)", "\n(0, 0, 320, 240)"):
            assert want in out, (chip, want, out)
    on_both(case)


def a_window_larger_than_the_frame_buffer_is_lent_by_the_heap():
    out = script("ov7725", LOOK + """
import gc
cam.framesize(csi.VGA)
cam.window((400, 400))
def big():
    i = shot()
    look('BIG', i)
    print('BUFFERS', cam.framebuffers())
    cam.framesize(csi.QQVGA)
    look('SMALL', shot())
    look('KEPT', i)
big()
gc.collect()
print('FREE', gc.mem_free() > 450000, gc.mem_free())
cam.framesize(csi.VGA)
cam.window((640, 479))
try: cam.snapshot()
except MemoryError as e: print('NO', e)
""", "--scene", quadrants())
    for want in ("BIG 400 400 rgbw", "BUFFERS 1", "SMALL 160 120 rgbw",
                 "KEPT 400 400 rgbw", "FREE True",
                 "NO frame buffer: 1 buffer(s) of 640 x 479 RGB565 need "
                 "613120 bytes, 172032 are available"):
        assert want in out, (want, out)


def frames_are_counted_and_never_waited_for_twice():
    def case(chip):
        out = script(chip, """
import csi, time
cam = csi.CSI()
cam.reset()
cam.pixformat(csi.GRAYSCALE)
cam.framesize(csi.QQVGA)
for n in 1, 2, 3:
    cam.framebuffers(n)
    cam.snapshot(frames=2)
    a = cam.frame_stats()
    t = time.ticks_us()
    for i in range(20): cam.snapshot()
    t = time.ticks_diff(time.ticks_us(), t)
    b = cam.frame_stats()
    print('RATE', n, cam.framebuffers(), 20e6 / t / b.fps,
          b.dropped - a.dropped, b.broken)
    cam.snapshot()
    time.sleep_ms(150)   # not stale yet: fresh with three, kept with two
    t = time.ticks_us()
    cam.snapshot()
    print('WAIT', n, time.ticks_diff(time.ticks_us(), t) * b.fps / 1e6)
for n in 1, 3:
    cam.framebuffers(n)
    none = got = 0
    while got < 10:
        if cam.snapshot(blocking=False) is None: none += 1
        else: got += 1
    print('POLL', n, none > 10)
cam.snapshot()
while not cam.readable(): pass
print('READ', cam.snapshot(blocking=False) is not None)
t = time.ticks_ms()
print(cam.snapshot(time=200), time.ticks_diff(time.ticks_ms(), t) // 10)
print(cam.snapshot(frames=3))
cam.framerate(20)
cam.snapshot(frames=10)
print('SLOW', round(cam.frame_stats().fps), cam.framerate())
""")
        rates = {int(n): (float(r), int(d), int(b)) for n, m, r, d, b in
                 re.findall(r"RATE (\d) (\d) ([\d.]+) (\d+) (\d+)", out)
                 if n == m}
        assert len(rates) == 3, out
        assert rates[1][0] > 0.95, out
        assert rates[2][0] > 0.95 and rates[3][0] > 0.95, out
        assert all(b == 0 for _, _, b in rates.values()), out
        assert max(d for _, d, _ in rates.values()) <= 1, out
        waits = dict((int(n), float(w)) for n, w in
                     re.findall(r"WAIT (\d) ([\d.]+)", out))
        assert waits[1] > 0.5 and waits[2] < 0.5 and waits[3] < 0.5, out
        for want in ("POLL 1 True", "POLL 3 True", "READ True", "None 20",
                     "SLOW 20 20"):
            assert want in out, (chip, want, out)
    on_both(case)


def callbacks_are_called_in_the_interrupt():
    def case(chip):
        out = script(chip, """
import csi, time
cam = csi.CSI()
cam.reset()
cam.pixformat(csi.GRAYSCALE)
cam.framesize(csi.QQVGA)
counts = [0, 0, 0]
def frame(): counts[0] += 1
def vsync(level): counts[1 + level] += 1
cam.frame_callback(frame)
cam.vsync_callback(vsync)
print(cam.frame_callback() is frame)
cam.snapshot(frames=10)
a = cam.frame_stats().sent
print('FRAMES', counts[0] - a in (0, 1), counts[1] >= 9, counts[2] >= 9,
      abs(counts[1] - counts[2]) <= 1)
cam.frame_callback(None)
cam.vsync_callback(None)
before = list(counts)
cam.snapshot(frames=5)
print('OFF', counts == before)
def wrong(): raise ValueError('on purpose')
cam.frame_callback(wrong)
cam.snapshot(frames=3)
print('GONE', cam.frame_callback())
def greedy(level): counts[0] = bytearray(1000)
cam.vsync_callback(greedy)
cam.snapshot(frames=3)
print('GONE', cam.vsync_callback())
try: cam.frame_callback(5)
except TypeError as e: print('NO', e)
""")
        for want in ("True\nFRAMES True True True True\nOFF True",
                     "ValueError: on purpose\nGONE None",
                     "MemoryError", "NO expected a function or None"):
            assert want in out.replace("\r", ""), (chip, want, out)
    on_both(case)


def a_sensor_that_stops_sending_is_an_exception():
    def case(chip):
        out = script(chip, """
import csi, time
cam = csi.CSI()
cam.reset()
cam.pixformat(csi.RGB565)
cam.framesize(csi.QQVGA)
cam.snapshot()
cam.sleep(True)
for i in range(2):
    t = time.ticks_ms()
    try: cam.snapshot()
    except RuntimeError as e: print('LATE', time.ticks_diff(time.ticks_ms(), t)
                                    // 100, e)
cam.sleep(False)
print('AWAKE', cam.snapshot().width())
cam.shutdown(True)
try: cam.gain_db()
except RuntimeError as e: print('DOWN', e)
cam.shutdown(False)
cam.pixformat(csi.RGB565)
cam.framesize(csi.QVGA)
print('UP', cam.snapshot().width())
cam.reset(hard=False)
try: cam.snapshot()
except RuntimeError as e: print('NO', e)
""")
        assert len(re.findall(r"LATE 30 snapshot: no frame from \w+ for 3000 "
                              r"ms", out)) == 2, out
        for want in ("AWAKE 160", "DOWN gain_db", "does not answer", "UP 320",
                     "NO pixformat has not been set"):
            assert want in out, (chip, want, out)
    on_both(case)


def a_camera_without_a_sensor_says_where_it_looked():
    out = script("none", """
for m in 'sensor', 'csi':
    try:
        __import__(m)
        import csi
        print(csi.devices())
        csi.CSI()
    except RuntimeError as e: print('NO', e)
print(1 + 1)
""")
    why = "NO no image sensor: nothing answers at I2C address 0x21 or 0x48"
    assert out.count(why) == 2 and "[]" in out, out


def a_sensor_that_holds_the_bus_is_clocked_free():
    def case(chip):
        out = script(chip, """
import csi
cam = csi.CSI()
cam.reset()
cam.pixformat(csi.GRAYSCALE)
cam.framesize(csi.QQVGA)
print(cam, cam.snapshot().width())
""", "--stuck-i2c")
        assert "CSI(%s) 160" % chip.upper() in out, out
    on_both(case)


def settings_reach_the_picture():
    def case(chip):
        out = script(chip, LOOK + """
cam.pixformat(csi.GRAYSCALE)
cam.framesize(csi.QQVGA)
def mean(): return shot(8).get_statistics().mean()
normal = mean()
cam.auto_gain(False, gain_db=0)
cam.auto_exposure(False, exposure_us=500)
dark = mean()
print('EXPOSURE', cam.exposure_us(), cam.gain_db())
cam.auto_exposure(False, exposure_us=4000)
light = mean()
cam.auto_gain(False, gain_db=6)
print('GAIN', cam.gain_db())
lighter = mean()
print('BRIGHTER', dark < light < lighter, dark, light, lighter, normal)
cam.auto_gain(True, gain_db_ceiling=16)
cam.auto_exposure(True)
cam.auto_whitebal(False)
cam.auto_whitebal(True)
print('WHITE', len(cam.rgb_gain_db()))
plain = mean()
print('TONE', cam.brightness(3), cam.contrast(1), cam.saturation(-2))
print('BRIGHT', mean() > plain)
print(cam.brightness(0), cam.contrast(0), cam.saturation(0))
cam.colorbar(True)
bars = shot(8)
row = [bars.get_pixel((x, 60)) for x in range(0, 160, 4)]
print('BARS', len(set(row)) > 4)
cam.colorbar(False)
print('NEGATIVE', cam.special_effect(csi.NEGATIVE))
a = mean()
cam.special_effect(csi.NORMAL)
print(abs(a + mean() - 255) < 8)
print('CEILING', cam.gainceiling(8), cam.quality(50), cam.colorbar(False))
r = cam.__read_reg(%s)
cam.__write_reg(%s, r)
print('REG', r)
""" % (("0x0A", "0x0D") if chip == "ov7725" else ("0x0000", "0x301A")),
                     "--scene", PHOTO)
        for want in ("BRIGHTER True", "WHITE 3", "TONE True True True",
                     "BRIGHT True", "BARS True", "NEGATIVE True\nTrue"):
            assert want in out.replace("\r", ""), (chip, want, out)
        us, db = re.search(r"EXPOSURE (\d+) ([\d.]+)", out).groups()
        assert 450 <= int(us) <= 500 and float(db) < 0.1, out
        gain = float(re.search(r"GAIN ([\d.]+)", out).group(1))
        assert abs(gain - 6) < 0.5, out
    on_both(case)


def bad_arguments_get_a_sentence():
    def case(chip):
        name = chip.upper()
        wrong = [
            ("cam.pixformat(csi.JPEG)", "ValueError", name + " sends"),
            ("cam.pixformat(csi.BINARY)", "ValueError", name + " sends"),
            ("cam.pixformat(12345)", "ValueError", ""),
            ("cam.framesize(0)", "ValueError", "framesize: 0 is none"),
            ("cam.framesize(999)", "ValueError", "framesize: 999 is none"),
            ("cam.framesize((0, 10))", "ValueError", "0 x 10"),
            ("cam.framesize((19, 100))", "ValueError",
             "19 x 100, %s has 20 x 15 to %d x %d" % ((name,) + SENSORS[chip])),
            ("cam.framesize((10,))", "ValueError", ""),
            ("cam.framesize((-5, 10))", "ValueError", ""),
            ("cam.framesize('QVGA')", "", ""),
            ("cam.window((0, 0))", "ValueError", "0 x 0 has no pixel"),
            ("cam.window((10, -1))", "ValueError", "10 x -1 has no pixel"),
            ("cam.window((400, 0, 10, 10))", "ValueError",
             "(400, 0, 10, 10) lies outside of the frame of 320 x 240"),
            ("cam.window((0, 240, 10, 10))", "ValueError", "outside"),
            ("cam.window((-10, 0, 10, 10))", "ValueError", "outside"),
            ("cam.window((2**30, 2**30, 2**30, 2**30))", "ValueError",
             "outside"),
            ("cam.window((1, 2, 3))", "ValueError", "got 3 numbers"),
            ("cam.window(5)", "TypeError", ""),
            ("cam.framerate(0)", "ValueError", "expected 1 to 1000, got 0"),
            ("cam.framebuffers(0)", "ValueError", "expected 1 to 3, got 0"),
            ("cam.framebuffers(4)", "ValueError", "expected 1 to 3, got 4"),
            ("cam.framebuffers(2)", "MemoryError",
             "2 buffer(s) of 320 x 240 RGB565 need 307200 bytes, 172032"),
            ("cam.gainceiling(3)", "ValueError", "got 3"),
            ("cam.contrast(99)", "ValueError", "out of the range of " + name),
            ("cam.quality(101)", "ValueError", "expected 0 to 100, got 101"),
            ("cam.special_effect(7)", "ValueError", "NORMAL or NEGATIVE"),
            ("cam.auto_whitebal(False, rgb_gain_db=(1, 2))", "ValueError", ""),
            ("cam.auto_rotation(True)", "RuntimeError", "motion sensor"),
            ("cam.ioctl(csi.IOCTL_LEPTON_GET_WIDTH)", "RuntimeError",
             name + " does not know request 0xc"),
            ("cam.ioctl(12345, 1, 2)", "RuntimeError", "with 2 arguments"),
            ("cam.__write_reg(70000, 1)", "ValueError", "got 70000"),
            ("cam.snapshot(image=5)", "TypeError", "expected an Image"),
            ("cam.snapshot(5)", "TypeError", ""),
            ("csi.CSI(cid=0x1313)", "RuntimeError", "not 0x1313"),
            ("csi.CSI(5)", "TypeError", ""),
        ]
        out = script(chip, """
import csi
cam = csi.CSI()
cam.reset()
cam.pixformat(csi.RGB565)
cam.framesize(csi.QVGA)
for n, s in enumerate(%r):
    try:
        exec(s)
        print('CASE', n, 'Nothing')
    except Exception as e: print('CASE', n, type(e).__name__, e)
    cam.framebuffers(1)
print('STILL', cam.snapshot().width(), cam.frame_stats().broken)
""" % [text for text, _, _ in wrong])
        for n, (text, kind, why) in enumerate(wrong):
            got = re.search(r"CASE %d (\w+) ?(.*)" % n, out)
            assert got.group(1) != "Nothing", (text, out)
            assert kind in ("", got.group(1)), (text, got.groups())
            assert why in got.group(2), (text, got.groups())
        assert "STILL 320 0" in out, out
    on_both(case)


def both_modules_have_all_their_names():
    module = """reset sleep shutdown flush disable_delays disable_full_flush
snapshot skip_frames get_fb get_frame_available width height get_id
set_pixformat get_pixformat set_framesize get_framesize set_framerate
get_framerate set_windowing get_windowing set_framebuffers get_framebuffers
set_gainceiling set_contrast set_brightness set_saturation set_quality
set_colorbar set_auto_gain get_gain_db set_auto_exposure get_exposure_us
set_auto_whitebal get_rgb_gain_db set_auto_blc get_blc_regs
set_special_effect set_lens_correction set_color_palette get_color_palette
set_hmirror get_hmirror set_vflip get_vflip set_transpose get_transpose
set_auto_rotation get_auto_rotation set_vsync_callback set_frame_callback
ioctl __write_reg __read_reg alloc_extra_fb dealloc_extra_fb""".split()
    method = """reset shutdown sleep flush snapshot width height cid readable
pixformat framesize framerate window gainceiling contrast brightness
saturation quality colorbar auto_gain gain_db auto_exposure exposure_us
auto_whitebal rgb_gain_db auto_blc blc_regs hmirror vflip transpose
auto_rotation framebuffers lens_correction special_effect vsync_callback
frame_callback ioctl color_palette __write_reg __read_reg""".split()
    constant = """BINARY GRAYSCALE RGB565 BAYER YUV422 JPEG NORMAL NEGATIVE
OV2640 OV5640 OV7725 OV9650 MT9V034 MT9M114 LEPTON
IOCTL_SET_READOUT_WINDOW IOCTL_GET_READOUT_WINDOW IOCTL_SET_NIGHT_MODE
IOCTL_GET_NIGHT_MODE IOCTL_SET_TRIGGERED_MODE IOCTL_TRIGGER_AUTO_FOCUS
IOCTL_LEPTON_SET_MODE""".split() + [s[0] for s in SIZES]
    out = script("ov7725", """
import sensor, csi, image
cam = csi.CSI()
for n in %r: print(end='' if hasattr(sensor, n) else 'LACKS sensor.' + n)
for n in %r: print(end='' if hasattr(cam, n) else 'LACKS CSI.' + n)
for n in %r:
    for m in sensor, csi:
        if not hasattr(m, n): print('LACKS', m, n)
print(all(getattr(image, n) == getattr(sensor, n) for n in
          ('GRAYSCALE', 'RGB565', 'BAYER', 'YUV422', 'JPEG', 'BINARY')))
print(sensor.QQCIF, sensor.QVGA, sensor.LCD != sensor.QQVGA2, sensor.WQXGA2)
print(hex(sensor.get_id()), csi.devices(), cam)
""" % (module, method, constant))
    assert "LACKS" not in out, out
    assert "True\n2 11 True 39\n0x77 [119] CSI(OV7725)" in \
        out.replace("\r", ""), out


def old_scripts_run():
    def case(chip):
        out = script(chip, """
import sensor, time
sensor.reset()
sensor.set_pixformat(sensor.GRAYSCALE)
sensor.set_framesize(sensor.QQVGA)
sensor.set_windowing((80, 60))
t = time.ticks_ms()
sensor.skip_frames(time=300)
print('TIME', time.ticks_diff(time.ticks_ms(), t) // 10)
sensor.skip_frames(3)
sensor.skip_frames(10, time=20)
sensor.skip_frames()
clock = time.clock()
for i in range(4):
    clock.tick()
    img = sensor.snapshot()
print(img.width(), img.height(), clock.fps() > 10, clock.avg() > 0)
print(sensor.get_fb().width(), sensor.get_windowing())
extra = sensor.alloc_extra_fb(sensor.width(), sensor.height(), sensor.RGB565)
print(extra.width(), extra.height())
import csi, image
small = image.Image(40, 30, csi.RGB565)
print(csi.CSI().snapshot(image=small), small.get_pixel((20, 15)) != (0, 0, 0))
sensor.disable_delays(True)
t = time.ticks_ms()
sensor.reset()
print('QUICK', time.ticks_diff(time.ticks_ms(), t) < 250)
""")
        for want in ("TIME 30", "80 60 True True", "80 (40, 30, 80, 60)",
                     "160 120", "None True", "QUICK True"):
            assert want in out, (chip, want, out)
    on_both(case)


def a_snapshot_takes_an_image_object_of_the_heap_and_no_more():
    out = script("mt9m114", """
import csi, gc
cam = csi.CSI()
cam.reset()
cam.pixformat(csi.RGB565)
cam.framesize(csi.QVGA)
def work():
    for i in range(10): img = cam.snapshot()
work()
gc.collect()
gc.disable()
before = gc.mem_alloc()
work()
print('EACH', (gc.mem_alloc() - before) / 10)
before = gc.mem_alloc()
cam.snapshot(frames=10)
print('NONE', gc.mem_alloc() - before)
""")
    assert float(re.search(r"EACH ([\d.]+)", out).group(1)) <= 80, out
    assert int(re.search(r"NONE (\d+)", out).group(1)) <= 64, out


def predict_reads_the_frame_and_leaves_it_alone():
    """Its result is all it takes of the heap, and no byte of the frame or of
    the scratch beside it is written."""
    out = script("mt9m114", """
import csi, gc, ml, hashlib, omv, uctypes
from ml.postprocessing.mediapipe import BlazeFace
cam = csi.CSI()
cam.reset()
cam.pixformat(csi.RGB565)
cam.framesize(csi.QVGA)
model = ml.Model('/rom/blazeface_front_128.tflite',
                 postprocess=BlazeFace(threshold=0.5))
memory = uctypes.bytearray_at(*omv.memory()['frame'])
def digest(): return hashlib.sha256(memory).digest()
img = cam.snapshot(frames=20)
img = cam.snapshot()
model.predict([img])
cam.sleep(True)
before = digest()
gc.collect()
gc.disable()
free = gc.mem_free()
found = model.predict([img])
print('HEAP', free - gc.mem_free(), len(found))
print('SAME', before == digest())
""", "--scene", PHOTO)
    heap, faces = map(int, re.search(r"HEAP (\d+) (\d+)", out).groups())
    assert faces >= 1 and heap <= 2048 * faces, out
    assert "SAME True" in out, out


if __name__ == "__main__":
    main([every_size_and_format_that_fits, the_picture_is_the_right_way_round,
          windows_cut_where_they_say,
          a_window_larger_than_the_frame_buffer_is_lent_by_the_heap,
          frames_are_counted_and_never_waited_for_twice,
          callbacks_are_called_in_the_interrupt,
          a_sensor_that_stops_sending_is_an_exception,
          a_camera_without_a_sensor_says_where_it_looked,
          a_sensor_that_holds_the_bus_is_clocked_free,
          settings_reach_the_picture, bad_arguments_get_a_sentence,
          both_modules_have_all_their_names, old_scripts_run,
          a_snapshot_takes_an_image_object_of_the_heap_and_no_more,
          predict_reads_the_frame_and_leaves_it_alone])
