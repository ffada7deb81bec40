// SPDX-License-Identifier: MIT
// The states of frame buffers.

#include "sensor/queue.h"

static int find(const queue *q, uint8_t state) {
    for (int i = 0; i < q->buffers; i++) {
        if (q->state[i] == state) {
            return i;
        }
    }
    return QUEUE_NONE;
}

int queue_start(queue *q, unsigned buffers) {
    q->buffers = (uint8_t)buffers;
    for (int i = 0; i < QUEUE_MAX; i++) {
        q->state[i] = QUEUE_FREE;
    }
    q->state[0] = QUEUE_FILLING;
    q->filling = 0;
    return 0;
}

int queue_done(queue *q, bool whole, uint32_t time) {
    int i = q->filling;
    q->sent++;
    if (!whole) {
        q->broken++;
    }
    if (i == QUEUE_NONE || !whole) {
        q->dropped++;
    } else {
        queue_flush(q);
        q->state[i] = QUEUE_READY;
        q->time[i] = time;
    }
    if (i != QUEUE_NONE && !whole) {
        q->state[i] = QUEUE_FREE;
    }
    int next = find(q, QUEUE_FREE);
    if (next != QUEUE_NONE) {
        q->state[next] = QUEUE_FILLING;
    }
    q->filling = (int8_t)next;
    return next;
}

int queue_take(queue *q) {
    int i = find(q, QUEUE_READY);
    if (i != QUEUE_NONE) {
        q->state[i] = QUEUE_HELD;
    }
    return i;
}

bool queue_ready(const queue *q) {
    return find(q, QUEUE_READY) != QUEUE_NONE;
}

void queue_flush(queue *q) {
    int i = find(q, QUEUE_READY);
    if (i != QUEUE_NONE) {
        q->state[i] = QUEUE_FREE;
        q->dropped++;
    }
}

void queue_release(queue *q) {
    int i = find(q, QUEUE_HELD);
    if (i != QUEUE_NONE) {
        q->state[i] = QUEUE_FREE;
    }
}

int queue_refill(const queue *q) {
    return q->filling == QUEUE_NONE ? find(q, QUEUE_FREE) : QUEUE_NONE;
}

void queue_refilled(queue *q, int index) {
    q->state[index] = QUEUE_FILLING;
    q->filling = (int8_t)index;
}
