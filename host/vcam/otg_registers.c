// SPDX-License-Identifier: MIT
// The registers of OTG_FS (RM0433 section 60.14).

#include <errno.h>
#include <stdlib.h>

#include "host/vcam/devices.h"
#include "host/vcam/otg_state.h"

enum {
    GOTGCTL = 0x000,
    GOTGINT = 0x004,
    GAHBCFG = 0x008,
    GUSBCFG = 0x00c,
    GRSTCTL = 0x010,
    GINTSTS = 0x014,
    GINTMSK = 0x018,
    GRXSTSR = 0x01c,
    GRXSTSP = 0x020,
    GRXFSIZ = 0x024,
    DIEPTXF0 = 0x028,
    GCCFG = 0x038,
    CID = 0x03c,
    GSNPSID = 0x040,
    GHWCFG1 = 0x044,
    GHWCFG2 = 0x048,
    GHWCFG3 = 0x04c,
    GHWCFG4 = 0x050,
    GLPMCFG = 0x054,
    GDFIFOCFG = 0x05c,
    DIEPTXF1 = 0x104,
    DIEPTXF8 = 0x120,
    DCFG = 0x800,
    DCTL = 0x804,
    DSTS = 0x808,
    DIEPMSK = 0x810,
    DOEPMSK = 0x814,
    DAINT = 0x818,
    DAINTMSK = 0x81c,
    DIEPEMPMSK = 0x834,
    IN_FIRST = 0x900,
    OUT_FIRST = 0xb00,
    EP_STRIDE = 0x20,
    EP_CTL = 0x00,
    EP_INT = 0x08,
    EP_TSIZ = 0x10,
    EP_DMA = 0x14,
    EP_TXFSTS = 0x18,
    PCGCCTL = 0xe00,
    WINDOW_FIRST = 0x1000,
    WINDOW_END = 0x10000
};

// --- endpoints' registers -------------------------------------------------

static void write_control(struct otg *o, bool in, unsigned n, uint32_t value) {
    struct endpoint *e = in ? &o->in[n] : &o->out[n];
    bool was = (e->ctl & EP_EPENA) != 0;
    uint32_t state = e->ctl & (EP_DPID | EP_NAKSTS | EP_EPENA);
    uint32_t kept = n ? EP_KEPT : EP_KEPT & ~0x7fcu;
    e->ctl = (value & kept) | state | (n ? 0 : EP_USBAEP);
    if (value & EP_SD0PID) {
        e->ctl &= ~EP_DPID;
    }
    if (value & EP_SD1PID) {
        e->ctl |= EP_DPID;
    }
    if (value & EP_SNAK) {
        e->ctl |= EP_NAKSTS;
        e->intr |= in ? EPINT_INEPNE : 0;
    }
    if (value & EP_CNAK) {
        e->ctl &= ~EP_NAKSTS;
        e->intr &= ~(in ? EPINT_INEPNE : 0);
    }
    if (value & EP_EPDIS && was) {
        e->ctl &= ~EP_EPENA;
        e->intr |= EPINT_EPDISD;
    } else if (value & EP_EPENA && !was) {
        if (!(e->ctl & EP_USBAEP)) {
            vcam_complain(o->vm, "endpoint %u %s enabled, but not active", n,
                    in ? "IN" : "OUT");
        }
        e->ctl |= EP_EPENA;
        e->unsent = e->tsiz & TSIZ_XFRSIZ;
        if (in) {
            otg_check_fifos(o);
        }
    }
}

static bool read_endpoint(struct otg *o, uint32_t offset, uint32_t *value) {
    bool in = offset < OUT_FIRST;
    unsigned n = (offset - (in ? IN_FIRST : OUT_FIRST)) / EP_STRIDE;
    if (n >= ENDPOINTS) {
        return false;
    }
    struct endpoint *e = in ? &o->in[n] : &o->out[n];
    switch (offset % EP_STRIDE) {
    case EP_CTL:
        *value = e->ctl;
        return true;
    case EP_INT:
        *value = in ? otg_in_interrupts(o, n) : e->intr;
        return true;
    case EP_TSIZ:
        *value = e->tsiz;
        return true;
    case EP_DMA:
        *value = 0;
        return true;
    case EP_TXFSTS:
        *value = in ? otg_fifo_depth(o, n) - e->words : 0;
        return in;
    default:
        return false;
    }
}

static bool write_endpoint(struct otg *o, uint32_t offset, uint32_t value) {
    bool in = offset < OUT_FIRST;
    unsigned n = (offset - (in ? IN_FIRST : OUT_FIRST)) / EP_STRIDE;
    if (n >= ENDPOINTS) {
        return false;
    }
    struct endpoint *e = in ? &o->in[n] : &o->out[n];
    switch (offset % EP_STRIDE) {
    case EP_CTL:
        write_control(o, in, n, value);
        return true;
    case EP_INT:
        e->intr &= ~value;
        return true;
    case EP_TSIZ:
        if (e->ctl & EP_EPENA && n) {
            vcam_complain(o->vm,
                    "size of endpoint %u %s written while it is enabled", n,
                    in ? "IN" : "OUT");
        }
        e->tsiz = value;
        return true;
    default:
        return false;
    }
}

// --- all registers --------------------------------------------------------

static void flush_tx(struct otg *o, unsigned which) {
    for (unsigned n = 0; n < ENDPOINTS; n++) {
        if (which == 16 || which == n) {
            o->in[n].words = 0;
        }
    }
}

static void flush_rx(struct otg *o) {
    o->entries = o->rx_words = 0;
    o->popped_words = o->popped_at = 0;
}

// Clears all but what the transceiver and the session are set to.
static void core_reset(struct otg *o) {
    struct otg old = {.vm = o->vm,
            .gccfg = o->gccfg,
            .glpmcfg = 0,
            .vbus = o->vbus,
            .cid = o->cid};
    *o = old;
    o->gusbcfg = 0x1400;
    o->grxfsiz = 0x200;
    for (unsigned n = 0; n < ENDPOINTS; n++) {
        o->txf[n] = 0x02000200 + 0x200 * n;
    }
    o->dctl = DCTL_SDIS;
    o->in[0].ctl = o->out[0].ctl = EP_USBAEP;
}

static void otg_reset(void *self, enum vcam_reset why) {
    struct otg *o = self;
    (void)why;
    o->gccfg = 0;
    o->cid = 0x2300;
    core_reset(o);
    otg_update(o);
}

static uint32_t *plain(struct otg *o, uint32_t offset) {
    switch (offset) {
    case GAHBCFG:
        return &o->gahbcfg;
    case GUSBCFG:
        return &o->gusbcfg;
    case GINTMSK:
        return &o->gintmsk;
    case GRXFSIZ:
        return &o->grxfsiz;
    case DIEPTXF0:
        return &o->txf[0];
    case GCCFG:
        return &o->gccfg;
    case CID:
        return &o->cid;
    case GLPMCFG:
        return &o->glpmcfg;
    case GDFIFOCFG:
        return &o->gdfifocfg;
    case DCFG:
        return &o->dcfg;
    case DIEPMSK:
        return &o->diepmsk;
    case DOEPMSK:
        return &o->doepmsk;
    case DAINTMSK:
        return &o->daintmsk;
    case DIEPEMPMSK:
        return &o->diepempmsk;
    case PCGCCTL:
        return &o->pcgcctl;
    default:
        return offset >= DIEPTXF1 && offset <= DIEPTXF8
                ? &o->txf[(offset - DIEPTXF1) / 4 + 1]
                : NULL;
    }
}

static bool words_only(struct otg *o, unsigned size) {
    if (size != 4) {
        vcam_complain(o->vm, "OTG_FS accessed by %u bits; it takes 32",
                8 * size);
    }
    return true;
}

static bool otg_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct otg *o = self;
    (void)words_only(o, size);
    const uint32_t *stored = plain(o, offset);
    if (stored) {
        *value = *stored;
        return true;
    }
    if (offset >= WINDOW_FIRST && offset < WINDOW_END) {
        *value = otg_read_fifo(o);
        return true;
    }
    if (offset >= IN_FIRST && offset < PCGCCTL) {
        return read_endpoint(o, offset, value);
    }
    switch (offset) {
    case GOTGCTL:
        *value = o->gotgctl | BIT(16) | (otg_session(o) ? GOTGCTL_BSVLD : 0);
        return true;
    case GOTGINT:
        *value = o->gotgint;
        return true;
    case GRSTCTL:
        *value = GRSTCTL_AHBIDL;
        return true;
    case GINTSTS:
        *value = otg_gintsts(o);
        return true;
    case GRXSTSR:
        *value = otg_status_word(o);
        return true;
    case GRXSTSP:
        *value = otg_pop_status(o);
        otg_update(o);
        return true;
    case GSNPSID:
        *value = 0x4f54330a;
        return true;
    case GHWCFG1:
        *value = 0;
        return true;
    case GHWCFG2: // no high-speed transceiver, 8 endpoints beside 0, no DMA
        *value = 0x229fe190;
        return true;
    case GHWCFG3:
        *value = 0x03b8d2e8;
        return true;
    case GHWCFG4:
        *value = 0xe3f00030;
        return true;
    case DCTL:
        *value = o->dctl;
        return true;
    case DSTS:
        *value = DSTS_FULL_SPEED | (o->suspended ? DSTS_SUSPSTS : 0) |
                o->frame << 8;
        return true;
    case DAINT:
        *value = otg_daint(o);
        return true;
    default:
        return false;
    }
}

static void write_dctl(struct otg *o, uint32_t value) {
    o->dctl = (value & DCTL_KEPT) | (o->dctl & DCTL_GONSTS);
    if (value & DCTL_SGONAK) {
        o->dctl |= DCTL_GONSTS;
    }
    if (value & DCTL_CGONAK) {
        o->dctl &= ~DCTL_GONSTS;
    }
}

static bool otg_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct otg *o = self;
    (void)words_only(o, size);
    uint32_t *stored = plain(o, offset);
    bool known = true;
    if (stored) {
        *stored = value;
        if (o->gahbcfg & GAHBCFG_DMAEN || o->gusbcfg & GUSBCFG_FHMOD) {
            vcam_complain(o->vm, "OTG_FS: DMA and host mode are not modelled");
        }
    } else if (offset >= WINDOW_FIRST && offset < WINDOW_END) {
        unsigned n = (offset - WINDOW_FIRST) / 0x1000;
        if (n < ENDPOINTS) {
            otg_write_fifo(o, n, value);
        }
        known = n < ENDPOINTS;
    } else if (offset >= IN_FIRST && offset < PCGCCTL) {
        known = write_endpoint(o, offset, value);
    } else {
        switch (offset) {
        case GOTGCTL:
            o->gotgctl = value & GOTGCTL_WRITABLE;
            break;
        case GOTGINT:
            o->gotgint &= ~value;
            break;
        case GRSTCTL:
            if (value & GRSTCTL_CSRST) {
                core_reset(o);
            }
            if (value & GRSTCTL_RXFFLSH) {
                flush_rx(o);
            }
            if (value & GRSTCTL_TXFFLSH) {
                flush_tx(o, value >> 6 & 31);
            }
            break;
        case GINTSTS:
            o->gintsts &= ~(value & INT_CLEARABLE);
            break;
        case DCTL:
            write_dctl(o, value);
            break;
        case DAINT:
        case DSTS:
            break;
        default:
            known = false;
        }
    }
    otg_update(o);
    return known;
}

int vcam_otg_create(struct vcam *vm) {
    struct otg *o = calloc(1, sizeof *o);
    if (!o) {
        return -ENOMEM;
    }
    o->vm = vm;
    vcam_add_device(vm,
            &(struct vcam_device){.name = "OTG2_FS",
                    .base = 0x40080000,
                    .size = 0x10000,
                    .gate = VCAM_GATE(0xd8, 27),
                    .narrow = true,
                    .read = otg_read,
                    .write = otg_write,
                    .reset = otg_reset,
                    .destroy = free,
                    .self = o});
    return 0;
}
