// SPDX-License-Identifier: MIT
// Who speaks at the port: a host of the OMV protocol or an old one.
//
// A session begins undecided. The first packet whose header checksum holds, or
// the first request that makes sense to usbdbg, decides. IDEs that know both
// send one behind the other and get the newer answer. A complete SYNC decides
// anew at any time: it has bytes of zero, which no script has.
#pragma once

#include "link/omv_channels.h"
#include "link/usbdbg.h"

struct link_host {
    struct omv_protocol protocol;
    struct omv_channels channels;
    struct usbdbg usbdbg;
    enum { LINK_UNDECIDED, LINK_OMV, LINK_USBDBG } speaks;
    uint8_t first[16]; // undecided bytes
    uint8_t first_count;
    uint32_t first_ms;
    uint8_t last[OMV_HEADER_BYTES]; // the last bytes that usbdbg got
    struct usbdbg_port usbdbg_port;
};

// port, camera and the structure itself must stay.
void link_host_init(struct link_host *h, const struct omv_port *port,
        const struct link_camera *camera);
// Another host: undecided again.
void link_host_reset(struct link_host *h);

// Takes bytes; how many. What is not taken must be given again later.
size_t link_host_feed(struct link_host *h, const void *from, size_t bytes,
        uint32_t now);
void link_host_task(struct link_host *h, uint32_t now);
// A host has spoken since the session began.
bool link_host_heard(const struct link_host *h);
