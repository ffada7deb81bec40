// SPDX-License-Identifier: MIT
// OTG_FS as a device in slave mode (RM0433 chapter 60): the wire, the FIFOs
// and the interrupt.
//
// Derived, never stored: RXFLVL, TXFE, the sums DAINT, IEPINT and OEPINT, and
// the level of the interrupt. DMA, host mode and isochronous endpoints are not
// modelled.

#include <string.h>

#include "host/vcam/crs.h"
#include "host/vcam/gpio.h"
#include "host/vcam/otg_state.h"
#include "host/vcam/rcc.h"

enum { USB_AF = 10, USB_HZ = 48000000 };

static unsigned words_of(size_t bytes) {
    return (unsigned)(bytes + 3) / 4;
}

static unsigned packet_size(const struct otg *o, bool in, unsigned n) {
    const struct endpoint *e = in ? &o->in[n] : &o->out[n];
    return n ? e->ctl & 0x7ff : 64u >> (e->ctl & 3);
}

unsigned otg_fifo_depth(const struct otg *o, unsigned n) {
    return o->txf[n] >> 16;
}

// --- interrupts -----------------------------------------------------------

uint32_t otg_in_interrupts(const struct otg *o, unsigned n) {
    const struct endpoint *e = &o->in[n];
    return e->intr | (e->words == 0 ? EPINT_TXFE : 0);
}

uint32_t otg_daint(const struct otg *o) {
    uint32_t value = 0;
    for (unsigned n = 0; n < ENDPOINTS; n++) {
        uint32_t mask = o->diepmsk | (o->diepempmsk >> n & 1 ? EPINT_TXFE : 0);
        value |= (otg_in_interrupts(o, n) & mask) ? BIT(n) : 0;
        value |= (o->out[n].intr & o->doepmsk) ? BIT(16 + n) : 0;
    }
    return value;
}

uint32_t otg_gintsts(const struct otg *o) {
    uint32_t sums = otg_daint(o) & o->daintmsk;
    uint32_t value = o->gintsts | INT_NPTXFE | INT_PTXFE;
    value |= o->gotgint ? INT_OTG : 0;
    value |= o->entries ? INT_RXFLVL : 0;
    value |= o->dctl & DCTL_GONSTS ? INT_GONAKEFF : 0;
    value |= sums & 0xffff ? INT_IEP : 0;
    value |= sums >> 16 ? INT_OEP : 0;
    return value;
}

void otg_update(struct otg *o) {
    vcam_irq(o->vm, OTG_IRQ,
            o->gahbcfg & GAHBCFG_GINTMSK && otg_gintsts(o) & o->gintmsk);
}

// --- session --------------------------------------------------------------

bool otg_session(const struct otg *o) {
    if (o->gotgctl & GOTGCTL_BVALOEN) {
        return (o->gotgctl & GOTGCTL_BVALOVAL) != 0;
    }
    return o->gccfg & GCCFG_VBDEN && o->vbus;
}

// What the transceiver needs before it goes on the bus.
static void check_attach(struct otg *o) {
    struct vcam *vm = o->vm;
    uint32_t supply = 0;
    if (vcam_clock(vm, CLOCK_USB) != USB_HZ) {
        vcam_complain(vm, "OTG_FS connects with a clock of %u Hz, not 48 MHz",
                (unsigned)vcam_clock(vm, CLOCK_USB));
    }
    if (!vcam_pin_is_af(vm, VCAM_PIN('A', 11), USB_AF) ||
            !vcam_pin_is_af(vm, VCAM_PIN('A', 12), USB_AF)) {
        vcam_complain(vm,
                "OTG_FS connects, but PA11 and PA12 are not its "
                "pins");
    }
    if (!vcam_peek_register(vm, 0x5802480c, &supply) || !(supply & BIT(26))) {
        vcam_complain(vm, "OTG_FS connects without PWR_CR3.USB33RDY");
    }
}

static struct otg *of(const struct vcam *vm) {
    return vcam_find_device(vm, "OTG2_FS");
}

bool vcam_otg_attached(const struct vcam *vm) {
    const struct otg *o = of(vm);
    return o->vbus && otg_session(o) && o->gccfg & GCCFG_PWRDWN &&
            !(o->dctl & DCTL_SDIS);
}

void vcam_otg_vbus(struct vcam *vm, bool on) {
    struct otg *o = of(vm);
    bool before = otg_session(o);
    o->vbus = on;
    vcam_pin_drive(vm, VCAM_PIN('A', 9), on);
    if (before && !otg_session(o)) {
        o->gotgint |= GOTGINT_SEDET;
    } else if (!before && otg_session(o)) {
        o->gintsts |= INT_SRQ;
    }
    otg_update(o);
}

// --- the wire -------------------------------------------------------------

void vcam_otg_bus_reset(struct vcam *vm, bool on) {
    struct otg *o = of(vm);
    o->in_reset = on;
    if (on) {
        check_attach(o);
        o->suspended = false;
        o->address = 0;
        o->dcfg &= ~DCFG_DAD;
        for (unsigned n = 0; n < ENDPOINTS; n++) {
            uint32_t lost = n ? EP_USBAEP | EP_EPENA | EP_STALL : EP_EPENA;
            o->in[n].ctl &= ~lost;
            o->out[n].ctl &= ~lost;
        }
        o->gintsts |= INT_USBRST;
    } else {
        o->gintsts |= INT_ENUMDNE;
    }
    otg_update(o);
}

void vcam_otg_suspend(struct vcam *vm, bool on) {
    struct otg *o = of(vm);
    if (o->suspended != on) {
        o->suspended = on;
        o->gintsts |= on ? INT_USBSUSP : INT_WKUP;
        otg_update(o);
    }
}

void vcam_otg_frame(struct vcam *vm, unsigned number) {
    struct otg *o = of(vm);
    o->frame = number & 0x7ff;
    o->gintsts |= INT_SOF;
    vcam_crs_frame(vm);
    otg_update(o);
}

static bool listens(const struct otg *o, unsigned address) {
    return vcam_otg_attached(o->vm) && !o->in_reset && !o->suspended &&
            address == o->address;
}

static bool room(const struct otg *o, unsigned words) {
    return o->entries + 2 <= RX_ENTRIES &&
            o->rx_words + words <= (o->grxfsiz & 0xffff);
}

static void receive(struct otg *o, unsigned endpoint, unsigned status,
        const uint8_t *data, size_t size) {
    struct entry *e = &o->queue[(o->first + o->entries++) % RX_ENTRIES];
    *e = (struct entry){.endpoint = endpoint,
            .status = status,
            .count = (unsigned)size};
    if (size) {
        memcpy(e->data, data, size);
    }
    o->rx_words += 1 + words_of(size);
}

enum vcam_usb_answer vcam_otg_setup(struct vcam *vm, unsigned address,
        const uint8_t request[8]) {
    struct otg *o = of(vm);
    if (!listens(o, address)) {
        return VCAM_USB_SILENCE;
    }
    if (!room(o, 4)) {
        return VCAM_USB_SILENCE; // a SETUP is never NAKed
    }
    o->in[0].ctl &= ~(EP_STALL | EP_EPENA);
    o->in[0].ctl |= EP_NAKSTS;
    o->in[0].words = 0;
    o->out[0].ctl &= ~EP_STALL;
    o->out[0].ctl |= EP_NAKSTS;
    receive(o, 0, RX_SETUP, request, 8);
    receive(o, 0, RX_SETUP_DONE, NULL, 0);
    otg_update(o);
    return VCAM_USB_ACK;
}

enum vcam_usb_answer vcam_otg_out(struct vcam *vm, unsigned address,
        unsigned endpoint, bool toggle, const uint8_t *data, size_t size) {
    struct otg *o = of(vm);
    if (!listens(o, address) || endpoint >= ENDPOINTS ||
            size > VCAM_OTG_PACKET) {
        return VCAM_USB_SILENCE;
    }
    struct endpoint *e = &o->out[endpoint];
    if (endpoint && !(e->ctl & EP_USBAEP)) {
        return VCAM_USB_SILENCE;
    }
    if (e->ctl & EP_STALL) {
        return VCAM_USB_STALL;
    }
    if (endpoint && toggle != !!(e->ctl & EP_DPID)) {
        return VCAM_USB_ACK; // taken for a repetition
    }
    if (!(e->ctl & EP_EPENA) || e->ctl & EP_NAKSTS || o->dctl & DCTL_GONSTS ||
            !room(o, words_of(size) + 2)) {
        return VCAM_USB_NAK;
    }
    e->ctl ^= endpoint ? EP_DPID : 0;
    receive(o, endpoint, RX_DATA, data, size);
    e->tsiz -= e->tsiz & TSIZ_PKTCNT ? TSIZ_PKTCNT_ONE : 0;
    if (!(e->tsiz & TSIZ_PKTCNT) || size < packet_size(o, false, endpoint)) {
        receive(o, endpoint, RX_COMPLETE, NULL, 0);
        e->ctl = (e->ctl & ~EP_EPENA) | EP_NAKSTS;
    }
    otg_update(o);
    return VCAM_USB_ACK;
}

enum vcam_usb_answer vcam_otg_in(struct vcam *vm, unsigned address,
        unsigned endpoint, bool *toggle, uint8_t *data, size_t *size) {
    struct otg *o = of(vm);
    if (!listens(o, address) || endpoint >= ENDPOINTS) {
        return VCAM_USB_SILENCE;
    }
    struct endpoint *e = &o->in[endpoint];
    if (endpoint && !(e->ctl & EP_USBAEP)) {
        return VCAM_USB_SILENCE;
    }
    if (e->ctl & EP_STALL) {
        return VCAM_USB_STALL;
    }
    unsigned most = packet_size(o, true, endpoint);
    unsigned count = e->unsent < most ? e->unsent : most;
    unsigned words = words_of(count);
    if (!(e->ctl & EP_EPENA) || e->ctl & EP_NAKSTS || e->words < words) {
        return VCAM_USB_NAK;
    }
    memcpy(data, e->fifo, count);
    memmove(e->fifo, e->fifo + words, (e->words - words) * sizeof *e->fifo);
    e->words -= words;
    e->unsent -= count;
    *size = count;
    *toggle = !!(e->ctl & EP_DPID);
    e->ctl ^= endpoint ? EP_DPID : 0;
    e->tsiz -= e->tsiz & TSIZ_PKTCNT ? TSIZ_PKTCNT_ONE : 0;
    if (!(e->tsiz & TSIZ_PKTCNT)) {
        e->intr |= EPINT_XFRC;
        e->ctl = (e->ctl & ~EP_EPENA) | EP_NAKSTS;
    }
    if (endpoint == 0) {
        // A new address holds from the end of its own request on.
        o->address = (o->dcfg & DCFG_DAD) >> 4;
    }
    otg_update(o);
    return VCAM_USB_ACK;
}

// --- FIFOs ----------------------------------------------------------------

static uint32_t word_of(const struct entry *e) {
    return e->endpoint | e->count << 4 | e->status << 17;
}

uint32_t otg_status_word(const struct otg *o) {
    return o->entries ? word_of(&o->queue[o->first]) : 0;
}

uint32_t otg_pop_status(struct otg *o) {
    if (!o->entries) {
        vcam_complain(o->vm, "GRXSTSP read while nothing was received");
        return 0;
    }
    if (o->popped_at < o->popped_words) {
        vcam_complain(o->vm, "GRXSTSP read before the last packet was");
    }
    const struct entry *e = &o->queue[o->first];
    struct endpoint *out = &o->out[e->endpoint];
    o->first = (o->first + 1) % RX_ENTRIES;
    o->entries--;
    o->rx_words -= 1 + words_of(e->count);
    memset(o->popped, 0, sizeof o->popped);
    memcpy(o->popped, e->data, e->count);
    o->popped_words = words_of(e->count);
    o->popped_at = 0;
    switch (e->status) {
    case RX_DATA: {
        uint32_t left = out->tsiz & TSIZ_XFRSIZ;
        out->tsiz -= e->count < left ? e->count : left;
        break;
    }
    case RX_COMPLETE:
        out->intr |= EPINT_XFRC;
        break;
    case RX_SETUP_DONE:
        out->intr |= EPINT_STUP;
        break;
    default:
        break;
    }
    return word_of(e);
}

uint32_t otg_read_fifo(struct otg *o) {
    if (o->popped_at == o->popped_words) {
        vcam_complain(o->vm, "receive FIFO of OTG_FS read while it is empty");
        return 0;
    }
    return o->popped[o->popped_at++];
}

void otg_write_fifo(struct otg *o, unsigned n, uint32_t value) {
    struct endpoint *e = &o->in[n];
    if (!(e->ctl & EP_EPENA)) {
        vcam_complain(o->vm, "transmit FIFO %u written while endpoint is off",
                n);
        return;
    }
    if (e->words >= otg_fifo_depth(o, n) || e->words >= FIFO_WORDS) {
        vcam_complain(o->vm, "transmit FIFO %u of %u words overflows", n,
                otg_fifo_depth(o, n));
        return;
    }
    e->fifo[e->words++] = value;
    uint32_t left = e->tsiz & TSIZ_XFRSIZ;
    e->tsiz -= left < 4 ? left : 4;
}

// No two FIFOs may share a word.
void otg_check_fifos(struct otg *o) {
    unsigned rx = o->grxfsiz & 0xffff;
    for (unsigned n = 0; n < ENDPOINTS; n++) {
        unsigned start = o->txf[n] & 0xffff;
        unsigned end = start + otg_fifo_depth(o, n);
        if (n && !(o->in[n].ctl & EP_USBAEP)) {
            continue; // not in use
        }
        if (end > FIFO_WORDS || start < rx) {
            vcam_complain(o->vm,
                    "transmit FIFO %u (words %u to %u) overlaps the "
                    "receive FIFO or the end of the memory",
                    n, start, end);
        }
        for (unsigned k = n + 1; k < ENDPOINTS; k++) {
            unsigned from = o->txf[k] & 0xffff;
            if (o->in[k].ctl & EP_USBAEP && from < end &&
                    start < from + otg_fifo_depth(o, k)) {
                vcam_complain(o->vm, "transmit FIFOs %u and %u overlap", n, k);
            }
        }
    }
}
