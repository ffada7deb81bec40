# SPDX-License-Identifier: MIT
"""Tables of the figures, for the terminal and README.md."""
import re

# tflite-micro 90b983c with CMSIS-NN 4ab83cc, arm-none-eabi-gcc 12.2, release
# build with kernels at -O2: instructions of one Invoke() on QEMU's mps2-an500
# with -icount, and arena_used_bytes(). BlazeFace is OpenMV's int8 file, the
# same network. Measured by us.
TFLM = {
    "blazeface_front_128": (142421325, 470352),
    "blazeface_front_128_openmv": (142421325, 470352),
    "person_detect": (22715894, 82308),
    "fomo_face_detection": (30728881, 237412),
    "micro_speech": (1488932, 6836),
    "force_int_quant": (23391, 1200),
    "yolo_lc_192": (130121278, 276288),
    "face_landmarks_192": (319707637, 608272),
    "hand_landmarks_full_224": (903360144, 1243584),
    "movenet_singlepose_192": (653382126, 1941584),
    "palm_detection_full_192": (1555916023, 976496),
    "yolov8n_192": (1273031843, 520272),
}
MARKS = ("<!-- figures of bench/figures.json -->", "<!-- end -->")


def millions(count):
    return "%.2f M" % (count / 1e6) if count is not None else "–"


def thousands(count):
    return "{:,}".format(count) if count is not None else "–"


def per_mac(figures):
    if not figures["macs"]:
        return "–"
    return "%.2f" % (figures["instructions"] / figures["macs"])


def readme(figures):
    """The lines between the marks in README.md."""
    rows = ["| model | instructions | per MAC | TFLM + CMSIS-NN | arena | "
            "TFLM's arena |", "| --- | --- | --- | --- | --- | --- |"]
    for name, m in figures["models"].items():
        if name.startswith("odd_"):
            continue
        instructions, arena = TFLM.get(name, (None, None))
        rows.append("| %s | %s | %s | %s | %s | %s |" % (
            name, millions(m["instructions"]), per_mac(m),
            millions(instructions), thousands(m["arena_bytes"]),
            thousands(arena)))
    frame = figures["frame_instructions"]
    if frame:
        rows += ["", "A QVGA frame, from `snapshot()` to the list of faces, "
                 "takes %s instructions." % millions(frame)]
    rows += ["", "Engine: %s bytes of code and constants." % thousands(
        figures["engine_text_bytes"])]
    return "\n".join(rows) + "\n"


def replace(text, figures):
    """README's text with the table of these figures."""
    first, last = MARKS
    pattern = re.escape(first) + r"\n.*?" + re.escape(last)
    return re.sub(pattern, lambda m: "%s\n%s%s" % (first, readme(figures),
                                                   last), text, flags=re.S)


def kinds(m):
    """Rows of what each kind of operator takes, most first."""
    total = sum(k["instructions"] for k in m["kinds"].values())
    for name, k in m["kinds"].items():
        each = k["instructions"] / (k["macs"] or k["elements"])
        yield "    %-32s%4d%10s%6.1f %%%8.2f %s" % (
            name, k["ops"], millions(k["instructions"]),
            100 * k["instructions"] / total, each,
            "a MAC" if k["macs"] else "an element")


def terminal(figures):
    lines = []
    for name, m in figures["models"].items():
        tflm = TFLM.get(name, (None, None))
        lines.append(
            "%-28s %s instructions, %s a MAC (TFLM + CMSIS-NN %s); QEMU %s; "
            "arena %s, ROM %s, heap %s" % (
                name, millions(m["instructions"]), per_mac(m),
                millions(tflm[0]), millions(m.get("qemu_instructions")),
                thousands(m["arena_bytes"]), thousands(m["rom_bytes"]),
                thousands(m["heap_bytes"])))
        lines += kinds(m)
    if figures["loops"]:
        lines.append("hottest inner loops of BlazeFace "
                     "(llvm-mca -mcpu=cortex-m7)")
    for loop in figures["loops"]:
        lines.append(
            "    %-26s%10s  %5.2f MACs a turn, %.3f instructions and %s "
            "cycles a MAC" % (loop["function"], millions(loop["instructions"]),
                              loop["macs"], loop["instructions_per_mac"],
                              loop["cycles_per_mac"]))
    frame = figures["frame_instructions"]
    lines.append("QVGA frame, snapshot to boxes: %s"
                 % (millions(frame) if frame else "not measured"))
    lines.append("engine: %s bytes of code and constants"
                 % thousands(figures["engine_text_bytes"]))
    return "\n".join(lines)
