// SPDX-License-Identifier: MIT
// SDMMC1 (RM0433 section 57): registers and commands.

#include "host/vcam/sdmmc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/devices.h"
#include "host/vcam/gpio.h"
#include "host/vcam/rcc.h"
#include "host/vcam/sdmmc_state.h"

enum {
    POWER = 0x00,
    CLKCR = 0x04,
    ARG = 0x08,
    CMD = 0x0c,
    RESPCMD = 0x10,
    RESP1 = 0x14,
    RESP4 = 0x20,
    DTIMER = 0x24,
    DLEN = 0x28,
    DCTRL = 0x2c,
    DCOUNT = 0x30,
    STA = 0x34,
    ICR = 0x38,
    MASK = 0x3c,
    ACKTIME = 0x40,
    IDMACTRL = 0x50,
    IDMABSIZE = 0x54,
    IDMABASE0 = 0x58,
    IDMABASE1 = 0x5c,
    FIFO = 0x80,
    FIFO_END = 0xc0,
    VER = 0x3f4,
    ID = 0x3f8,
    IRQ = 49,
    DETECT = VCAM_PIN('D', 0)
};

enum {
    RESPONSE_CLOCKS = 130,       // a short one with the command and gaps
    LONG_CLOCKS = 220,           // a long one
    SILENT_CLOCKS = 64 + 48 + 8, // until the controller gives up
};

// --- time -----------------------------------------------------------------

uint32_t sdmmc_hz(const struct sdmmc *s) {
    uint32_t hz = vcam_clock(s->vm, CLOCK_SDMMC);
    uint32_t divide = s->clkcr & 0x3ff;
    return divide ? hz / (2 * divide) : hz;
}

uint64_t sdmmc_clocks(const struct sdmmc *s, uint64_t count) {
    uint32_t hz = sdmmc_hz(s);
    return hz ? count * VCAM_SECOND / hz : VCAM_SECOND;
}

void sdmmc_after(struct sdmmc *s, struct vcam_event *event, uint64_t time) {
    vcam_event_set(s->vm, event, vcam_now(s->vm) + time);
}

uint64_t sdmmc_microseconds(uint64_t count) {
    return count * (VCAM_SECOND / 1000000);
}

// --- flags ----------------------------------------------------------------

bool sdmmc_reading(const struct sdmmc *s) {
    return s->dctrl & DCTRL_READ;
}

static uint32_t status_now(const struct sdmmc *s) {
    uint32_t value = s->status;
    bool moving = s->phase >= SEND;
    value |= moving ? STA_DPSMACT : 0;
    value |= s->command_done.set ? STA_CPSMACT : 0;
    value |= s->busy ? STA_BUSYD0 : 0;
    bool idma = s->idma & IDMA_ON;
    unsigned count = s->fifo_count;
    if (sdmmc_reading(s)) {
        value |= count == 0 ? STA_RXFIFOE : 0;
        value |= moving && !idma && count >= FIFO_WORDS / 2 ? STA_RXFIFOHF : 0;
        value |= count == FIFO_WORDS ? STA_RXFIFOF : 0;
    } else {
        value |= moving && count == 0 ? STA_TXFIFOE : 0;
        value |= moving && !idma && count <= FIFO_WORDS / 2 ? STA_TXFIFOHE : 0;
        value |= count == FIFO_WORDS ? STA_TXFIFOF : 0;
    }
    return value;
}

void sdmmc_update_irq(struct sdmmc *s) {
    vcam_irq(s->vm, IRQ, (status_now(s) & s->mask) != 0);
}
// --- the command path -----------------------------------------------------

static bool connected(const struct sdmmc *s) {
    static const unsigned pins[] = {VCAM_PIN('C', 12), VCAM_PIN('D', 2),
            VCAM_PIN('C', 8)};
    for (unsigned i = 0; i < 3; i++) {
        if (!vcam_pin_is_af(s->vm, pins[i], 12)) {
            return false;
        }
    }
    return s->card && (s->power & 3) == 3;
}

// False when the clock is too fast for the card. That is a mistake, but where
// a card was put in that the firmware does not know of.
static bool slow_enough(struct sdmmc *s) {
    uint32_t hz = sdmmc_hz(s);
    uint32_t most = vcam_sdcard_is_known(s->card) ? vcam_sdcard_most_hz(s->card)
                                                  : 400000;
    bool meant = s->arg >> 16 == 0 && (s->cmd & CMD_INDEX) != 12;
    if (hz > most && (meant || vcam_sdcard_is_known(s->card))) {
        vcam_complain(s->vm, "SDMMC1 at %u Hz, the card allows %u now",
                (unsigned)hz, (unsigned)most);
    }
    return hz <= most;
}

static void start_command(struct sdmmc *s, uint32_t value) {
    s->cmd = value;
    if (!(value & CMD_CPSMEN)) {
        return;
    }
    if (s->command_done.set) {
        vcam_complain(s->vm, "SDMMC1: a command before the last has ended");
        return;
    }
    if (sdmmc_hz(s) == 0 || (s->power & 3) != 3) {
        vcam_complain(s->vm, "SDMMC1: a command without clock or power");
        return;
    }
    s->response = (struct vcam_sd_response){.kind = VCAM_SD_SILENT};
    if (value & CMD_STOP && s->phase != STILL) {
        sdmmc_end_data(s, STA_DABORT);
    }
    if (connected(s) && slow_enough(s)) {
        vcam_sdcard_command(s->card, value & CMD_INDEX, s->arg, &s->response);
    }
    unsigned wait = CMD_WAITRESP(value);
    uint64_t count = wait == 0                   ? 56
            : s->response.kind == VCAM_SD_SILENT ? (uint64_t)SILENT_CLOCKS
            : s->response.kind == VCAM_SD_LONG   ? (uint64_t)LONG_CLOCKS
                                                 : (uint64_t)RESPONSE_CLOCKS;
    sdmmc_after(s, &s->command_done, sdmmc_clocks(s, count));
    if (value & CMD_TRANS) {
        s->phase = ARMED;
    }
}

// Which flag the response leads to; WAITRESP 1 is short, 2 short without a
// checksum, 3 long.
static uint32_t flag_of(const struct sdmmc *s, unsigned wait) {
    enum vcam_sd_answer kind = s->response.kind;
    if (wait == 0) {
        return STA_CMDSENT;
    }
    if (kind == VCAM_SD_SILENT) {
        return STA_CTIMEOUT;
    }
    if ((kind == VCAM_SD_LONG) != (wait == 3) ||
            (kind == VCAM_SD_OPEN && wait != 2)) {
        return STA_CCRCFAIL;
    }
    return STA_CMDREND;
}

static void on_command(void *context) {
    struct sdmmc *s = context;
    unsigned wait = CMD_WAITRESP(s->cmd);
    uint32_t flag = flag_of(s, wait);
    s->status |= flag;
    if (flag & (STA_CMDREND | STA_CCRCFAIL)) {
        s->respcmd = s->response.index;
        memcpy(s->resp, s->response.word, sizeof s->resp);
        if (s->response.busy) {
            s->busy = true;
            sdmmc_after(s, &s->busy_done,
                    sdmmc_microseconds(BUSY_MICROSECONDS));
        }
    }
    if (s->phase == ARMED) {
        s->phase = STILL;
        // A read may come although its response was not understood.
        if (flag == STA_CMDREND) {
            sdmmc_start_data(s);
        }
    }
    sdmmc_update_irq(s);
}

static void on_busy(void *context) {
    struct sdmmc *s = context;
    s->busy = false;
    s->status |= STA_BUSYD0END;
    sdmmc_update_irq(s);
}

// --- registers ------------------------------------------------------------

static uint32_t pop(struct sdmmc *s) {
    if (s->fifo_count == 0 || !sdmmc_reading(s)) {
        vcam_complain(s->vm, "SDMMC1: read from an empty FIFO");
        return 0;
    }
    uint32_t word = s->fifo[s->fifo_from];
    s->fifo_from = (s->fifo_from + 1) % FIFO_WORDS;
    s->fifo_count--;
    return word;
}

static void push(struct sdmmc *s, uint32_t word) {
    if (s->fifo_count == FIFO_WORDS || sdmmc_reading(s)) {
        vcam_complain(s->vm, "SDMMC1: written into a full FIFO");
        return;
    }
    s->fifo[(s->fifo_from + s->fifo_count++) % FIFO_WORDS] = word;
}

// Registers that only hold what was written.
static uint32_t *plain(struct sdmmc *s, uint32_t offset) {
    switch (offset) {
    case POWER:
        return &s->power;
    case CLKCR:
        return &s->clkcr;
    case ARG:
        return &s->arg;
    case CMD:
        return &s->cmd;
    case DTIMER:
        return &s->dtimer;
    case DLEN:
        return &s->dlen;
    case DCTRL:
        return &s->dctrl;
    case MASK:
        return &s->mask;
    case ACKTIME:
        return &s->acktime;
    case IDMACTRL:
        return &s->idma;
    case IDMABSIZE:
        return &s->idma_size;
    case IDMABASE0:
        return &s->idma_base[0];
    case IDMABASE1:
        return &s->idma_base[1];
    default:
        return NULL;
    }
}

static bool sdmmc_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct sdmmc *s = self;
    (void)size;
    const uint32_t *held = plain(s, offset);
    if (held) {
        *value = *held;
    } else if (offset == RESPCMD) {
        *value = s->respcmd;
    } else if (offset >= RESP1 && offset <= RESP4) {
        *value = s->resp[(offset - RESP1) / 4];
    } else if (offset == DCOUNT) {
        *value = s->dcount;
    } else if (offset == STA) {
        *value = status_now(s);
    } else if (offset == ICR) {
        *value = 0;
    } else if (offset == VER) {
        *value = 0x10;
    } else if (offset == ID) {
        *value = 0x00140022;
    } else if (offset >= FIFO && offset < FIFO_END) {
        *value = pop(s);
    } else {
        return false;
    }
    sdmmc_update_irq(s);
    return true;
}

static uint32_t writable(uint32_t offset) {
    switch (offset) {
    case POWER:
        return 0x1f;
    case CLKCR:
        return 0x3fd3ff;
    case CMD:
        return 0x1ffff;
    case DLEN:
        return 0x1ffffff;
    case DCTRL:
        return 0x1fff;
    case MASK:
        return 0x17e7cfff | 1u << 21;
    case ACKTIME:
        return 0x1ffffff;
    case IDMACTRL:
        return 7;
    case IDMABSIZE:
        return 0x1fe0;
    case IDMABASE0:
    case IDMABASE1:
        return 0xfffffffc;
    default:
        return 0xffffffff;
    }
}

static bool locked(const struct sdmmc *s, uint32_t offset) {
    return s->phase >= SEND &&
            (offset == DLEN || offset == DTIMER || offset == DCTRL ||
                    offset == IDMACTRL || offset == IDMABASE0);
}

static void write_plain(struct sdmmc *s, uint32_t offset, uint32_t value) {
    if (locked(s, offset)) {
        vcam_complain(s->vm, "SDMMC1 + 0x%03x written during a transfer",
                (unsigned)offset);
        return;
    }
    if ((offset == IDMABASE0 || offset == IDMABASE1) && value & 3) {
        vcam_complain(s->vm, "SDMMC1: a DMA address of 0x%08x",
                (unsigned)value);
    }
    *plain(s, offset) = value & writable(offset);
    if (offset == POWER && (value & 3) != 3 && s->card) {
        vcam_sdcard_power(s->card);
    } else if (offset == CMD) {
        start_command(s, value);
    } else if (offset == DCTRL) {
        if (value & DCTRL_FIFORST) {
            s->fifo_count = 0;
        }
        if (value & DCTRL_DTEN) {
            sdmmc_start_data(s);
        }
    }
}

static bool sdmmc_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct sdmmc *s = self;
    (void)size;
    if (plain(s, offset)) {
        write_plain(s, offset, value);
    } else if (offset == ICR) {
        s->status &= ~(value & STA_CLEARS);
    } else if (offset >= FIFO && offset < FIFO_END) {
        push(s, value);
    } else if (offset < RESPCMD ||
            (offset > RESP4 && offset != STA && offset != DCOUNT)) {
        return false;
    }
    sdmmc_update_irq(s);
    return true;
}

static void sdmmc_reset(void *self, enum vcam_reset why) {
    struct sdmmc *s = self;
    (void)why;
    vcam_event_cancel(s->vm, &s->command_done);
    vcam_event_cancel(s->vm, &s->data_done);
    vcam_event_cancel(s->vm, &s->busy_done);
    s->power = s->clkcr = s->arg = s->cmd = s->respcmd = 0;
    memset(s->resp, 0, sizeof s->resp);
    s->dtimer = s->dlen = s->dctrl = s->dcount = s->status = s->mask = 0;
    s->acktime = s->idma = s->idma_size = 0;
    s->idma_base[0] = s->idma_base[1] = 0;
    s->fifo_from = s->fifo_count = 0;
    s->busy = false;
    s->phase = STILL;
    vcam_pin_drive(s->vm, DETECT, s->card ? 0 : -1);
    sdmmc_update_irq(s);
}

static void on_back(void *context) {
    struct sdmmc *s = context;
    vcam_sdmmc_insert(s->vm, s->pulled);
}

void vcam_sdmmc_insert(struct vcam *vm, struct vcam_sdcard *card) {
    struct sdmmc *s = vcam_find_device(vm, "SDMMC1");
    s->card = card;
    if (card) {
        vcam_sdcard_power(card);
    }
    // The switch of the socket connects PD0 to ground.
    vcam_pin_drive(vm, DETECT, card ? 0 : -1);
}

int vcam_sdmmc_create(struct vcam *vm) {
    struct sdmmc *s = calloc(1, sizeof *s);
    if (!s) {
        return -ENOMEM;
    }
    s->vm = vm;
    s->master = (struct vcam_master){.name = "SDMMC1's DMA",
            .d1 = true,
            .only = true};
    s->command_done = (struct vcam_event){.fire = on_command, .context = s};
    s->data_done = (struct vcam_event){.fire = sdmmc_on_data, .context = s};
    s->busy_done = (struct vcam_event){.fire = on_busy, .context = s};
    s->card_back = (struct vcam_event){.fire = on_back, .context = s};
    vcam_add_device(vm,
            &(struct vcam_device){.name = "SDMMC1",
                    .base = 0x52007000,
                    .size = 0x400,
                    .gate = VCAM_GATE(0xd4, 16),
                    .read = sdmmc_read,
                    .write = sdmmc_write,
                    .reset = sdmmc_reset,
                    .destroy = free,
                    .self = s});
    return 0;
}
