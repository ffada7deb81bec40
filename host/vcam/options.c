// SPDX-License-Identifier: MIT
// The options of `blazecam vcam`.

#include "host/vcam/options.h"

#include <stddef.h>
#include <string.h>

#include "host/cli/cli.h"
#include "host/vcam/machine.h"
#include "host/vcam/sensor.h"

static int whole(const char *option, const char *word, double most,
        uint32_t *value) {
    double number = 0;
    int status = word ? cli_number("vcam", option, word, 0, most, &number) : 0;
    if (status == 0 && word) {
        if (number != (double)(uint32_t)number) {
            return cli_usage("vcam", "%s %s: not a whole number", option, word);
        }
        *value = (uint32_t)number;
    }
    return status;
}

static int seconds(const char *word, uint64_t *limit) {
    double number = 0;
    int status = word ? cli_number("vcam", "--for", word, 0, 1e6, &number) : 0;
    if (status == 0 && word) {
        *limit = (uint64_t)(number * (double)VCAM_SECOND);
    }
    return status;
}

static int silicon(const char *word, bool *y) {
    if (word && strcmp(word, "Y") != 0 && strcmp(word, "V") != 0) {
        return cli_usage("vcam", "--silicon %s: V or Y", word);
    }
    *y = word && *word == 'Y';
    return 0;
}

static int sensor(const char *word, const struct vcam_sensor_kind **kind) {
    *kind = word ? vcam_sensor_kind(word) : &VCAM_OV7725;
    if (!*kind && strcmp(word, "none") != 0) {
        return cli_usage("vcam", "--sensor %s: ov7725, mt9m114 or none", word);
    }
    return 0;
}

static int sd_kind(const char *word, enum vcam_sdcard_kind *kind) {
    static const char *const names[] = {"sc", "v1", "hc"};
    for (unsigned i = 0; word && i < 3; i++) {
        if (strcmp(word, names[i]) == 0) {
            *kind = (enum vcam_sdcard_kind)(VCAM_SD_SC + i);
            return 0;
        }
    }
    return word ? cli_usage("vcam", "--sd-kind %s: sc, v1 or hc", word) : 0;
}

int vcam_options_parse(struct vcam_options *options, int argc, char **argv) {
    *options = (struct vcam_options){.limit = UINT64_MAX,
            .strict = true,
            .seed = 1};
    bool strict = false;
    bool lenient = false;
    const char *limit = NULL;
    const char *cut = NULL;
    const char *seed = NULL;
    const char *gdb = NULL;
    const char *chip = NULL;
    const char *eye = NULL;
    const char *kind = NULL;
    const char *pull = NULL;
    const char *back = NULL;
    const char *noise = NULL;
    const cli_option table[] = {
            {.name = "--firmware", .value = &options->firmware},
            {.name = "--script", .value = &options->script},
            {.name = "--until", .value = &options->until},
            {.name = "--for", .value = &limit},
            {.name = "--drive", .value = &options->drive},
            {.name = "--flash", .value = &options->flash},
            {.name = "--sd", .value = &options->sd.image},
            {.name = "--sd-kind", .value = &kind},
            {.name = "--sd-pull", .value = &pull},
            {.name = "--sd-back", .value = &back},
            {.name = "--sd-noise", .value = &noise},
            {.name = "--sensor", .value = &eye},
            {.name = "--stuck-i2c", .flag = &options->stuck_i2c},
            {.name = "--scene", .value = &options->scene},
            {.name = "--frames", .value = &options->frames},
            {.name = "--stats", .value = &options->stats},
            {.name = "--profile", .value = &options->profile},
            {.name = "--pty", .value = &options->pty},
            {.name = "--usb", .flag = &options->usb},
            {.name = "--msc", .value = &options->msc},
            {.name = "--usb-script", .value = &options->usb_script},
            {.name = "--usb-serial", .value = &options->usb_serial},
            {.name = "--usb-log", .value = &options->usb_log},
            {.name = "--gdb", .value = &gdb},
            {.name = "--strict", .flag = &strict},
            {.name = "--lenient", .flag = &lenient},
            {.name = "--survive", .flag = &options->survive},
            {.name = "--power-cut", .value = &cut},
            {.name = "--silicon", .value = &chip},
            {.name = "--seed", .value = &seed},
    };
    int operands = 0;
    uint32_t port = 0;
    int status = cli_parse(argc, argv, table, sizeof table / sizeof *table,
            &operands);
    if (status) {
        return status;
    }
    if (operands) {
        return cli_usage("vcam", "%s: takes options only", argv[1]);
    }
    if (strict && lenient) {
        return cli_usage("vcam", "--strict or --lenient, not both");
    }
    if (options->until && !*options->until) {
        return cli_usage("vcam", "--until: the text is empty");
    }
    if ((status = seconds(limit, &options->limit)) ||
            (status = whole("--power-cut", cut, UINT32_MAX,
                     &options->power_cut)) ||
            (status = whole("--seed", seed, UINT32_MAX, &options->seed)) ||
            (status = whole("--gdb", gdb, 65535, &port)) ||
            (status = whole("--sd-pull", pull, UINT32_MAX,
                     &options->sd.pull)) ||
            (status = whole("--sd-back", back, UINT32_MAX,
                     &options->sd.back)) ||
            (status = whole("--sd-noise", noise, UINT32_MAX,
                     &options->sd.bad_every)) ||
            (status = sd_kind(kind, &options->sd.kind)) ||
            (status = silicon(chip, &options->silicon_y)) ||
            (status = sensor(eye, &options->sensor))) {
        return status;
    }
    if (!options->firmware) {
        options->firmware = "build/openmv4/firmware.bin";
    }
    if (options->pty && options->usb_script) {
        return cli_usage("vcam", "--pty or --usb-script, not both");
    }
    if (options->usb_serial && !options->usb_script) {
        return cli_usage("vcam", "--usb-serial needs --usb-script");
    }
    options->usb = options->usb || options->pty || options->msc ||
            options->usb_script || options->usb_log;
    options->gdb = (uint16_t)port;
    options->strict = !lenient;
    return 0;
}
