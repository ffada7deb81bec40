// SPDX-License-Identifier: MIT
// Virtual time: cycles to picoseconds and back, and the events to come.

#include "host/vcam/machine_state.h"

__extension__ typedef unsigned __int128 uint128;

uint64_t vcam_cycles(const struct vcam *vm) {
    return vcam_cpu_count(vm->cpu) + vm->slept;
}

uint64_t vcam_time_of(const struct vcam *vm, uint64_t cycle) {
    if (cycle <= vm->base_cycle) {
        return vm->base_time;
    }
    uint128 ps = (uint128)(cycle - vm->base_cycle) * VCAM_SECOND / vm->hz;
    return vm->base_time + (uint64_t)ps;
}

uint64_t vcam_now(const struct vcam *vm) {
    return vcam_time_of(vm, vcam_cycles(vm));
}

// Rounds up, so that the time of the cycle is not before `time`.
uint64_t vcam_cycle_at(const struct vcam *vm, uint64_t time) {
    if (time <= vm->base_time) {
        return vm->base_cycle;
    }
    uint128 scaled = (uint128)(time - vm->base_time) * vm->hz;
    return vm->base_cycle +
            (uint64_t)((scaled + VCAM_SECOND - 1) / VCAM_SECOND);
}

void vcam_set_core_clock(struct vcam *vm, uint32_t hz) {
    uint64_t cycle = vcam_cycles(vm);
    vm->base_time = vcam_time_of(vm, cycle);
    vm->base_cycle = cycle;
    vm->hz = hz;
    vm->horizon = 0;
    vcam_cpu_kick(vm->cpu);
}

void vcam_event_cancel(struct vcam *vm, struct vcam_event *event) {
    struct vcam_event **link = &vm->events;
    while (event->set && *link) {
        if (*link == event) {
            *link = event->next;
            break;
        }
        link = &(*link)->next;
    }
    event->set = false;
}

void vcam_event_set(struct vcam *vm, struct vcam_event *event, uint64_t at) {
    vcam_event_cancel(vm, event);
    struct vcam_event **link = &vm->events;
    while (*link && (*link)->at <= at) {
        link = &(*link)->next;
    }
    event->at = at;
    event->next = *link;
    event->set = true;
    *link = event;
    if (vm->events == event && vcam_cycle_at(vm, at) < vm->horizon) {
        vcam_cpu_kick(vm->cpu);
    }
}

void vcam_fire_events(struct vcam *vm) {
    uint64_t now = vcam_now(vm);
    while (vm->events && vm->events->at <= now) {
        struct vcam_event *event = vm->events;
        vm->events = event->next;
        event->set = false;
        event->fire(event->context);
    }
}

void vcam_sleep_to(struct vcam *vm, uint64_t cycle) {
    uint64_t now = vcam_cycles(vm);
    if (cycle > now) {
        vm->slept += cycle - now;
    }
}
