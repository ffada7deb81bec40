# SPDX-License-Identifier: MIT
# Makes faces unrecognisable: each becomes a few large squares.

import csi
import image
import ml
from ml.postprocessing.mediapipe import BlazeFace

SQUARES = 6  # across a face

cam = csi.CSI()
cam.reset()
cam.pixformat(csi.RGB565)
cam.framesize(csi.QVGA)
cam.snapshot(time=500)

model = ml.Model("/rom/blazeface_front_128.tflite",
                 postprocess=BlazeFace(threshold=0.4))


def blur(img, box):
    x, y, w, h = box
    left, top = max(x - w // 10, 0), max(y - h // 4, 0)
    right = min(x + w + w // 10, img.width())
    bottom = min(y + h + h // 10, img.height())
    w, h = right - left, bottom - top
    if w < SQUARES or h < SQUARES:
        return
    small = img.copy(roi=(left, top, w, h), x_scale=SQUARES / w,
                     y_scale=SQUARES / h, hint=image.AREA)
    # A little more, so that rounding leaves no rim.
    img.draw_image(small, left, top, x_scale=(w + 0.5) / small.width(),
                   y_scale=(h + 0.5) / small.height())


while True:
    img = cam.snapshot()
    faces = model.predict([img])
    for box, score, points in faces:
        blur(img, box)
    print(len(faces), "faces hidden")
