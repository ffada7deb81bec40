# SPDX-License-Identifier: MIT
# Saves each face it sees as a JPEG file on the SD card; on the camera's own
# drive where there is no card.

import csi
import ml
import os
from ml.postprocessing.mediapipe import BlazeFace

MOST = 20  # pictures

cam = csi.CSI()
cam.reset()
cam.pixformat(csi.RGB565)
cam.framesize(csi.QVGA)
cam.snapshot(time=500)

model = ml.Model("/rom/blazeface_front_128.tflite",
                 postprocess=BlazeFace(threshold=0.6))

folder = "/sdcard" if "sdcard" in os.listdir("/") else "/flash"
saved = 0
while saved < MOST:
    img = cam.snapshot()
    for (x, y, w, h), score, points in model.predict([img]):
        name = "%s/face%03d.jpg" % (folder, saved)
        # With hair and chin; what lies outside the picture is cut off.
        around = (x - w // 4, y - h // 2, w + w // 2, h + h * 3 // 4)
        img.save(name, roi=around, quality=80)
        saved += 1
        print("saved", name, os.stat(name)[6], "bytes")
