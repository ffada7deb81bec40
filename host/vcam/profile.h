// SPDX-License-Identifier: MIT
// Where instructions went: blocks of code, how often each ran, functions.
#ifndef HOST_VCAM_PROFILE_H
#define HOST_VCAM_PROFILE_H

#include <stdint.h>

#include "host/vcam/symbols.h"

struct vcam_profile;

// Null when there is no memory.
struct vcam_profile *vcam_profile_new(void);
void vcam_profile_free(struct vcam_profile *profile);

// Notes a run of the block at `pc`. A block that there is no memory to note
// is lost from the profile.
void vcam_profile_note(struct vcam_profile *profile, uint32_t pc,
        uint32_t bytes, uint32_t instructions);

// Writes JSON: {"functions":[{"name":…,"instructions":…},…],
// "blocks":[[address, bytes, instructions of one run, runs],…]}, functions by
// instructions, most first, blocks by address. A function has its own
// instructions only, not those of what it calls; code without a name is "?".
// A block begins where a jump leads and ends with a jump, so two may overlap.
// 0, or CLI_FAILED after a sentence on stderr.
int vcam_profile_save(struct vcam_profile *profile,
        const struct vcam_symbols *symbols, const char *path);

#endif
