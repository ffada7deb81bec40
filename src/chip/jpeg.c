// SPDX-License-Identifier: MIT
// The JPEG block as an encoder (RM0433 chapter 33).

#include "chip/jpeg.h"

#include <string.h>

#include "chip/rcc.h"

// Registers: RM0433 section 33.5.
#define JPEG_BASE 0x52003000U
#define JPEG_CONFR0 CHIP_REG(JPEG_BASE + 0x000)
#define JPEG_CONFR1 CHIP_REG(JPEG_BASE + 0x004)
#define JPEG_CONFR2 CHIP_REG(JPEG_BASE + 0x008)
#define JPEG_CONFR3 CHIP_REG(JPEG_BASE + 0x00C)
#define JPEG_CONFRN(n) CHIP_REG(JPEG_BASE + 0x010 + 4U * (n))
#define JPEG_CR CHIP_REG(JPEG_BASE + 0x030)
#define JPEG_SR CHIP_REG(JPEG_BASE + 0x034)
#define JPEG_CFR CHIP_REG(JPEG_BASE + 0x038)
#define JPEG_DIR CHIP_REG(JPEG_BASE + 0x040)
#define JPEG_DOR CHIP_REG(JPEG_BASE + 0x044)
#define JPEG_QMEM(t, n) CHIP_REG(JPEG_BASE + 0x050 + 64U * (t) + 4U * (n))
#define JPEG_DHTMEM(n) CHIP_REG(JPEG_BASE + 0x360 + 4U * (n))
#define JPEG_HUFFENC_AC(t, n) \
    CHIP_REG(JPEG_BASE + 0x500 + 352U * (t) + 4U * (n))
#define JPEG_HUFFENC_DC(t, n) CHIP_REG(JPEG_BASE + 0x7C0 + 32U * (t) + 4U * (n))

#define CONFR1_NF_SHIFT 0
#define CONFR1_COLORSPACE_SHIFT 4
#define CONFR1_NS_SHIFT 6
#define CONFR1_HDR (1U << 8)
#define CONFR1_YSIZE_SHIFT 16
#define CONFR3_XSIZE_SHIFT 16
#define CONFRN_HD (1U << 0)
#define CONFRN_HA (1U << 1)
#define CONFRN_QT_SHIFT 2
#define CONFRN_NB_SHIFT 4
#define CONFRN_VSF_SHIFT 8
#define CONFRN_HSF_SHIFT 12
#define CR_JCEN (1U << 0)
#define CR_IFF (1U << 13)
#define CR_OFF (1U << 14)
#define SR_IFTF (1U << 1)
#define SR_OFTF (1U << 3)
#define SR_OFNEF (1U << 4)
#define SR_EOCF (1U << 5)
// In SR the flags are bits 5 and 6; ST's header clears them by 4 and 5.
#define CFR_ALL 0x70U

#define HALF_FIFO 8U // words
#define DC_SYMBOLS 12U
#define AC_SYMBOLS 162U
#define END_OF_BLOCK 160U // their places in HUFFENC_AC
#define SIXTEEN_ZEROS 161U
#define AC_PLACES 176U
#define DC_PLACES 16U
#define TURNS 100000U // of a loop that waits; the block needs under 10,000

static struct {
    uint8_t *at, *end, *begin;
    bool full;
} output;

// --- tables -----------------------------------------------------------------

// DHTMEM is a string of bytes; it is written in words.
struct stream {
    uint32_t word, count;
};

static void append(struct stream *s, const uint8_t *bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        s->word |= (uint32_t)bytes[i] << s->count % 4U * 8U;
        if (++s->count % 4U == 0) {
            JPEG_DHTMEM(s->count / 4U - 1U) = s->word;
            s->word = 0;
        }
    }
}

// What the encoder finds for a symbol: its code's length - 1, and the code's
// lower eight bits (all above them are ones).
static void entries(const struct chip_jpeg_codes *codes, bool ac,
        uint16_t *entry) {
    uint32_t code = 0;
    const uint8_t *symbol = codes->symbols;
    for (uint32_t length = 1; length <= 16U; length++, code <<= 1) {
        for (uint32_t n = codes->counts[length - 1U]; n > 0; n--, symbol++) {
            uint32_t place = !ac   ? *symbol
                    : *symbol == 0 ? END_OF_BLOCK
                    : *symbol == 0xF0
                    ? SIXTEEN_ZEROS
                    : *symbol / 16U * 10U + *symbol % 16U - 1U;
            entry[place] = (uint16_t)((length - 1U) << 8 | (code++ & 0xFFU));
        }
    }
}

static uint32_t pair(const uint16_t *entry) {
    return entry[0] | (uint32_t)entry[1] << 16;
}

static void write_codes(const struct chip_jpeg_job *job) {
    struct stream stream = {0, 0};
    for (uint32_t t = 0; t < 2; t++) {
        uint16_t entry[AC_PLACES];
        // The places behind the codes serve the block itself; values as in
        // ST's own library.
        for (uint32_t i = 0; i < AC_PLACES; i++) {
            entry[i] = (uint16_t)(i < 168U ? 0xFFFU : 0xFD0U + i - 168U);
        }
        entries(&job->ac[t], true, entry);
        for (uint32_t i = 0; i < AC_PLACES / 2U; i++) {
            JPEG_HUFFENC_AC(t, i) = pair(entry + 2U * i);
        }
        memset(entry, 0xFF, sizeof entry);
        for (uint32_t i = 0; i < DC_PLACES; i++) {
            entry[i] = 0xFFF;
        }
        entries(&job->dc[t], false, entry);
        for (uint32_t i = 0; i < DC_PLACES / 2U; i++) {
            JPEG_HUFFENC_DC(t, i) = pair(entry + 2U * i);
        }
        append(&stream, job->dc[t].counts, 16);
        append(&stream, job->dc[t].symbols, DC_SYMBOLS);
        append(&stream, job->ac[t].counts, 16);
        append(&stream, job->ac[t].symbols, AC_SYMBOLS);
    }
}

static void write_steps(const struct chip_jpeg_job *job) {
    for (uint32_t t = 0; t < (job->gray ? 1U : 2U); t++) {
        for (uint32_t i = 0; i < 16U; i++) {
            const uint8_t *s = job->steps[t] + 4U * i;
            JPEG_QMEM(t, i) = s[0] | (uint32_t)s[1] << 8 |
                    (uint32_t)s[2] << 16 | (uint32_t)s[3] << 24;
        }
    }
}

static void write_sizes(const struct chip_jpeg_job *job) {
    uint32_t more = job->gray ? 0 : 2; // components besides luma
    uint32_t across = (job->width + 8U * job->h - 1U) / (8U * job->h);
    uint32_t down = (job->height + 8U * job->v - 1U) / (8U * job->v);
    JPEG_CONFR1 = more << CONFR1_NF_SHIFT |
            (job->gray ? 0U : 1U) << CONFR1_COLORSPACE_SHIFT |
            more << CONFR1_NS_SHIFT | CONFR1_HDR |
            (uint32_t)job->height << CONFR1_YSIZE_SHIFT;
    JPEG_CONFR2 = across * down - 1U;
    JPEG_CONFR3 = (uint32_t)job->width << CONFR3_XSIZE_SHIFT;
    JPEG_CONFRN(0) = (uint32_t)job->h << CONFRN_HSF_SHIFT |
            (uint32_t)job->v << CONFRN_VSF_SHIFT |
            ((uint32_t)job->h * job->v - 1U) << CONFRN_NB_SHIFT;
    for (uint32_t c = 1; c <= more; c++) {
        JPEG_CONFRN(c) = 1U << CONFRN_HSF_SHIFT | 1U << CONFRN_VSF_SHIFT |
                1U << CONFRN_QT_SHIFT | CONFRN_HA | CONFRN_HD;
    }
}

// --- the job ----------------------------------------------------------------

void chip_jpeg_start(const struct chip_jpeg_job *job) {
    output.begin = output.at = job->out;
    output.end = job->out + job->capacity;
    output.full = false;
    chip_rcc_enable(GATE_JPEG);
    chip_rcc_reset(GATE_JPEG);
    JPEG_CR = CR_JCEN;
    JPEG_CONFR0 = 0;
    JPEG_CR = CR_JCEN | CR_IFF | CR_OFF;
    JPEG_CFR = CFR_ALL;
    write_codes(job);
    write_steps(job);
    write_sizes(job);
    JPEG_CONFR0 = 1;
}

static void take(uint32_t words) {
    while (words-- > 0) {
        uint32_t word = JPEG_DOR;
        if (output.end - output.at >= 4) {
            memcpy(output.at, &word, 4);
            output.at += 4;
        } else {
            output.full = true;
        }
    }
}

int chip_jpeg_put(const uint32_t *samples, size_t words) {
    uint32_t turns = TURNS;
    while (words > 0) {
        uint32_t sr = JPEG_SR;
        if (sr & SR_OFTF) {
            take(HALF_FIFO);
        } else if (sr & SR_IFTF) {
            size_t part = words < HALF_FIFO ? words : HALF_FIFO;
            words -= part;
            while (part-- > 0) {
                JPEG_DIR = *samples++;
            }
            turns = TURNS;
        } else if (sr & SR_OFNEF) {
            take(1);
        } else if (--turns == 0) {
            return CHIP_ETIMEDOUT;
        }
        if (output.full) {
            return CHIP_ENOSPC;
        }
    }
    return 0;
}

int chip_jpeg_end(size_t *bytes) {
    uint32_t turns = TURNS;
    int err = 0;
    while (!output.full) {
        uint32_t sr = JPEG_SR;
        if (sr & SR_OFNEF) {
            take(1);
        } else if (sr & SR_EOCF) {
            break;
        } else if (--turns == 0) {
            err = CHIP_ETIMEDOUT;
            break;
        }
    }
    JPEG_CONFR0 = 0;
    JPEG_CR = 0;
    chip_rcc_disable(GATE_JPEG);
    *bytes = (size_t)(output.at - output.begin);
    return output.full ? CHIP_ENOSPC : err;
}
