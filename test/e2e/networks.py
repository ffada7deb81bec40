#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The kernels for Cortex-M7 compute what the plain ones do: random networks.

    test/e2e/networks.py [COUNT [FIRST_SEED]]

Every network (test/networks) runs on the host and on QEMU's Cortex-M7, there
with its weights as they are and with packed ones, streamed and whole. Of those
that differ the models stay in build/test/networks.
"""
import collections
import glob
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from e2e import main, path, read, run  # noqa

CODE = "build/openmv4/code.bin"
FIRMWARE = "build/openmv4/firmware.bin"
MAKE = "build/test/networks/make"
PROGRAM = "build/bench/outputs.elf"
KEPT = "build/test/networks"
QEMU = "qemu-system-arm"
FLASH_BASE = 0x08040000  # the first byte of firmware.bin
COUNT = int((sys.argv[1:] or ["400"])[0])
FIRST = int((sys.argv[2:] or ["0"])[0])
AT_ONCE = 60
SECONDS = 200  # for these, where something hangs


def models_at():
    """Where a firmware's ROM begins."""
    status, out, err = run("size", "--json", FIRMWARE)
    assert status == 0, err
    return next(row["address"] for row in json.loads(out)["flash"]
                if row["region"] == "models") - FLASH_BASE


class Network:
    def __init__(self, seed):
        self.seed = seed
        self.model = path("networks/%d.tflite" % seed)
        self.inputs = sorted(glob.glob(path("networks/%d.*.bin" % seed)))
        path("networks/%d.in" % seed, b"".join(map(read, self.inputs)))
        self.refusal, self.outputs = self.on_host()
        self.packed = False

    def on_host(self):
        """Why it is refused, or what it gives."""
        given = [word for name in self.inputs for word in ("--input", name)]
        status, _, err = run("invoke", self.model, *given, "--output",
                             path("out/"))
        if status != 0:
            return err.rstrip("\n").split(": ", 2)[-1], b""
        names = sorted(glob.glob(path("out/*")))
        outputs = b"".join(map(read, names))
        for name in names:
            os.remove(name)
        return "", outputs

    def pack(self, at):
        """The model in a ROM image; what is refused cannot be packed."""
        folder = path("packed")
        shutil.rmtree(folder, ignore_errors=True)
        path("packed/m.tflite", read(self.model))
        status, _, err = run("pack", "--firmware", CODE, "--models", folder,
                             "-o", path("firmware.bin"))
        if self.refusal:
            assert status != 0 and self.refusal in err, (self.seed, err)
            return None
        assert status == 0, (self.seed, err)
        image = read(path("firmware.bin"))[at:]
        self.packed = b"m.packed" in image
        return path("networks/%d.rom" % self.seed, image)

    def differs(self, result):
        """What is wrong with a result of QEMU's, or None."""
        if not os.path.exists(result):
            return "ended the emulator"
        why, _, outputs = read(result).partition(b"\n")
        why = why.decode("utf-8", "replace")
        if why != self.refusal:
            return why or "is not refused, but on the host: " + self.refusal
        for k, way in enumerate(("streamed", "whole")):
            size = len(self.outputs)
            got = outputs[k * size:k * size + size]
            if got != self.outputs:
                wrong = [i for i, (a, b) in enumerate(zip(got, self.outputs))
                         if a != b]
                return "%s: %d of %d bytes differ, the first is %s" % (
                    way, len(wrong), size, (wrong or ["not there"])[0])
        return None if len(outputs) == 2 * size else "bytes too many"

    def keep(self):
        """Where model and inputs stay for whoever looks into it."""
        os.makedirs(KEPT, exist_ok=True)
        for name in self.inputs:
            shutil.copy(name, KEPT)
        return shutil.copy(self.model, KEPT)

    def operators(self):
        _, out, _ = run("inspect", "--json", self.model)
        found = json.loads(out)["ops"] if out else []
        return {op["name"]: op["count"] for op in found}


def on_qemu(jobs):
    """Runs (model, inputs, result) as one list; a model that ends the emulator
    has no result, and those behind it get a list of their own."""
    while jobs:
        jobs_list = path("list", "".join(
            " ".join(job) + "\n" for job in jobs).encode())
        try:
            status = subprocess.run(
                [QEMU, "-M", "mps2-an500", "-display", "none", "-serial",
                 "none", "-monitor", "none", "-semihosting-config",
                 "enable=on,target=native,arg=outputs,arg=" + jobs_list,
                 "-kernel", PROGRAM], stdin=subprocess.DEVNULL, check=False,
                timeout=SECONDS).returncode
        except subprocess.TimeoutExpired:
            status = -1
        if status == 0:
            return
        begun = [os.path.exists(result) for _, _, result in jobs]
        last = sum(begun) - 1
        assert last >= 0, "QEMU: exit status %d" % status
        os.remove(jobs[last][2])
        jobs = jobs[last + 1:]


def some(first, count, at):
    """Runs so many networks; yields each and what is wrong with it."""
    shutil.rmtree(path("networks"), ignore_errors=True)
    os.makedirs(path("networks"))
    subprocess.run([MAKE, str(count), str(first), path("networks")],
                   check=True)
    jobs = {}
    for seed in range(first, first + count):
        network = Network(seed)
        for model in (network.model, network.pack(at)):
            if model:
                jobs[model, path("networks/%d.in" % seed),
                     model + ".out"] = network
    on_qemu(list(jobs))
    for (model, _, result), network in jobs.items():
        yield network, model, network.differs(result)


def kernels_for_Cortex_M7_equal_the_plain_ones():
    if not (shutil.which(QEMU) and os.path.exists(PROGRAM)):
        print("    there is no", QEMU)
        return "skipped"
    for name in glob.glob(KEPT + "/*.tflite") + glob.glob(KEPT + "/*.bin"):
        os.remove(name)
    at = models_at()
    seeds, differ, operators = set(), set(), collections.Counter()
    refused = packed = 0
    for first in range(FIRST, FIRST + COUNT, AT_ONCE):
        count = min(AT_ONCE, FIRST + COUNT - first)
        for network, model, wrong in some(first, count, at):
            if network.seed not in seeds:
                seeds.add(network.seed)
                operators.update(network.operators())
                refused += network.refusal != ""
                packed += network.packed
            if wrong:
                differ.add(network.seed)
                kept = network.keep()
                print("    seed %d, %s, %s weights: %s\n        %s" % (
                    network.seed, kept,
                    "plain" if model == network.model else "packed", wrong,
                    ", ".join(network.operators())), flush=True)
    print("    seeds %d to %d: %d differ, %d refused by both, %d packed" % (
        FIRST, FIRST + COUNT - 1, len(differ), refused, packed))
    print("    " + ", ".join("%d %s" % (n, name) for name, n in
                             sorted(operators.items())))
    assert not differ, sorted(differ)
    assert refused < COUNT / 5, "too many are refused"
    assert COUNT < 100 or packed > COUNT / 3, "too few weights are packed"
    return None


main([kernels_for_Cortex_M7_equal_the_plain_ones])
