// SPDX-License-Identifier: MIT
// The virtual camera as a machine: memory, devices, time, and running it.
//
// Time is virtual: one instruction is one cycle of the core clock that RCC is
// set to, sleep ends at the next event. All else follows from that, so two
// runs with the same input are equal to the instruction.
#ifndef HOST_VCAM_MACHINE_H
#define HOST_VCAM_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/vcam/vcam_cpu.h"

struct vcam;

// --- memory map (RM0433 2.3) ----------------------------------------------

enum {
    VCAM_FLASH = 0x08000000,
    VCAM_FLASH_SIZE = 0x200000,
    VCAM_BANK_SIZE = 0x100000,
    VCAM_SECTOR_SIZE = 0x20000,
    VCAM_DRIVE = 0x08020000,    // the user's drive
    VCAM_FIRMWARE = 0x08040000, // where the bootloader jumps
    VCAM_FIRMWARE_MAX = 0x1a0000
};

// --- time -----------------------------------------------------------------

#define VCAM_SECOND 1000000000000ull // in picoseconds, the unit of time

uint64_t vcam_now(const struct vcam *vm); // picoseconds since power on
uint64_t vcam_cycles(const struct vcam *vm);
uint64_t vcam_time_of(const struct vcam *vm, uint64_t cycle);

// Something that happens at a time. The owner keeps it; a fired event may be
// set again by what it calls.
struct vcam_event {
    uint64_t at;
    void (*fire)(void *context);
    void *context;
    struct vcam_event *next;
    bool set;
};

void vcam_event_set(struct vcam *vm, struct vcam_event *event, uint64_t at);
void vcam_event_cancel(struct vcam *vm, struct vcam_event *event);

// --- devices --------------------------------------------------------------

enum vcam_reset {
    VCAM_RESET_POWER,    // everything
    VCAM_RESET_SYSTEM,   // all but the backup domain and the debug part
    VCAM_RESET_SOFTWARE, // the same, asked for by SYSRESETREQ
    VCAM_RESET_WATCHDOG, // the same, by the independent watchdog
    VCAM_RESET_WINDOW,   // the same, by the window watchdog
    VCAM_RESET_BLOCK     // one block, by its bit in RCC_xxxRSTR
};

// The enable bit of a block: offset of its register in RCC, and the bit.
#define VCAM_GATE(offset, bit) ((uint16_t)((offset) << 5 | (bit)))

// A block of registers. Offsets are multiples of 4: the bus takes smaller
// accesses apart, but for blocks with `narrow`, which see the size. A register
// that is not modelled is refused with false.
struct vcam_device {
    const char *name;
    uint32_t base, size;
    uint16_t gate; // 0: always clocked
    bool narrow;
    bool (*read)(void *self, uint32_t offset, unsigned size, uint32_t *value);
    bool (*write)(void *self, uint32_t offset, unsigned size, uint32_t value);
    void (*reset)(void *self, enum vcam_reset why);
    // Clocks change: called before, and after it has happened. May be null.
    void (*clocks)(void *self, bool after);
    void (*destroy)(void *self);
    void *self;
};

// Adds a device; it lives until vcam_destroy, which calls `destroy`.
void vcam_add_device(struct vcam *vm, const struct vcam_device *device);
// The state of the first device of that name, or null.
void *vcam_find_device(const struct vcam *vm, const char *name);
bool vcam_device_clocked(const struct vcam *vm, uint16_t gate);
void vcam_reset_block(struct vcam *vm, uint16_t gate);

// Sets the level of an interrupt line (RM0433 table 148, position).
void vcam_irq(struct vcam *vm, unsigned irq, bool level);
// Asks for a reset at the next possible place.
void vcam_request_reset(struct vcam *vm, enum vcam_reset why);

// Says that the firmware did what no camera would take. In strict mode that
// ends the run; else it is said once a sentence and passed over.
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void vcam_complain(struct vcam *vm, const char *format, ...);

// --- the machine ----------------------------------------------------------

enum vcam_end {
    VCAM_END_NONE,
    VCAM_END_TIME,      // the limit was reached
    VCAM_END_STOP,      // vcam_stop was called
    VCAM_END_FAULT,     // the firmware took a fault
    VCAM_END_LOCKUP,    // a fault in the handler of a hard fault
    VCAM_END_COMPLAINT, // strict mode found something
    VCAM_END_POWER_CUT, // the flash operation asked for was reached
    VCAM_END_DEBUG,     // a breakpoint or the end of a step
    VCAM_END_BROKEN     // the engine failed
};

struct vcam_config {
    bool strict;
    bool stop_at_fault;    // else the firmware's own handler goes on
    bool silicon_y;        // an old chip: revision Y, at most 400 MHz
    bool debug;            // breakpoints and steps, slower
    uint32_t power_cut;    // stop at this flash operation; 0 for never
    uint32_t seed;         // of what RAM holds at power on, and of the RNG
    unsigned console_baud; // of the host at USART1
    void *owner;           // argument of the functions below
    void (*output)(void *owner, uint8_t byte);   // from the console
    void (*note)(void *owner, const char *text); // a warning, lenient mode
    void (*fault)(void *owner); // a fault handler is about to be entered
};

// Makes a machine with blank flash and power off. -ENOMEM, or -EIO when the
// engine cannot be had.
int vcam_create(struct vcam **out, const struct vcam_config *config);
void vcam_destroy(struct vcam *vm);

// The flash as a programmer sees it; to be filled before power on. Its sector
// 0 holds a small bootloader that does what the camera's does.
uint8_t *vcam_flash(struct vcam *vm);
void vcam_power_on(struct vcam *vm);

// Runs to the time, in picoseconds since power on, or to another end.
enum vcam_end vcam_run(struct vcam *vm, uint64_t until);
// Ends vcam_run soon; for use from the functions in the configuration.
void vcam_stop(struct vcam *vm);

// Bytes typed at the console; they arrive at the baud rate. False: no room.
bool vcam_type(struct vcam *vm, uint8_t byte);
size_t vcam_typed(const struct vcam *vm); // not yet arrived

uint64_t vcam_instructions(const struct vcam *vm);
unsigned vcam_faults(const struct vcam *vm);
// Why the last run ended, in a sentence without a newline; "" for nothing.
const char *vcam_message(const struct vcam *vm);
// The instruction that it was about, or 0.
uint32_t vcam_end_pc(const struct vcam *vm);

struct vcam_cpu *vcam_processor(struct vcam *vm);
// Reads or writes memory, flash and RAM only, as a debugger does.
bool vcam_peek(struct vcam *vm, uint32_t address, void *data, size_t size);
bool vcam_poke(struct vcam *vm, uint32_t address, const void *data,
        size_t size);
// Reads a register as the firmware would; false when it is not modelled.
bool vcam_peek_register(struct vcam *vm, uint32_t address, uint32_t *value);

#endif
