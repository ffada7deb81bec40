# SPDX-License-Identifier: MIT
# Finds faces and draws what it found.

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

while True:
    img = cam.snapshot()
    faces = model.predict([img])
    for box, score, points in faces:
        print("face %.2f at %d, %d, %d wide, %d high" % tuple([score] + box))
        # Eyes, nose, mouth and ears, in this order.
        ml.utils.draw_keypoints(img, points, radius=3, fill=True)
        img.draw_rectangle(box, color=(0, 255, 0), thickness=2)
    print(len(faces), "faces")
