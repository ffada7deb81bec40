// SPDX-License-Identifier: MIT
// The options of `blazecam vcam`.
#ifndef HOST_VCAM_OPTIONS_H
#define HOST_VCAM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "host/vcam/sdcard.h"

struct vcam_sensor_kind;

// --firmware F       .bin or .elf; build/openmv4/firmware.bin if not given
// --script S.py      runs a Python script as a host would, then ends
// --until TEXT       ends with 0 when the output contains TEXT, else with 1
// --for SECONDS      ends after that much virtual time
// --drive IMG        the drive of 128 KiB (FAT), kept in this file
// --flash IMG        the whole flash chip of 2 MiB, kept in this file: what a
//                    power cut leaves
// --sd IMG           an SD card in the slot, kept in this file
// --sd-kind KIND     sc, v1 (sc of the first version) or hc; by the size, if
//                    not given
// --sd-pull N        pulled out when the N-th block is written to it
// --sd-back MS       put back so many milliseconds later
// --sd-noise N       every N-th block arrives damaged
// --sensor NAME      what is behind the lens: ov7725 (if not given), mt9m114 or
//                    none
// --stuck-i2c        the sensor holds SDA low at first, as after a reset in the
//                    middle of an answer
// --scene PATH       what it looks at: a photograph, a folder of them as a
//                    slide show of a second each, or a film (Y4M, MJPEG)
// --frames DIR       writes the frames that DCMI delivered as frame_00000.png
//                    and so on
// --stats F.json     instructions, virtual seconds and faults
// --profile F.json   where the instructions went: profile.h
// --usb              plugs in a virtual USB host
// --pty PATH         the same, its serial port under that name; opening it is
//                    DTR, its rate the line coding
// --msc FILE         the same, its disk as a file: what the camera has is put
//                    there, what changes there goes to the camera
// --usb-script FILE  the same; what it does, and when: usb_script.h
// --usb-serial FILE  gets what the host's serial port receives (script only)
// --usb-log FILE     gets a line for all that happens on the bus
// --gdb PORT         waits for a debugger on 127.0.0.1:PORT
// --strict           ends at what no camera would take (the default)
// --lenient          says it once and goes on
// --survive          a fault does not end the run: the firmware's handler
//                    goes on
// --power-cut N      the power fails in the N-th flash operation
// --silicon V|Y      revision of the chip, V if not given
// --seed N           of what RAM holds at power on, and of the RNG
struct vcam_options {
    struct vcam_sdcard_options sd; // image null for none
    const char *firmware, *script, *drive, *flash, *until, *stats, *pty;
    const char *profile;
    const char *msc, *usb_script, *usb_serial, *usb_log;
    bool usb; // a host is plugged in
    const char *scene, *frames;
    const struct vcam_sensor_kind *sensor; // null for none
    uint64_t limit;                        // picoseconds; UINT64_MAX for none
    bool strict, survive, silicon_y, stuck_i2c;
    uint32_t power_cut, seed;
    uint16_t gdb; // port, or 0
};

// 0, or CLI_WRONG_USAGE after a sentence on stderr.
int vcam_options_parse(struct vcam_options *options, int argc, char **argv);

#endif
