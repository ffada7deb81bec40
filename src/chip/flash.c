// SPDX-License-Identifier: MIT
// Erasing and programming the flash of the STM32H743 (RM0433 chapter 4).

#include "chip/flash.h"

#include <string.h>

#include "chip/device.h"
#include "chip/iwdg.h"
#include "chip/systick.h"
#include "chip/vectors.h"

// Registers: RM0433 section 4.9; those of bank 2 are 0x100 further on.
#define FLASH_R_BASE 0x52002000U
#define FLASH_ACR CHIP_REG(FLASH_R_BASE + 0x000)
#define FLASH_KEYR(bank) CHIP_REG(FLASH_R_BASE + 0x004 + 0x100 * (bank))
#define FLASH_CR(bank) CHIP_REG(FLASH_R_BASE + 0x00C + 0x100 * (bank))
#define FLASH_SR(bank) CHIP_REG(FLASH_R_BASE + 0x010 + 0x100 * (bank))
#define FLASH_CCR(bank) CHIP_REG(FLASH_R_BASE + 0x014 + 0x100 * (bank))

#define FLASH_KEY1 0x45670123U
#define FLASH_KEY2 0xCDEF89ABU

#define FLASH_ACR_MASK 0x3FU
#define FLASH_ACR_WRHIGHFREQ_SHIFT 4

#define FLASH_CR_LOCK (1U << 0)
#define FLASH_CR_PG (1U << 1)
#define FLASH_CR_SER (1U << 2)
#define FLASH_CR_PSIZE_X64 (3U << 4)
#define FLASH_CR_START (1U << 7)
#define FLASH_CR_SNB_SHIFT 8

#define FLASH_SR_BSY (1U << 0)
#define FLASH_SR_WBNE (1U << 1)
#define FLASH_SR_QW (1U << 2)
#define FLASH_SR_WRPERR (1U << 17)
#define FLASH_SR_PGSERR (1U << 18)
#define FLASH_SR_STRBERR (1U << 19)
#define FLASH_SR_INCERR (1U << 21)
#define FLASH_SR_OPERR (1U << 22)
#define FLASH_SR_SNECCERR (1U << 25)
#define FLASH_SR_DBECCERR (1U << 26)
#define FLASH_SR_FAILED                                                       \
    (FLASH_SR_WRPERR | FLASH_SR_PGSERR | FLASH_SR_STRBERR | FLASH_SR_INCERR | \
            FLASH_SR_OPERR)
// Every flag that CCR clears, at the bit it has in SR.
#define FLASH_CCR_ALL 0x0FEF0000U

#define FLASH_IDLE (FLASH_SR_BSY | FLASH_SR_WBNE | FLASH_SR_QW)

#define BANK_BYTES (CHIP_FLASH_BYTES / 2U)

// Datasheet DS12110, flash characteristics: at most 4 s a sector and well
// under 1 ms a word.
#define ERASE_MS 8000U
#define PROGRAM_US 5000U

int chip_flash_set_latency(uint32_t axi_hz) {
    static const struct {
        uint32_t up_to_mhz;
        uint32_t latency;
        uint32_t delay;
    } rows[] = {
            {70, 0, 0},
            {140, 1, 1},
            {185, 2, 1},
            // Restatements of the table differ here: 2 or 3. The safe one.
            {210, 3, 2},
            {240, 4, 2},
    };
    uint32_t mhz = (axi_hz + 999999U) / 1000000U;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (mhz <= rows[i].up_to_mhz) {
            uint32_t acr = rows[i].latency |
                    rows[i].delay << FLASH_ACR_WRHIGHFREQ_SHIFT;
            FLASH_ACR = acr;
            // Section 4.3.8: read back before the clock may rise.
            return chip_wait(&FLASH_ACR, FLASH_ACR_MASK, acr, 100);
        }
    }
    return CHIP_EINVAL;
}

// What must hold while a bank is busy, and what was there before.
struct quiet {
    uint32_t basepri;
    uint32_t vtor;
};

static struct quiet quiet_begin(void) {
    struct quiet before = {__get_BASEPRI(), SCB->VTOR};
    __set_BASEPRI_MAX(CHIP_PRIO_FLASH << (8U - __NVIC_PRIO_BITS));
    SCB->VTOR = chip_vectors_in_ram();
    __DSB();
    __ISB();
    return before;
}

static void quiet_end(struct quiet before) {
    SCB->VTOR = before.vtor;
    __DSB();
    __set_BASEPRI(before.basepri);
}

static int unlock(uint32_t bank) {
    if (FLASH_CR(bank) & FLASH_CR_LOCK) {
        FLASH_KEYR(bank) = FLASH_KEY1;
        FLASH_KEYR(bank) = FLASH_KEY2;
        if (FLASH_CR(bank) & FLASH_CR_LOCK) {
            return CHIP_EIO;
        }
    }
    int err = chip_wait(&FLASH_SR(bank), FLASH_IDLE, 0, PROGRAM_US);
    FLASH_CCR(bank) = FLASH_CCR_ALL;
    return err;
}

static void lock(uint32_t bank) {
    FLASH_CR(bank) = FLASH_CR_LOCK;
}

static void (*idle_hook)(void);

void chip_flash_set_idle(void (*idle)(void)) {
    idle_hook = idle;
}

// Sleeps between looks: the tick interrupt wakes the core every millisecond,
// USB's sooner.
CHIP_FASTCODE static int run_erase(uint32_t bank, uint32_t sector) {
    FLASH_CR(bank) =
            FLASH_CR_SER | FLASH_CR_PSIZE_X64 | sector << FLASH_CR_SNB_SHIFT;
    FLASH_CR(bank) |= FLASH_CR_START;
    __DSB();
    uint32_t start = chip_ms();
    while (FLASH_SR(bank) & (FLASH_SR_BSY | FLASH_SR_QW)) {
        if (chip_ms() - start >= ERASE_MS) {
            return CHIP_ETIMEDOUT;
        }
        chip_iwdg_feed();
        if (idle_hook != NULL) {
            idle_hook();
        }
        __WFI();
    }
    return (FLASH_SR(bank) & FLASH_SR_FAILED) ? CHIP_EIO : 0;
}

CHIP_FASTCODE static int run_program(uint32_t bank, volatile uint32_t *to,
        const uint32_t *words) {
    FLASH_CR(bank) = FLASH_CR_PG | FLASH_CR_PSIZE_X64;
    __ISB();
    __DSB();
    for (uint32_t i = 0; i < CHIP_FLASH_WORD / 4U; i++) {
        to[i] = words[i];
    }
    __ISB();
    __DSB();
    int err = chip_wait(&FLASH_SR(bank), FLASH_IDLE, 0, PROGRAM_US);
    FLASH_CR(bank) = FLASH_CR_PSIZE_X64;
    return (FLASH_SR(bank) & FLASH_SR_FAILED) ? CHIP_EIO : err;
}

static bool in_flash(uint32_t address, size_t count) {
    return address >= CHIP_FLASH_ADDR && count <= CHIP_FLASH_BYTES &&
            address - CHIP_FLASH_ADDR <= CHIP_FLASH_BYTES - count;
}

static uint32_t bank_of(uint32_t address) {
    return (address - CHIP_FLASH_ADDR) / BANK_BYTES;
}

int chip_flash_erase(uint32_t address) {
    if (!in_flash(address, CHIP_FLASH_SECTOR) || address % CHIP_FLASH_SECTOR) {
        return CHIP_EINVAL;
    }
    uint32_t bank = bank_of(address);
    uint32_t sector =
            (address - CHIP_FLASH_ADDR) % BANK_BYTES / CHIP_FLASH_SECTOR;
    struct quiet before = quiet_begin();
    int err = unlock(bank);
    if (!err) {
        err = run_erase(bank, sector);
    }
    lock(bank);
    quiet_end(before);
    SCB_InvalidateDCache_by_Addr((void *)(uintptr_t)address,
            (int32_t)CHIP_FLASH_SECTOR);
    return err;
}

int chip_flash_program(uint32_t address, const void *data, size_t count) {
    if (!in_flash(address, count) || address % CHIP_FLASH_WORD ||
            count % CHIP_FLASH_WORD) {
        return CHIP_EINVAL;
    }
    int err = 0;
    for (size_t done = 0; done < count && !err; done += CHIP_FLASH_WORD) {
        // The source may be in flash itself, and of any alignment.
        uint32_t words[CHIP_FLASH_WORD / 4U];
        memcpy(words, (const uint8_t *)data + done, sizeof(words));
        uint32_t to = address + (uint32_t)done;
        uint32_t bank = bank_of(to);
        // One word a turn, so that other interrupts wait for one word only.
        struct quiet before = quiet_begin();
        err = unlock(bank);
        if (!err) {
            err = run_program(bank, &CHIP_REG(to), words);
        }
        lock(bank);
        quiet_end(before);
    }
    SCB_InvalidateDCache_by_Addr((void *)(uintptr_t)address, (int32_t)count);
    return err;
}

int chip_flash_read(uint32_t address, void *data, size_t count) {
    if (!in_flash(address, count)) {
        return CHIP_EINVAL;
    }
    uint32_t bank = bank_of(address);
    uint32_t faultmask = __get_FAULTMASK();
    // With FAULTMASK and BFHFNMIGN a failed load is no fault, only a flag.
    __set_FAULTMASK(1);
    SCB->CCR |= SCB_CCR_BFHFNMIGN_Msk;
    FLASH_CCR(bank) = FLASH_SR_DBECCERR | FLASH_SR_SNECCERR;
    __DSB();
    __ISB();
    memcpy(data, (const void *)(uintptr_t)address, count);
    __DSB();
    bool damaged = (FLASH_SR(bank) & FLASH_SR_DBECCERR) != 0;
    FLASH_CCR(bank) = FLASH_SR_DBECCERR | FLASH_SR_SNECCERR;
    SCB->CCR &= ~SCB_CCR_BFHFNMIGN_Msk;
    __DSB();
    __ISB();
    __set_FAULTMASK(faultmask);
    if (damaged) {
        uint32_t line = address & ~31U;
        SCB_InvalidateDCache_by_Addr((void *)(uintptr_t)line,
                (int32_t)(count + (address - line)));
    }
    return damaged ? CHIP_EIO : 0;
}
