// SPDX-License-Identifier: MIT
// USART and UART (RM0433 section 48). USART1 on PB14 and PB15 is the console.

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/gpio.h"
#include "host/vcam/devices.h"
#include "host/vcam/machine_state.h"
#include "host/vcam/rcc.h"

enum {
    CR1 = 0x00,
    CR2 = 0x04,
    CR3 = 0x08,
    BRR = 0x0c,
    GTPR = 0x10,
    RTOR = 0x14,
    RQR = 0x18,
    ISR = 0x1c,
    ICR = 0x20,
    RDR = 0x24,
    TDR = 0x28,
    PRESC = 0x2c
};

enum {
    CR1_UE = 1 << 0,
    CR1_RE = 1 << 2,
    CR1_TE = 1 << 3,
    CR1_IDLEIE = 1 << 4,
    CR1_RXNEIE = 1 << 5,
    CR1_TCIE = 1 << 6,
    CR1_TXEIE = 1 << 7,
    CR1_OVER8 = 1 << 15,
    CR1_FIFOEN = 1 << 29,
    CR1_TXFEIE = 1 << 30,
    CR3_EIE = 1 << 0,
    CR3_OVRDIS = 1 << 12,
    CR3_TXFTIE = 1 << 23,
    CR3_RXFTIE = 1 << 28,
    ISR_FE = 1 << 1,
    ISR_ORE = 1 << 3,
    ISR_IDLE = 1 << 4,
    ISR_RXNE = 1 << 5,
    ISR_TC = 1 << 6,
    ISR_TXE = 1 << 7,
    ISR_BUSY = 1 << 16,
    ISR_TEACK = 1 << 21,
    ISR_REACK = 1 << 22,
    ISR_TXFE = 1 << 23,
    ISR_RXFF = 1 << 24,
    ISR_RXFT = 1 << 26,
    ISR_TXFT = 1 << 27,
    RQR_RXFRQ = 1 << 3,
    RQR_TXFRQ = 1 << 4
};
#define CR1_RXFFIE 0x80000000u

enum {
    FIFO = 16,
    FRAME_BITS = 10,
    TX_PIN = VCAM_PIN('B', 14),
    RX_PIN = VCAM_PIN('B', 15),
    CONSOLE_AF = 4
};

struct fifo {
    uint8_t data[FIFO];
    unsigned from, count;
};

struct usart {
    struct vcam *vm;
    const char *name;
    unsigned irq;
    enum vcam_clock clock;
    bool console;
    uint32_t cr1, cr2, cr3, brr, gtpr, rtor, presc;
    uint32_t flags; // FE, ORE, IDLE, TC: set by events, cleared by ICR
    struct fifo tx, rx;
    bool sending;
    uint8_t shift;
    struct vcam_event sent, arrival, idle;
    bool noted; // that nobody can read what is sent
};

static const struct {
    const char *name;
    uint32_t base;
    uint16_t gate;
    uint8_t irq;
    enum vcam_clock clock;
} PORTS[] = {
        {"USART1", 0x40011000, VCAM_GATE(0xf0, 4), 37, CLOCK_USART16},
        {"USART2", 0x40004400, VCAM_GATE(0xe8, 17), 38, CLOCK_USART234578},
        {"USART3", 0x40004800, VCAM_GATE(0xe8, 18), 39, CLOCK_USART234578},
        {"UART4", 0x40004c00, VCAM_GATE(0xe8, 19), 52, CLOCK_USART234578},
        {"UART5", 0x40005000, VCAM_GATE(0xe8, 20), 53, CLOCK_USART234578},
        {"USART6", 0x40011400, VCAM_GATE(0xf0, 5), 71, CLOCK_USART16},
        {"UART7", 0x40007800, VCAM_GATE(0xe8, 30), 82, CLOCK_USART234578},
        {"UART8", 0x40007c00, VCAM_GATE(0xe8, 31), 83, CLOCK_USART234578},
};

static void fifo_put(struct fifo *f, uint8_t byte) {
    f->data[(f->from + f->count++) % FIFO] = byte;
}

static uint8_t fifo_get(struct fifo *f) {
    uint8_t byte = f->data[f->from];
    f->from = (f->from + 1) % FIFO;
    f->count--;
    return byte;
}

static unsigned depth(const struct usart *u) {
    return u->cr1 & CR1_FIFOEN ? FIFO : 1;
}

static unsigned baud(const struct usart *u) {
    static const uint16_t divide[16] = {1, 2, 4, 6, 8, 10, 12, 16, 32, 64, 128,
            256, 256, 256, 256, 256};
    uint64_t hz = vcam_clock(u->vm, u->clock) / divide[u->presc & 15];
    uint32_t brr = u->brr & 0xffff;
    if (u->cr1 & CR1_OVER8) {
        brr = (brr & 0xfff0) | (brr & 7) << 1;
        hz *= 2;
    }
    return brr < 16 ? 0 : (unsigned)((hz + brr / 2) / brr);
}

static uint64_t frame_time(unsigned rate) {
    return rate ? FRAME_BITS * VCAM_SECOND / rate : VCAM_SECOND;
}

// Scripts may use the console's pins for something else: said once.
static void note(struct usart *u, const char *text) {
    if (!u->noted && u->vm->config.note) {
        u->noted = true;
        u->vm->config.note(u->vm->config.owner, text);
    }
}

// Both ends within 3 percent, as far as an asynchronous line can be read.
static bool understood(struct usart *u) {
    int64_t ours = baud(u);
    int64_t host = u->vm->config.console_baud;
    int64_t off = ours > host ? ours - host : host - ours;
    if (off * 100 <= host * 3) {
        return true;
    }
    note(u, "the console's two ends have different baud rates");
    return false;
}

// --- state ----------------------------------------------------------------

// Fill levels of RXFTCFG and TXFTCFG, in sixteenths.
static unsigned threshold(unsigned code) {
    static const uint8_t level[8] = {2, 4, 8, 12, 14, 16, 16, 16};
    return level[code & 7];
}

static uint32_t status(const struct usart *u) {
    bool fifo = u->cr1 & CR1_FIFOEN;
    uint32_t value = u->flags;
    value |= u->tx.count < depth(u) ? (uint32_t)ISR_TXE : 0;
    value |= u->rx.count ? (uint32_t)ISR_RXNE : 0;
    value |= u->cr1 & CR1_TE && u->cr1 & CR1_UE ? (uint32_t)ISR_TEACK : 0;
    value |= u->cr1 & CR1_RE && u->cr1 & CR1_UE ? (uint32_t)ISR_REACK : 0;
    value |= u->arrival.set ? (uint32_t)ISR_BUSY : 0;
    if (fifo) {
        unsigned room = FIFO - u->tx.count;
        value |= u->tx.count == 0 ? (uint32_t)ISR_TXFE : 0;
        value |= u->rx.count == FIFO ? (uint32_t)ISR_RXFF : 0;
        value |=
                u->rx.count >= threshold(u->cr3 >> 25) ? (uint32_t)ISR_RXFT : 0;
        value |= room >= threshold(u->cr3 >> 29) ? (uint32_t)ISR_TXFT : 0;
    }
    return value;
}

static void update_irq(struct usart *u) {
    uint32_t s = status(u);
    bool level = (s & ISR_RXNE && u->cr1 & CR1_RXNEIE) ||
            (s & ISR_TXE && u->cr1 & CR1_TXEIE) ||
            (s & ISR_TC && u->cr1 & CR1_TCIE) ||
            (s & ISR_IDLE && u->cr1 & CR1_IDLEIE) ||
            (s & ISR_ORE && u->cr1 & CR1_RXNEIE) ||
            (s & (ISR_ORE | ISR_FE) && u->cr3 & CR3_EIE) ||
            (s & ISR_TXFE && u->cr1 & CR1_TXFEIE) ||
            (s & ISR_RXFF && u->cr1 & CR1_RXFFIE) ||
            (s & ISR_RXFT && u->cr3 & CR3_RXFTIE) ||
            (s & ISR_TXFT && u->cr3 & CR3_TXFTIE);
    vcam_irq(u->vm, u->irq, level && u->cr1 & CR1_UE);
}

static void start_sending(struct usart *u) {
    if (!u->sending && u->tx.count && u->cr1 & CR1_TE && u->cr1 & CR1_UE) {
        u->shift = fifo_get(&u->tx);
        u->sending = true;
        u->flags &= ~(uint32_t)ISR_TC;
        vcam_event_set(u->vm, &u->sent, vcam_now(u->vm) + frame_time(baud(u)));
    }
}

static void on_sent(void *context) {
    struct usart *u = context;
    struct vcam *vm = u->vm;
    u->sending = false;
    if (u->console && vm->config.output) {
        if (!vcam_pin_is_af(vm, TX_PIN, CONSOLE_AF)) {
            note(u, "USART1 sends, but PB14 is not its TX pin");
        } else {
            vm->config.output(vm->config.owner, understood(u) ? u->shift : '?');
        }
    }
    start_sending(u);
    if (!u->sending) {
        u->flags |= ISR_TC;
    }
    update_irq(u);
}

static bool listening(const struct usart *u) {
    return u->console && u->cr1 & CR1_UE && u->cr1 & CR1_RE &&
            vcam_pin_is_af(u->vm, RX_PIN, CONSOLE_AF);
}

static void expect_arrival(struct usart *u) {
    if (!u->arrival.set && u->vm->typed_count && listening(u)) {
        vcam_event_cancel(u->vm, &u->idle);
        vcam_event_set(u->vm, &u->arrival,
                vcam_now(u->vm) + frame_time(u->vm->config.console_baud));
    }
}

void vcam_usart_typed(struct vcam *vm) {
    expect_arrival(vm->console);
}

static void on_arrival(void *context) {
    struct usart *u = context;
    struct vcam *vm = u->vm;
    if (!vm->typed_count || !listening(u)) {
        return;
    }
    uint8_t byte = vm->typed[vm->typed_from];
    vm->typed_from = (vm->typed_from + 1) % sizeof vm->typed;
    vm->typed_count--;
    if (!understood(u)) {
        byte = 0xff;
        u->flags |= ISR_FE;
    }
    if (u->rx.count < depth(u)) {
        fifo_put(&u->rx, byte);
    } else if (u->cr3 & CR3_OVRDIS) {
        u->rx.data[(u->rx.from + u->rx.count - 1) % FIFO] = byte;
    } else {
        u->flags |= ISR_ORE;
    }
    expect_arrival(u);
    if (!u->arrival.set) {
        vcam_event_set(vm, &u->idle,
                vcam_now(vm) + frame_time(vm->config.console_baud));
    }
    update_irq(u);
}

static void on_idle(void *context) {
    struct usart *u = context;
    u->flags |= ISR_IDLE;
    update_irq(u);
}

// --- registers ------------------------------------------------------------

static void usart_reset(void *self, enum vcam_reset why) {
    struct usart *u = self;
    (void)why;
    u->cr1 = u->cr2 = u->cr3 = u->brr = u->gtpr = u->rtor = u->presc = 0;
    u->flags = ISR_TC;
    u->tx.count = u->rx.count = 0;
    u->sending = false;
    u->noted = false;
    vcam_event_cancel(u->vm, &u->sent);
    vcam_event_cancel(u->vm, &u->arrival);
    vcam_event_cancel(u->vm, &u->idle);
    update_irq(u);
}

static bool usart_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct usart *u = self;
    (void)size;
    switch (offset) {
    case CR1:
        *value = u->cr1;
        return true;
    case CR2:
        *value = u->cr2;
        return true;
    case CR3:
        *value = u->cr3;
        return true;
    case BRR:
        *value = u->brr;
        return true;
    case GTPR:
        *value = u->gtpr;
        return true;
    case RTOR:
        *value = u->rtor;
        return true;
    case RQR:
    case ICR:
        *value = 0;
        return true;
    case ISR:
        *value = status(u);
        return true;
    case RDR:
        *value = u->rx.data[u->rx.from];
        if (u->rx.count) {
            *value = fifo_get(&u->rx);
            update_irq(u);
        }
        return true;
    case TDR:
        *value = u->shift;
        return true;
    case PRESC:
        *value = u->presc;
        return true;
    default:
        return false;
    }
}

static void write_data(struct usart *u, uint32_t value) {
    if (!(u->cr1 & CR1_UE) || !(u->cr1 & CR1_TE)) {
        vcam_complain(u->vm, "%s given a byte while it is off", u->name);
        return;
    }
    if (u->tx.count == depth(u)) {
        vcam_complain(u->vm, "%s given a byte while it is full", u->name);
        return;
    }
    if (!baud(u)) {
        vcam_complain(u->vm, "%s has no baud rate", u->name);
        return;
    }
    fifo_put(&u->tx, (uint8_t)value);
    start_sending(u);
}

static void write_cr1(struct usart *u, uint32_t value) {
    uint32_t off = ~value & u->cr1;
    u->cr1 = value;
    if (off & CR1_UE) {
        u->tx.count = u->rx.count = 0;
        u->sending = false;
        u->flags = ISR_TC;
        vcam_event_cancel(u->vm, &u->sent);
    }
    start_sending(u);
    expect_arrival(u);
}

static bool usart_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct usart *u = self;
    (void)size;
    if ((offset == BRR || offset == PRESC) && u->cr1 & CR1_UE) {
        vcam_complain(u->vm, "%s: baud rate changed while it is on", u->name);
    }
    switch (offset) {
    case CR1:
        write_cr1(u, value);
        break;
    case CR2:
        u->cr2 = value;
        break;
    case CR3:
        u->cr3 = value;
        break;
    case BRR:
        u->brr = value & 0xffff;
        break;
    case GTPR:
        u->gtpr = value & 0xffff;
        break;
    case RTOR:
        u->rtor = value;
        break;
    case RQR:
        if (value & RQR_RXFRQ) {
            u->rx.count = 0;
        }
        if (value & RQR_TXFRQ) {
            u->tx.count = 0;
        }
        break;
    case ICR:
        u->flags &= ~(value & (ISR_FE | ISR_ORE | ISR_IDLE | ISR_TC));
        break;
    case TDR:
        write_data(u, value);
        break;
    case ISR:
    case RDR:
        break;
    case PRESC:
        u->presc = value & 15;
        break;
    default:
        return false;
    }
    update_irq(u);
    return true;
}

int vcam_usart_create(struct vcam *vm) {
    for (unsigned i = 0; i < sizeof PORTS / sizeof *PORTS; i++) {
        struct usart *u = calloc(1, sizeof *u);
        if (!u) {
            return -ENOMEM;
        }
        u->vm = vm;
        u->name = PORTS[i].name;
        u->irq = PORTS[i].irq;
        u->clock = PORTS[i].clock;
        u->console = i == 0;
        u->sent = (struct vcam_event){.fire = on_sent, .context = u};
        u->arrival = (struct vcam_event){.fire = on_arrival, .context = u};
        u->idle = (struct vcam_event){.fire = on_idle, .context = u};
        if (u->console) {
            vm->console = u;
        }
        vcam_add_device(vm,
                &(struct vcam_device){.name = u->name,
                        .base = PORTS[i].base,
                        .size = 0x400,
                        .gate = PORTS[i].gate,
                        .read = usart_read,
                        .write = usart_write,
                        .reset = usart_reset,
                        .destroy = free,
                        .self = u});
    }
    return 0;
}
