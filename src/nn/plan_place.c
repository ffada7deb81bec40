// SPDX-License-Identifier: MIT
// Lays out pieces of memory that are in use for known spans of places.
//
// The problem is as hard as packing, so several greedy orders are tried; the
// best is then improved by placing whatever sticks out at the top earlier.

#include "nn/planner.h"

enum { IMPROVEMENTS = 24 };

typedef enum sort_key {
    KEY_BYTES,
    KEY_AREA, // bytes times span
    KEY_SPAN,
    KEY_FIRST,
    KEY_LAST,
    KEY_COUNT,
} sort_key;

static uint64_t key_of(const nn_item *item, sort_key key) {
    uint32_t span = item->last - item->first + 1u;
    switch (key) {
    case KEY_BYTES:
        return item->bytes;
    case KEY_AREA:
        return (uint64_t)item->bytes * span;
    case KEY_SPAN:
        return (uint64_t)span << 32 | item->bytes;
    case KEY_FIRST:
        return (uint64_t)(0xFFFF - item->first) << 32 | item->bytes;
    default:
        return (uint64_t)item->last << 32 | item->bytes;
    }
}

// From the one to be placed first on. Empty items, which may lie anywhere, are
// left out.
static void sort_items(nn_planner *p, sort_key key) {
    p->sorted = NN_NONE;
    for (uint32_t i = 0; i < p->item_count; i++) {
        nn_item *item = &p->items[i];
        item->offset = 0;
        if (item->bytes == 0) {
            continue;
        }
        uint16_t *link = &p->sorted;
        while (*link != NN_NONE &&
                key_of(&p->items[*link], key) >= key_of(item, key)) {
            link = &p->items[*link].next;
        }
        item->next = *link;
        *link = (uint16_t)i;
    }
}

// Places the items in order, each as low as it fits; returns the top. The
// placed ones hang together from the lowest to the highest.
static uint32_t place_in_order(nn_planner *p, uint16_t *top_item) {
    uint16_t lowest = NN_NONE;
    uint32_t top = 0;
    for (uint16_t i = p->sorted; i != NN_NONE; i = p->items[i].next) {
        nn_item *item = &p->items[i];
        uint32_t offset = 0;
        uint16_t *link = &lowest;
        for (uint16_t at = lowest; at != NN_NONE; at = p->items[at].above) {
            const nn_item *other = &p->items[at];
            if (other->first > item->last || item->first > other->last) {
                continue;
            }
            if (offset + item->bytes <= other->offset) {
                break;
            }
            uint32_t end = other->offset + other->bytes;
            offset = end > offset ? end : offset;
        }
        if (offset > INT32_MAX) {
            return UINT32_MAX;
        }
        item->offset = offset;
        while (*link != NN_NONE && p->items[*link].offset < offset) {
            link = &p->items[*link].above;
        }
        item->above = *link;
        *link = i;
        if (offset + item->bytes > top) {
            top = offset + item->bytes;
            *top_item = i;
        }
    }
    return top;
}

static void keep_offsets(nn_planner *p) {
    for (uint32_t i = 0; i < p->item_count; i++) {
        p->best[i] = p->items[i].offset;
    }
}

static void move_to_front(nn_planner *p, uint16_t item) {
    uint16_t *link = &p->sorted;
    while (*link != item) {
        link = &p->items[*link].next;
    }
    *link = p->items[item].next;
    p->items[item].next = p->sorted;
    p->sorted = item;
}

uint32_t nn_plan_place(nn_planner *p, uint32_t floor) {
    uint32_t best = UINT32_MAX;
    for (int key = 0; key < KEY_COUNT && best > floor; key++) {
        sort_items(p, (sort_key)key);
        for (uint32_t i = 0; i < IMPROVEMENTS && best > floor; i++) {
            uint16_t highest = NN_NONE; // where there is nothing to place
            uint32_t top = place_in_order(p, &highest);
            if (top < best) {
                best = top;
                keep_offsets(p);
            }
            if (top == UINT32_MAX || p->sorted == highest) {
                break;
            }
            move_to_front(p, highest);
        }
    }
    for (uint32_t i = 0; i < p->item_count && best != UINT32_MAX; i++) {
        p->items[i].offset = p->best[i];
    }
    return best;
}
