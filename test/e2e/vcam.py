#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The virtual camera runs small programs of its own (test/vcam/*.c).

Each is compiled for Cortex-M7 and linked where firmware goes; it checks the
camera from inside and prints ENDED when all is well.
"""
import json
import os
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../support"))
import programs as support
from programs import BLAZECAM, OUT, build, vcam, verdict


def programs():
    for name, seconds, options in (
            ("hello", 1, ()), ("exceptions", 5, ()), ("clocks", 20, ()),
            ("faults", 5, ("--survive",)), ("flash", 10, ()),
            ("resets", 5, ())):
        elf = build(name)
        status, out, err, _ = vcam(elf, "--until", "ENDED", "--for", seconds,
                                   *options)
        bad = [line for line in out.splitlines() if line.startswith("BAD")]
        verdict(name, status == 0 and "ENDED" in out and not bad,
                "\n".join(bad) + "\n" + err)


def mailbox():
    status, out, _, _ = vcam(build("mailbox"), "--for", 2)
    verdict("the mailbox word keeps the bootloader",
            status == 0 and out.count("to the bootloader") == 1, out)


STRICT = (
    (1, "0x40028000, where no modelled block is"),
    (2, "TIM2 (0x40000000) while its clock is off"),
    (3, "RCC + 0x014, which is not modelled"),
    (4, "SRAM1 (0x30000000) while its clock is off"),
    (5, "misaligned access"),
    (6, "while CPACR has it off"),
    (7, "not set to be programmed"),
    (8, "FLASH_CR2 written while it is locked"),
    (9, "wrong flash key"),
    (10, "programmed without an erase"),
    (11, "bootloader sector erased"),
    (12, "flash at 0 wait states"),
    (13, "PLL1 has"),
    (14, "VTOR"),
    (15, "while it is off"),
    (16, "IWDG written without its key"),
    (17, "0xe000ecfc, which is not modelled"),
    (18, "bus error when a frame was stacked"),
)


def strict():
    for case, text in STRICT:
        elf = build("strict", ["CASE=%d" % case], "-%d" % case)
        status, out, err, stats = vcam(elf, "--for", 2)
        where = " test+" in err or " program_word+" in err \
            or " load_pair+" in err
        verdict("strict: " + text,
                status == 1 and text in err and where
                and "ENDED" not in out and stats.get("faults") == 1,
                out + err)
    elf = build("strict", ["CASE=3"], "-3")
    status, out, err, stats = vcam(elf, "--for", 2, "--lenient")
    verdict("lenient: said once", status == 0 and "ENDED" in out
            and err.count("not modelled") == 1 and stats["faults"] == 0,
            out + err)


def crash_report():
    status, out, err, stats = vcam(build("faults"), "--for", 2)
    verdict("crash report", status == 1 and "undefined instruction" in err
            and "test_kinds+" in err and "#2" in err
            and stats["faults"] == 1, err)


def repeatable():
    elf = build("exceptions")
    runs = [vcam(elf, "--until", "ENDED", "--for", 5) for _ in range(2)]
    verdict("two runs are equal", runs[0] == runs[1], str(runs))
    other = vcam(elf, "--until", "ENDED", "--for", 5, "--seed", 99)
    verdict("what RAM held at power on does not matter here",
            other[3] == runs[0][3], str(other[3]))
    os.environ["BLAZECAM_PLAIN_ENGINE"] = "1"
    plain = vcam(elf, "--until", "ENDED", "--for", 5)
    del os.environ["BLAZECAM_PLAIN_ENGINE"]
    verdict("equal without the way around slow stores", plain == runs[0],
            str(plain))


def profile():
    elf = build("exceptions")
    path = os.path.join(OUT, "profile.json")
    _, _, _, stats = vcam(elf, "--until", "ENDED", "--for", 5, "--profile",
                          path)
    with open(path, encoding="utf-8") as file:
        got = json.load(file)
    names = {f["name"]: f["instructions"] for f in got["functions"]}
    total = sum(n * runs for _, _, n, runs in got["blocks"])
    # Blocks that are left half way are noted whole.
    verdict("a profile has every instruction",
            total == sum(names.values())
            and 0 <= total - stats["instructions"] < 200,
            "%d, %s" % (total, stats))
    verdict("a profile knows functions and how often code ran",
            names.get("put_char", 0) > names.get("print", 0) > 0
            and all(b[3] > 0 for b in got["blocks"]), str(names))
    status, _, err, _ = vcam(elf, "--for", 1, "--profile", "/nowhere/p.json")
    verdict("a profile that cannot be written fails the run",
            status == 1 and "/nowhere/p.json" in err, err)


def scripts():
    elf = build("raw_repl")
    path = os.path.join(OUT, "script.py")

    def script(text, *options):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return vcam(elf, "--script", path, *options)

    long = "line of a script\n" * 200
    status, out, _, _ = script(long)
    verdict("a script's output, without the framing",
            status == 0 and out == long.upper(), repr(out[:200]))
    status, out, _, _ = script("!")
    verdict("a traceback is shown and fails", status == 1
            and out.endswith("Error: on purpose\n"), repr(out))
    status, out, _, _ = script("!", "--until", "on purpose", "--for", 10)
    verdict("a text that is seen succeeds", status == 0, repr(out))
    status, out, err, stats = script("hello\n", "--until", "nothing",
                                     "--for", 5)
    verdict("a text that does not come fails", status == 1
            and "did not come" in err and stats["virtual_seconds"] >= 5, err)
    status, out, _, stats = script("~", "--for", 4)
    verdict("the time ends a script", status == 0 and "again\n" in out
            and 4 <= stats["virtual_seconds"] < 4.001, str(stats))


def power_cut():
    elf = build("flash")
    drive = os.path.join(OUT, "drive.img")
    contents = []
    for cut in range(1, 7):
        if os.path.exists(drive):
            os.remove(drive)
        status, out, err, stats = vcam(elf, "--drive", drive, "--power-cut",
                                       cut, "--until", "ENDED", "--for", 10)
        with open(drive, "rb") as file:
            contents.append(file.read())
        good = (("power cut in flash operation %d" % cut) in err
                and status == 1 and "ENDED" not in out)
        verdict("power cut %d" % cut, good and len(contents[-1]) == 131072,
                err)
    # The sixth writes the drive's first word: some bits fell, none rose.
    want = bytes.fromhex("67452301efcdab89efbeaddeaa55aa55"
                         "ffffffff00000000785634120df0feca")
    torn = contents[5][:32]
    verdict("a torn flash word", torn not in (want, b"\xff" * 32)
            and all(t & w == w for t, w in zip(torn, want))
            and contents[5][32:] == b"\xff" * (131072 - 32), torn.hex())


class Debugger:
    """As much of GDB's remote protocol as the test says."""

    def __init__(self, port):
        for _ in range(100):
            try:
                self.link = socket.create_connection(("127.0.0.1", port), 20)
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("no debug port")

    def ask(self, text):
        data = text.encode()
        self.link.sendall(b"$%s#%02x" % (data, sum(data) & 255))
        answer = b""
        while b"$" not in answer or answer[-3:-2] != b"#":
            more = self.link.recv(4096)
            if not more:
                break
            answer += more
        return answer[answer.find(b"$") + 1:-3].decode()

    def register(self, number):
        text = self.ask("g")[8 * number:8 * number + 8]
        return int.from_bytes(bytes.fromhex(text), "little")


def debugger():
    elf = build("exceptions")
    names = subprocess.run(["arm-none-eabi-nm", elf], check=True,
                           stdout=subprocess.PIPE).stdout.decode()
    where = next(int(line.split()[0], 16) for line in names.splitlines()
                 if line.endswith(" svc_body"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    camera = subprocess.Popen(
        [BLAZECAM, "vcam", "--firmware", elf, "--gdb", str(port), "--until",
         "ENDED", "--for", "5"], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        gdb = Debugger(port)
        first = gdb.register(15)
        verdict("gdb: stands at the bootloader", first == 0x08000400,
                hex(first))
        gdb.ask("Z0,%x,2" % where)
        stop = gdb.ask("c")
        verdict("gdb: stops at a breakpoint", stop == "S05"
                and gdb.register(15) == where, stop)
        verdict("gdb: in a handler", gdb.register(16) & 0x1ff == 11)
        steps = [gdb.ask("s") and gdb.register(15) for _ in range(3)]
        verdict("gdb: steps", all(where < pc <= where + 12 for pc in steps)
                and sorted(set(steps)) == steps, str(steps))
        verdict("gdb: reads memory", gdb.ask("m8040000,4") == "00f00120")
        verdict("gdb: writes memory", gdb.ask("M24010000,2:abcd") == "OK"
                and gdb.ask("m24010000,2") == "abcd")
        verdict("gdb: refuses nonsense", gdb.ask("m10000000,4") == "E01"
                and gdb.ask("mzz") == "E01" and gdb.ask("P99=0") == "E01"
                and gdb.ask("vMustReplyEmpty") == "")
        gdb.ask("z0,%x,2" % where)
        gdb.ask("D")
        out = camera.communicate(timeout=60)[0].decode()
        verdict("gdb: the run goes on", camera.returncode == 0
                and "ENDED" in out, out)
    finally:
        camera.kill()


def usage():
    for options, text in ((["--for", "x"], "--for"), (["--nonsense"], "--non"),
                          (["--silicon", "Z"], "V or Y"),
                          (["--strict", "--lenient"], "not both"),
                          (["word"], "options only")):
        done = subprocess.run([BLAZECAM, "vcam"] + options,
                              stderr=subprocess.PIPE, check=False)
        verdict("usage: " + " ".join(options), done.returncode == 2
                and text in done.stderr.decode(), done.stderr.decode())
    for name, data, text in (("empty.bin", b"", "0 bytes"),
                             ("large.bin", bytes(0x1a0001), "1703937"),
                             ("bad.elf", b"\x7fELF" + bytes(100), "not an Arm"),
                             ("none.bin", None, "No such file")):
        path = os.path.join(OUT, name)
        if data is not None:
            with open(path, "wb") as file:
                file.write(data)
        status, _, err, _ = vcam(path, "--for", 1)
        verdict("file: " + name, status == 1 and text in err, err)


def main():
    os.makedirs(OUT, exist_ok=True)
    programs()
    mailbox()
    strict()
    crash_report()
    repeatable()
    profile()
    scripts()
    power_cut()
    debugger()
    usage()
    return 1 if support.failed else 0


sys.exit(main())
