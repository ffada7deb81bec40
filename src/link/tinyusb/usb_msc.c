// SPDX-License-Identifier: MIT
// Mass storage: TinyUSB's callbacks hand a job to usb_msc_work() and stay busy
// until it is done. The medium may take a second for it, in which the bus is
// served from there.

#include "link/usb_msc.h"

#include <string.h>

#include "chip/systick.h"
#include "link/usb_share.h"
#include "tusb.h"
#include "tusb_os_custom.h"

// SCSI sense: key, additional code, qualifier (SPC-4 annex F).
struct sense {
    uint8_t key, code, qualifier;
};
static const struct sense no_medium = {2, 0x3A, 0};
static const struct sense medium_error = {3, 0x11, 0};
static const struct sense write_error = {3, 0x0C, 0};
static const struct sense not_understood = {5, 0x20, 0};
static const struct sense out_of_range = {5, 0x21, 0};
static const struct sense medium_changed = {6, 0x28, 0};
static const struct sense write_protected = {7, 0x27, 0};

enum state { IDLE, WANTED, DONE };

// One chunk of a READ or WRITE. It has a buffer of its own: TinyUSB's may be
// given to something else when the host resets meanwhile.
static struct {
    enum state state;
    bool writes;
    bool stale; // done, and not fetched by the round after
    uint32_t block, count;
    int result;
    uint8_t data[CFG_TUD_MSC_EP_BUFSIZE];
} job;

// What is in the way of the host may be files that nobody will close.
#define RELEASE_EVERY_MS 1000U
static bool release_wanted;
static uint32_t released_ms;

static bool accepting;
// In RAM, all of it: the flash may be busy. No blocks: there is none.
static struct usb_medium medium;
static struct sense sense;
static bool swapped; // another medium, and the host does not know
static bool ejected;

void usb_msc_set_medium(const struct usb_medium *another) {
    medium = another != NULL ? *another : (struct usb_medium){.blocks = 0};
    swapped = true;
    // What was wanted of the last one is nothing to this one.
    release_wanted = false;
    if (job.state == WANTED) {
        job.state = DONE;
        job.stale = false;
        job.result = CHIP_ENODEV;
    }
}

static int refuse(struct sense why) {
    sense = why;
    return -1;
}

static uint32_t blocks(void) {
    return ejected ? 0 : medium.blocks;
}

void usb_msc_accept(bool accept) {
    accepting = accept;
}

// True when files in the way are to be looked for first.
static bool want_release(void) {
    if (medium.share->open == 0 || medium.release == NULL ||
            chip_ms() - released_ms < RELEASE_EVERY_MS) {
        return false;
    }
    release_wanted = true;
    return true;
}

bool usb_msc_work(void) {
    static bool working;
    if (working) {
        return false;
    }
    if (release_wanted) {
        release_wanted = false;
        released_ms = chip_ms();
        medium.release();
        return true;
    }
    if (job.state != WANTED) {
        // The host gave up on it.
        if (job.state == DONE && job.stale) {
            job.state = IDLE;
        }
        job.stale = true;
        return false;
    }
    working = true;
    if (blocks() == 0) {
        job.result = -1;
    } else if (job.writes) {
        job.result = medium.write(job.block, job.count, job.data);
    } else {
        job.result = medium.read(job.block, job.count, job.data);
    }
    job.state = DONE;
    job.stale = false;
    working = false;
    return true;
}

static int32_t finish(void *data, uint32_t bytes) {
    job.state = IDLE;
    if (job.result == CHIP_ENODEV) {
        return refuse(no_medium); // pulled out
    }
    if (job.result < 0) {
        return refuse(job.writes ? write_error : medium_error);
    }
    if (!job.writes) {
        memcpy(data, job.data, bytes);
    }
    return (int32_t)bytes;
}

static int32_t begin(bool writes, uint32_t block, uint32_t count,
        const void *data) {
    if (writes) {
        if (want_release()) {
            return 0;
        }
        switch (usb_share_host_writes(medium.share, chip_ms())) {
        case USB_SHARE_PROTECTED:
            return refuse(write_protected);
        case USB_SHARE_CHANGED:
            return refuse(medium_changed);
        default:
            memcpy(job.data, data, count * USB_BLOCK);
        }
    }
    job.writes = writes;
    job.block = block;
    job.count = count;
    job.state = WANTED;
    return 0;
}

// Asked with the same arguments until it is not 0, which is busy.
static int32_t transfer(bool writes, uint32_t block, uint32_t offset,
        void *data, uint32_t bytes) {
    uint32_t count = bytes / USB_BLOCK;
    uint32_t all = blocks();
    if (offset != 0 || bytes % USB_BLOCK != 0 || count == 0 ||
            bytes > sizeof(job.data)) {
        return refuse(not_understood);
    }
    if (job.state == DONE && job.writes == writes && job.block == block &&
            job.count == count) {
        return finish(data, bytes);
    }
    if (all == 0) {
        return refuse(no_medium);
    }
    if (block >= all || count > all - block) {
        return refuse(out_of_range);
    }
    // Asking again in the same round is in vain.
    usb_event_budget = 0;
    return job.state == IDLE && accepting ? begin(writes, block, count, data)
                                          : 0;
}

int32_t tud_msc_read10_cb(uint8_t lun, uint32_t block, uint32_t offset,
        void *data, uint32_t bytes) {
    (void)lun;
    return transfer(false, block, offset, data, bytes);
}

int32_t tud_msc_write10_cb(uint8_t lun, uint32_t block, uint32_t offset,
        uint8_t *data, uint32_t bytes) {
    (void)lun;
    return transfer(true, block, offset, data, bytes);
}

bool tud_msc_is_writable_cb(uint8_t lun) {
    (void)lun;
    // Also asked before each WRITE: that one gets its answer from transfer().
    return true;
}

void tud_msc_inquiry_cb(uint8_t lun, uint8_t vendor[8], uint8_t product[16],
        uint8_t revision[4]) {
    (void)lun;
    memcpy(vendor, "OpenMV", 6);
    for (size_t i = 0; i < sizeof(medium.product) && medium.product[i]; i++) {
        product[i] = (uint8_t)medium.product[i];
    }
    memcpy(revision, "1.0", 3);
}

bool tud_msc_test_unit_ready_cb(uint8_t lun) {
    (void)lun;
    if (blocks() == 0) {
        sense = no_medium;
    } else if (swapped || usb_share_tell_host(medium.share, chip_ms())) {
        swapped = false;
        sense = medium_changed;
    } else {
        (void)(medium.share->changed && want_release());
        return true;
    }
    (void)tud_msc_set_sense(0, sense.key, sense.code, sense.qualifier);
    return false;
}

void tud_msc_capacity_cb(uint8_t lun, uint32_t *count, uint16_t *bytes) {
    (void)lun;
    *count = blocks();
    *bytes = USB_BLOCK;
    if (*count == 0) {
        sense = no_medium;
    }
}

bool tud_msc_start_stop_cb(uint8_t lun, uint8_t power, bool start,
        bool load_eject) {
    (void)lun;
    (void)power;
    if (load_eject) {
        ejected = !start;
    }
    return true;
}

enum { SYNCHRONIZE_CACHE = 0x35, VERIFY = 0x2F };

// Every write has been committed when it returns: there is nothing to do.
int32_t tud_msc_scsi_cb(uint8_t lun, const uint8_t command[16], void *data,
        uint16_t bytes) {
    (void)data;
    (void)bytes;
    switch (command[0]) {
    case SYNCHRONIZE_CACHE:
    case VERIFY:
        return 0;
    default:
        (void)tud_msc_set_sense(lun, not_understood.key, not_understood.code,
                not_understood.qualifier);
        return -1;
    }
}

// TinyUSB knows one reason for a failed read or write; ours goes over it.
int32_t tud_msc_request_sense_cb(uint8_t lun, void *data, uint16_t bytes) {
    (void)lun;
    scsi_sense_fixed_resp_t *answer = data;
    if (bytes < sizeof(*answer)) {
        return -1;
    }
    if (sense.key != 0) {
        answer->sense_key = sense.key & 0x0FU;
        answer->add_sense_code = sense.code;
        answer->add_sense_qualifier = sense.qualifier;
    }
    sense = (struct sense){0};
    return (int32_t)sizeof(*answer);
}

// A host that begins anew.
void tud_mount_cb(void) {
    ejected = false;
    swapped = false;
    job.state = IDLE;
    sense = (struct sense){0};
    if (medium.share != NULL) {
        usb_share_begin(medium.share);
    }
}
