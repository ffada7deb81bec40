// SPDX-License-Identifier: MIT
// `blazecam vcam`: the virtual camera on the command line.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/cli/cli.h"
#include "host/file/file.h"
#include "host/vcam/camera.h"
#include "host/vcam/files.h"
#include "host/vcam/gdb.h"
#include "host/vcam/live.h"
#include "host/vcam/machine.h"
#include "host/vcam/options.h"
#include "host/vcam/profile.h"
#include "host/vcam/report.h"
#include "host/vcam/script.h"
#include "host/vcam/sdcard.h"
#include "host/vcam/sdmmc.h"
#include "host/vcam/usb_disk.h"
#include "host/vcam/usb_script.h"
#include "host/vcam/vcam.h"

enum { SCRIPT_MAX = 1 << 20, LAST = 1024 };

// When the text was seen, its line is let come to its end.
static const uint64_t GRACE = VCAM_SECOND / 50;

struct run {
    struct vcam_options options;
    struct vcam *vm;
    struct vcam_symbols *symbols;
    struct vcam_profile *profile;
    struct vcam_camera *camera;
    struct vcam_sdcard *card;
    struct vcam_live live;
    struct usb_host *usb;
    struct usb_script *usb_script;
    FILE *usb_log;
    struct vcam_script script;
    uint8_t *script_text;
    bool scripted, keyboard;

    size_t matched_size; // of the output's tail that is kept for --until
    char *tail;
    bool seen;
    struct vcam_event grace;
    bool carriage_return; // held back until it is known what follows

    char last[LAST]; // of the console, for a crash before a script runs
    size_t last_count;
};

static void on_grace(void *context) {
    struct run *run = context;
    vcam_stop(run->vm);
}

// Looks for the text in what was put out.
static void look(struct run *run, char byte) {
    const char *text = run->options.until;
    if (!text || run->seen) {
        if (run->seen && byte == '\n') {
            vcam_stop(run->vm);
        }
        return;
    }
    size_t size = strlen(text);
    if (run->matched_size == size) {
        memmove(run->tail, run->tail + 1, --run->matched_size);
    }
    run->tail[run->matched_size++] = byte;
    if (run->matched_size == size && memcmp(run->tail, text, size) == 0) {
        run->seen = true;
        vcam_event_set(run->vm, &run->grace, vcam_now(run->vm) + GRACE);
    }
}

// To stdout: a script's lines end as the host's do.
static void put(void *owner, uint8_t byte) {
    struct run *run = owner;
    bool plain = !run->keyboard;
    if (plain && run->carriage_return && byte != '\n') {
        (void)putchar('\r');
        look(run, '\r');
    }
    run->carriage_return = plain && byte == '\r';
    if (!run->carriage_return) {
        (void)putchar(byte);
        look(run, (char)byte);
    }
    if (run->keyboard) {
        (void)fflush(stdout);
    }
}

static void on_console(void *owner, uint8_t byte) {
    struct run *run = owner;
    run->last[run->last_count++ % LAST] = (char)byte;
    if (run->scripted) {
        vcam_script_byte(&run->script, byte);
    } else {
        put(run, byte);
    }
}

static void on_note(void *owner, const char *text) {
    (void)owner;
    fprintf(stderr, "blazecam: vcam: %s\n", text);
}

static void on_fault(void *owner) {
    struct run *run = owner;
    (void)fflush(stdout);
    fprintf(stderr, "blazecam: vcam: the firmware took a fault\n");
    vcam_report(stderr, run->vm, run->symbols);
}

static void on_script_done(void *owner) {
    struct run *run = owner;
    // Who waits for a text gets the rest of the time, if there is an end.
    bool wait = run->options.until && run->options.limit != UINT64_MAX &&
            run->script.state == SCRIPT_DONE;
    if (!wait) {
        vcam_event_set(run->vm, &run->grace, vcam_now(run->vm));
    }
}

static int prepare(struct run *run) {
    const struct vcam_options *o = &run->options;
    const struct vcam_config config = {.strict = o->strict,
            .stop_at_fault = !o->survive,
            .silicon_y = o->silicon_y,
            .debug = o->gdb != 0,
            .power_cut = o->power_cut,
            .seed = o->seed,
            .console_baud = 115200,
            .owner = run,
            .output = on_console,
            .note = on_note,
            .fault = on_fault};
    int err = vcam_create(&run->vm, &config);
    if (err) {
        return cli_fail("vcam", "%s",
                err == -ENOMEM ? "out of memory"
                               : "the processor engine does not start");
    }
    if (o->profile) {
        run->profile = vcam_profile_new();
        if (!run->profile) {
            return cli_fail("vcam", "out of memory");
        }
        vcam_cpu_profile(vcam_processor(run->vm), run->profile);
    }
    int status = vcam_camera_open(&run->camera, run->vm, o);
    if (status == 0 && o->sd.image) {
        status = vcam_sdcard_open(&run->card, &o->sd);
    }
    if (status == 0 && run->card) {
        vcam_sdmmc_insert(run->vm, run->card);
    }
    if (status == 0 && o->flash) {
        status = vcam_load_flash(run->vm, o->flash);
    }
    if (status == 0) {
        status = vcam_load_firmware(run->vm, o->firmware, &run->symbols);
    }
    if (status == 0 && o->drive) {
        status = vcam_load_drive(run->vm, o->drive);
    }
    if (status == 0 && o->script) {
        nn_error error;
        size_t size = 0;
        if (file_read(o->script, SCRIPT_MAX, &run->script_text, &size,
                    &error) != 0) {
            return cli_fail(o->script, "%s", error.text);
        }
        run->scripted = true;
        run->script.size = size;
    }
    run->tail = malloc(o->until ? strlen(o->until) : 1);
    if (!run->tail) {
        return cli_fail("vcam", "out of memory");
    }
    return status;
}

// A host at the USB plug, for who wants one.
static int prepare_usb(struct run *run) {
    const struct vcam_options *o = &run->options;
    if (!o->usb) {
        return 0;
    }
    if (o->usb_log) {
        run->usb_log = fopen(o->usb_log, "w");
        if (!run->usb_log) {
            return cli_fail(o->usb_log, "%s", strerror(errno));
        }
    }
    if (usb_host_create(&run->usb, run->vm, run->usb_log)) {
        return cli_fail("vcam", "out of memory");
    }
    usb_disk_set_file(run->usb->disk, o->msc);
    usb_host_plug(run->usb, true);
    return o->usb_script ? usb_script_open(&run->usb_script, run->usb,
                                   o->usb_script, o->usb_serial)
                         : 0;
}

static void show_last(const struct run *run) {
    size_t count = run->last_count < LAST ? run->last_count : LAST;
    if (!run->scripted || run->script.state >= SCRIPT_OUTPUT || !count) {
        return;
    }
    fprintf(stderr, "  the console said:\n");
    for (size_t i = run->last_count - count; i < run->last_count; i++) {
        char byte = run->last[i % LAST];
        if (byte != '\r') {
            (void)fputc(byte, stderr);
        }
    }
    fprintf(stderr, "\n");
}

// The exit status, and a sentence where it is not 0.
static int judge(struct run *run, enum vcam_end end) {
    const char *message = vcam_message(run->vm);
    switch (end) {
    case VCAM_END_FAULT: // on_fault has told
        show_last(run);
        return CLI_FAILED;
    case VCAM_END_LOCKUP:
    case VCAM_END_COMPLAINT:
    case VCAM_END_BROKEN:
        (void)cli_fail("vcam", "%s", message);
        vcam_report(stderr, run->vm, run->symbols);
        show_last(run);
        return CLI_FAILED;
    case VCAM_END_POWER_CUT:
        fprintf(stderr, "blazecam: vcam: %s\n", message);
        break;
    default:
        break;
    }
    if (run->options.until && !run->seen) {
        show_last(run);
        return cli_fail("vcam", "'%s' did not come", run->options.until);
    }
    if (run->scripted && !run->options.until) {
        if (run->script.state == SCRIPT_FAILED) {
            show_last(run);
            return cli_fail("vcam", "the camera gives no raw REPL");
        }
        if (run->script.state == SCRIPT_DONE && run->script.raised) {
            return CLI_FAILED; // the traceback has told
        }
    }
    return vcam_faults(run->vm) && !run->options.survive ? CLI_FAILED : 0;
}

static int execute(struct run *run) {
    const struct vcam_options *o = &run->options;
    vcam_power_on(run->vm);
    int status = prepare_usb(run);
    if (status) {
        return status;
    }
    run->grace = (struct vcam_event){.fire = on_grace, .context = run};
    if (run->scripted) {
        run->script.owner = run;
        run->script.output = put;
        run->script.done = on_script_done;
        vcam_script_start(&run->script, run->vm, run->script_text,
                run->script.size);
    }
    run->keyboard = !run->scripted && !o->pty && isatty(STDIN_FILENO);
    status = vcam_live_open(&run->live, run->vm, run->keyboard, run->usb,
            o->pty);
    if (status) {
        return status;
    }
    enum vcam_end end = o->gdb ? vcam_gdb_serve(run->vm, o->gdb, o->limit)
                               : vcam_run(run->vm, o->limit);
    vcam_live_close(&run->live);
    (void)fflush(stdout);
    status = judge(run, end);
    if (o->flash && vcam_save_flash(run->vm, o->flash)) {
        status = CLI_FAILED;
    }
    if (o->drive && vcam_save_drive(run->vm, o->drive)) {
        status = CLI_FAILED;
    }
    unsigned faults = vcam_faults(run->vm) + (end == VCAM_END_COMPLAINT);
    if (o->stats && vcam_save_stats(run->vm, o->stats, faults)) {
        status = CLI_FAILED;
    }
    if (o->profile &&
            vcam_profile_save(run->profile, run->symbols, o->profile)) {
        status = CLI_FAILED;
    }
    return status;
}

int cmd_vcam(int argc, char **argv) {
    struct run *run = calloc(1, sizeof *run);
    if (!run) {
        return cli_fail("vcam", "out of memory");
    }
    int status = vcam_options_parse(&run->options, argc, argv);
    if (status == 0) {
        status = prepare(run);
    }
    if (status == 0) {
        status = execute(run);
    }
    usb_script_close(run->usb_script);
    usb_host_destroy(run->usb);
    if (run->usb_log) {
        (void)fclose(run->usb_log);
    }
    vcam_destroy(run->vm);
    int unwritten = vcam_camera_close(run->camera);
    status = status ? status : unwritten;
    vcam_sdcard_close(run->card);
    vcam_symbols_free(run->symbols);
    vcam_profile_free(run->profile);
    free(run->script_text);
    free(run->tail);
    free(run);
    return status;
}
