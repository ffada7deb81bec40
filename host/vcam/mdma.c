// SPDX-License-Identifier: MIT
// MDMA (RM0433 section 15).

#include "host/vcam/dma.h"

void vcam_mdma_request(struct vcam *vm, unsigned trigger, bool high) {
    (void)vm;
    (void)trigger;
    (void)high;
}
