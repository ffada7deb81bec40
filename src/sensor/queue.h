// SPDX-License-Identifier: MIT
// Which of one to three frame buffers is being filled, ready, or in the
// script's hands.
//
// Nobody waits for the script: a frame that it does not take makes way for a
// newer one, and while no buffer is free frames pass by. Both are counted.
//
//     one buffer     filled when the script has given back the frame it had
//     two            one is filled while the script works on the other
//     three          and the newest of those it missed is always ready
//
// queue_done() is called by the interrupt, the others with it held off.

#ifndef SENSOR_QUEUE_H
#define SENSOR_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

enum { QUEUE_MAX = 3, QUEUE_NONE = -1 };

enum queue_state { QUEUE_FREE, QUEUE_FILLING, QUEUE_READY, QUEUE_HELD };

typedef struct queue {
    volatile uint8_t state[QUEUE_MAX]; // enum queue_state
    uint8_t buffers;
    volatile int8_t filling; // QUEUE_NONE: frames pass by
    uint32_t time[QUEUE_MAX];
    // Frames the sensor has sent, those nobody took, and those of both that
    // arrived incomplete.
    volatile uint32_t sent, dropped, broken;
} queue;

// All buffers are free but the first, which is being filled; that one's index.
int queue_start(queue *q, unsigned buffers);

// A frame has ended at `time`, whole or not. Which buffer the next one fills.
int queue_done(queue *q, bool whole, uint32_t time);

// Takes the ready frame, QUEUE_NONE when there is none. It stays the script's
// until queue_release().
int queue_take(queue *q);
bool queue_ready(const queue *q);

// Drops the ready frame: it is too old, or settings have changed.
void queue_flush(queue *q);

// A free buffer for the coming frame when that was to pass by, QUEUE_NONE when
// none is free or one is being filled. queue_refilled() says that it was taken.
int queue_refill(const queue *q);
void queue_refilled(queue *q, int index);

// Gives back what was taken, if anything.
void queue_release(queue *q);

#endif
