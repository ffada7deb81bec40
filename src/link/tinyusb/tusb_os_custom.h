// SPDX-License-Identifier: MIT
// The operating system that TinyUSB asks for: one thread and one interrupt.
//
// Its event queue gives out at most as many events a round as the budget of
// usb_task() allows. A class that is not ready puts its event back, and would
// be asked again and again without the budget.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// Events that this round may still take.
extern uint32_t usb_event_budget;
// An event found no place. TinyUSB counts SETUP packets that it has not seen
// yet, and one that is lost makes it wait for it for ever: it must start anew.
extern volatile bool usb_event_lost;
// Told of each event that found a place, perhaps in an interrupt.
void usb_note_event(const void *event);
// Looks at an event before TinyUSB does, and may change it; false: it is not to
// see it.
bool usb_screen_event(void *event);

// Only the host side of TinyUSB, which is not compiled, would wait.
static inline void osal_task_delay(uint32_t ms) {
    (void)ms;
}

typedef struct {
    uint8_t unused;
} osal_mutex_def_t;
typedef osal_mutex_def_t *osal_mutex_t;

static inline osal_mutex_t osal_mutex_create(osal_mutex_def_t *mutex) {
    return mutex;
}

static inline bool osal_mutex_delete(osal_mutex_t mutex) {
    (void)mutex;
    return true;
}

static inline bool osal_mutex_lock(osal_mutex_t mutex, uint32_t ms) {
    (void)mutex;
    (void)ms;
    return true;
}

static inline bool osal_mutex_unlock(osal_mutex_t mutex) {
    (void)mutex;
    return true;
}

// It needs the mutex above.
#include "common/tusb_fifo.h"

typedef struct {
    void (*interrupt_set)(bool enabled);
    tu_fifo_t fifo;
} osal_queue_def_t;
typedef osal_queue_def_t *osal_queue_t;

#define OSAL_QUEUE_DEF(_int_set, _name, _depth, _type)                  \
    uint8_t _name##_memory[(_depth) * sizeof(_type)];                   \
    osal_queue_def_t _name = {                                          \
            .interrupt_set = (_int_set),                                \
            .fifo = TU_FIFO_INIT(_name##_memory, _depth, _type, false), \
    }

static inline osal_queue_t osal_queue_create(osal_queue_def_t *queue) {
    tu_fifo_clear(&queue->fifo);
    return queue;
}

static inline bool osal_queue_delete(osal_queue_t queue) {
    (void)queue;
    return true;
}

static inline bool osal_queue_receive(osal_queue_t queue, void *event,
        uint32_t ms) {
    (void)ms;
    while (usb_event_budget > 0) {
        queue->interrupt_set(false);
        bool got = tu_fifo_read(&queue->fifo, event);
        queue->interrupt_set(true);
        if (!got) {
            return false;
        }
        usb_event_budget--;
        if (usb_screen_event(event)) {
            return true;
        }
    }
    return false;
}

static inline bool osal_queue_send(osal_queue_t queue, const void *event,
        bool in_isr) {
    if (!in_isr) {
        queue->interrupt_set(false);
    }
    bool put = tu_fifo_write(&queue->fifo, event);
    usb_event_lost = usb_event_lost || !put;
    if (put) {
        usb_note_event(event);
    }
    if (!in_isr) {
        queue->interrupt_set(true);
    }
    return put;
}

static inline bool osal_queue_empty(osal_queue_t queue) {
    return tu_fifo_empty(&queue->fifo);
}
