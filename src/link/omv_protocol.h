// SPDX-License-Identifier: MIT
// The OMV protocol ("V2"), the camera's side: requests, replies in fragments,
// acknowledgements, events, and finding back after noise.
//
// Bytes go in with omv_protocol_feed() and come out through port->write; work
// is done by omv_protocol_task(), which never waits. Both are called from one
// place at a time. No heap, no clock of its own: times are milliseconds that
// wrap. SPEC.md has the bytes.
//
//   after an error     until the next good packet it skips byte by byte
//   after half a packet  a SYNC inside what follows is found and obeyed; after
//                        OMV_STALL_MS without a byte it is given up
//   after no ACK       sends again, six times, then starts anew
//   after no reader    a packet that nobody takes for OMV_STUCK_MS is dropped
#pragma once

#include <stdbool.h>

#include "link/omv_wire.h"

enum {
    OMV_BUFFER_BYTES = 512,
    OMV_PAYLOAD_BYTES = OMV_BUFFER_BYTES - OMV_OVERHEAD,
    OMV_EVENTS = 8, // that wait to be sent
    OMV_POOLS = 4,  // of memory
    OMV_SMALL_BYTES = 4 + 24 * OMV_POOLS,
    OMV_STALL_MS = 250,
    OMV_STUCK_MS = 1000,
    OMV_LATER_MS = 800, // hosts wait for a second
};

// What an operation returns: 0 or more when it is done, minus an OMV_STATUS_*
// when it is refused, OMV_LATER when it is under way. It is then called again
// with the same arguments until it returns something else or is cancelled.
enum { OMV_LATER = -1000 };

// Each may be NULL: the channel cannot do that.
struct omv_channel_ops {
    int (*poll)(void *context); // 1: ready
    int (*lock)(void *context);
    int (*unlock)(void *context);
    int (*size)(void *context, uint32_t *bytes);
    int (*shape)(void *context, uint32_t shape[4]); // how many numbers
    // Bytes read, at most so many. Or where they lie, for as long as the
    // reply takes; this one is asked first.
    int (*read)(void *context, uint32_t offset, void *to, size_t bytes);
    int (*map)(void *context, uint32_t offset, uint32_t bytes,
            const uint8_t **at);
    // A reply to READ has ended; false: the host will not have had it.
    void (*read_end)(void *context, bool delivered);
    int (*write)(void *context, uint32_t offset, const void *from,
            size_t bytes);
    int (*ioctl)(void *context, uint32_t request, const void *argument,
            size_t bytes);
    void (*cancel)(void *context);
};

struct omv_channel {
    char name[OMV_NAME_BYTES]; // terminated
    uint8_t flags;
    const struct omv_channel_ops *ops;
    void *context;
};

struct omv_info {
    uint32_t cpu, device[3], usb, sensors[3], caps[2];
    uint32_t flash_kb, ram_kb, frame_kb, stream_kb;
};

struct omv_pool {
    uint8_t type; // 0 Python's heap, 1 other
    uint16_t flags;
    uint32_t total, used, free, persistent, peak;
};

struct omv_versions {
    uint8_t protocol[3], bootloader[3], firmware[3];
};

// A reply from memory that stays as it is until it has been sent.
struct omv_reply {
    const uint8_t *data;
    uint32_t bytes;
};

struct omv_port {
    void *context;
    // Takes what fits of a packet. Called with 0 bytes when one is complete.
    size_t (*write)(void *context, const void *from, size_t bytes);
    // Does not have to return.
    void (*reset)(void *context, bool to_bootloader);
    void (*info)(void *context, struct omv_info *info);
    void (*versions)(void *context, struct omv_versions *versions);
    unsigned (*pools)(void *context, struct omv_pool pools[OMV_POOLS]);
    // Opcodes from OMV_VENDOR on; NULL when there are none. OMV_LATER may go
    // on for as long as the host is told to wait.
    int (*vendor)(void *context, uint8_t opcode, const uint8_t *payload,
            size_t bytes, struct omv_reply *reply);
};

struct omv_config {
    uint32_t caps; // OMV_CAP_*, until the host sets others
    uint16_t max_payload;
    uint8_t retries;
    uint32_t rtx_ms;  // doubled each time
    uint32_t lock_ms; // at least between two locks of a channel
};

extern const struct omv_config omv_config_default;

struct omv_stats {
    uint32_t sent, received, checksum, sequence, retransmit, transport, events;
};

struct omv_event {
    uint8_t channel;
    bool ack;
    uint16_t number;
};

// Private.
struct omv_protocol {
    const struct omv_port *port;
    struct omv_config config;
    const struct omv_channel *channels[OMV_MAX_CHANNELS];
    uint32_t locked_ms[OMV_MAX_CHANNELS];
    uint32_t locked; // bit: locked before, locked_ms holds
    struct omv_stats stats;
    bool open; // a host has spoken

    uint32_t caps;
    uint16_t max_payload;
    uint8_t sequence;

    // A whole packet, and behind one under way room for a SYNC.
    uint8_t rx[OMV_BUFFER_BYTES + OMV_HEADER_BYTES];
    size_t rx_from, rx_to;
    uint32_t rx_ms; // when bytes came
    size_t held;    // bytes of the request under way, or 0
    uint32_t held_ms;
    uint8_t polled; // channels asked already
    uint32_t ready; // and those that were ready

    uint8_t tx[OMV_BUFFER_BYTES];
    size_t tx_bytes, tx_sent;
    uint32_t tx_ms; // when some of it was taken
    bool waiting;   // for the ACK of what is in tx
    uint8_t tries;
    uint32_t ack_ms; // when it was sent

    // The reply under way: from memory, the list of channels, or a channel.
    enum {
        OMV_FROM_NOTHING,
        OMV_FROM_MEMORY,
        OMV_FROM_LIST,
        OMV_FROM_READ
    } source;
    const uint8_t *memory;
    uint8_t opcode, channel;
    uint32_t offset, left;
    const struct omv_channel *reader; // whose read_end() is due

    uint8_t small[OMV_SMALL_BYTES];
    struct omv_event events[OMV_EVENTS];
    uint8_t event_count;
};

// config NULL: the defaults. Channels that are registered stay.
void omv_protocol_init(struct omv_protocol *p, const struct omv_port *port,
        const struct omv_config *config);
// A new session: forgets what was received and not yet sent.
void omv_protocol_reset(struct omv_protocol *p);

// Puts a channel at an id, or (id < 0) at the first that is free for scripts,
// which is announced. The id, or negative when there is none.
int omv_protocol_register(struct omv_protocol *p, int id,
        const struct omv_channel *channel);
void omv_protocol_unregister(struct omv_protocol *p, int id);

// Takes bytes; how many fitted.
size_t omv_protocol_feed(struct omv_protocol *p, const void *from, size_t bytes,
        uint32_t now);
// Does what there is to do.
void omv_protocol_task(struct omv_protocol *p, uint32_t now);

// Queues an event; a notice that waits already is not queued twice. 0, or
// -OMV_STATUS_BUSY when the queue is full. Nothing is sent to a host that
// does not want events or has not spoken.
int omv_protocol_event(struct omv_protocol *p, uint8_t channel, uint16_t number,
        bool ack);

// For the files of this module alone ----------------------------------------

// Starts replies to the request under way.
void omv_reply_ack(struct omv_protocol *p, uint32_t now);
void omv_reply_nak(struct omv_protocol *p, unsigned status, uint32_t now);
void omv_reply_memory(struct omv_protocol *p, const void *data, uint32_t bytes);
// Goes on with a reply, an event or a packet that was not acknowledged; true
// when something was done.
bool omv_send_step(struct omv_protocol *p, uint32_t now);
// Builds a packet into tx; payload NULL: it is there already.
void omv_send_packet(struct omv_protocol *p, uint8_t sequence, uint8_t channel,
        uint8_t flags, uint8_t opcode, const void *payload, size_t bytes,
        uint32_t now);
// Sends once more what is in tx.
void omv_send_again(struct omv_protocol *p, uint32_t now);
// The host has, or (false) never will have, all of the reply.
void omv_send_end(struct omv_protocol *p, bool delivered);
// Executes the request under way, again after OMV_LATER. 0 or OMV_LATER.
int omv_execute(struct omv_protocol *p, uint32_t now);
void omv_protocol_sync(struct omv_protocol *p);
