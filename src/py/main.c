// SPDX-License-Identifier: MIT
// From the reset handler to the prompt, and round again on a soft reset.

#include "board.h"
#include "chip/boot.h"
#include "chip/crash.h"
#include "chip/rcc.h"
#include "chip/rtc.h"
#include "chip/systick.h"
#include "image/frame.h"
#include "link/usb.h"
#include "memory.h"
#include "link/preview.h"
#include "py/gc.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stackctrl.h"
#include "shared/readline/readline.h"
#include "shared/runtime/gchelper.h"
#include "shared/runtime/pyexec.h"
#include "shared/runtime/softtimer.h"
#include "src/py/camera.h"
#include "src/py/console.h"
#include "src/py/drive.h"
#include "src/py/jpeg_block.h"
#include "src/py/machine_sdcard.h"
#include "src/py/link.h"
#include "src/py/ml_pool.h"
#include "src/py/port.h"
#include "src/py/usb_drive.h"

int main(void);

// What C code below the last check of the Python stack may need.
#define STACK_MARGIN 6144U

static void leds_off(void) {
    static const uint8_t leds[] = {BOARD_LED_RED, BOARD_LED_GREEN,
            BOARD_LED_BLUE, BOARD_LED_IR};
    for (size_t i = 0; i < sizeof(leds); i++) {
        chip_pin_config(leds[i], CHIP_PIN_OUTPUT, CHIP_PIN_FLOAT, 0, 0);
        chip_pin_write(leds[i], true);
    }
}

static void hardware_init(void) {
    (void)chip_boot_begin();
    int clocks = chip_clocks_init();
    chip_systick_init();
    NVIC_SetPriority(PendSV_IRQn, CHIP_PRIO_PENDSV);
    chip_gpio_init();
    leds_off();
    console_init();
    if (clocks) {
        chip_abort("the clocks did not start");
    }
    chip_rtc_init();
    if (chip_boot_mode() != CHIP_BOOT_BARE) {
        drive_init();
    }
    sdcard_init();
    preview_encode_with(jpeg_block_encode);
}

static void python_init(void) {
    mp_stack_set_top((void *)(MEM_STACK_ADDR + MEM_STACK_BYTES));
    mp_stack_set_limit(MEM_STACK_BYTES - STACK_MARGIN);
    gc_init((void *)MEM_HEAP_ADDR, (void *)(MEM_HEAP_ADDR + MEM_HEAP_BYTES));
#if MEM_HEAP_PIECES > 1
    gc_add((void *)MEM_HEAP2_ADDR, (void *)(MEM_HEAP2_ADDR + MEM_HEAP2_BYTES));
#endif
    mp_init();
    ml_pool_reset();
    camera_deinit();
    frame_init((void *)MEM_FRAME_ADDR, MEM_FRAME_BYTES);
    readline_init0();
}

// boot.py, then main.py unless boot.py asked for a soft reset or the session
// before it was left by Ctrl-D in raw mode, as tools do that want silence.
static void run_scripts(bool first) {
    if (!first && pyexec_mode_kind == PYEXEC_MODE_RAW_REPL) {
        return;
    }
    int result = pyexec_file_if_exists("boot.py");
    if (result & PYEXEC_FORCED_EXIT) {
        return;
    }
    pyexec_file_if_exists("main.py");
}

static void tell_safe_mode(void) {
    const struct chip_crash *crash = chip_crash_last();
    mp_printf(&mp_plat_print,
            "blazecam: safe mode: the last %u starts failed (%s).\n"
            "Neither boot.py nor main.py ran%s. A reset tries again.\n",
            chip_boot_mode() == CHIP_BOOT_SAFE ? CHIP_BOOT_BAD
                                               : CHIP_BOOT_BAD + 1U,
            crash != NULL ? chip_crash_name(crash->reason) : "no fault",
            chip_boot_mode() == CHIP_BOOT_SAFE ? ""
                                               : ", the drive was left alone");
}

static void prompt(void) {
    for (;;) {
        int result = pyexec_mode_kind == PYEXEC_MODE_RAW_REPL
                ? pyexec_raw_repl()
                : pyexec_friendly_repl();
        if (result != 0) {
            return;
        }
    }
}

// File systems, and on the first start the USB that shows them.
static void mount(bool first) {
    bool drive = chip_boot_mode() != CHIP_BOOT_BARE;
    if (drive) {
        pyexec_frozen_module("_boot.py", false);
    }
    if (first) {
        if (drive) {
            usb_drive_init();
        }
        usb_init();
        link_init();
        camera_look();
    }
}

// What runs between two soft resets. A host may end it at any time.
static void run(bool first, bool quiet) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        nlr_set_abort(NULL);
        link_aborted();
        return;
    }
    link_aborted(); // what was asked before there was anything to end
    nlr_set_abort(&nlr);
    if (link_next() == LINK_SCRIPT) {
        chip_boot_good();
        link_script_run();
    } else {
        chip_boot_scripts();
        link_script_main(true);
        if (first && chip_boot_mode() != CHIP_BOOT_NORMAL) {
            tell_safe_mode();
        } else if (!quiet) {
            run_scripts(first);
        }
        link_script_main(false);
        chip_boot_good();
        prompt();
    }
    nlr_set_abort(NULL);
    nlr_pop();
}

int main(void) {
    hardware_init();
    for (bool first = true;; first = false) {
        python_init();
        bool quiet = link_restarted();
        if (link_next() == LINK_ROM) {
            link_rom_wait();
        } else {
            mount(first);
            run(first, quiet);
            mp_printf(&mp_plat_print, "MPY: soft reboot\n");
        }
        link_event(0, OMV_EVENT_SOFT_REBOOT);
        link_channels_deinit();
        // It erases for a second or two, in which no host is answered; one
        // that has just asked waits a second. The prompt does it later.
        if (!link_is_host()) {
            drive_settle();
        }
        soft_timer_deinit();
        camera_deinit();
        port_deinit_peripherals();
        gc_sweep_all();
        usb_drive_soft_reset();
        mp_deinit();
    }
}

void gc_collect(void) {
    gc_collect_start();
    gc_helper_collect_regs_and_stack();
    soft_timer_gc_mark_all();
    gc_collect_end();
}

void nlr_jump_fail(void *value) {
    (void)value;
    chip_abort("an exception that nothing catches");
}

// MicroPython is built without assertions; newlib's own headers may ask.
void __assert_func(const char *file, int line, const char *function,
        const char *text);

void __assert_func(const char *file, int line, const char *function,
        const char *text) {
    (void)file;
    (void)line;
    (void)function;
    chip_abort(text);
}

const char port_help_text[] =
        "OpenMV Cam H7 running blazecam.\n"
        "\n"
        "The drive is /flash; boot.py and main.py in it run at power-up.\n"
        "Pins are machine.Pin('P0') to 'P9', LEDs machine.LED('LED_RED').\n"
        "omv.memory() lists where memory goes, omv.last_fault() what failed.\n"
        "\n"
        "  Ctrl-A  raw prompt, for tools     Ctrl-B  this prompt\n"
        "  Ctrl-C  interrupt the program     Ctrl-D  soft reset\n"
        "  Ctrl-E  paste mode\n"
        "\n"
        "help(object) tells about an object, help('modules') lists modules.\n";
