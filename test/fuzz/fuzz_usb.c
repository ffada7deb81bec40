// SPDX-License-Identifier: MIT
// The USB device under a fake controller: what the host sends, in which order
// it asks and when it gives up come from the fuzzer. The stack is TinyUSB's
// own; what is looked for are mistakes in our callbacks, and in how we use it.
//
// After every input, however mad, a bus reset and an honest host must find the
// camera whole: descriptors, line coding, a block read.

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "device/dcd.h"
#include "link/usb.h"
#include "link/usb_descriptors.h"
#include "link/usb_msc.h"
#include "link/usb_share.h"
#include "tusb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// --- the controller -------------------------------------------------------

enum { ENDPOINTS = 4, BLOCKS = 64 };

struct pipe {
    bool armed, stalled;
    uint8_t *buffer;
    uint16_t size;
};

uint32_t fake_ms;
static struct pipe pipes[ENDPOINTS][2];
static uint8_t medium_data[BLOCKS][USB_BLOCK];
static struct usb_share share;

bool dcd_init(uint8_t rhport, const tusb_rhport_init_t *init) {
    (void)rhport;
    (void)init;
    return true;
}

void dcd_int_handler(uint8_t rhport) {
    (void)rhport;
}

void dcd_int_enable(uint8_t rhport) {
    (void)rhport;
}

void dcd_int_disable(uint8_t rhport) {
    (void)rhport;
}

void dcd_set_address(uint8_t rhport, uint8_t dev_addr) {
    (void)dev_addr;
    (void)dcd_edpt_xfer(rhport, 0x80, NULL, 0);
}

void dcd_remote_wakeup(uint8_t rhport) {
    (void)rhport;
}

void dcd_connect(uint8_t rhport) {
    (void)rhport;
}

void dcd_disconnect(uint8_t rhport) {
    (void)rhport;
}

void dcd_sof_enable(uint8_t rhport, bool en) {
    (void)rhport;
    (void)en;
}

static struct pipe *pipe_of(uint8_t address) {
    assert((address & 15) < ENDPOINTS);
    return &pipes[address & 15][address >> 7];
}

bool dcd_edpt_open(uint8_t rhport, const tusb_desc_endpoint_t *endpoint) {
    (void)rhport;
    *pipe_of(endpoint->bEndpointAddress) = (struct pipe){0};
    return true;
}

void dcd_edpt_close(uint8_t rhport, uint8_t ep_addr) {
    (void)rhport;
    *pipe_of(ep_addr) = (struct pipe){0};
}

void dcd_edpt_close_all(uint8_t rhport) {
    (void)rhport;
    memset(pipes[1], 0, sizeof pipes - sizeof pipes[0]);
}

bool dcd_edpt_xfer(uint8_t rhport, uint8_t ep_addr, uint8_t *buffer,
        uint16_t total_bytes) {
    (void)rhport;
    struct pipe *p = pipe_of(ep_addr);
    p->armed = true;
    p->buffer = buffer;
    p->size = total_bytes;
    return true;
}

void dcd_edpt_stall(uint8_t rhport, uint8_t ep_addr) {
    (void)rhport;
    pipe_of(ep_addr)->stalled = true;
    pipe_of(ep_addr)->armed = false;
}

void dcd_edpt_clear_stall(uint8_t rhport, uint8_t ep_addr) {
    (void)rhport;
    pipe_of(ep_addr)->stalled = false;
}

// --- the medium -----------------------------------------------------------

static int reads(uint32_t block, uint32_t count, void *to) {
    assert(block < BLOCKS && count <= BLOCKS - block);
    memcpy(to, medium_data[block], (size_t)count * USB_BLOCK);
    usb_serve(); // as the flash does while it is busy
    return block % 13 == 12 ? -5 : 0;
}

static int writes(uint32_t block, uint32_t count, const void *from) {
    assert(block < BLOCKS && count <= BLOCKS - block);
    assert(share.open == 0); // the promise to Python
    usb_serve();
    memcpy(medium_data[block], from, (size_t)count * USB_BLOCK);
    return block % 17 == 16 ? -19 : 0;
}

static void release(void) {
    share.open = 0;
}

static const struct usb_medium medium = {
        .product = "Fake",
        .blocks = BLOCKS,
        .read = reads,
        .write = writes,
        .share = &share,
        .release = release,
};

// --- the host -------------------------------------------------------------

struct input {
    const uint8_t *at;
    size_t left;
};

static uint8_t take(struct input *in) {
    if (in->left == 0) {
        return 0;
    }
    in->left--;
    return *in->at++;
}

static void take_all(struct input *in, uint8_t *to, size_t count) {
    for (size_t i = 0; i < count; i++) {
        to[i] = take(in);
    }
}

// The host sends to an endpoint that is ready for it.
static bool send(uint8_t address, const uint8_t *data, size_t size) {
    struct pipe *p = pipe_of(address);
    if (!p->armed || p->stalled) {
        return false;
    }
    uint16_t count = (uint16_t)(size < p->size ? size : p->size);
    if (count) {
        memcpy(p->buffer, data, count);
    }
    p->armed = false;
    dcd_event_xfer_complete(0, address, count, XFER_RESULT_SUCCESS, false);
    return true;
}

// The host takes what an endpoint has; -1: nothing.
static int receive(uint8_t address, uint8_t *to, size_t room) {
    struct pipe *p = pipe_of(address);
    if (!p->armed || p->stalled) {
        return -1;
    }
    uint16_t count = p->size;
    if (to && count) {
        memcpy(to, p->buffer, count < room ? count : room);
    }
    p->armed = false;
    dcd_event_xfer_complete(0, address, count, XFER_RESULT_SUCCESS, false);
    return count;
}

static void setup(const uint8_t request[8]) {
    pipes[0][0].armed = pipes[0][1].armed = false;
    pipes[0][0].stalled = pipes[0][1].stalled = false;
    dcd_event_setup_received(0, request, false);
}

// The main loop, for a while.
static void settle(void) {
    for (int i = 0; i < 8; i++) {
        usb_task();
    }
}

// A whole control transfer; the bytes of its answer, or -1.
static int control(const uint8_t request[8], uint8_t *answer, size_t room) {
    setup(request);
    settle();
    int got = 0;
    while (request[0] & 0x80) {
        int count = receive(0x80, answer + got, room - (size_t)got);
        if (count < 0) {
            break;
        }
        got += count;
        settle();
        if (count < 64) {
            break;
        }
    }
    bool good = request[0] & 0x80 && (request[6] || request[7])
            ? send(0x00, NULL, 0)
            : receive(0x80, NULL, 0) >= 0;
    settle();
    return good ? got : -1;
}

static void bus_reset(void) {
    memset(pipes, 0, sizeof pipes);
    dcd_event_bus_reset(0, TUSB_SPEED_FULL, false);
    settle();
}

static void configure(void) {
    static const uint8_t address[8] = {0, 5, 7};
    static const uint8_t choose[8] = {0, 9, 1};
    uint8_t none[1];
    bus_reset();
    assert(control(address, none, sizeof none) == 0);
    assert(control(choose, none, sizeof none) == 0);
    assert(usb_ready());
}

// TinyUSB 0.18 keeps the bytes of a block in 16 bits and divides by them.
static bool harmless(const uint8_t *cbw) {
    uint32_t bytes = cbw[8] | (uint32_t)cbw[9] << 8 | (uint32_t)cbw[10] << 16 |
            (uint32_t)cbw[11] << 24;
    uint32_t count = (uint32_t)cbw[15 + 7] << 8 | cbw[15 + 8];
    bool moves = cbw[15] == 0x28 || cbw[15] == 0x2a;
    return !moves || count == 0 || bytes / count % 65536 != 0;
}

static void command(struct input *in, bool honest) {
    uint8_t cbw[31];
    take_all(in, cbw, sizeof cbw);
    if (honest) {
        static const uint8_t codes[] = {0x00, 0x03, 0x12, 0x1a, 0x1b, 0x1e,
                0x23, 0x25, 0x28, 0x2a, 0x2f, 0x35};
        cbw[0] = 'U';
        cbw[1] = 'S';
        cbw[2] = 'B';
        cbw[3] = 'C';
        cbw[15] = codes[cbw[15] % sizeof codes];
        uint8_t block = cbw[20] % (BLOCKS + 4);
        uint8_t count = cbw[23] % 9;
        if (cbw[15] == 0x28 || cbw[15] == 0x2a) {
            memset(cbw + 17, 0, 7);
            cbw[20] = block;
            cbw[23] = count;
            memset(cbw + 8, 0, 4);
            cbw[9] = (uint8_t)(count * 2);
            cbw[12] = cbw[15] == 0x28 ? 0x80 : 0;
        } else {
            memset(cbw + 9, 0, 3);
        }
    }
    if (harmless(cbw)) {
        (void)send(USB_EP_MSC_OUT, cbw, sizeof cbw);
    }
}

static void step(struct input *in) {
    static const uint8_t endpoints[] = {0x00, 0x80, USB_EP_CDC_NOTIFY,
            USB_EP_CDC_OUT, USB_EP_CDC_IN, USB_EP_MSC_OUT, USB_EP_MSC_IN};
    uint8_t bytes[512];
    uint8_t kind = take(in);
    uint8_t which = endpoints[take(in) % sizeof endpoints];
    switch (kind % 16) {
    case 0:
        bus_reset();
        break;
    case 1:
        dcd_event_bus_signal(0, DCD_EVENT_UNPLUGGED, false);
        break;
    case 2:
        dcd_event_bus_signal(0,
                kind & 16 ? DCD_EVENT_SUSPEND : DCD_EVENT_RESUME, false);
        break;
    case 3:
        take_all(in, bytes, 8);
        setup(bytes);
        break;
    case 4:
        take_all(in, bytes, 8);
        bytes[0] = (uint8_t)((bytes[0] & 0x80) | 0x21);
        bytes[4] = bytes[4] % 3;
        setup(bytes);
        break;
    case 5:
    case 6: {
        // A command block that lies across TinyUSB's division is left out.
        size_t count = (size_t)take(in) * (kind & 16 ? 2 : 1);
        take_all(in, bytes, count < sizeof bytes ? count : sizeof bytes);
        if (which != USB_EP_MSC_OUT || count != 31 || harmless(bytes)) {
            if (which & 0x80) {
                (void)receive(which, NULL, 0);
            } else {
                (void)send(which, bytes, count);
            }
        }
        break;
    }
    case 7:
        (void)receive(which | 0x80, NULL, 0);
        break;
    case 8:
    case 9:
        command(in, kind & 16);
        break;
    case 10:
        fake_ms += take(in) * 16u;
        break;
    case 11:
        if (kind & 16) {
            usb_share_opened(&share);
        } else {
            usb_share_closed(&share);
        }
        break;
    case 12:
        usb_share_python_wrote(&share, fake_ms);
        break;
    case 13:
        assert(usb_cdc_write(bytes, sizeof bytes) <= sizeof bytes);
        assert(usb_cdc_writable() <= 1024);
        break;
    case 14:
        assert(usb_cdc_read(bytes, sizeof bytes) <= sizeof bytes);
        usb_cdc_flush();
        break;
    default:
        usb_msc_set_medium(kind & 16 ? &medium : NULL);
        break;
    }
    if (kind & 32) {
        usb_serve();
    }
    if (!(kind & 64)) {
        usb_task();
    }
}

// What must be true after anything.
static void check(void) {
    static const uint8_t device[8] = {0x80, 6, 0, 1, 0, 0, 18};
    static const uint8_t coding[8] = {0xa1, 0x21, 0, 0, 0, 0, 7};
    static const uint8_t open[8] = {0x21, 0x22, 3};
    uint8_t cbw[31] = {'U', 'S', 'B', 'C', 1, 2, 3, 4, 0, 2, 0, 0, 0x80, 0, 10,
            0x28, 0, 0, 0, 0, 1, 0, 0, 1};
    uint8_t answer[USB_BLOCK];
    share.open = 0;
    usb_msc_set_medium(&medium);
    configure();
    assert(control(device, answer, sizeof answer) == 18);
    assert(memcmp(answer, usb_device_descriptor(), 18) == 0);
    assert(control(coding, answer, sizeof answer) == 7);
    assert(control(open, answer, sizeof answer) == 0);
    assert(usb_cdc_dtr() && usb_cdc_write("x", 1) == 1);
    settle();
    assert(receive(USB_EP_CDC_IN, answer, sizeof answer) == 1);
    assert(send(USB_EP_MSC_OUT, cbw, sizeof cbw));
    settle();
    assert(receive(USB_EP_MSC_IN, answer, sizeof answer) == USB_BLOCK);
    assert(memcmp(answer, medium_data[1], USB_BLOCK) == 0);
    settle();
    assert(receive(USB_EP_MSC_IN, answer, sizeof answer) == 13);
    assert(memcmp(answer, "USBS\1\2\3\4\0\0\0\0\0", 13) == 0);
    settle();
}

// What the fuzzer found once: a medium is taken away between the moment in
// which files in the way are to be looked for and the looking.
static void found(void) {
    static const uint8_t ready[31] = {'U', 'S', 'B', 'C', 1, 2, 3, 4, 0, 0, 0,
            0, 0, 0, 6};
    usb_msc_set_medium(&medium);
    configure();
    for (int i = 0; i < 2; i++) { // the first tells of the new medium
        uint8_t status[13];
        fake_ms += 5000;
        usb_share_opened(&share);
        usb_share_python_wrote(&share, fake_ms);
        assert(send(USB_EP_MSC_OUT, ready, sizeof ready));
        for (int k = 0; k < 8; k++) {
            usb_serve();
        }
        if (i == 1) {
            usb_msc_set_medium(NULL);
        }
        settle();
        assert(receive(USB_EP_MSC_IN, status, sizeof status) == 13);
        settle();
    }
    share = (struct usb_share){0};
}

// And once, after 17,863,946 inputs: data of a request that the host had given
// up counted for the next one, which then read past its end.
static void found_too(void) {
    static const uint8_t given_up[] = {0xf8, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00,
            0x00, 0x00, 0x98, 0x98, 0x98, 0x98, 0x98, 0x98, 0x98, 0x98, 0xf8,
            0x37, 0x37, 0x37, 0x37, 0x37, 0x37, 0x37, 0x37, 0x77, 0x77, 0x33,
            0x8f, 0x67, 0xdd, 0x00, 0x73, 0x00, 0x80, 0x06, 0x85, 0x02, 0x2f,
            0xfa, 0x00, 0xff, 0x77, 0x77, 0x77, 0x77, 0xdd, 0x00, 0x73, 0x00,
            0x80, 0x06, 0x85, 0x02, 0xfa, 0xff, 0x41, 0x00, 0x77, 0x77, 0x77,
            0x77, 0xf2, 0xf2, 0xc7, 0xc7};
    struct input in = {given_up, sizeof given_up};
    usb_msc_set_medium(&medium);
    configure();
    while (in.left > 0) {
        step(&in);
    }
    check();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static bool started;
    if (!started) {
        usb_init();
        found();
        found_too();
        started = true;
    }
    struct input in = {data, size};
    usb_msc_set_medium(&medium);
    configure();
    while (in.left > 0) {
        step(&in);
    }
    check();
    return 0;
}
