# SPDX-License-Identifier: MIT
# Runs a model of your own, from the firmware (/rom) or the drive (/flash), and
# prints the names of what it believes in most.
#
# A text file beside the model, with the same name and a line a class, gives
# the names. `blazecam pack` puts both into the firmware.

import csi
import ml
import os


def find():
    for folder in ("/rom", "/flash"):
        for name in sorted(os.listdir(folder)):
            if name.endswith(".tflite") and "blazeface" not in name:
                return folder + "/" + name
    raise OSError("no model of your own in /rom or /flash")


model = ml.Model(find())
print(model, "takes", model.input_shape, model.input_dtype)
height, width, channels = model.input_shape[0][1:]

cam = csi.CSI()
cam.reset()
cam.pixformat(csi.RGB565 if channels == 3 else csi.GRAYSCALE)
cam.framesize(csi.QVGA)
cam.window((240, 240))  # a square, as most models want
cam.snapshot(time=500)

while True:
    img = cam.snapshot()
    scores = model.predict([img])[0].flatten().tolist()
    names = model.labels or ["class %d" % i for i in range(len(scores))]
    best = sorted(zip(scores, names), reverse=True)[:3]
    print(", ".join("%s %.2f" % (name, score) for score, name in best))
