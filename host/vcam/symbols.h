// SPDX-License-Identifier: MIT
// ELF files: names of functions, and what is to be put into flash.
//
// Source: System V ABI, chapters 4 and 5 (object files, program loading).
#ifndef HOST_VCAM_SYMBOLS_H
#define HOST_VCAM_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

struct vcam_symbols;

// Reads the functions of a 32-bit little-endian Arm ELF file in memory, which
// may be freed afterwards. -EINVAL for any other bytes, -ENOMEM.
int vcam_symbols_load(struct vcam_symbols **out, const uint8_t *data,
        size_t size);
void vcam_symbols_free(struct vcam_symbols *symbols);

// The function that the address lies in and the distance from its start, or
// null. `symbols` may be null.
const char *vcam_symbol_at(const struct vcam_symbols *symbols, uint32_t address,
        uint32_t *distance);

// The address of a name, or 0.
uint32_t vcam_symbol_find(const struct vcam_symbols *symbols, const char *name);

// Copies the loadable parts of an ELF file that lie in [base, base + room) to
// `to`. -EINVAL when it is none or a part lies elsewhere.
int vcam_elf_place(const uint8_t *data, size_t size, uint32_t base, uint8_t *to,
        size_t room);

#endif
