// SPDX-License-Identifier: MIT
// SD memory cards on SDMMC1 (RM0433 chapter 57; the card's side is the
// Physical Layer Simplified Specification 6.00, PLSS).

#include "chip/sdmmc.h"

#include <string.h>

#include "chip/rcc.h"
#include "chip/systick.h"

// Registers: RM0433 section 57.9.
#define SDMMC1_BASE 0x52007000U
#define SDMMC_POWER CHIP_REG(SDMMC1_BASE + 0x00)
#define SDMMC_CLKCR CHIP_REG(SDMMC1_BASE + 0x04)
#define SDMMC_ARG CHIP_REG(SDMMC1_BASE + 0x08)
#define SDMMC_CMD CHIP_REG(SDMMC1_BASE + 0x0C)
#define SDMMC_RESP(n) CHIP_REG(SDMMC1_BASE + 0x14 + 4U * (n))
#define SDMMC_DTIMER CHIP_REG(SDMMC1_BASE + 0x24)
#define SDMMC_DLEN CHIP_REG(SDMMC1_BASE + 0x28)
#define SDMMC_DCTRL CHIP_REG(SDMMC1_BASE + 0x2C)
#define SDMMC_STA CHIP_REG(SDMMC1_BASE + 0x34)
#define SDMMC_ICR CHIP_REG(SDMMC1_BASE + 0x38)
#define SDMMC_IDMACTRL CHIP_REG(SDMMC1_BASE + 0x50)
#define SDMMC_IDMABASE0 CHIP_REG(SDMMC1_BASE + 0x58)

#define POWER_OFF 0U
#define POWER_CYCLE 2U
#define POWER_ON 3U
#define CLKCR_WIDBUS_4 (1U << 14)
#define CLKCR_HWFC_EN (1U << 17)
#define CMD_CMDTRANS (1U << 6)
#define CMD_CMDSTOP (1U << 7)
#define CMD_NONE (0U << 8)
#define CMD_SHORT (1U << 8)
#define CMD_SHORT_OPEN (2U << 8) // without a checksum
#define CMD_LONG (3U << 8)
#define CMD_CPSMEN (1U << 12)
#define DCTRL_DTDIR (1U << 1)
#define DCTRL_BLOCK_512 (9U << 4)
#define DCTRL_FIFORST (1U << 13)
#define IDMACTRL_IDMAEN (1U << 0)
#define STA_CCRCFAIL (1U << 0)
#define STA_DCRCFAIL (1U << 1)
#define STA_CTIMEOUT (1U << 2)
#define STA_DTIMEOUT (1U << 3)
#define STA_TXUNDERR (1U << 4)
#define STA_RXOVERR (1U << 5)
#define STA_CMDREND (1U << 6)
#define STA_CMDSENT (1U << 7)
#define STA_DATAEND (1U << 8)
#define STA_BUSYD0 (1U << 20)
#define STA_IDMATE (1U << 27)
#define ICR_ALL 0x1FE00FFFU
#define COMMAND_ENDS (STA_CCRCFAIL | STA_CTIMEOUT | STA_CMDREND | STA_CMDSENT)
#define DATA_ERRORS \
    (STA_DCRCFAIL | STA_DTIMEOUT | STA_TXUNDERR | STA_RXOVERR | STA_IDMATE)

// Commands, PLSS section 4.7.4; what is marked so follows CMD55.
enum {
    GO_IDLE_STATE = 0,
    ALL_SEND_CID = 2,
    SEND_RELATIVE_ADDR = 3,
    SET_BUS_WIDTH = 6, // application
    SELECT_CARD = 7,
    SEND_IF_COND = 8,
    SEND_CSD = 9,
    STOP_TRANSMISSION = 12,
    SEND_STATUS = 13,
    SET_BLOCKLEN = 16,
    READ_SINGLE_BLOCK = 17,
    READ_MULTIPLE_BLOCK = 18,
    WRITE_BLOCK = 24,
    WRITE_MULTIPLE_BLOCK = 25,
    SD_SEND_OP_COND = 41, // application
    APP_CMD = 55
};

// PLSS sections 4.9 and 4.10.1, 5.1.
#define IF_COND 0x1AAU // 2.7 to 3.6 V, and a pattern to be echoed
#define OCR_3V3 (1U << 20)
#define OCR_CAPACITY (1U << 30)
#define OCR_READY (1U << 31)
#define STATUS_ERRORS 0xFDF98008U
#define STATUS_READY (1U << 8)
#define STATUS_STATE(status) ((status) >> 9 & 15U)
#define STATE_TRAN 4U

#define IDENT_HZ 400000U
#define DATA_HZ 25000000U
#define COMMAND_MS 20U
#define START_MS 1000U // PLSS 4.2.3
#define BUSY_MS 1000U  // twice what SDXC may take
#define DATA_MS 1500U  // longer than the controller's own timer
#define TIMER_S 1U
#define TRIES 3

// What lies elsewhere, or not in whole cache lines, goes through here: the
// controller's DMA reaches AXI SRAM and flash only (RM0433 table 3).
#define BOUNCE_BLOCKS 8U
static CHIP_CARD uint8_t bounce[BOUNCE_BLOCKS * CHIP_SD_BLOCK];
#define AXI_SRAM 0x24000000U
#define AXI_SRAM_BYTES 0x80000U
#define CACHE_LINE 32U

static struct chip_sd_card card;
static uint32_t rca; // the card's address, in the upper half

static uint32_t divider(uint32_t hz) {
    return (chip_clocks()->sdmmc + 2U * hz - 1U) / (2U * hz);
}

static int command(uint32_t index, uint32_t argument, uint32_t flags) {
    SDMMC_ICR = ICR_ALL;
    SDMMC_ARG = argument;
    SDMMC_CMD = index | flags | CMD_CPSMEN;
    uint32_t start = chip_ms();
    uint32_t sta = SDMMC_STA;
    while ((sta & COMMAND_ENDS) == 0) {
        if (chip_ms() - start > COMMAND_MS) {
            return CHIP_ETIMEDOUT;
        }
        sta = SDMMC_STA;
    }
    if (sta & STA_CTIMEOUT) {
        return CHIP_ETIMEDOUT;
    }
    return sta & STA_CCRCFAIL ? CHIP_EIO : 0;
}

// A command that the card's status answers.
static int command_r1(uint32_t index, uint32_t argument, uint32_t flags) {
    int err = command(index, argument, flags | CMD_SHORT);
    return err ? err : SDMMC_RESP(0) & STATUS_ERRORS ? CHIP_EIO : 0;
}

static int application(uint32_t index, uint32_t argument, uint32_t flags) {
    int err = command_r1(APP_CMD, rca, 0);
    return err ? err : command(index, argument, flags);
}

static int wait_busy(void) {
    uint32_t start = chip_ms();
    while (SDMMC_STA & STA_BUSYD0) {
        if (chip_ms() - start > BUSY_MS) {
            return CHIP_ETIMEDOUT;
        }
    }
    return 0;
}

// Until what was written is programmed.
static int wait_ready(void) {
    uint32_t start = chip_ms();
    for (;;) {
        int err = command(SEND_STATUS, rca, CMD_SHORT);
        if (err) {
            return err;
        }
        uint32_t status = SDMMC_RESP(0);
        if (status & STATUS_ERRORS) {
            return CHIP_EIO;
        }
        if (status & STATUS_READY && STATUS_STATE(status) == STATE_TRAN) {
            return 0;
        }
        if (chip_ms() - start > BUSY_MS) {
            return CHIP_ETIMEDOUT;
        }
    }
}

// --- identification (PLSS section 4.2) --------------------------------------

static void power_up(void) {
    chip_rcc_enable(GATE_SDMMC1);
    chip_rcc_reset(GATE_SDMMC1);
    SDMMC_CLKCR = divider(IDENT_HZ);
    // RM0433 57.5.7: the lines are driven low, then let go, then used.
    SDMMC_POWER = POWER_CYCLE;
    chip_delay_us(1000);
    SDMMC_POWER = POWER_OFF;
    chip_delay_us(1000);
    SDMMC_POWER = POWER_ON;
    chip_delay_us(1000); // at least 74 clocks
}

static int ask_voltage(void) {
    rca = 0;
    command(GO_IDLE_STATE, 0, CMD_NONE);
    // Cards of the first version do not know it.
    uint32_t capacity = 0;
    int err = command(SEND_IF_COND, IF_COND, CMD_SHORT);
    if (!err) {
        if ((SDMMC_RESP(0) & 0xFFFU) != IF_COND) {
            return CHIP_EIO;
        }
        capacity = OCR_CAPACITY;
    }
    uint32_t start = chip_ms();
    for (;;) {
        err = application(SD_SEND_OP_COND, capacity | OCR_3V3, CMD_SHORT_OPEN);
        if (err) {
            // An illegal command before is told once.
            if (err != CHIP_EIO || chip_ms() - start > START_MS) {
                return err;
            }
            continue;
        }
        uint32_t ocr = SDMMC_RESP(0);
        if (ocr & OCR_READY) {
            card.high = (ocr & OCR_CAPACITY) != 0;
            return 0;
        }
        if (chip_ms() - start > START_MS) {
            return CHIP_EIO;
        }
        chip_delay_us(1000);
    }
}

// Bits high … low of a CSD (PLSS sections 5.3.2 and 5.3.3).
static uint32_t csd_bits(uint32_t high, uint32_t low) {
    uint32_t value = 0;
    for (uint32_t bit = high + 1U; bit-- > low;) {
        value = value << 1 | (card.csd[3U - bit / 32U] >> bit % 32U & 1U);
    }
    return value;
}

static uint32_t capacity_in_blocks(void) {
    if (csd_bits(127, 126) == 1U) {
        return (csd_bits(69, 48) + 1U) * 1024U;
    }
    uint32_t log2 = csd_bits(49, 47) + 2U + csd_bits(83, 80);
    return (csd_bits(73, 62) + 1U) << (log2 - 9U);
}

static int get_register(uint32_t index, uint32_t argument, uint32_t to[4]) {
    int err = command(index, argument, CMD_LONG);
    for (uint32_t i = 0; i < 4 && !err; i++) {
        to[i] = SDMMC_RESP(i);
    }
    return err;
}

static int identify(void) {
    int err = ask_voltage();
    if (!err) {
        err = get_register(ALL_SEND_CID, 0, card.cid);
    }
    if (!err) {
        err = command(SEND_RELATIVE_ADDR, 0, CMD_SHORT);
        rca = SDMMC_RESP(0) & 0xFFFF0000U;
    }
    if (!err) {
        err = get_register(SEND_CSD, rca, card.csd);
    }
    return err;
}

static int prepare(void) {
    int err = command_r1(SELECT_CARD, rca, 0);
    if (!err) {
        err = wait_busy();
    }
    if (!err) {
        SDMMC_CLKCR = divider(DATA_HZ) | CLKCR_HWFC_EN;
        err = application(SET_BUS_WIDTH, 2, CMD_SHORT);
    }
    if (!err) {
        SDMMC_CLKCR = divider(DATA_HZ) | CLKCR_HWFC_EN | CLKCR_WIDBUS_4;
        err = card.high ? 0 : command_r1(SET_BLOCKLEN, CHIP_SD_BLOCK, 0);
    }
    return err;
}

int chip_sd_init(void) {
    memset(&card, 0, sizeof card);
    power_up();
    int err = identify();
    if (!err) {
        err = prepare();
    }
    if (err) {
        chip_sd_deinit();
        return err == CHIP_ETIMEDOUT ? CHIP_ENODEV : err;
    }
    card.blocks = capacity_in_blocks();
    return 0;
}

void chip_sd_deinit(void) {
    card.blocks = 0;
    SDMMC_POWER = POWER_OFF;
    chip_rcc_disable(GATE_SDMMC1);
}

const struct chip_sd_card *chip_sd_card(void) {
    return &card;
}

// --- blocks -----------------------------------------------------------------

static int wait_data(void) {
    uint32_t start = chip_ms();
    for (;;) {
        uint32_t sta = SDMMC_STA;
        if (sta & DATA_ERRORS) {
            return sta & STA_DTIMEOUT ? CHIP_ETIMEDOUT : CHIP_EIO;
        }
        if (sta & STA_DATAEND) {
            return 0;
        }
        if (chip_ms() - start > DATA_MS) {
            return CHIP_ETIMEDOUT;
        }
    }
}

// `memory` is in AXI SRAM, in whole cache lines.
static int move(bool write, uint32_t block, uint8_t *memory, uint32_t count) {
    static const uint8_t commands[2][2] = {{READ_SINGLE_BLOCK,
                                                   READ_MULTIPLE_BLOCK},
            {WRITE_BLOCK, WRITE_MULTIPLE_BLOCK}};
    uint32_t address = card.high ? block : block * CHIP_SD_BLOCK;
    int32_t bytes = (int32_t)(count * CHIP_SD_BLOCK);
    if (write) {
        SCB_CleanDCache_by_Addr((uint32_t *)(void *)memory, bytes);
    } else {
        // Lines that were changed must not be written back over what comes.
        SCB_InvalidateDCache_by_Addr(memory, bytes);
    }
    SDMMC_DCTRL = DCTRL_FIFORST;
    SDMMC_DTIMER = TIMER_S * DATA_HZ;
    SDMMC_DLEN = (uint32_t)bytes;
    SDMMC_IDMABASE0 = (uint32_t)(uintptr_t)memory;
    SDMMC_IDMACTRL = IDMACTRL_IDMAEN;
    SDMMC_DCTRL = DCTRL_BLOCK_512 | (write ? 0 : DCTRL_DTDIR);
    int err = command_r1(commands[write][count > 1U], address, CMD_CMDTRANS);
    if (!err) {
        err = wait_data();
    }
    if (count > 1U || err) {
        // After an error it also ends the controller's own wait.
        int stop = command(STOP_TRANSMISSION, 0, CMD_SHORT | CMD_CMDSTOP);
        err = err ? err : stop;
        stop = wait_busy();
        err = err ? err : stop;
    }
    SDMMC_IDMACTRL = 0;
    SDMMC_DCTRL = 0;
    if (!write) {
        // Nor must lines that were fetched meanwhile stand for it.
        SCB_InvalidateDCache_by_Addr(memory, bytes);
    }
    return err ? err : write ? wait_ready() : 0;
}

static int move_surely(bool write, uint32_t block, uint8_t *memory,
        uint32_t count) {
    int err = 0;
    for (int i = 0; i < TRIES; i++) {
        err = move(write, block, memory, count);
        if (!err) {
            return 0;
        }
        // Is it still there, and ready for another try?
        if (wait_ready() == CHIP_ETIMEDOUT) {
            err = CHIP_ETIMEDOUT;
            break;
        }
    }
    if (err == CHIP_ETIMEDOUT) {
        chip_sd_deinit();
        err = CHIP_ENODEV;
    }
    return err;
}

static bool direct(const void *data, uint32_t count) {
    uint32_t at = (uint32_t)(uintptr_t)data;
    return at % CACHE_LINE == 0 && at >= AXI_SRAM &&
            at - AXI_SRAM + count * CHIP_SD_BLOCK <= AXI_SRAM_BYTES;
}

static int check(uint32_t block, uint32_t count) {
    if (card.blocks == 0) {
        return CHIP_ENODEV;
    }
    return block >= card.blocks || count > card.blocks - block ? CHIP_EINVAL
                                                               : 0;
}

static uint32_t part(uint32_t count) {
    return count < BOUNCE_BLOCKS ? count : BOUNCE_BLOCKS;
}

int chip_sd_read(uint32_t block, void *data, uint32_t count) {
    int err = check(block, count);
    if (!err && count && direct(data, count)) {
        return move_surely(false, block, data, count);
    }
    uint8_t *to = data;
    while (count && !err) {
        uint32_t n = part(count);
        err = move_surely(false, block, bounce, n);
        if (!err) {
            memcpy(to, bounce, n * CHIP_SD_BLOCK);
        }
        to += n * CHIP_SD_BLOCK;
        block += n;
        count -= n;
    }
    return err;
}

int chip_sd_write(uint32_t block, const void *data, uint32_t count) {
    int err = check(block, count);
    if (!err && count && direct(data, count)) {
        return move_surely(true, block, (uint8_t *)(uintptr_t)data, count);
    }
    const uint8_t *from = data;
    while (count && !err) {
        uint32_t n = part(count);
        memcpy(bounce, from, n * CHIP_SD_BLOCK);
        err = move_surely(true, block, bounce, n);
        from += n * CHIP_SD_BLOCK;
        block += n;
        count -= n;
    }
    return err;
}
