// SPDX-License-Identifier: MIT
// What is inside the model of OTG_FS; for the two files that make it up.
#ifndef HOST_VCAM_OTG_STATE_H
#define HOST_VCAM_OTG_STATE_H

#include "host/vcam/machine_state.h"
#include "host/vcam/otg.h"

enum { ENDPOINTS = 9, FIFO_WORDS = 1024, RX_ENTRIES = 64, OTG_IRQ = 101 };

#define BIT(n) (1u << (n))

#define GOTGCTL_WRITABLE 0x00100cfeu
#define GOTGCTL_BVALOEN BIT(6)
#define GOTGCTL_BVALOVAL BIT(7)
#define GOTGCTL_BSVLD BIT(19)
#define GOTGINT_SEDET BIT(2)
#define GAHBCFG_GINTMSK BIT(0)
#define GAHBCFG_DMAEN BIT(5)
#define GUSBCFG_FHMOD BIT(29)
#define GRSTCTL_CSRST BIT(0)
#define GRSTCTL_RXFFLSH BIT(4)
#define GRSTCTL_TXFFLSH BIT(5)
#define GRSTCTL_AHBIDL BIT(31)
#define INT_OTG BIT(2)
#define INT_SOF BIT(3)
#define INT_RXFLVL BIT(4)
#define INT_NPTXFE BIT(5)
#define INT_GONAKEFF BIT(7)
#define INT_USBSUSP BIT(11)
#define INT_USBRST BIT(12)
#define INT_ENUMDNE BIT(13)
#define INT_IEP BIT(18)
#define INT_OEP BIT(19)
#define INT_PTXFE BIT(26)
#define INT_SRQ BIT(30)
#define INT_WKUP BIT(31)
#define INT_CLEARABLE 0xf030fc08u
#define GCCFG_PWRDWN BIT(16)
#define GCCFG_VBDEN BIT(21)
#define DCFG_DAD 0x7f0u
#define DCTL_SDIS BIT(1)
#define DCTL_GONSTS BIT(3)
#define DCTL_SGONAK BIT(9)
#define DCTL_CGONAK BIT(10)
#define DCTL_KEPT 0x00000073u
#define DSTS_SUSPSTS BIT(0)
#define DSTS_FULL_SPEED (3u << 1)
#define EP_USBAEP BIT(15)
#define EP_DPID BIT(16)
#define EP_NAKSTS BIT(17)
#define EP_STALL BIT(21)
#define EP_CNAK BIT(26)
#define EP_SNAK BIT(27)
#define EP_SD0PID BIT(28)
#define EP_SD1PID BIT(29)
#define EP_EPDIS BIT(30)
#define EP_EPENA BIT(31)
#define EP_KEPT 0x03ec87ffu
#define EPINT_XFRC BIT(0)
#define EPINT_EPDISD BIT(1)
#define EPINT_STUP BIT(3)
#define EPINT_INEPNE BIT(6)
#define EPINT_TXFE BIT(7)
#define TSIZ_XFRSIZ 0x7ffffu
#define TSIZ_PKTCNT_ONE BIT(19)
#define TSIZ_PKTCNT 0x1ff80000u

enum { RX_DATA = 2, RX_COMPLETE = 3, RX_SETUP_DONE = 4, RX_SETUP = 6 };

struct endpoint {
    uint32_t ctl, intr, tsiz;
    // IN: bytes of the transfer not yet sent, and what is in the FIFO.
    uint32_t unsent;
    uint32_t fifo[FIFO_WORDS];
    unsigned words;
};

struct entry {
    unsigned endpoint, count, status;
    uint8_t data[VCAM_OTG_PACKET];
};

struct otg {
    struct vcam *vm;
    uint32_t gotgctl, gotgint, gahbcfg, gusbcfg, gintsts, gintmsk, grxfsiz;
    uint32_t txf[ENDPOINTS], gccfg, glpmcfg, gdfifocfg, cid;
    uint32_t dcfg, dctl, diepmsk, doepmsk, daintmsk, diepempmsk, pcgcctl;
    struct endpoint in[ENDPOINTS], out[ENDPOINTS];
    struct entry queue[RX_ENTRIES]; // the receive FIFO
    unsigned first, entries, rx_words;
    uint32_t popped[VCAM_OTG_PACKET / 4]; // words of the entry popped last
    unsigned popped_words, popped_at;
    bool vbus, in_reset, suspended;
    unsigned frame, address;
};

// --- otg.c ----------------------------------------------------------------

unsigned otg_fifo_depth(const struct otg *o, unsigned n);
uint32_t otg_in_interrupts(const struct otg *o, unsigned n);
uint32_t otg_daint(const struct otg *o);
uint32_t otg_gintsts(const struct otg *o);
// To be called after every change.
void otg_update(struct otg *o);
bool otg_session(const struct otg *o);

// The receive FIFO: what GRXSTSR shows, GRXSTSP takes, a window reads.
uint32_t otg_status_word(const struct otg *o);
uint32_t otg_pop_status(struct otg *o);
uint32_t otg_read_fifo(struct otg *o);
void otg_write_fifo(struct otg *o, unsigned n, uint32_t value);
void otg_check_fifos(struct otg *o);

#endif
