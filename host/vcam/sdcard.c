// SPDX-License-Identifier: MIT
// An SD memory card's state machine (Physical Layer Simplified Specification
// 6.00; sections are given as PLSS).

#include "host/vcam/sdcard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/cli/cli.h"

// PLSS table 4-42, the states that bits 12 to 9 of the card status tell.
enum state { IDLE, READY, IDENT, STBY, TRAN, DATA, RCV, PRG, DIS };

// PLSS table 4-42, card status.
#define OUT_OF_RANGE (1u << 31)
#define ADDRESS_ERROR (1u << 30)
#define BLOCK_LEN_ERROR (1u << 29)
#define ILLEGAL_COMMAND (1u << 22)
#define READY_FOR_DATA (1u << 8)
#define APP_CMD (1u << 5)
#define ERRORS (OUT_OF_RANGE | ADDRESS_ERROR | BLOCK_LEN_ERROR)

#define OCR_VOLTAGES 0x00ff8000u // 2.7 to 3.6 V
#define OCR_CAPACITY (1u << 30)
#define OCR_READY (1u << 31)

enum { RCA = 0x5a17, BUSY_POLLS = 3, SC_MOST = 1 << 30, UNIT = 512 * 1024 };

// What the next blocks on the data lines are.
enum transfer { NOTHING, BLOCKS, SCR, SD_STATUS, SWITCHED, WRITTEN_COUNT };

struct vcam_sdcard {
    struct vcam_sdcard_options options;
    int file;
    uint32_t blocks;
    bool high; // SDHC or SDXC

    enum state state;
    bool acmd;       // the last command was CMD55
    uint32_t status; // errors not yet told
    unsigned polls;  // ACMD41 until it is ready
    bool asked_v2;   // CMD8 was answered
    unsigned width;
    uint32_t most_hz;
    uint32_t selected_function;
    enum transfer transfer;
    uint32_t at; // block
    bool many;
    uint32_t written, written_ever, moved;
};

static const uint32_t CID[4] = {0x1b424c5a, 0x56434152, 0x44102016, 0x08150199};

// --- registers of the card ------------------------------------------------

static void set_bits(uint32_t word[4], unsigned high, unsigned low,
        uint32_t value) {
    for (unsigned bit = low; bit <= high; bit++, value >>= 1) {
        word[3 - bit / 32] |= (value & 1) << bit % 32;
    }
}

// PLSS 5.3.2 and 5.3.3.
static void csd(const struct vcam_sdcard *c, uint32_t word[4]) {
    memset(word, 0, 4 * sizeof *word);
    set_bits(word, 127, 126, c->high);
    set_bits(word, 119, 112, 0x0e); // TAAC 1 ms
    set_bits(word, 103, 96, 0x32);  // TRAN_SPEED 25 Mbit/s
    set_bits(word, 95, 84, 0x5b5);  // command classes, with switch
    set_bits(word, 79, 79, !c->high);
    set_bits(word, 83, 80, 9); // READ_BL_LEN 512
    if (c->high) {
        set_bits(word, 69, 48, c->blocks / 1024 - 1);
    } else {
        // (C_SIZE + 1) * 2^(C_SIZE_MULT + 2) blocks: units of 512.
        set_bits(word, 73, 62, c->blocks / 512 - 1);
        set_bits(word, 49, 47, 7);
    }
    set_bits(word, 46, 46, 1);
    set_bits(word, 45, 39, 0x7f);
    set_bits(word, 28, 26, 2);
    set_bits(word, 25, 22, 9);
    set_bits(word, 0, 0, 1);
}

static void answer_status(struct vcam_sdcard *c, unsigned index,
        enum state before, struct vcam_sd_response *r) {
    r->kind = VCAM_SD_SHORT;
    r->index = (uint8_t)index;
    r->word[0] = c->status | (uint32_t)before << 9 |
            (before == TRAN || before == RCV ? READY_FOR_DATA : 0) |
            (c->acmd ? APP_CMD : 0);
    c->status = 0;
}

static void illegal(struct vcam_sdcard *c) {
    c->status |= ILLEGAL_COMMAND;
}

void vcam_sdcard_power(struct vcam_sdcard *c) {
    c->state = IDLE;
    c->acmd = c->asked_v2 = c->many = false;
    c->status = 0;
    c->polls = 0;
    c->width = 1;
    c->most_hz = 25000000;
    c->selected_function = 0;
    c->transfer = NOTHING;
}

// --- commands -------------------------------------------------------------

static void send_op_cond(struct vcam_sdcard *c, uint32_t argument,
        struct vcam_sd_response *r) {
    if (c->state != IDLE) {
        illegal(c);
        return;
    }
    r->kind = VCAM_SD_OPEN;
    r->index = 0x3f;
    r->word[0] = OCR_VOLTAGES;
    bool asks_high = argument & OCR_CAPACITY;
    if ((argument & OCR_VOLTAGES) == 0) {
        return; // only looking
    }
    // A large card stays busy for a host that does not know large cards.
    if (c->high && !(asks_high && c->asked_v2)) {
        return;
    }
    if (++c->polls > BUSY_POLLS) {
        r->word[0] |= OCR_READY | (c->high ? OCR_CAPACITY : 0);
        c->state = READY;
    }
}

static bool set_place(struct vcam_sdcard *c, uint32_t argument) {
    if (!c->high && argument % VCAM_SD_BLOCK) {
        c->status |= ADDRESS_ERROR;
        return false;
    }
    c->at = c->high ? argument : argument / VCAM_SD_BLOCK;
    if (c->at >= c->blocks) {
        c->status |= OUT_OF_RANGE;
        return false;
    }
    return true;
}

static void begin(struct vcam_sdcard *c, unsigned index, uint32_t argument,
        struct vcam_sd_response *r) {
    bool write = index >= 24;
    if (c->state != TRAN) {
        illegal(c);
        return;
    }
    bool good = set_place(c, argument);
    answer_status(c, index, TRAN, r);
    if (good) {
        c->transfer = BLOCKS;
        c->many = index == 18 || index == 25;
        c->state = write ? RCV : DATA;
        if (write) {
            c->written = 0;
        }
    }
}

// CMD12 ends transfers of many blocks.
static void stop(struct vcam_sdcard *c, struct vcam_sd_response *r) {
    if (c->state != DATA && c->state != RCV) {
        illegal(c);
        return;
    }
    answer_status(c, 12, c->state, r);
    r->busy = c->state == RCV;
    c->state = TRAN;
    c->transfer = NOTHING;
}

static void send_short(struct vcam_sdcard *c, unsigned index,
        enum transfer transfer, struct vcam_sd_response *r) {
    if (c->state != TRAN) {
        illegal(c);
        return;
    }
    answer_status(c, index, TRAN, r);
    c->transfer = transfer;
    c->many = false;
    c->state = DATA;
}

static void application(struct vcam_sdcard *c, unsigned index,
        uint32_t argument, struct vcam_sd_response *r) {
    switch (index) {
    case 41:
        send_op_cond(c, argument, r);
        break;
    case 6:
        if (c->state != TRAN || (argument & 3) == 1 || (argument & 3) == 3) {
            illegal(c);
            break;
        }
        c->width = argument & 2 ? 4 : 1;
        answer_status(c, index, TRAN, r);
        break;
    case 13:
        send_short(c, index, SD_STATUS, r);
        break;
    case 22:
        send_short(c, index, WRITTEN_COUNT, r);
        break;
    case 51:
        send_short(c, index, SCR, r);
        break;
    case 23: // blocks to erase beforehand
    case 42: // pull-up on D3
        if (c->state == TRAN) {
            answer_status(c, index, TRAN, r);
        } else {
            illegal(c);
        }
        break;
    default:
        illegal(c);
        break;
    }
}

static void identify(struct vcam_sdcard *c, unsigned index, uint32_t argument,
        struct vcam_sd_response *r) {
    if (index == 8) {
        if (c->state != IDLE || c->options.kind == VCAM_SD_V1 ||
                (argument >> 8 & 15) != 1) {
            illegal(c);
            return;
        }
        c->asked_v2 = true;
        r->kind = VCAM_SD_SHORT;
        r->index = 8;
        r->word[0] = argument & 0xfff;
    } else if (index == 2 && c->state == READY) {
        r->kind = VCAM_SD_LONG;
        r->index = 0x3f;
        memcpy(r->word, CID, sizeof CID);
        c->state = IDENT;
    } else if (index == 3 && (c->state == IDENT || c->state == STBY)) {
        r->kind = VCAM_SD_SHORT;
        r->index = 3;
        r->word[0] = (uint32_t)RCA << 16 | (uint32_t)c->state << 9;
        c->state = STBY;
    } else {
        illegal(c);
    }
}

static void choose(struct vcam_sdcard *c, uint32_t argument,
        struct vcam_sd_response *r) {
    if (argument >> 16 == RCA && c->state == STBY) {
        answer_status(c, 7, STBY, r);
        r->busy = true;
        c->state = TRAN;
    } else if (argument >> 16 != RCA && c->state >= TRAN) {
        c->state = STBY;
    } else if (argument >> 16 == RCA) {
        illegal(c);
    }
}

static void addressed(struct vcam_sdcard *c, unsigned index, uint32_t argument,
        struct vcam_sd_response *r) {
    bool mine = argument >> 16 == RCA || (index == 55 && c->state < STBY);
    if (!mine) {
        return; // another card's
    }
    if (index == 13 && c->state >= STBY) {
        answer_status(c, 13, c->state, r);
    } else if (index == 55) {
        c->acmd = true;
        answer_status(c, 55, c->state, r);
    } else if ((index == 9 || index == 10) && c->state == STBY) {
        r->kind = VCAM_SD_LONG;
        r->index = 0x3f;
        if (index == 9) {
            csd(c, r->word);
        } else {
            memcpy(r->word, CID, sizeof CID);
        }
    } else {
        illegal(c);
    }
}

static void switch_function(struct vcam_sdcard *c, uint32_t argument,
        struct vcam_sd_response *r) {
    send_short(c, 6, SWITCHED, r);
    if (r->kind != VCAM_SD_SILENT) {
        c->selected_function = (argument & 15) == 15 ? c->most_hz == 50000000
                                                     : (argument & 15) == 1;
        if (argument >> 31) {
            c->most_hz = c->selected_function ? 50000000 : 25000000;
        }
    }
}

void vcam_sdcard_command(struct vcam_sdcard *c, unsigned index,
        uint32_t argument, struct vcam_sd_response *r) {
    *r = (struct vcam_sd_response){.kind = VCAM_SD_SILENT};
    bool acmd = c->acmd;
    c->acmd = false;
    if (acmd &&
            (index == 6 || index == 13 || index == 22 || index == 23 ||
                    index == 41 || index == 42 || index == 51)) {
        c->acmd = true; // told in the response
        application(c, index, argument, r);
        c->acmd = false;
        return;
    }
    switch (index) {
    case 0:
        vcam_sdcard_power(c);
        break;
    case 2:
    case 3:
    case 8:
        identify(c, index, argument, r);
        break;
    case 6:
        switch_function(c, argument, r);
        break;
    case 7:
        choose(c, argument, r);
        break;
    case 9:
    case 10:
    case 13:
    case 55:
        addressed(c, index, argument, r);
        break;
    case 12:
        stop(c, r);
        break;
    case 16:
        if (c->state != TRAN) {
            illegal(c);
            break;
        }
        c->status |= argument == VCAM_SD_BLOCK ? 0 : BLOCK_LEN_ERROR;
        answer_status(c, 16, TRAN, r);
        break;
    case 17:
    case 18:
    case 24:
    case 25:
        begin(c, index, argument, r);
        break;
    default:
        illegal(c);
        break;
    }
}

// --- data -----------------------------------------------------------------

static bool noisy(struct vcam_sdcard *c) {
    c->moved++;
    return c->options.bad_every && c->moved % c->options.bad_every == 0;
}

static size_t short_data(struct vcam_sdcard *c, uint8_t *block) {
    static const uint8_t scr[8] = {0x02, 0x35, 0x80, 0x00, 0, 0, 0, 0};
    size_t size = 64;
    memset(block, 0, 64);
    switch (c->transfer) {
    case SCR:
        size = sizeof scr;
        memcpy(block, scr, size);
        break;
    case SD_STATUS:
        block[0] = c->width == 4 ? 0x80 : 0;
        block[8] = 4; // class 10
        break;
    case SWITCHED: // PLSS table 4-13: 200 mA, high speed is there, chosen
        block[1] = 200;
        block[13] = 0x03;
        block[16] = (uint8_t)c->selected_function;
        break;
    default:
        size = 4;
        block[0] = (uint8_t)(c->written >> 24);
        block[1] = (uint8_t)(c->written >> 16);
        block[2] = (uint8_t)(c->written >> 8);
        block[3] = (uint8_t)c->written;
        break;
    }
    c->transfer = NOTHING;
    c->state = TRAN;
    return size;
}

size_t vcam_sdcard_send(struct vcam_sdcard *c, uint8_t block[VCAM_SD_BLOCK],
        bool *good) {
    *good = true;
    if (c->state != DATA) {
        return 0;
    }
    if (c->transfer != BLOCKS) {
        return short_data(c, block);
    }
    if (c->at >= c->blocks) {
        c->status |= OUT_OF_RANGE;
        return 0;
    }
    off_t where = (off_t)c->at * VCAM_SD_BLOCK;
    if (pread(c->file, block, VCAM_SD_BLOCK, where) != VCAM_SD_BLOCK) {
        return 0;
    }
    c->at++;
    if (!c->many) {
        c->state = TRAN;
    }
    if (noisy(c)) {
        block[17] ^= 0x20;
        *good = false;
    }
    return VCAM_SD_BLOCK;
}

enum vcam_sd_receipt vcam_sdcard_receive(struct vcam_sdcard *c,
        const uint8_t block[VCAM_SD_BLOCK]) {
    if (c->state != RCV || c->at >= c->blocks) {
        c->status |= c->state == RCV ? OUT_OF_RANGE : 0;
        return VCAM_SD_DEAF;
    }
    if (c->options.pull && ++c->written_ever == c->options.pull) {
        return VCAM_SD_PULLED;
    }
    if (noisy(c)) {
        if (!c->many) {
            c->state = TRAN;
        }
        return VCAM_SD_DAMAGED;
    }
    off_t where = (off_t)c->at * VCAM_SD_BLOCK;
    if (pwrite(c->file, block, VCAM_SD_BLOCK, where) != VCAM_SD_BLOCK) {
        return VCAM_SD_DEAF;
    }
    c->at++;
    c->written++;
    if (!c->many) {
        c->state = TRAN;
    }
    return VCAM_SD_TAKEN;
}

unsigned vcam_sdcard_width(const struct vcam_sdcard *c) {
    return c->width;
}

bool vcam_sdcard_is_known(const struct vcam_sdcard *c) {
    return c->state >= STBY;
}

uint32_t vcam_sdcard_most_hz(const struct vcam_sdcard *c) {
    return c->most_hz;
}

uint32_t vcam_sdcard_back(const struct vcam_sdcard *c) {
    return c->options.back;
}

// --- the image ------------------------------------------------------------

static int choose_kind(struct vcam_sdcard *c, uint64_t size) {
    const char *image = c->options.image;
    if (size < 1024 * 1024 || size % VCAM_SD_BLOCK ||
            size > (uint64_t)UINT32_MAX * VCAM_SD_BLOCK) {
        return cli_fail(image,
                "%llu bytes; a card has 1 MiB to 2 TB in blocks of 512",
                (unsigned long long)size);
    }
    c->blocks = (uint32_t)(size / VCAM_SD_BLOCK);
    enum vcam_sdcard_kind kind = c->options.kind;
    if (kind == VCAM_SD_AUTO) {
        kind = size % UNIT ? VCAM_SD_SC : VCAM_SD_HC;
    }
    c->high = kind == VCAM_SD_HC;
    if (c->high && size % UNIT) {
        return cli_fail(image, "%llu bytes; SDHC comes in units of 512 KiB",
                (unsigned long long)size);
    }
    if (!c->high && (size > SC_MOST || size % (UNIT / 2))) {
        return cli_fail(image,
                "%llu bytes; SDSC has at most 1 GiB, in units of 256 KiB",
                (unsigned long long)size);
    }
    return 0;
}

int vcam_sdcard_open(struct vcam_sdcard **out,
        const struct vcam_sdcard_options *options) {
    struct vcam_sdcard *c = calloc(1, sizeof *c);
    *out = NULL;
    if (!c) {
        return cli_fail("vcam", "out of memory");
    }
    c->options = *options;
    c->file = open(options->image, O_RDWR | O_CLOEXEC);
    struct stat info;
    int status = 0;
    if (c->file < 0 || fstat(c->file, &info) != 0) {
        status = cli_fail(options->image, "%s", strerror(errno));
    } else {
        status = choose_kind(c, (uint64_t)info.st_size);
    }
    if (status) {
        vcam_sdcard_close(c);
        return status;
    }
    vcam_sdcard_power(c);
    *out = c;
    return 0;
}

void vcam_sdcard_close(struct vcam_sdcard *c) {
    if (c && c->file >= 0) {
        (void)close(c->file);
    }
    free(c);
}
