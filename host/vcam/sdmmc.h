// SPDX-License-Identifier: MIT
// The slot behind SDMMC1: what is in it.
#ifndef HOST_VCAM_SDMMC_H
#define HOST_VCAM_SDMMC_H

struct vcam;
struct vcam_sdcard;

// Puts a card into the slot (pin PD0 goes low), or takes it out with null.
// The card stays its owner's.
void vcam_sdmmc_insert(struct vcam *vm, struct vcam_sdcard *card);

#endif
