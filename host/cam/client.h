// SPDX-License-Identifier: MIT
// The OMV protocol, the host's side: requests and their answers, over any
// stream of bytes that may lose some.

#ifndef HOST_CAM_CLIENT_H
#define HOST_CAM_CLIENT_H

#include <stdbool.h>

#include "link/omv_wire.h"

// Results: 0, an OMV_STATUS_* that the camera refused with, or one of these.
enum {
    CAM_NO_ANSWER = -1, // within the time given, several times over
    CAM_GONE = -2,      // the port is closed or unplugged
    CAM_NO_MEMORY = -3,
    CAM_NONSENSE = -4, // an answer of the wrong size
};

// A stream. Reading waits at most so many milliseconds; 0 bytes: none came,
// negative: there is no stream any more.
typedef struct cam_stream {
    void *context;
    long (*read)(void *context, void *to, size_t bytes, unsigned ms);
    long (*write)(void *context, const void *from, size_t bytes);
    uint64_t (*ms)(void *context); // the time
} cam_stream;

typedef void (*cam_on_event)(void *context, uint8_t channel, uint32_t number);

// An answer's bytes, the client's, until the next request.
typedef struct cam_answer {
    const uint8_t *data;
    uint32_t bytes;
} cam_answer;

typedef struct cam_client {
    cam_stream stream;
    cam_on_event on_event; // NULL: nobody listens
    void *event_context;
    bool acks;          // ask for acknowledgements
    unsigned answer_ms; // to wait for the camera's next packet

    // Private.
    uint8_t sequence;
    uint32_t max_payload;
    uint8_t in[8192];
    size_t in_from, in_to;
    uint8_t *answer;
    size_t answer_room;
    uint32_t resyncs;
} cam_client;

void cam_client_init(cam_client *c, const cam_stream *stream);
void cam_client_free(cam_client *c);

// Starts a session, whatever was before.
int cam_sync(cam_client *c);
// Asks; begins a new session and asks again, three times, where the answer
// does not come or is for something else.
int cam_ask(cam_client *c, uint8_t opcode, uint8_t channel, const void *payload,
        size_t bytes, cam_answer *answer);
// Asks once, for what must not be done twice.
int cam_ask_once(cam_client *c, uint8_t opcode, uint8_t channel,
        const void *payload, size_t bytes, cam_answer *answer);
// Asks without waiting for an answer.
int cam_tell(cam_client *c, uint8_t opcode);
// Takes in events for so long.
int cam_listen(cam_client *c, unsigned ms);

int cam_ioctl(cam_client *c, uint8_t channel, uint32_t request,
        const uint32_t *words, size_t count);
int cam_size(cam_client *c, uint8_t channel, uint32_t *bytes);
int cam_read(cam_client *c, uint8_t channel, uint32_t offset, uint32_t bytes,
        cam_answer *answer);
// In as many pieces as it takes.
int cam_write(cam_client *c, uint8_t channel, const void *from, size_t bytes);
// Channels that are ready, bit by id.
int cam_poll(cam_client *c, uint32_t *ready);

// What a result means, without a full stop.
const char *cam_explain(int result);

#endif
