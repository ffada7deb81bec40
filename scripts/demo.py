# SPDX-License-Identifier: MIT
# What `make demo` runs: finds the faces in one picture, prints them, draws
# them and sends the picture along.

import binascii
import csi
import ml
from ml.postprocessing.mediapipe import BlazeFace

cam = csi.CSI()
cam.reset()
cam.pixformat(csi.RGB565)
cam.framesize(csi.QVGA)
cam.snapshot(time=500)

model = ml.Model("/rom/blazeface_front_128.tflite",
                 postprocess=BlazeFace(threshold=0.5))
img = cam.snapshot()
for box, score, points in model.predict([img]):
    print("face %.2f at %d, %d, %d x %d" % tuple([score] + box))
    ml.utils.draw_predictions(img, [box], ["face"], [(0, 160, 0)], [score],
                              format=None)
    ml.utils.draw_keypoints(img, points, radius=2, fill=True)

file = img.to_jpeg(quality=95, copy=True).bytearray()
for at in range(0, len(file), 60):
    print("JPEG", binascii.b2a_base64(file[at:at + 60]).decode().strip())
print("END")
