// SPDX-License-Identifier: MIT
// What is inside SDMMC1; for the two files that make it up.
#ifndef HOST_VCAM_SDMMC_STATE_H
#define HOST_VCAM_SDMMC_STATE_H

#include "host/vcam/machine_state.h"
#include "host/vcam/master.h"
#include "host/vcam/sdcard.h"

// Registers and bits: RM0433 section 57.9.
#define CMD_INDEX 0x3fu
#define CMD_TRANS (1u << 6)
#define CMD_STOP (1u << 7)
#define CMD_WAITRESP(cmd) ((cmd) >> 8 & 3)
#define CMD_CPSMEN (1u << 12)
#define DCTRL_DTEN (1u << 0)
#define DCTRL_READ (1u << 1)
#define DCTRL_FIFORST (1u << 13)
#define CLKCR_FLOW (1u << 17)
#define IDMA_ON (1u << 0)
#define IDMA_DOUBLE (1u << 1)

#define STA_CCRCFAIL (1u << 0)
#define STA_DCRCFAIL (1u << 1)
#define STA_CTIMEOUT (1u << 2)
#define STA_DTIMEOUT (1u << 3)
#define STA_TXUNDERR (1u << 4)
#define STA_RXOVERR (1u << 5)
#define STA_CMDREND (1u << 6)
#define STA_CMDSENT (1u << 7)
#define STA_DATAEND (1u << 8)
#define STA_DBCKEND (1u << 10)
#define STA_DABORT (1u << 11)
#define STA_DPSMACT (1u << 12)
#define STA_CPSMACT (1u << 13)
#define STA_TXFIFOHE (1u << 14)
#define STA_RXFIFOHF (1u << 15)
#define STA_TXFIFOF (1u << 16)
#define STA_RXFIFOF (1u << 17)
#define STA_TXFIFOE (1u << 18)
#define STA_RXFIFOE (1u << 19)
#define STA_BUSYD0 (1u << 20)
#define STA_BUSYD0END (1u << 21)
#define STA_IDMATE (1u << 27)
#define STA_CLEARS 0x1fe00fffu

enum {
    FIFO_WORDS = 16,
    BUSY_MICROSECONDS = 250, // a card programs a block
    ACCESS_MICROSECONDS = 80 // before the first block of a read
};

// What the data path does next.
enum phase { STILL, ARMED, SEND, RECEIVE, PROGRAM, EXPIRE };

struct sdmmc {
    struct vcam *vm;
    struct vcam_master master;
    struct vcam_sdcard *card, *pulled;
    uint32_t power, clkcr, arg, cmd, respcmd, resp[4];
    uint32_t dtimer, dlen, dctrl, dcount, status, mask, acktime;
    uint32_t idma, idma_size, idma_base[2];
    struct vcam_sd_response response;
    struct vcam_event command_done, data_done, busy_done, card_back;
    bool busy;

    enum phase phase;
    uint8_t block[VCAM_SD_BLOCK]; // being moved
    size_t block_size, block_at;
    bool block_good;
    uint64_t lead;    // before the first block
    uint32_t pointer; // of the DMA
    uint32_t fifo[FIFO_WORDS];
    unsigned fifo_from, fifo_count;
};

// --- sdmmc.c --------------------------------------------------------------

// The clock on the lines; 0 while it is off.
uint32_t sdmmc_hz(const struct sdmmc *s);
uint64_t sdmmc_clocks(const struct sdmmc *s, uint64_t count);
uint64_t sdmmc_microseconds(uint64_t count);
void sdmmc_after(struct sdmmc *s, struct vcam_event *event, uint64_t time);
bool sdmmc_reading(const struct sdmmc *s);
void sdmmc_update_irq(struct sdmmc *s);

// --- sdmmc_data.c ---------------------------------------------------------

void sdmmc_start_data(struct sdmmc *s);
// Ends a transfer with these flags.
void sdmmc_end_data(struct sdmmc *s, uint32_t flags);
// The next thing that happens on the data lines: of the event.
void sdmmc_on_data(void *context);

#endif
