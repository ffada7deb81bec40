#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Python's image module on the virtual camera, and what it refuses."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from e2e import main, path, run  # noqa

FIRMWARE = "build/openmv4/firmware.bin"

HELPERS = """
import image, gc
def show(name, *values):
    print("SAID", name, *values)
def total(img):
    return sum(img.bytearray()) // 255
def put(name, data):
    with open(name, "wb") as f:
        f.write(data)
def get(name):
    with open(name, "rb") as f:
        return f.read()
def refusal(name, call):
    try:
        call()
        print("SAID", name, "nothing")
    except Exception as e:
        print("SAID", name, type(e).__name__, e)
"""


def camera(text):
    """Runs a script; what it showed, by name."""
    script = path("s.py", (HELPERS + text + '\nprint("END" + "ED")\n').encode())
    status, out, err = run("vcam", "--firmware", FIRMWARE, "--script", script,
                           "--until", "ENDED", "--for", 60)
    assert status == 0, (out, err)
    lines = [row.split(" ", 2) for row in out.splitlines()
             if row.startswith("SAID ")]
    return {row[1]: row[2] if len(row) > 2 else "" for row in lines}


def shows(script, **wanted):
    said = camera(script)
    for name, want in wanted.items():
        assert said.get(name) == want, (name, said.get(name), want)


def shapes_take_tuples_and_loose_numbers():
    shows("""
img = image.Image(40, 30, image.GRAYSCALE)
img.draw_rectangle((10, 10, 5, 4)); show("box", total(img))
img.clear().draw_rectangle(10, 10, 5, 4, 255, 1, True); show("full", total(img))
img.clear().draw_line(0, 0, 39, 29, color=255); show("line", total(img))
img.clear().draw_cross((20, 15)); show("cross", total(img))
img.clear().draw_circle(20, 15, 8, thickness=2, fill=True)
show("disc", total(img))
img.clear().draw_string(0, 0, "Hi", 255, scale=2); show("words", total(img))
img.clear().draw_ellipse((20, 15, 10, 5, 30)); show("ellipse", total(img) > 30)
img.clear().draw_arrow((2, 2, 30, 20), size=6, thickness=2)
show("arrow", total(img) > 40)
img.clear().draw_edges(((2, 2), (30, 5), (25, 20), (5, 22)), size=2)
show("edges", total(img) > 80)
img.clear().draw_keypoints([(10, 10, 45), (20, 20, 90)], size=5)
show("points", total(img) > 30)
img.clear().draw_detection((5, 5, 10, 10), label="a"); show("found", total(img))
img.clear().set_pixel((3, 4), 100); img.set_pixel(5, 6, 7)
show("pixels", img.get_pixel((3, 4)), img.get_pixel(5, 6), img.get_pixel(99, 0))
img[41] = 9; show("places", img[41], img.get_pixel(1, 1), len(img))
""", box="14", full="20", line="40", cross="21", disc="225", words="104",
          ellipse="True", arrow="True", edges="True", points="True",
          found="63", pixels="100 7 None", places="9 9 1200")


def formats_convert():
    shows("""
rgb = image.Image(20, 10, image.RGB565)
rgb.draw_rectangle((0, 0, 20, 10), (255, 0, 0), fill=True)
show("red", rgb.get_pixel(1, 1), rgb.get_pixel(1, 1, rgbtuple=False))
gray = rgb.to_grayscale(copy=True)
show("copy", gray.format() == image.GRAYSCALE, gray.get_pixel(0, 0), rgb.size())
rgb.to_grayscale(); show("place", rgb.size(), rgb.get_statistics().mean)
rgb.to_rgb565(); show("back", rgb.size(), rgb.get_pixel(19, 9))
bits = gray.to_bitmap(copy=True)
show("bits", bits.size(), bits.get_pixel(0, 0))
hot = gray.to_rainbow(copy=True); show("hot", hot.get_pixel(3, 3))
frame = image.Image(320, 240, image.RGB565, copy_to_fb=True)
large = image.Image(340, 320, image.RGB565, copy_to_fb=True)
show("large", large.size(), large.get_pixel(339, 319))
frame.to_grayscale(); frame.to_rgb565(); frame.crop(roi=(9, 9, 100, 100))
show("frame", frame.size())
view = image.Image(4, 4, image.GRAYSCALE, buffer=bytearray(range(16)))
view.set_pixel(0, 0, 99); show("view", view.bytearray()[0], view)
""", red="(255, 0, 0) 63488", copy="True 76 400", place="200 76",
          back="400 (74, 77, 74)", bits="40 0", hot="(0, 255, 206)",
          frame="20000", large="217600 (0, 0, 0)",
          view='99 {"w":4, "h":4, "type":"grayscale", "size":16}')


def sizes_change():
    shows("""
img = image.Image(100, 100, image.GRAYSCALE)
for y in range(100):
    for x in range(100):
        img.set_pixel((x, y), x + y)
part = img.crop(roi=(50, 40, 20, 10), copy=True)
show("crop", part.width(), part.height(), part.get_pixel(0, 0))
small = img.copy(x_scale=0.5, y_scale=0.5, hint=image.AREA)
show("area", small.get_pixel(10, 10))
large = img.copy(x_scale=2, y_scale=2, hint=image.BILINEAR)
show("bilinear", large.width(), large.get_pixel(100, 100))
show("mirror", img.copy(hint=image.HMIRROR).get_pixel(0, 0))
turned = img.copy(hint=image.TRANSPOSE, roi=(10, 20, 30, 40))
show("turned", turned.width(), turned.get_pixel(0, 5))
img.scale(x_scale=0.5, y_scale=0.25); show("half", img.size())
img.scale(x_scale=4, y_scale=4); show("more", img.size())
other = img.copy(); other.difference(img)
show("same", other.get_statistics().max)
other.add(10).draw_image(part, 5, 6, alpha=128)
show("mixed", other.get_statistics().min(), other.get_pixel(5, 6))
other.draw_image(part, hint=image.CENTER | image.SCALE_ASPECT_KEEP)
show("kept", other.get_pixel(0, 0), other.get_pixel(199, 99))
""", crop="20 10 90", area="41", bilinear="200 100", mirror="99",
          turned="40 35", half="1250", more="20000", same="0", mixed="10 50",
          kept="90 118")


def statistics_have_every_name():
    shows("""
img = image.Image(10, 10, image.GRAYSCALE)
img.draw_rectangle((0, 0, 5, 10), 100, fill=True)
s = img.get_statistics()
show("calls", s.mean(), s.median(), s.mode(), s.stdev(), s.min(), s.max(),
     s.lq(), s.uq(), s.l_mean())
show("names", s.mean, s.median, s.mode, s.stdev, s.min, s.max, s.lq, s.uq)
show("places", s[0], s[5], len(s))
show("sums", s.mean + 1, 2 * s.mean, s.mean > 49, s.mean == 50, int(s.max),
     "%d" % s.mean, -s.mean)
h = img.get_histogram(bins=2)
show("bins", h.bins, h.bins(), h.get_percentile(0.9).value)
show("part", img.get_statistics(thresholds=[(50, 150)]).min,
     img.get_statistics(roi=(5, 0, 5, 5)).max)
show("split", img.get_histogram().get_threshold().value())
img.to_rgb565(); img.draw_rectangle((0, 0, 10, 10), (255, 0, 0), fill=True)
s = img.statistics()
show("lab", s.l_mean, s.a_mean(), s.b_mean)
""", calls="50 0 0 50 0 100 0 100 50", names="50 0 0 50 0 100 0 100",
          places="50 100 32", sums="51 100 True True 100 50 -50",
          bins="[1.0, 0.0] [1.0, 0.0] 0", part="100 0", split="0",
          lab="53 80 67")


def files_come_back():
    shows("""
img = image.Image(64, 48, image.RGB565)
for y in range(48):
    for x in range(64):
        img.set_pixel((x, y), (x * 4, y * 5, 128))
img.save("/flash/a.bmp"); img.save("/flash/a.ppm", roi=(5, 6, 7, 8))
img.to_grayscale(copy=True).save("/flash/a.pgm")
show("bmp", image.Image("/flash/a.bmp").difference(img).get_statistics().l_max)
part = image.Image("/flash/a.ppm", copy_to_fb=True)
show("ppm", part.width(), part.get_pixel(0, 0) == img.get_pixel(5, 6))
show("pgm", image.Image("/flash/a.pgm").format() == image.GRAYSCALE)
packed = img.to_jpeg(quality=90, copy=True)
show("jpeg", packed.format() == image.JPEG, 500 < packed.size() < 3000)
again = packed.to_rgb565(copy=True).difference(img)
show("like", again.get_statistics().l_max() < 12)
packed.save("/flash/a.jpg")
show("file", get("/flash/a.jpg") == bytes(packed.bytearray()))
img.save("/flash/b.jpg", quality=60)
read = image.Image("/flash/b.jpg", copy_to_fb=True)
show("read", read.format() == img.format())
half = packed.to_grayscale(copy=True, x_scale=0.5, y_scale=0.5)
show("half", half.width(), half.format() == image.GRAYSCALE)
img.compress(50); show("place", img.format() == image.JPEG, img.size() < 1500)
""", bmp="0", ppm="7 True", pgm="True", jpeg="True True", like="True",
          file="True", read="True", half="32 True", place="True True")


def what_cannot_be_is_refused():
    shows("""
img = image.Image(200, 100, image.GRAYSCALE)
refusal("vga", lambda: image.Image(640, 480, image.RGB565, copy_to_fb=True))
refusal("zero", lambda: image.Image(0, 480, image.RGB565))
refusal("format", lambda: image.Image(10, 480, 5))
refusal("few", lambda: img.draw_rectangle((1, 2, 3)))
refusal("many", lambda: img.draw_rectangle((1, 2, 3, 4, 5)))
refusal("loose", lambda: img.draw_rectangle(1, 2, 3))
refusal("roi", lambda: img.copy(roi=(500, 500, 10, 10)))
refusal("empty", lambda: img.copy(roi=(0, 0, 0, 10)))
refusal("none", lambda: img.scale(x_scale=0))
refusal("nan", lambda: img.scale(x_scale=float("nan")))
refusal("huge", lambda: img.scale(x_scale=1e9))
refusal("large", lambda: img.scale(x_scale=40, y_scale=40))
refusal("color", lambda: img.draw_line((0, 0, 1, 1), color=(1, 2)))
refusal("missing", lambda: image.Image("/flash/none.bmp"))
put("/flash/x.bmp", b"hello, this is no image")
refusal("other", lambda: image.Image("/flash/x.bmp"))
img.save("/flash/t.bmp"); put("/flash/x.bmp", get("/flash/t.bmp")[:3000])
refusal("short", lambda: image.Image("/flash/x.bmp"))
img.save("/flash/t.jpg"); put("/flash/x.jpg", get("/flash/t.jpg")[:200])
refusal("damaged", lambda: image.Image("/flash/x.jpg"))
put("/flash/x.pgm", b"P5 60000 60000 255 ")
refusal("claims", lambda: image.Image("/flash/x.pgm"))
refusal("buffer", lambda: image.Image(9, 9, image.RGB565, buffer=bytearray(9)))
refusal("name", lambda: img.save("/flash/a.gif"))
refusal("range", lambda: img.get_statistics(thresholds=[(1, 2, 3)]))
refusal("type", lambda: img.draw_image(3.5))
# Scratch is given back: the frame buffer can be divided anew below.
refusal("bins", lambda: img.get_statistics(difference=img.copy(), bins=1))
frame = image.Image(320, 240, image.RGB565, copy_to_fb=True)
refusal("frame", lambda: frame.scale(x_scale=2, y_scale=2))
img.to_jpeg()
refusal("packed", lambda: img.get_pixel((0, 0)))
gc.collect(); show("alive", img.size() > 100)
""",
          vga="MemoryError the image: 614400 bytes needed, the frame buffer "
              "has 172032, and the heap no such piece",
          zero="ValueError an image is 1 to 65535 pixels wide and high, got "
               "0 x 480",
          format="ValueError no pixel format: 0x5",
          few="TypeError expected (x, y, w, h), 4 numbers, got 3",
          many="TypeError expected (x, y, w, h), 4 numbers, got 5",
          loose="TypeError expected (x, y, w, h), 4 numbers, got 3",
          roi="ValueError roi (500, 500, 10, 10) is outside the image of "
              "200 x 100",
          empty="ValueError roi (0, 0, 0, 10) is outside the image of "
                "200 x 100",
          none="ValueError a side of 200 pixels cannot be scaled so: expected "
               "1 to 65535 pixels",
          nan="ValueError a side of 200 pixels cannot be scaled so: expected "
              "1 to 65535 pixels",
          huge="ValueError a side of 200 pixels cannot be scaled so: expected "
               "1 to 65535 pixels",
          color="TypeError expected a colour (r, g, b), 3 numbers, got 2",
          missing="OSError [Errno 2] ENOENT",
          other="ValueError /flash/x.bmp: not a BMP, PGM, PPM or JPEG image",
          short="ValueError /flash/x.bmp: the file ends early",
          buffer="ValueError the image needs 162 bytes, the buffer has 9",
          name="ValueError /flash/a.gif: expected a name that ends in .bmp, "
               ".ppm, .pgm or .jpg",
          bins="ValueError 2 to 256 bins, got 1",
          range="ValueError a threshold has (lo, hi), got 3 numbers",
          frame="MemoryError the image: 614400 bytes needed, it has 153600",
          packed="ValueError the image is compressed; to_rgb565() or "
                 "to_grayscale() unpack it",
          alive="True")


main([
    shapes_take_tuples_and_loose_numbers,
    formats_convert,
    sizes_change,
    statistics_have_every_name,
    files_come_back,
    what_cannot_be_is_refused,
])
