# SPDX-License-Identifier: MIT
# A servo on P7 turns the camera towards the largest face.

import csi
import machine
import ml
from ml.postprocessing.mediapipe import BlazeFace

MIDDLE_US = 1500  # pulse of a servo that looks ahead
REACH_US = 500    # more or less of it at the ends of its way
GENTLE = 0.15     # part of the way that each picture takes

cam = csi.CSI()
cam.reset()
cam.pixformat(csi.GRAYSCALE)
cam.framesize(csi.QVGA)
cam.snapshot(time=500)

model = ml.Model("/rom/blazeface_front_128.tflite",
                 postprocess=BlazeFace(threshold=0.6))
servo = machine.PWM("P7", freq=50, duty_ns=MIDDLE_US * 1000)

turn = 0.0  # -1 … 1
while True:
    img = cam.snapshot()
    faces = model.predict([img])
    if faces:
        (x, y, w, h), score, _ = max(faces, key=lambda f: f[0][2] * f[0][3])
        img.draw_rectangle((x, y, w, h))
        off = (x + w / 2) / img.width() * 2 - 1  # of the picture's middle
        turn = min(max(turn - GENTLE * off, -1), 1)
        servo.duty_ns(int((MIDDLE_US + REACH_US * turn) * 1000))
        print("face %+.2f off the middle, pulse %d us"
              % (off, servo.duty_ns() // 1000))
    else:
        print("nobody")
