// SPDX-License-Identifier: MIT
// DCMI, the digital camera interface (RM0433 section 33), with eight data
// lines and hardware synchronisation.

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/devices.h"
#include "host/vcam/dma.h"
#include "host/vcam/gpio.h"
#include "host/vcam/machine_state.h"
#include "host/vcam/rcc.h"
#include "host/vcam/video.h"

enum {
    CR = 0x00,
    SR = 0x04,
    RIS = 0x08,
    IER = 0x0c,
    MIS = 0x10,
    ICR = 0x14,
    ESCR = 0x18,
    ESUR = 0x1c,
    CWSTRT = 0x20,
    CWSIZE = 0x24,
    DR = 0x28,
    CR_CAPTURE = 1 << 0,
    CR_CM = 1 << 1, // snapshot
    CR_CROP = 1 << 2,
    CR_JPEG = 1 << 3,
    CR_ESS = 1 << 4,
    CR_PCKPOL = 1 << 5,
    CR_HSPOL = 1 << 6,
    CR_VSPOL = 1 << 7,
    CR_EDM = 3 << 10,
    CR_ENABLE = 1 << 14,
    CR_LSM = 1 << 19,
    CR_ALL = 0x001f4fff,
    CR_ALWAYS = CR_CAPTURE | CR_ENABLE,
    SR_HSYNC = 1 << 0,
    SR_VSYNC = 1 << 1,
    SR_FNE = 1 << 2,
    IT_FRAME = 1 << 0,
    IT_OVR = 1 << 1,
    IT_ERR = 1 << 2,
    IT_VSYNC = 1 << 3,
    IT_LINE = 1 << 4,
    IRQ = 78,
    FIFO_WORDS = 4,
    AF_DCMI = 13
};

// The capture of one frame.
struct frame {
    unsigned line;     // of the sensor's
    unsigned selected; // lines that passed LSM and the crop window
    unsigned part;     // bytes in `word`
    uint32_t word;
    bool began; // its capture
    bool lost;  // an overrun, or lines of different size
    size_t line_bytes, used;
};

struct dcmi {
    struct vcam *vm;
    uint32_t cr, ris, ier, escr, esur, cwstrt, cwsize;
    uint32_t fifo[FIFO_WORDS], last;
    unsigned level;
    const struct vcam_video *video; // while a frame is sent
    bool taking;                    // this frame is captured
    bool stopping;                  // CAPTURE was cleared within a frame
    bool disturbed;                 // PIXCLK is sampled at the wrong edge
    uint8_t wires;                  // data lines that are connected
    unsigned count;                 // frames, for FCRC
    struct frame frame;
    uint8_t *taken; // bytes of the frame, for the sink
    size_t room;
    struct vcam_frame_sink sink;
};

static void update_irq(struct dcmi *d) {
    vcam_irq(d->vm, IRQ, d->ris & d->ier);
}

static void raise(struct dcmi *d, uint32_t flags) {
    d->ris |= flags;
    update_irq(d);
}

// --- pins and polarities --------------------------------------------------

static bool connected(struct vcam *vm, uint8_t *wires) {
    static const unsigned data[8] = {VCAM_PIN('C', 6), VCAM_PIN('C', 7),
            VCAM_PIN('E', 0), VCAM_PIN('E', 1), VCAM_PIN('E', 4),
            VCAM_PIN('B', 6), VCAM_PIN('E', 5), VCAM_PIN('E', 6)};
    static const unsigned sync[3] = {VCAM_PIN('A', 4), VCAM_PIN('B', 7),
            VCAM_PIN('A', 6)};
    *wires = 0;
    for (unsigned i = 0; i < 8; i++) {
        *wires |=
                (uint8_t)((unsigned)vcam_pin_is_af(vm, data[i], AF_DCMI) << i);
    }
    for (unsigned i = 0; i < 3; i++) {
        if (!vcam_pin_is_af(vm, sync[i], AF_DCMI)) {
            vcam_complain(vm,
                    "DCMI captures, but %s is not switched to it (AF13)",
                    i == 0           ? "PA4 (HSYNC)"
                            : i == 1 ? "PB7 (VSYNC)"
                                     : "PA6 (PIXCLK)");
            return false;
        }
    }
    if (*wires != 0xff) {
        vcam_complain(vm,
                "DCMI captures, but of its data pins only 0x%02x are switched "
                "to it (AF13)",
                *wires);
    }
    return true;
}

// Whether the settings let any line through.
static bool agree(struct dcmi *d, const struct vcam_video *video) {
    struct vcam *vm = d->vm;
    uint32_t hclk = vcam_clock(vm, CLOCK_HCLK);
    if (video->clock > 80000000 || (uint64_t)video->clock * 5 > 2ull * hclk) {
        vcam_complain(vm,
                "DCMI: PIXCLK of %u Hz is more than 80 MHz or than HCLK / 2.5 "
                "(%u Hz)",
                (unsigned)video->clock, (unsigned)(hclk * 2ull / 5));
    }
    if (d->cr & (CR_JPEG | CR_ESS | CR_EDM)) {
        vcam_complain(vm,
                "DCMI_CR = 0x%08x: JPEG, embedded synchronisation and more "
                "than 8 bits are not modelled",
                (unsigned)d->cr);
        return false;
    }
    bool good = true;
    if (!(d->cr & CR_VSPOL) == video->vsync_high) {
        vcam_complain(vm, "DCMI_CR.VSPOL: between frames VSYNC is %s",
                video->vsync_high ? "high" : "low");
        good = false;
    }
    if (!(d->cr & CR_HSPOL) == video->hsync_high) {
        vcam_complain(vm, "DCMI_CR.HSPOL: between lines HREF is %s",
                video->hsync_high ? "high" : "low");
        good = false;
    }
    d->disturbed = !(d->cr & CR_PCKPOL) == video->rising;
    if (d->disturbed) {
        vcam_complain(vm,
                "DCMI_CR.PCKPOL: the sensor changes its data at the %s edge "
                "of PIXCLK",
                video->rising ? "falling" : "rising");
    }
    return good;
}

// --- frames ---------------------------------------------------------------

// FCRC: all frames, every other, every fourth.
static bool is_due(struct dcmi *d) {
    unsigned every = 1u << (d->cr >> 8 & 3);
    return d->count++ % every == 0;
}

void vcam_dcmi_frame_start(struct vcam *vm, const struct vcam_video *video) {
    struct dcmi *d = vm->dcmi;
    d->video = video;
    d->taking = false;
    d->stopping = false;
    d->frame = (struct frame){0};
    if (!(d->cr & CR_ENABLE) || !(d->cr & CR_CAPTURE)) {
        return;
    }
    d->taking = connected(vm, &d->wires) && agree(d, video) && is_due(d);
    d->frame.began = d->taking;
}

static void end_capture(struct dcmi *d) {
    const struct frame *f = &d->frame;
    if (d->taking && d->sink.frame && !f->lost && f->line_bytes &&
            d->level == 0) {
        bool crop = d->cr & CR_CROP;
        const struct vcam_capture capture = {.video = d->video,
                .bytes = d->taken,
                .line_bytes = f->line_bytes,
                .lines = f->used / f->line_bytes,
                .first_byte = crop ? d->cwstrt & 0x3fff : 0,
                .first_line = crop ? d->cwstrt >> 16 : 0,
                .select = d->cr >> 16 & 3 ? 1u + (d->cr >> 18 & 1) : 0};
        d->sink.frame(d->sink.owner, &capture);
    }
    if (d->stopping || (f->began && d->cr & CR_CM)) {
        d->cr &= ~(uint32_t)CR_CAPTURE;
    }
    d->frame.began = false;
    d->stopping = false;
    if (d->taking) {
        d->taking = false;
        raise(d, IT_FRAME);
    }
}

void vcam_dcmi_frame_end(struct vcam *vm) {
    struct dcmi *d = vm->dcmi;
    if (!d->video) {
        return;
    }
    end_capture(d);
    d->video = NULL;
    if (d->cr & CR_ENABLE) {
        raise(d, IT_VSYNC);
    }
}

bool vcam_dcmi_capturing(const struct vcam *vm) {
    return vm->dcmi->taking;
}

// --- lines ----------------------------------------------------------------

static void push(struct dcmi *d, uint32_t word) {
    if (d->level == FIFO_WORDS) {
        // The rest of the frame is of no use: RM0433 33.3.7.
        d->frame.lost = true;
        d->taking = false;
        raise(d, IT_OVR);
        return;
    }
    d->fifo[d->level++] = word;
    vcam_dma_request(d->vm, VCAM_DMA_DCMI, true);
}

static void keep(struct dcmi *d, uint8_t byte) {
    struct frame *f = &d->frame;
    if (d->sink.frame) {
        if (f->used == d->room) {
            size_t room = d->room ? 2 * d->room : 1 << 16;
            uint8_t *more = realloc(d->taken, room);
            if (!more) {
                f->lost = true;
                return;
            }
            d->taken = more;
            d->room = room;
        }
        d->taken[f->used++] = byte;
    }
    f->word |= (uint32_t)byte << 8 * f->part;
    if (++f->part == 4) {
        uint32_t word = f->word;
        f->part = 0;
        f->word = 0;
        push(d, word);
    }
}

// BSM: all bytes, every other, one of four, two of four.
static bool byte_passes(const struct dcmi *d, size_t at) {
    bool second = d->cr >> 18 & 1;
    switch (d->cr >> 16 & 3) {
    case 0:
        return true;
    case 1:
        return at % 2 == second;
    case 2:
        return at % 4 == (second ? 1u : 0u);
    default:
        return at % 4 / 2 == (second ? 1u : 0u);
    }
}

static bool line_passes(const struct dcmi *d, unsigned line) {
    bool second = d->cr >> 20 & 1;
    return !(d->cr & CR_LSM) || line % 2 == second;
}

// What is sampled while it changes.
static uint8_t disturb(const uint8_t *bytes, size_t count, size_t at) {
    uint8_t next = at + 1 < count ? bytes[at + 1] : 0;
    return (uint8_t)((bytes[at] & 0x5a) | (next & 0xa5));
}

void vcam_dcmi_line(struct vcam *vm, const uint8_t *bytes, size_t count) {
    struct dcmi *d = vm->dcmi;
    struct frame *f = &d->frame;
    unsigned line = f->line++;
    if (!d->video || !(d->cr & CR_ENABLE)) {
        return;
    }
    raise(d, IT_LINE);
    size_t first = 0;
    size_t end = count;
    bool last = false;
    if (d->cr & CR_CROP) {
        unsigned top = d->cwstrt >> 16 & 0x1fff;
        unsigned rows = (d->cwsize >> 16 & 0x3fff) + 1;
        first = d->cwstrt & 0x3fff;
        end = first + (d->cwsize & 0x3fff) + 1;
        end = end < count ? end : count;
        if (line < top || line >= top + rows) {
            return;
        }
        last = line == top + rows - 1;
    }
    if (!d->taking || !line_passes(d, line)) {
        return;
    }
    size_t before = f->used;
    size_t passed = 0;
    for (size_t at = first; at < end && d->taking; at++) {
        if (byte_passes(d, at - first)) {
            uint8_t byte = d->disturbed ? disturb(bytes, count, at) : bytes[at];
            keep(d, byte & d->wires);
            passed++;
        }
    }
    if (f->line_bytes == 0) {
        f->line_bytes = passed;
    }
    f->lost |= passed != f->line_bytes || f->used - before != passed;
    if (last && d->taking) {
        end_capture(d); // the window is full: the frame ends for DCMI
    }
}

// --- registers ------------------------------------------------------------

static uint32_t pop(struct dcmi *d) {
    if (d->level) {
        d->last = d->fifo[0];
        d->level--;
        memmove(d->fifo, d->fifo + 1, sizeof *d->fifo * d->level);
    }
    vcam_dma_request(d->vm, VCAM_DMA_DCMI, d->level > 0);
    return d->last;
}

static uint32_t status(const struct dcmi *d) {
    bool on = d->cr & CR_ENABLE;
    return (on && d->level ? SR_FNE : 0u) |
            (on && !d->video ? SR_VSYNC | SR_HSYNC : 0u);
}

static bool dcmi_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct dcmi *d = self;
    (void)size;
    switch (offset) {
    case CR:
        *value = d->cr;
        break;
    case SR:
        *value = status(d);
        break;
    case RIS:
        *value = d->ris;
        break;
    case IER:
        *value = d->ier;
        break;
    case MIS:
        *value = d->ris & d->ier;
        break;
    case ICR:
        *value = 0;
        break;
    case ESCR:
        *value = d->escr;
        break;
    case ESUR:
        *value = d->esur;
        break;
    case CWSTRT:
        *value = d->cwstrt;
        break;
    case CWSIZE:
        *value = d->cwsize;
        break;
    case DR:
        *value = pop(d);
        break;
    default:
        return false;
    }
    return true;
}

static void switch_off(struct dcmi *d) {
    d->taking = false;
    d->stopping = false;
    d->level = 0;
    d->cr &= ~(uint32_t)CR_CAPTURE;
    vcam_dma_request(d->vm, VCAM_DMA_DCMI, false);
}

static void write_cr(struct dcmi *d, uint32_t value) {
    uint32_t old = d->cr;
    value &= CR_ALL;
    // Between captures ST's own driver does it, and it works.
    if (d->taking && old & value & CR_ENABLE &&
            (old ^ value) & ~(uint32_t)(CR_ALWAYS | CR_CM | CR_CROP)) {
        vcam_complain(d->vm,
                "DCMI_CR: settings changed within a frame: 0x%08x, then "
                "0x%08x",
                (unsigned)old, (unsigned)value);
    }
    d->cr = value;
    if (!(value & CR_ENABLE)) {
        switch_off(d);
    } else if (old & CR_CAPTURE && !(value & CR_CAPTURE) && d->taking) {
        d->cr |= CR_CAPTURE; // until the frame has ended
        d->stopping = true;
    } else if (value & CR_CAPTURE) {
        d->stopping = false;
        d->count = old & CR_CAPTURE ? d->count : 0;
    }
}

static bool dcmi_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct dcmi *d = self;
    (void)size;
    switch (offset) {
    case CR:
        write_cr(d, value);
        break;
    case IER:
        d->ier = value & 0x1f;
        break;
    case ICR:
        d->ris &= ~(value & 0x1f);
        break;
    case ESCR:
        d->escr = value;
        break;
    case ESUR:
        d->esur = value;
        break;
    case CWSTRT:
        d->cwstrt = value & 0x1fff3fff;
        break;
    case CWSIZE:
        d->cwsize = value & 0x3fff3fff;
        break;
    case SR:
    case RIS:
    case MIS:
    case DR:
        break;
    default:
        return false;
    }
    update_irq(d);
    return true;
}

static void dcmi_reset(void *self, enum vcam_reset why) {
    struct dcmi *d = self;
    (void)why;
    d->cr = d->ris = d->ier = d->escr = d->esur = d->cwstrt = d->cwsize = 0;
    d->last = 0;
    switch_off(d);
    update_irq(d);
}

static void destroy(void *self) {
    struct dcmi *d = self;
    free(d->taken);
    free(d);
}

void vcam_dcmi_sink(struct vcam *vm, const struct vcam_frame_sink *sink) {
    vm->dcmi->sink = *sink;
}

int vcam_dcmi_create(struct vcam *vm) {
    struct dcmi *d = calloc(1, sizeof *d);
    if (!d) {
        return -ENOMEM;
    }
    d->vm = vm;
    vm->dcmi = d;
    vcam_add_device(vm,
            &(struct vcam_device){.name = "DCMI",
                    .base = 0x48020000,
                    .size = 0x400,
                    .gate = VCAM_GATE(0xdc, 0),
                    .read = dcmi_read,
                    .write = dcmi_write,
                    .reset = dcmi_reset,
                    .destroy = destroy,
                    .self = d});
    return 0;
}
