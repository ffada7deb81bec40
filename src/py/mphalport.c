// SPDX-License-Identifier: MIT
// Console, waiting and time for MicroPython.

#include "py/mphal.h"

#include "chip/boot.h"
#include "chip/rng.h"
#include "chip/rtc.h"
#include "chip/uart.h"
#include "extmod/misc.h"
#include "link/usb.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "shared/runtime/interrupt_char.h"
#include "shared/runtime/softtimer.h"
#include "shared/timeutils/timeutils.h"
#include "src/py/console.h"
#include "src/py/drive.h"
#include "src/py/link.h"
#include "src/py/port.h"

void mp_hal_delay_ms(mp_uint_t ms) {
    uint32_t start = chip_ms();
    if (ms == 0) {
        mp_event_handle_nowait();
        return;
    }
    // The tick under way counts as none: at least `ms` pass.
    for (mp_uint_t past = 0; past <= ms; past = chip_ms() - start) {
        mp_event_wait_ms(ms);
    }
}

// A prompt that has waited this long is not being pasted to: flash may be
// erased, which takes longer than the receive ring lasts.
#define QUIET_MS 1000U

int mp_hal_stdin_rx_chr(void) {
    uint32_t start = chip_ms();
    for (;;) {
        int c = console_get();
        if (c >= 0) {
            return c;
        }
        int other = mp_os_dupterm_rx_chr();
        if (other >= 0) {
            return other;
        }
        if (chip_ms() - start >= QUIET_MS) {
            drive_idle();
        }
        mp_event_wait_indefinite();
    }
}

mp_uint_t mp_hal_stdout_tx_strn(const char *text, size_t count) {
    console_write(text, count);
    mp_os_dupterm_tx_strn(text, count);
    return count;
}

uintptr_t mp_hal_stdio_poll(uintptr_t flags) {
    uintptr_t ready = 0;
    if ((flags & MP_STREAM_POLL_RD) && console_available()) {
        ready |= MP_STREAM_POLL_RD;
    }
    if (flags & MP_STREAM_POLL_WR) {
        ready |= MP_STREAM_POLL_WR;
    }
    return ready | mp_os_dupterm_poll(flags);
}

uint64_t mp_hal_time_ns(void) {
    struct chip_time t;
    if (chip_rtc_get(&t)) {
        return 0;
    }
    uint64_t seconds = timeutils_seconds_since_epoch(t.year, t.month, t.day,
            t.hour, t.minute, t.second);
    return seconds * 1000000000ULL + (uint64_t)t.micros * 1000U;
}

// Soft timers: the tick interrupt looks at the next expiry, PendSV runs them.
static volatile uint32_t timer_due;
static volatile bool timer_armed;

uint32_t soft_timer_get_ms(void) {
    return chip_ms();
}

void soft_timer_schedule_at_ms(uint32_t ms) {
    uint32_t state = port_irq_disable();
    timer_due = ms;
    timer_armed = true;
    __set_PRIMASK(state);
}

CHIP_FASTCODE void chip_tick(uint32_t ms) {
    usb_pending = true;
    chip_boot_tick();
    bool due = timer_armed && (int32_t)(ms - timer_due) >= 0;
    if (due) {
        timer_armed = false;
    }
    if (due || port_poll_is_late(ms)) {
        SCB->ICSR = SCB_ICSR_PENDSVSET_Msk;
    }
}

void chip_pendsv_handler(void);
void port_pendsv(uint32_t *frame, uint32_t exc_return);

// The frame of what was interrupted, which is on the same stack (ARMv7-M
// reference manual, B1.5.6): r0-r3, r12, lr, pc, xPSR.
enum { FRAME_PC = 6, FRAME_XPSR = 7 };
#define EXC_RETURN_THREAD (1U << 3)
#define XPSR_THUMB (1U << 24)
#define XPSR_REALIGN (1U << 9)

__attribute__((naked)) void chip_pendsv_handler(void) {
    __asm volatile("mov r0, sp\n"
                   "mov r1, lr\n"
                   "push {r4, lr}\n"
                   "bl port_pendsv\n"
                   "pop {r4, pc}\n");
}

// Where a script that cannot be asked goes on: at the main loop.
__attribute__((naked, used)) static void leave_by_force(void) {
    __asm volatile("mov r0, sp\n"
                   "bic r0, r0, #7\n"
                   "mov sp, r0\n"
                   "b nlr_jump_abort\n");
}

volatile uint32_t port_held;

__attribute__((used)) void port_pendsv(uint32_t *frame, uint32_t exc_return) {
    soft_timer_handler();
    if (!port_poll_is_late(chip_ms()) || !port_poll_late()) {
        return;
    }
    if (link_is_stuck() && port_held == 0 && (exc_return & EXC_RETURN_THREAD)) {
        frame[FRAME_PC] = (uint32_t)(uintptr_t)leave_by_force & ~1U;
        frame[FRAME_XPSR] = (frame[FRAME_XPSR] & XPSR_REALIGN) | XPSR_THUMB;
    }
}

uint32_t port_pendsv_lock(void) {
    uint32_t state = __get_BASEPRI();
    __set_BASEPRI_MAX(CHIP_PRIO_PENDSV << (8U - __NVIC_PRIO_BITS));
    __ISB();
    return state;
}

void port_pendsv_unlock(uint32_t state) {
    __set_BASEPRI(state);
}

uint32_t port_random_seed(void) {
    uint32_t seed;
    return chip_rng(&seed) ? chip_cycles() : seed;
}
