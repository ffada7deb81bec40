# SPDX-License-Identifier: MIT
# Takes pictures, writes on them, and says how many a second.

import csi
import time

cam = csi.CSI()
cam.reset()
cam.pixformat(csi.RGB565)
cam.framesize(csi.QVGA)
cam.snapshot(time=500)  # time for exposure and colours to settle

clock = time.clock()
while True:
    clock.tick()
    img = cam.snapshot()
    img.draw_string((8, 8), "hello", color=(255, 255, 0), scale=2)
    light = img.get_statistics().l_mean
    print("%d x %d, light %d of 100, %.1f a second"
          % (img.width(), img.height(), light, clock.fps()))
