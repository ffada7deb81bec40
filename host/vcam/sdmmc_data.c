// SPDX-License-Identifier: MIT
// SDMMC1's data path (RM0433 section 57.5.5): blocks from and to the card, by
// its own DMA or through the FIFO.

#include <string.h>

#include "host/vcam/sdmmc.h"
#include "host/vcam/sdmmc_state.h"

void sdmmc_end_data(struct sdmmc *s, uint32_t flags) {
    s->phase = STILL;
    s->dctrl &= ~DCTRL_DTEN;
    vcam_event_cancel(s->vm, &s->data_done);
    s->status |= flags;
    sdmmc_update_irq(s);
}

static void expire(struct sdmmc *s) {
    s->phase = EXPIRE;
    sdmmc_after(s, &s->data_done, sdmmc_clocks(s, s->dtimer));
}

// Blocks whose lines are used differently on the two sides never match.
static bool same_width(const struct sdmmc *s) {
    unsigned width = (s->clkcr >> 14 & 3) == 1 ? 4 : 1;
    return vcam_sdcard_width(s->card) == width;
}

static uint64_t time_of(const struct sdmmc *s, size_t bytes) {
    unsigned width = (s->clkcr >> 14 & 3) == 1 ? 4 : 1;
    return sdmmc_clocks(s, bytes * 8 / width + 20);
}

static size_t block_bytes(const struct sdmmc *s) {
    size_t size = (size_t)1 << (s->dctrl >> 4 & 15);
    return size > VCAM_SD_BLOCK ? VCAM_SD_BLOCK : size;
}

// Bytes of a block that go at once: all of them by DMA, half a FIFO without.
static size_t portion(const struct sdmmc *s) {
    size_t left = s->block_size - s->block_at;
    size_t most = s->idma & IDMA_ON ? VCAM_SD_BLOCK : 2 * FIFO_WORDS;
    return left < most ? left : most;
}

static bool by_dma(struct sdmmc *s, uint8_t *bytes, size_t size) {
    bool good = sdmmc_reading(s)
            ? vcam_master_write(s->vm, &s->master, s->pointer, bytes, size)
            : vcam_master_read(s->vm, &s->master, s->pointer, bytes, size);
    s->pointer += (uint32_t)size;
    return good;
}

static void next_block(struct sdmmc *s);

static void block_received(struct sdmmc *s) {
    s->dcount -= (uint32_t)s->block_size;
    if (!s->block_good || !same_width(s)) {
        sdmmc_end_data(s, STA_DCRCFAIL);
        return;
    }
    s->status |= STA_DBCKEND;
    if (s->dcount == 0) {
        sdmmc_end_data(s, STA_DATAEND);
    } else {
        next_block(s);
    }
}

// A portion has come from the card.
static void received(struct sdmmc *s) {
    size_t size = portion(s);
    uint8_t *from = s->block + s->block_at;
    if (s->idma & IDMA_ON) {
        if (!by_dma(s, from, size)) {
            sdmmc_end_data(s, STA_IDMATE);
            return;
        }
    } else if (s->fifo_count + size / 4 > FIFO_WORDS) {
        if (s->clkcr & CLKCR_FLOW) {
            sdmmc_after(s, &s->data_done,
                    sdmmc_clocks(s, 16)); // the clock stands still
        } else {
            sdmmc_end_data(s, STA_RXOVERR);
        }
        return;
    } else {
        for (size_t i = 0; i < size; i += 4) {
            unsigned slot = (s->fifo_from + s->fifo_count++) % FIFO_WORDS;
            memcpy(&s->fifo[slot], from + i, 4);
        }
    }
    s->block_at += size;
    if (s->block_at == s->block_size) {
        block_received(s);
    } else {
        sdmmc_after(s, &s->data_done, time_of(s, portion(s)));
    }
}

static void card_pulled(struct sdmmc *s) {
    s->pulled = s->card;
    vcam_sdmmc_insert(s->vm, NULL);
    uint32_t back = vcam_sdcard_back(s->pulled);
    if (back) {
        sdmmc_after(s, &s->card_back, sdmmc_microseconds(1000ull * back));
    }
}

static void block_sent(struct sdmmc *s) {
    enum vcam_sd_receipt receipt = same_width(s)
            ? vcam_sdcard_receive(s->card, s->block)
            : VCAM_SD_DAMAGED;
    switch (receipt) {
    case VCAM_SD_TAKEN:
        s->dcount -= (uint32_t)s->block_size;
        s->status |= STA_DBCKEND;
        s->phase = PROGRAM;
        sdmmc_after(s, &s->data_done, sdmmc_microseconds(BUSY_MICROSECONDS));
        break;
    case VCAM_SD_DAMAGED:
        sdmmc_end_data(s, STA_DCRCFAIL);
        break;
    case VCAM_SD_PULLED:
        card_pulled(s);
        expire(s);
        break;
    case VCAM_SD_DEAF:
        expire(s);
        break;
    }
}

// A portion goes to the card.
static void sent(struct sdmmc *s) {
    size_t size = portion(s);
    uint8_t *to = s->block + s->block_at;
    if (s->idma & IDMA_ON) {
        if (!by_dma(s, to, size)) {
            sdmmc_end_data(s, STA_IDMATE);
            return;
        }
    } else if (s->fifo_count < (size + 3) / 4) {
        if (s->clkcr & CLKCR_FLOW || s->block_at == 0) {
            sdmmc_after(s, &s->data_done, sdmmc_clocks(s, 16));
        } else {
            sdmmc_end_data(s, STA_TXUNDERR);
        }
        return;
    } else {
        for (size_t i = 0; i < size; i += 4, s->fifo_count--) {
            memcpy(to + i, &s->fifo[s->fifo_from], 4);
            s->fifo_from = (s->fifo_from + 1) % FIFO_WORDS;
        }
    }
    s->block_at += size;
    if (s->block_at == s->block_size) {
        block_sent(s);
    } else {
        sdmmc_after(s, &s->data_done, time_of(s, portion(s)));
    }
}

static void next_block(struct sdmmc *s) {
    s->block_at = 0;
    s->block_size = block_bytes(s);
    if (!s->card) {
        expire(s);
    } else if (sdmmc_reading(s)) {
        size_t size = vcam_sdcard_send(s->card, s->block, &s->block_good);
        if (size != s->block_size) {
            expire(s);
            return;
        }
        sdmmc_after(s, &s->data_done, s->lead + time_of(s, portion(s)));
        s->lead = 0;
    } else {
        sdmmc_after(s, &s->data_done, time_of(s, portion(s)));
    }
}

void sdmmc_on_data(void *context) {
    struct sdmmc *s = context;
    switch (s->phase) {
    case SEND:
        sent(s);
        break;
    case RECEIVE:
        received(s);
        break;
    case PROGRAM:
        if (s->dcount == 0) {
            sdmmc_end_data(s, STA_DATAEND);
        } else {
            s->phase = SEND;
            next_block(s);
        }
        break;
    case EXPIRE:
        sdmmc_end_data(s, STA_DTIMEOUT);
        break;
    default:
        break;
    }
    sdmmc_update_irq(s);
}

void sdmmc_start_data(struct sdmmc *s) {
    size_t size = block_bytes(s);
    if (s->dlen == 0 || s->dlen % size) {
        vcam_complain(s->vm, "SDMMC1: DLEN %u is not blocks of %u",
                (unsigned)s->dlen, (unsigned)size);
        return;
    }
    if (s->idma & IDMA_DOUBLE) {
        vcam_complain(s->vm, "SDMMC1: double buffers are not modelled");
        return;
    }
    s->dcount = s->dlen;
    s->pointer = s->idma_base[0];
    s->fifo_from = s->fifo_count = 0;
    s->phase = sdmmc_reading(s) ? RECEIVE : SEND;
    s->lead = sdmmc_microseconds(ACCESS_MICROSECONDS);
    next_block(s);
}
