#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""blazecam detect and eval, as a user runs them."""
import json
import os
import struct
import subprocess
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from e2e import (BLAZECAM, FLOAT, INT8, PHOTO, SHARED, TMP, detect,  # noqa
                 iou, main, path, read, refused, run)

FACE = [170, 144, 197, 197]  # in PHOTO, by eye and by the float model


def pixels():
    """PHOTO as width, height and rows of RGB: -o without a face copies."""
    ppm = path("copy.ppm")
    if not os.path.exists(ppm):
        detect("--threshold", "1", "-o", ppm, PHOTO)
    kind, size, top, data = read(ppm).split(b"\n", 3)
    assert kind == b"P6" and top == b"255"
    width, height = map(int, size.split())
    return width, height, [data[y * width * 3:(y + 1) * width * 3]
                           for y in range(height)]


def ppm_of(rows):
    return b"P6 %d %d 255\n" % (len(rows[0]) // 3, len(rows)) + b"".join(rows)


def png_of(rows, color=2, orientation=1):
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data +
                struct.pack(">I", zlib.crc32(kind + data)))
    size = len(rows[0]) // {0: 1, 2: 3}[color], len(rows)
    head = struct.pack(">IIBBBBB", *size, 8, color, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    exif = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, 0x112, 3, 1,
                       orientation, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) +
            chunk(b"eXIf", exif) + chunk(b"IDAT", data) + chunk(b"IEND", b""))


def bmp_of(rows):
    width, height = len(rows[0]) // 3, len(rows)
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0,
                       0, 0)
    body = b"".join(b"".join(row[k:k + 3][::-1] for k in range(0, len(row), 3))
                    + bytes(-len(row) % 4) for row in reversed(rows))
    return b"BM" + struct.pack("<IHHI", 0, 0, 0, 54) + head + body


def one_face(*args):
    faces = detect(*args)[0]["faces"]
    assert len(faces) == 1, faces
    return faces[0]


def the_face_in_the_demo_photo_is_found():
    for model in FLOAT, INT8:
        face = one_face("--model", model, PHOTO)
        assert face["score"] > 0.85, face
        assert iou(face["box"], FACE) > 0.85, face
        right_eye, left_eye, nose, mouth, _, _ = face["keypoints"]
        assert right_eye[0] < nose[0] < left_eye[0]
        assert right_eye[1] < nose[1] < mouth[1]
    assert one_face(PHOTO) == one_face("--model", INT8, PHOTO)


def json_has_the_promised_keys():
    image, again = detect(PHOTO, PHOTO)
    assert image == again
    assert list(image) == ["file", "width", "height", "faces"]
    assert (image["file"], image["width"], image["height"]) == (PHOTO, 512, 600)
    face = image["faces"][0]
    assert list(face) == ["score", "box", "keypoints"]
    assert len(face["box"]) == 4 and len(face["keypoints"]) == 6
    assert all(len(point) == 2 for point in face["keypoints"])


def text_names_score_and_box():
    status, out, _ = run("detect", PHOTO)
    assert status == 0
    assert "1 face\n" in out and "score 0.9" in out and "box x " in out, out


def the_threshold_counts():
    score = one_face(PHOTO)["score"]
    assert detect("--threshold", score + 0.01, PHOTO)[0]["faces"] == []
    assert len(detect("--threshold", score - 0.01, PHOTO)[0]["faces"]) == 1
    weak = detect("--threshold", "0.02", PHOTO)[0]["faces"]
    scores = [face["score"] for face in weak]
    assert scores == sorted(scores, reverse=True) and scores[0] == score


def every_format_gives_the_same_faces():
    _, _, rows = pixels()
    want = one_face(PHOTO)
    for name, data in (("a.ppm", ppm_of(rows)), ("a.png", png_of(rows)),
                       ("jpeg.wrong-suffix", read(PHOTO)),
                       ("a.bmp", bmp_of(rows))):
        assert one_face(path(name, data)) == want, name
    gray = [bytes(row[1::3]) for row in rows]
    face = one_face(path("gray.png", png_of(gray, 0)))
    assert iou(face["box"], want["box"]) > 0.9, face


def boxes_follow_the_picture():
    width, _, rows = pixels()
    want = one_face("--model", FLOAT, PHOTO)
    mirrored = [b"".join(row[k:k + 3] for k in range(len(row) - 3, -1, -3))
                for row in rows]
    face = one_face("--model", FLOAT, path("mirror.ppm", ppm_of(mirrored)))
    x, y, w, h = face["box"]
    assert iou([width - x - w, y, w, h], want["box"]) > 0.9, face
    # The right eye is the person's: on the left of the picture.
    assert face["keypoints"][0][0] < face["keypoints"][1][0]
    # Wide and tall: black bars, which the box must not count.
    for name, shift, moved in (
            ("wide", (88, 0), [bytes(88 * 3) + row for row in rows]),
            ("tall", (0, 200), [bytes(width * 3)] * 200 + rows)):
        face = one_face("--model", FLOAT, path(name, ppm_of(moved)))
        x, y, w, h = face["box"]
        assert iou([x - shift[0], y - shift[1], w, h], want["box"]) > 0.85, face


def exif_turns_the_picture():
    photo = read(PHOTO)
    want = one_face("--model", FLOAT, PHOTO)["box"]
    width, height, rows = pixels()
    # Stored upside down and marked so: nothing has changed for the viewer.
    exif = (b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0%c\0\0"
            b"\0\0\0\0")
    turned = path("turned.jpg", photo[:2] + b"\xff\xe1\0\x22" + exif % 6 +
                  photo[2:])
    image = detect(turned)[0]
    assert (image["width"], image["height"]) == (height, width)
    flipped = [b"".join(row[k:k + 3] for k in range(len(row) - 3, -1, -3))
               for row in reversed(rows)]
    jpeg = path("flipped.jpg")
    detect("--threshold", "1", "-o", jpeg, path("f.ppm", ppm_of(flipped)))
    data = read(jpeg)
    upright = path("upright.jpg", data[:2] + b"\xff\xe1\0\x22" + exif % 3 +
                   data[2:])
    assert iou(one_face("--model", FLOAT, upright)["box"], want) > 0.95


def all_eight_orientations_show_the_same_faces():
    _, _, rows = pixels()
    shown = [[row[k:k + 3] for k in range(0, len(row), 3)] for row in rows]
    want = detect(path("shown.ppm", ppm_of(rows)))[0]

    def mirror(image):
        return [row[::-1] for row in image]

    def flip(image):
        return image[::-1]

    def swap(image):
        return [list(column) for column in zip(*image)]
    stored = {1: shown, 2: mirror(shown), 3: flip(mirror(shown)),
              4: flip(shown), 5: swap(shown), 6: flip(swap(shown)),
              7: flip(mirror(swap(shown))), 8: mirror(swap(shown))}
    for orientation, image in stored.items():
        data = png_of([b"".join(row) for row in image], 2, orientation)
        got = detect(path("stored.png", data))[0]
        assert dict(got, file="") == dict(want, file=""), orientation


def drawings_show_the_face():
    out = path("drawn.ppm")
    detect("-o", out, PHOTO)
    _, _, before = pixels()
    _, size, _, data = read(out).split(b"\n", 3)
    width, height = map(int, size.split())
    assert (width, height) == (512, 600)
    changed = [(k // 3 % width, k // 3 // width)
               for k in range(0, len(data), 3)
               if data[k:k + 3] != before[k // 3 // width][
                   k // 3 % width * 3:k // 3 % width * 3 + 3]]
    x, y, w, h = one_face(PHOTO)["box"]
    assert abs(min(c[0] for c in changed) - x) < 5
    assert abs(max(c[0] for c in changed) - x - w) < 5
    assert abs(max(c[1] for c in changed) - y - h) < 5
    for name in "a.png", "a.jpg":
        detect("-o", path(name), PHOTO)
        assert detect(path(name))[0]["width"] == 512


def bad_images_get_one_sentence():
    photo = read(PHOTO)
    for name, data, why in (
            ("empty.jpg", b"", "empty"),
            ("text.png", b"hello", "not a JPEG"),
            ("cut.jpg", photo[:len(photo) // 2], "damaged JPEG"),
            ("bomb.ppm", b"P6 60000 60000 255\n", "million pixels"),
            ("missing.jpg", None, "No such file")):
        refused(1, why, "detect", path(name, data))
    refused(1, "is a directory", "detect", TMP.name)
    # One bad photograph among good ones: the others are still looked at.
    out = refused(1, "missing.jpg", "detect", "--json", PHOTO,
                  path("missing.jpg"), PHOTO)
    assert len(out.splitlines()) == 2


def outputs_are_whole_or_absent():
    folder = path("outputs")
    os.mkdir(folder)
    target = os.path.join(folder, "old.png")
    with open(target, "wb") as file:
        file.write(b"old")
    refused(1, "not a JPEG", "detect", "-o", target, path("t", b"text"))
    assert read(target) == b"old"
    refused(1, "No such file", "detect", "-o", folder + "/no/x.png", PHOTO)
    refused(2, "-o wants a name", "detect", "-o", folder + "/x.gif", PHOTO)
    refused(2, "one image", "detect", "-o", target, PHOTO, PHOTO)
    assert os.listdir(folder) == ["old.png"] and read(target) == b"old"
    with open("/dev/full", "wb") as full:
        done = subprocess.run([BLAZECAM, "detect", PHOTO], stdout=full,
                              stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1, done
    assert done.stderr.startswith(b"blazecam: standard output: "), done


def bad_models_get_one_sentence():
    model = read(INT8)
    for name, data in (("empty.tflite", b""), ("cut.tflite", model[:9000]),
                       ("text.tflite", b"not a model" * 99),
                       ("missing.tflite", None)):
        refused(1, name, "detect", "--model", path(name, data), PHOTO)


def wrong_usage_is_status_2():
    refused(2, "no image", "detect")
    refused(2, "no such option", "detect", "--frobnicate", PHOTO)
    refused(2, "0 to 1", "detect", "--threshold", "2", PHOTO)
    refused(2, "0 to 1", "detect", "--threshold", "x", PHOTO)
    refused(2, "no such command", "frobnicate")
    refused(2, "one folder", "eval")
    assert run()[0] == 2
    for args in (["--help"], ["detect", "--help"], ["eval", "--help"]):
        status, out, err = run(*args)
        assert status == 0 and err == "" and args[0].strip("-") in \
            out + "help", out


def eval_counts():
    folder = path("eval")
    os.mkdir(folder)
    path("eval/face.jpg", read(PHOTO))
    path("eval/empty.ppm", b"P5 64 64 255\n" + bytes(64 * 64))

    def evaluate(csv):
        path("eval/boxes.csv", csv.encode())
        status, out, err = run("eval", "--json", folder)
        assert status == 0 and err == "", err
        return json.loads(out)
    head = "file,x,y,w,h,small,hard,ignore\n"
    box = "face.jpg,%d,%d,%d,%d,0,0,0\n" % tuple(FACE)
    assert evaluate(head + box) == {"images": 2, "ap50": 1.0, "recall": 1.0,
                                    "false_per_negative": 0.0}
    half = evaluate(head + box + "face.jpg,0,500,90,90,0,0,0\n")
    assert half["ap50"] == half["recall"] == 0.5, half
    # What is flagged is no miss, and finding it no false alarm.
    assert evaluate(head + box + "face.jpg,0,500,90,90,0,0,1\n")["ap50"] == 1
    flagged = evaluate(head + box.replace("0,0,0\n", "0,1,0\n"))
    assert flagged == {"images": 2, "ap50": None, "recall": None,
                       "false_per_negative": 0.0}, flagged
    # Without a row the photograph is an empty one.
    assert evaluate(head)["false_per_negative"] == 0.5
    path("eval/boxes.csv", (head + "other.jpg,1,1,1,1,0,0,0\n").encode())
    refused(1, "other.jpg", "eval", folder)
    path("eval/boxes.csv", b"file,x\n")
    refused(1, "no column named y", "eval", folder)
    os.remove(path("eval/boxes.csv"))
    refused(1, "boxes.csv: No such file", "eval", folder)
    refused(1, "No such file", "eval", path("nowhere"))


def the_float_model_agrees_with_mediapipe():
    faces = os.path.join(SHARED, "faces")
    reference = os.path.join(faces, "reference-float.json")
    if not os.path.exists(reference):
        return "skipped"
    want = json.loads(read(reference))["images"]
    names = sorted(want)
    got = detect("--model", FLOAT, *(os.path.join(faces, n) for n in names))
    worst_iou, worst_score = 1, 0
    for name, image in zip(names, got):
        width, height = want[name]["width"], want[name]["height"]
        assert len(image["faces"]) == len(want[name]["detections"]), name
        for face in want[name]["detections"]:
            x, y, w, h = face["box"]
            box = [x * width, y * height, w * width, h * height]
            best = max(image["faces"], key=lambda f: iou(box, f["box"]))
            worst_iou = min(worst_iou, iou(box, best["box"]))
            worst_score = max(worst_score, abs(face["score"] - best["score"]))
    assert worst_iou >= 0.999 and worst_score <= 1e-3, (worst_iou, worst_score)
    return None


main([the_face_in_the_demo_photo_is_found, json_has_the_promised_keys,
      text_names_score_and_box, the_threshold_counts,
      every_format_gives_the_same_faces, boxes_follow_the_picture,
      exif_turns_the_picture, all_eight_orientations_show_the_same_faces,
      drawings_show_the_face, bad_images_get_one_sentence,
      outputs_are_whole_or_absent,
      bad_models_get_one_sentence, wrong_usage_is_status_2, eval_counts,
      the_float_model_agrees_with_mediapipe])
