#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""blazecam quantize, inspect and invoke, as a user runs them."""
import json
import os
import shutil
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from e2e import (FLOAT, INT8, PHOTO, detect, iou, main, path, read,  # noqa
                 refused, run)

RANGES = "models/blazeface_front_128.ranges"


def inspect(model, *args):
    status, out, err = run("inspect", "--json", *args, model)
    assert status == 0 and err == "", (status, err)
    return json.loads(out)


def quantize_gives_the_same_bytes_each_time():
    out = path("again.tflite")
    assert run("quantize", FLOAT, "-o", out, "--ranges", RANGES)[0] == 0
    assert read(out) == read(INT8)


def saved_ranges_make_the_same_model():
    saved, out = path("saved.ranges"), path("saved.tflite")
    assert run("quantize", FLOAT, "-o", out, "--ranges", RANGES,
               "--save-ranges", saved)[0] == 0
    assert run("quantize", FLOAT, "-o", out, "--ranges", saved)[0] == 0
    assert read(out) == read(INT8)


def a_photo_is_enough_to_calibrate():
    folder = path("photos")
    os.makedirs(folder, exist_ok=True)
    shutil.copy(PHOTO, folder)
    path("photos/notes.txt", b"no photo\n")
    out, saved = path("one.tflite"), path("one.ranges")
    status, _, err = run("quantize", FLOAT, "-o", out, "--calibrate", folder,
                         "--save-ranges", saved)
    assert status == 0 and err == "", err
    face = detect("--model", out, PHOTO)[0]["faces"]
    expected = detect("--model", FLOAT, PHOTO)[0]["faces"]
    assert len(face) == len(expected) == 1, (face, expected)
    assert iou(face[0]["box"], expected[0]["box"]) > 0.8
    assert abs(face[0]["score"] - expected[0]["score"]) < 0.1
    again = path("two.tflite")
    assert run("quantize", FLOAT, "-o", again, "--ranges", saved)[0] == 0
    assert read(again) == read(out)


def bad_quantize_input_is_refused_without_output():
    out, empty = path("none.tflite"), path("empty")
    os.makedirs(empty, exist_ok=True)
    text = path("text.ranges", b"hello\n")
    few = path("few.ranges", b"range -1 1 input\n")
    cases = [
        ("quantised already", INT8, "--ranges", RANGES),
        ("not a", path("text.tflite", b"hello\n" * 9), "--ranges", RANGES),
        ("line 1", FLOAT, "--ranges", text),
        ("no range for tensor", FLOAT, "--ranges", few),
        ("No such file", FLOAT, "--ranges", path("nowhere")),
        ("nowhere: No such file", FLOAT, "--calibrate", path("nowhere")),
        ("holds no photo", FLOAT, "--calibrate", empty),
    ]
    for why, model, *rest in cases:
        try:
            refused(1, why, "quantize", model, "-o", out, *rest)
        except AssertionError:
            print("in the case of", why, flush=True)
            raise
        assert not os.path.exists(out), why
    refused(2, "needed", "quantize", FLOAT, "-o", out)
    refused(2, "needed", "quantize", FLOAT, "--ranges", RANGES)


def inspect_tells_what_a_model_needs():
    model = inspect(INT8)
    assert model["supported"] and model["macs"] == 30760960
    assert model["arena_bytes"] <= 75 * 1024, model["arena_bytes"]
    assert model["arena_naive_bytes"] == 344064
    kinds = {op["name"]: op["count"] for op in model["ops"]}
    assert kinds["CONV_2D"] == 21 and kinds["DEPTHWISE_CONV_2D"] == 16
    assert "DEQUANTIZE" not in kinds
    floats = {op["name"]: op["count"] for op in inspect(FLOAT)["ops"]}
    assert floats["DEQUANTIZE"] == 74
    for broken in (b"", b"hello\n" * 9, read(INT8)[:50000]):
        refused(1, "", "inspect", path("broken.tflite", broken))


def a_budget_streams_no_more_than_it_must():
    model = inspect(INT8)
    least, most = model["arena_bytes"], model["arena_whole_bytes"]
    streamed = []
    for budget in (1, least - 1, least, least + 1, (least + most) // 2,
                   most - 1, most, 2 ** 32 - 1):
        told = inspect(INT8, "--budget", budget)
        assert told["budget"] == budget
        assert told["fits"] == (budget >= least), told["arena_bytes"]
        assert least <= told["arena_bytes"] <= max(budget, least), budget
        streamed.append(sum(len(stage["ops"]) for stage in
                            told["plan"]["stages"] if stage["streamed"]))
    assert streamed == sorted(streamed, reverse=True), streamed
    assert streamed[0] > streamed[-1] == 0, streamed


def invoke_writes_outputs_in_the_models_types():
    data = bytes((k * 7 + k // 384) % 256 for k in range(128 * 128 * 3))
    source = path("in.bin", data)
    outputs = []
    for k, whole in enumerate(([], ["--whole"])):
        folder = path("out%d" % k)
        status, _, err = run("invoke", *whole, INT8, "--input", source,
                             "--output", folder)
        assert status == 0, err
        outputs.append([read(os.path.join(folder, "out%d.bin" % n))
                        for n in range(4)])
    assert outputs[0] == outputs[1]
    assert [len(o) for o in outputs[0]] == [8192, 512, 384, 6144]
    floats = struct.pack("<49152f", *((b - 128) / 128 for b in data))
    folder = path("outf")
    status, _, err = run("invoke", FLOAT, "--input", path("f.bin", floats),
                         "--output", folder)
    assert status == 0, err
    assert len(read(os.path.join(folder, "out0.bin"))) == 896 * 16 * 4
    assert len(read(os.path.join(folder, "out1.bin"))) == 896 * 4


def wrong_input_sizes_are_refused_without_output():
    folder = path("never")
    small = path("small.bin", bytes(100))
    refused(1, "49152 bytes of int8, got 100", "invoke", INT8, "--input",
            small, "--output", folder)
    refused(1, "takes 1 inputs, got 2", "invoke", INT8, "--input", small,
            small, "--output", folder)
    refused(1, "larger than", "invoke", INT8, "--input", "/dev/zero",
            "--output", folder)
    assert not os.path.exists(folder)


main([
    quantize_gives_the_same_bytes_each_time,
    saved_ranges_make_the_same_model,
    a_photo_is_enough_to_calibrate,
    bad_quantize_input_is_refused_without_output,
    inspect_tells_what_a_model_needs,
    a_budget_streams_no_more_than_it_must,
    invoke_writes_outputs_in_the_models_types,
    wrong_input_sizes_are_refused_without_output,
])
