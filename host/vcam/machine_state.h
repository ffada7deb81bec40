// SPDX-License-Identifier: MIT
// What is inside a machine; for the files that make it up.
#ifndef HOST_VCAM_MACHINE_STATE_H
#define HOST_VCAM_MACHINE_STATE_H

#include "host/vcam/machine.h"
#include "host/vcam/scs.h"

enum { VCAM_DEVICES = 96, VCAM_BANKS = 12, VCAM_MESSAGE = 512 };

// The pages of 1 KiB between 0x40000000 and 0x60000000.
enum { VCAM_IO_PAGES = 0x20000000 >> 10 };
#define VCAM_IO 0x40000000u
#define VCAM_PPB 0xe0000000u

// A bank of memory.
struct vcam_bank {
    const char *name;
    uint32_t base, size;
    unsigned access;
    uint16_t gate; // mapped only while this block is enabled
    bool mapped;
    bool restricted;                   // by the MPU
    uint32_t changed_from, changed_to; // by bus masters; offsets
    uint8_t *data;
};

struct rcc;
struct pwr;
struct flash;
struct usart;
struct dma;
struct dmamux;
struct mdma;
struct dcmi;
struct cache;

struct vcam {
    struct vcam_config config;
    struct vcam_cpu *cpu;
    struct vcam_scs scs;

    struct vcam_bank bank[VCAM_BANKS];
    unsigned banks;
    uint8_t *flash_memory;
    struct vcam_device device[VCAM_DEVICES];
    unsigned devices;
    uint8_t page[VCAM_IO_PAGES]; // device + 1
    struct rcc *rcc;             // asked at every access
    struct pwr *pwr;
    struct flash *flash;
    struct usart *console;
    struct dma *dma;
    struct dmamux *dmamux;
    struct mdma *mdma;
    struct dcmi *dcmi;
    struct cache *cache;

    // Time: `base_time` at `base_cycle`, then `hz` cycles a second.
    uint64_t base_time, base_cycle, slept;
    uint32_t hz;
    struct vcam_event *events;
    uint64_t horizon; // cycle to which the engine may run
    struct vcam_event systick;

    bool mpu_changed;
    bool waiting; // in a WFI or WFE
    bool reset_wanted;
    enum vcam_reset reset_why;
    enum vcam_end end;
    char message[VCAM_MESSAGE];
    bool accessing; // in the middle of an access, to `access`
    uint32_t access;
    uint32_t end_pc;
    unsigned faults;
    bool powered;
    uint32_t noted[256]; // sentences said in lenient mode, hashed
    unsigned notes;

    // The console's line towards the camera.
    uint8_t typed[4096];
    size_t typed_from, typed_count;
};

// --- machine.c ------------------------------------------------------------

// Ends the run for this reason, with a sentence.
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void vcam_finish(struct vcam *vm, enum vcam_end end, const char *format, ...);

// Says a sentence, unless it has been said before.
void vcam_note_once(struct vcam *vm, const char *text);

// --- time.c ---------------------------------------------------------------

uint64_t vcam_cycle_at(const struct vcam *vm, uint64_t time);
void vcam_set_core_clock(struct vcam *vm, uint32_t hz);
void vcam_fire_events(struct vcam *vm);
// Sleeps to the cycle.
void vcam_sleep_to(struct vcam *vm, uint64_t cycle);

// --- bus.c ----------------------------------------------------------------

int vcam_bus_create(struct vcam *vm);
void vcam_bus_destroy(struct vcam *vm);
void vcam_bus_reset(struct vcam *vm, enum vcam_reset why);
// An access of 1, 2 or 4 bytes to a register, as by the processor.
uint32_t vcam_bus_load(struct vcam *vm, uint32_t address, unsigned size);
void vcam_bus_store(struct vcam *vm, uint32_t address, unsigned size,
        uint32_t value);
// Bytes of a bank were changed by other than the processor.
void vcam_bank_changed(struct vcam *vm, struct vcam_bank *bank, uint32_t at,
        size_t size);
// Maps and unmaps the banks that have a gate.
void vcam_bus_update(struct vcam *vm);

// --- devices --------------------------------------------------------------

int vcam_devices_create(struct vcam *vm);

// flash.c: a store to flash, and what is to be done when the engine is still.
void vcam_flash_store(struct vcam *vm, uint32_t address, unsigned size,
        uint32_t value);
void vcam_flash_settle(struct vcam *vm);

// usart.c: bytes were typed at the console.
void vcam_usart_typed(struct vcam *vm);

// bootloader.c: puts the stand-in for the camera's bootloader into sector 0.
void vcam_bootloader_install(uint8_t *flash);

#endif
