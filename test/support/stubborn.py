# SPDX-License-Identifier: MIT
"""Scripts that do not end by themselves, by what they do."""

SCRIPTS = {
    "prints": "while True: print('x' * 60)\n",
    "prints without an end of line": "while True: print('x', end='')\n",
    "never yields": "while True: pass\n",
    "catches everything": """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
    "allocates everything": """
hoard = []
while True:
    try:
        while True:
            hoard.append(bytearray(1000))
    except MemoryError:
        pass
""",
    "collects garbage": """
import gc
hoard = [[i] for i in range(4000)]
while True:
    gc.collect()
""",
    "is native": """
@micropython.native
def f():
    while True:
        pass
f()
""",
    "is viper": """
@micropython.viper
def f():
    i = 0
    while True:
        i += 1
f()
""",
    "is assembly": """
@micropython.asm_thumb
def f():
    label(AGAIN)
    b(AGAIN)
f()
""",
    "is one long call": "sum(range(10 ** 9))\n",
    "sorts": "while True: sorted(range(5000), key=lambda x: -x)\n",
    "recurses": "def f():\n  try: f()\n  finally: f()\nf()\n",
    "yields": "import time\nwhile True: time.sleep_ms(10)\n",
    "sleeps": "import time\nwhile True: time.sleep(1000)\n",
    "waits for input": "while True: input()\n",
    "waits for a frame": """
import csi
cam = csi.CSI()
cam.reset()
cam.pixformat(csi.GRAYSCALE)
cam.framesize(csi.QVGA)
while True: cam.snapshot()
""",
    "has timers": """
import machine
t = machine.Timer(-1, period=1, callback=lambda t: [0] * 50)
while True: pass
""",
    "computes": """
import ml
m = ml.Model("/rom/blazeface_front_128.tflite")
while True: m.predict([bytes(3 * 128 * 128)])
""",
}
