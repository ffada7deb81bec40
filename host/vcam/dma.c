// SPDX-License-Identifier: MIT
// DMA1 and DMA2 (RM0433 section 16): eight streams each, with FIFO, packing,
// circular and double buffer mode. A transfer takes no time once its request
// is there; between memories it takes two bus clocks an item.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/devices.h"
#include "host/vcam/dma.h"
#include "host/vcam/machine_state.h"
#include "host/vcam/master.h"
#include "host/vcam/rcc.h"

enum {
    LISR = 0x00, // then HISR, LIFCR, HIFCR
    HIFCR = 0x0c,
    STREAMS_AT = 0x10,
    STREAM_SIZE = 0x18,
    CR = 0x00,
    NDTR = 0x04,
    PAR = 0x08,
    M0AR = 0x0c,
    M1AR = 0x10,
    FCR = 0x14,
    CR_EN = 1 << 0,
    CR_DMEIE = 1 << 1,
    CR_TEIE = 1 << 2,
    CR_HTIE = 1 << 3,
    CR_TCIE = 1 << 4,
    CR_PFCTRL = 1 << 5,
    CR_CIRC = 1 << 8,
    CR_PINC = 1 << 9,
    CR_MINC = 1 << 10,
    CR_PINCOS = 1 << 15,
    CR_DBM = 1 << 18,
    CR_CT = 1 << 19,
    CR_ALL = 0x01ffffff,
    CR_ALWAYS = 0x1e | CR_EN, // may be written while the stream runs
    FCR_DMDIS = 1 << 2,
    FCR_FEIE = 1 << 7,
    FCR_EMPTY = 4 << 3,
    FEIF = 1 << 0,
    DMEIF = 1 << 2,
    TEIF = 1 << 3,
    HTIF = 1 << 4,
    TCIF = 1 << 5,
    FLAGS = 0x3d,
    PERIPHERAL_TO_MEMORY = 0,
    MEMORY_TO_PERIPHERAL = 1,
    MEMORY_TO_MEMORY = 2,
    STREAMS = 8,
    FIFO = 16,
    // Accesses at one request before it is taken for one that never ends.
    ENDLESS = 1 << 20
};

struct controller;

struct stream {
    struct controller *owner;
    struct vcam_master master;
    char name[16];
    unsigned index;
    uint32_t cr, ndtr, par, memory[2], fcr, flags;
    // While it runs:
    uint32_t left, peripheral, pointer;
    uint8_t fifo[FIFO];
    unsigned level;
    bool serving; // a request, somewhere up the stack
    struct vcam_event event;
};

struct controller {
    struct vcam *vm;
    const char *name;
    uint16_t gate;
    unsigned first; // its first stream, as DMAMUX1 counts
    struct stream stream[STREAMS];
};

// Levels of the request lines, for both controllers.
struct dma {
    bool line[VCAM_DMA_LINES];
    struct controller controller[2];
};

static const struct {
    const char *name;
    uint32_t base;
    uint16_t gate;
    uint8_t irq[STREAMS];
} CONTROLLERS[2] = {
        {"DMA1", 0x40020000, VCAM_GATE(0xd8, 0),
                {11, 12, 13, 14, 15, 16, 17, 47}},
        {"DMA2", 0x40020400, VCAM_GATE(0xd8, 1),
                {56, 57, 58, 59, 60, 68, 69, 70}},
};

static struct stream *stream_at(const struct vcam *vm, unsigned number) {
    return &vm->dma->controller[number / STREAMS].stream[number % STREAMS];
}

static bool running(const struct stream *s) {
    return s->cr & CR_EN;
}

static unsigned direction(const struct stream *s) {
    return s->cr >> 6 & 3;
}

static unsigned psize(const struct stream *s) {
    return 1u << (s->cr >> 11 & 3);
}

static bool direct(const struct stream *s) {
    return !(s->fcr & FCR_DMDIS);
}

// In direct mode the memory's size is that of the peripheral.
static unsigned msize(const struct stream *s) {
    return direct(s) ? psize(s) : 1u << (s->cr >> 13 & 3);
}

static unsigned threshold(const struct stream *s) {
    return direct(s) ? psize(s) : 4 * ((s->fcr & 3) + 1);
}

static void update_irq(struct stream *s) {
    bool level = (s->flags & TCIF && s->cr & CR_TCIE) ||
            (s->flags & HTIF && s->cr & CR_HTIE) ||
            (s->flags & TEIF && s->cr & CR_TEIE) ||
            (s->flags & DMEIF && s->cr & CR_DMEIE) ||
            (s->flags & FEIF && s->fcr & FCR_FEIE);
    struct vcam *vm = s->owner->vm;
    unsigned which = s->owner->first / STREAMS;
    vcam_irq(vm, CONTROLLERS[which].irq[s->index], level);
    vcam_mdma_request(vm, s->owner->first + s->index, s->flags & TCIF);
}

static void stop(struct stream *s) {
    s->cr &= ~(uint32_t)CR_EN;
    vcam_event_cancel(s->owner->vm, &s->event);
}

static void fail(struct stream *s, uint32_t flag) {
    s->flags |= flag;
    stop(s);
    update_irq(s);
}

static void rewind_stream(struct stream *s) {
    s->left = s->ndtr;
    s->peripheral = s->par;
    s->pointer = s->memory[s->cr & CR_DBM && s->cr & CR_CT];
}

static void advance(uint32_t *address, bool on, unsigned by) {
    *address += on ? by : 0;
}

// Between the FIFO and memory: one item.
static bool memory_item(struct stream *s, bool write) {
    struct vcam *vm = s->owner->vm;
    unsigned size = msize(s);
    uint32_t value = 0;
    bool good;
    if (write) {
        memcpy(&value, s->fifo, size);
        s->level -= size;
        memmove(s->fifo, s->fifo + size, s->level);
        good = vcam_master_store(vm, &s->master, s->pointer, size, value);
    } else {
        good = vcam_master_load(vm, &s->master, s->pointer, size, &value);
        memcpy(s->fifo + s->level, &value, size);
        s->level += size;
    }
    advance(&s->pointer, s->cr & CR_MINC, size);
    return good;
}

static bool peripheral_item(struct stream *s, bool write) {
    struct vcam *vm = s->owner->vm;
    unsigned size = psize(s);
    uint32_t address = s->peripheral;
    uint32_t value = 0;
    advance(&s->peripheral, s->cr & CR_PINC, s->cr & CR_PINCOS ? 4 : size);
    if (write) {
        memcpy(&value, s->fifo, size);
        s->level -= size;
        memmove(s->fifo, s->fifo + size, s->level);
        return vcam_master_store(vm, &s->master, address, size, value);
    }
    bool good = vcam_master_load(vm, &s->master, address, size, &value);
    memcpy(s->fifo + s->level, &value, size);
    s->level += size;
    return good;
}

// All items are through.
static void finish_round(struct stream *s) {
    s->flags |= TCIF;
    if (!(s->cr & (CR_CIRC | CR_DBM))) {
        s->left = 0;
        stop(s);
    } else {
        if (s->cr & CR_DBM) {
            s->cr ^= CR_CT;
        }
        rewind_stream(s);
    }
    update_irq(s);
}

// One item on the peripheral's side.
static void step(struct stream *s) {
    bool from_memory = direction(s) == MEMORY_TO_PERIPHERAL;
    bool good = true;
    if (from_memory) {
        while (good && s->level < psize(s)) {
            good = memory_item(s, false);
        }
    }
    good = good && peripheral_item(s, from_memory);
    if (!good) {
        fail(s, TEIF);
        return;
    }
    s->left--;
    if (!from_memory && (s->level >= threshold(s) || s->left == 0)) {
        while (good && s->level >= msize(s)) {
            good = memory_item(s, true);
        }
        if (!good) {
            fail(s, TEIF);
            return;
        }
    }
    if (s->left == s->ndtr / 2 && s->ndtr > 1) {
        s->flags |= HTIF;
        update_irq(s);
    }
    if (s->left == 0) {
        if (!from_memory) {
            s->level = 0; // what does not fill an item of memory is lost
        }
        finish_round(s);
    }
}

static void serve(struct stream *s, unsigned line) {
    const struct dma *d = s->owner->vm->dma;
    if (s->serving) {
        return; // the loop below goes on with it
    }
    s->serving = true;
    unsigned steps = 0;
    while (running(s) && d->line[line]) {
        step(s);
        if (++steps == ENDLESS) {
            vcam_complain(s->owner->vm,
                    "%s: request %u does not go away by being served", s->name,
                    line);
            break;
        }
    }
    s->serving = false;
}

// --- requests -------------------------------------------------------------

static struct stream *listener(struct vcam *vm, unsigned line) {
    for (unsigned i = 0; i < 2 * STREAMS; i++) {
        struct stream *s = stream_at(vm, i);
        if (running(s) && direction(s) != MEMORY_TO_MEMORY &&
                vcam_dmamux_line(vm, i) == line) {
            return s;
        }
    }
    return NULL;
}

bool vcam_dma_listens(struct vcam *vm, unsigned line) {
    return listener(vm, line) != NULL;
}

void vcam_dma_request(struct vcam *vm, unsigned line, bool high) {
    struct dma *d = vm->dma;
    if (line == 0 || line >= VCAM_DMA_LINES) {
        return;
    }
    d->line[line] = high;
    struct stream *s = high ? listener(vm, line) : NULL;
    if (s) {
        serve(s, line);
    }
}

void vcam_dma_rerouted(struct vcam *vm, unsigned stream) {
    struct stream *s = stream_at(vm, stream);
    unsigned line = vcam_dmamux_line(vm, stream);
    if (running(s) && line && line < VCAM_DMA_LINES &&
            direction(s) != MEMORY_TO_MEMORY) {
        serve(s, line);
    }
}

// --- starting -------------------------------------------------------------

// The whole of a transfer between memories.
static void on_event(void *context) {
    struct stream *s = context;
    while (running(s)) {
        step(s);
    }
}

// What RM0433 16.3 forbids, in a sentence; null when all is well.
static const char *wrong(const struct stream *s) {
    static const uint8_t beats[] = {1, 4, 8, 16};
    unsigned mburst = beats[s->cr >> 23 & 3];
    unsigned pburst = beats[s->cr >> 21 & 3];
    if (direction(s) == 3 || (s->cr >> 11 & 3) == 3 || (s->cr >> 13 & 3) == 3) {
        return "is set to a direction or size that does not exist";
    }
    if (s->flags & FLAGS) {
        return "is started with flags of its last transfer set";
    }
    if (direction(s) == MEMORY_TO_MEMORY &&
            (direct(s) || s->cr & (CR_CIRC | CR_DBM))) {
        return "cannot go from memory to memory in direct, circular or double "
               "buffer mode";
    }
    if (s->cr & CR_PFCTRL) {
        return "has the peripheral as flow controller, which no block here is";
    }
    if (direct(s)) {
        return mburst > 1 || pburst > 1 ? "has bursts in direct mode" : NULL;
    }
    if (threshold(s) % (mburst * msize(s)) || FIFO % (pburst * psize(s))) {
        return "has bursts that do not fit its FIFO threshold";
    }
    if (s->ndtr * psize(s) % msize(s)) {
        return "has a length that is no multiple of the size of memory's items";
    }
    return NULL;
}

static void start(struct stream *s) {
    struct vcam *vm = s->owner->vm;
    const char *why = wrong(s);
    if (why) {
        vcam_complain(vm, "%s %s", s->name, why);
        s->flags |= FEIF;
        update_irq(s);
        return;
    }
    if (s->ndtr == 0) {
        return;
    }
    s->cr |= CR_EN;
    s->level = 0;
    rewind_stream(s);
    if (direction(s) == MEMORY_TO_MEMORY) {
        uint64_t hz = vcam_clock(vm, CLOCK_HCLK);
        vcam_event_set(vm, &s->event,
                vcam_now(vm) + 2ull * s->left * VCAM_SECOND / (hz ? hz : 1));
    } else {
        vcam_dma_rerouted(vm, s->owner->first + s->index);
    }
}

static void write_cr(struct stream *s, uint32_t value) {
    value &= CR_ALL;
    if (running(s)) {
        if (s->cr & CR_DBM) {
            value |= CR_CIRC;
        }
        if (value & CR_EN && (value ^ s->cr) & ~(uint32_t)(CR_ALWAYS | CR_CT)) {
            vcam_complain(s->owner->vm, "%s: settings changed while it runs",
                    s->name);
        }
        s->cr = (s->cr & ~(uint32_t)CR_ALWAYS) | (value & CR_ALWAYS) | CR_EN;
        if (!(value & CR_EN)) { // the FIFO is flushed, the flag says so
            bool to_memory = direction(s) != MEMORY_TO_PERIPHERAL;
            while (to_memory && s->level >= msize(s) && memory_item(s, true)) {
            }
            stop(s);
            s->flags |= TCIF;
        }
    } else {
        s->cr = value & ~(uint32_t)CR_EN;
        if (s->cr & CR_DBM) {
            s->cr |= CR_CIRC;
        }
        if (value & CR_EN) {
            start(s);
        }
    }
    update_irq(s);
}

// --- registers ------------------------------------------------------------

static unsigned flag_shift(unsigned stream) {
    static const uint8_t shift[4] = {0, 6, 16, 22};
    return shift[stream % 4];
}

static bool write_address(struct stream *s, uint32_t offset, uint32_t value) {
    bool busy = running(s);
    if (offset == PAR) {
        if (!busy) {
            s->par = value;
        }
    } else {
        unsigned n = offset == M1AR;
        // The buffer that is not in use may move while the stream runs.
        busy = busy && !(s->cr & CR_DBM && (s->cr & CR_CT ? 1u : 0u) != n);
        if (!busy) {
            s->memory[n] = value;
        }
    }
    if (busy) {
        vcam_complain(s->owner->vm, "%s: address changed while it is in use",
                s->name);
    }
    return true;
}

static bool write_stream(struct stream *s, uint32_t offset, uint32_t value) {
    switch (offset) {
    case CR:
        write_cr(s, value);
        return true;
    case NDTR:
        if (!running(s)) {
            s->ndtr = s->left = value & 0xffff;
        }
        return true;
    case PAR:
    case M0AR:
    case M1AR:
        return write_address(s, offset, value);
    case FCR:
        if (running(s) && (value ^ s->fcr) & 7) {
            vcam_complain(s->owner->vm, "%s: FIFO changed while it runs",
                    s->name);
        }
        s->fcr = value & 0x87;
        update_irq(s);
        return true;
    default:
        return false;
    }
}

static uint32_t read_stream(const struct stream *s, uint32_t offset) {
    switch (offset) {
    case CR:
        return s->cr;
    case NDTR:
        return s->left;
    case PAR:
        return s->par;
    case M0AR:
        return s->memory[0];
    case M1AR:
        return s->memory[1];
    default:
        // FS: 0 to 3 in quarters, 4 empty, 5 full
        return s->fcr |
                (s->level == 0                     ? FCR_EMPTY
                                : s->level == FIFO ? 5u << 3
                                                   : s->level / 4 << 3);
    }
}

static bool dma_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    const struct controller *c = self;
    (void)size;
    *value = 0;
    if (offset >= STREAMS_AT + STREAMS * STREAM_SIZE) {
        return false;
    }
    if (offset >= STREAMS_AT) {
        offset -= STREAMS_AT;
        *value = read_stream(&c->stream[offset / STREAM_SIZE],
                offset % STREAM_SIZE);
    } else if (offset < LISR + 8) {
        for (unsigned i = 0; i < 4; i++) {
            *value |= c->stream[offset + i].flags << flag_shift(i);
        }
    }
    return true;
}

static bool dma_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct controller *c = self;
    (void)size;
    if (offset >= STREAMS_AT + STREAMS * STREAM_SIZE) {
        return false;
    }
    if (offset >= STREAMS_AT) {
        offset -= STREAMS_AT;
        return write_stream(&c->stream[offset / STREAM_SIZE],
                offset % STREAM_SIZE, value);
    }
    for (unsigned i = 0; offset >= 8 && i < 4; i++) {
        struct stream *s = &c->stream[offset - 8 + i];
        s->flags &= ~(value >> flag_shift(i) & FLAGS);
        update_irq(s);
    }
    return true;
}

static void dma_reset(void *self, enum vcam_reset why) {
    struct controller *c = self;
    (void)why;
    for (unsigned i = 0; i < STREAMS; i++) {
        struct stream *s = &c->stream[i];
        vcam_event_cancel(c->vm, &s->event);
        s->cr = s->ndtr = s->left = s->par = s->flags = s->level = 0;
        s->memory[0] = s->memory[1] = 0;
        s->fcr = 1;
        update_irq(s);
    }
}

static void destroy(void *self) {
    const struct controller *c = self;
    free(c->vm->dma);
}

int vcam_dma_create(struct vcam *vm) {
    struct dma *d = calloc(1, sizeof *d);
    if (!d) {
        return -ENOMEM;
    }
    vm->dma = d;
    for (unsigned n = 0; n < 2; n++) {
        struct controller *c = &d->controller[n];
        c->vm = vm;
        c->name = CONTROLLERS[n].name;
        c->gate = CONTROLLERS[n].gate;
        c->first = n * STREAMS;
        for (unsigned i = 0; i < STREAMS; i++) {
            struct stream *s = &c->stream[i];
            s->owner = c;
            s->index = i;
            (void)snprintf(s->name, sizeof s->name, "%s stream %u", c->name, i);
            s->master = (struct vcam_master){.name = s->name};
            s->event = (struct vcam_event){.fire = on_event, .context = s};
        }
        vcam_add_device(vm,
                &(struct vcam_device){.name = c->name,
                        .base = CONTROLLERS[n].base,
                        .size = 0x400,
                        .gate = c->gate,
                        .read = dma_read,
                        .write = dma_write,
                        .reset = dma_reset,
                        .destroy = n == 0 ? destroy : NULL,
                        .self = c});
    }
    return 0;
}
