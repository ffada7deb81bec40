# SPDX-License-Identifier: MIT
"""The hottest inner loops of a profile, and what llvm-mca says of them.

A profile (`blazecam vcam --profile`) tells how often every block of code ran.
A loop is a jump backwards within a function with no other loop and no call
inside. llvm-mca takes its instructions as they stand one behind the other, all
of them, though a turn may skip some or begin in the middle: cycles a MAC are
those of a whole turn.
"""
import json
import re
import subprocess

LINE = re.compile(r"^ *([0-9a-f]+):\t(\S+)(?:\t(.*?))?(?:\s+[;@].*)?$")
JUMP = re.compile(r"^(b|b(eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)|cbn?z)"
                  r"(\.[nw])?$")
# Multiply-accumulates of an instruction. Long multiplications are those of
# rounding.
MACS = ((re.compile(r"^(smlal?dx?|smuadx?)"), 2),
        (re.compile(r"^(smla[bt][bt]|smul[bt][bt]|mla)(\.w)?$"), 1))


def disassemble(elf):
    """{address: (mnemonic, operands, function)} of all code."""
    out = subprocess.run(["arm-none-eabi-objdump", "-d", "--no-show-raw-insn",
                          elf], stdout=subprocess.PIPE, check=True)
    code = {}
    function = "?"
    for line in out.stdout.decode().splitlines():
        head = re.match(r"^[0-9a-f]+ <(.+)>:$", line)
        match = LINE.match(line)
        if head:
            function = head.group(1)
        elif match:
            code[int(match.group(1), 16)] = (match.group(2),
                                             match.group(3) or "", function)
    return code


def runs_of(profile, code):
    """How often each instruction ran."""
    runs = {}
    for start, size, _, count in profile["blocks"]:
        for at in range(start, start + size, 2):
            if at in code:
                runs[at] = runs.get(at, 0) + count
    return runs


def target(operands):
    match = re.search(r"\b([0-9a-f]{1,8}) <", operands)
    return int(match.group(1), 16) if match else None


def find(code, runs, functions):
    """Innermost loops that ran: (instructions, first address, last)."""
    found = []
    for at, (name, operands, function) in code.items():
        to = target(operands) if JUMP.match(name) else None
        if to is None or to > at or at - to > 2048 or not runs.get(at):
            continue
        inside = [a for a in range(to, at + 1, 2) if a in code]
        if function in functions and not any(
                code[a][0].startswith("bl") and code[a][0] not in
                ("blt", "ble", "bls", "blt.n", "ble.n", "bls.n", "blt.w",
                 "ble.w", "bls.w") for a in inside):
            found.append((sum(runs.get(a, 0) for a in inside), to, at))
    return sorted((f for f in found if not any(
        f[1] <= g[1] and g[2] <= f[2] and f != g for g in found)),
        reverse=True)


def source(code, first, last):
    """The loop as an assembler takes it."""
    lines = [".syntax unified", ".thumb", "1:"]
    for at in range(first, last + 1, 2):
        if at not in code:
            continue
        name, operands, _ = code[at]
        to = target(operands)
        if to is not None:
            where = "1b" if to <= at else "2f"
            operands = re.sub(r"\b[0-9a-f]{1,8} <.*", where, operands)
        lines.append("%s %s" % (name, operands))
    return "\n".join(lines + ["2:", ""])


def cycles(text):
    """Cycles of one turn of a loop, or None where llvm-mca cannot tell."""
    turns = 100
    done = subprocess.run(
        ["llvm-mca", "-mtriple=thumbv7em-none-eabihf", "-mcpu=cortex-m7",
         "-iterations=%d" % turns], input=text.encode(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    match = re.search(r"Total Cycles: +(\d+)", done.stdout.decode())
    return int(match.group(1)) / turns if match else None


def macs_of(name):
    return next((n for pattern, n in MACS if pattern.match(name)), 0)


def hottest(profile_path, elf, functions, count=5):
    """A list of {"function", "address", "instructions", "turns", "macs" and
    "cycles" of a turn, "cycles_per_mac"}, most instructions first."""
    with open(profile_path, encoding="utf-8") as file:
        profile = json.load(file)
    code = disassemble(elf)
    runs = runs_of(profile, code)
    result = []
    for instructions, first, last in find(code, runs, functions):
        turns = runs[last]
        macs = sum(macs_of(code[a][0]) * runs.get(a, 0)
                   for a in range(first, last + 1, 2) if a in code) / turns
        if macs < 1:
            continue
        needed = cycles(source(code, first, last))
        whole = sum(macs_of(code[a][0])
                    for a in range(first, last + 1, 2) if a in code)
        result.append({
            "function": code[first][2], "address": first,
            "instructions": instructions, "turns": turns,
            "macs": round(macs, 2), "cycles": needed,
            "instructions_per_mac": round(instructions / turns / macs, 3),
            "cycles_per_mac": round(needed / whole, 3) if needed else None})
        if len(result) == count:
            break
    return result
