// SPDX-License-Identifier: MIT
// The omv module: what firmware and board this is, memory, the last fault.

#include <stdio.h>
#include <string.h>

#include "board.h"
#include "chip/crash.h"
#include "chip/image.h"
#include "memory.h"
#include "py/objstr.h"
#include "py/runtime.h"
#include "src/py/version.h"

// Unique device ID, RM0433 section 61.1.
#define UID(word) (*(const uint32_t *)(0x1FF1E800U + 4U * (word)))

static mp_obj_t omv_version_string(void) {
    const char *text = version_string();
    return mp_obj_new_str(text, strlen(text));
}
static MP_DEFINE_CONST_FUN_OBJ_0(omv_version_string_obj, omv_version_string);

static void board_id(char text[25]) {
    snprintf(text, 25, "%08X%08X%08X", (unsigned)UID(2), (unsigned)UID(1),
            (unsigned)UID(0));
}

static mp_obj_t omv_board_id(void) {
    char id[25];
    board_id(id);
    return mp_obj_new_str(id, strlen(id));
}
static MP_DEFINE_CONST_FUN_OBJ_0(omv_board_id_obj, omv_board_id);

static mp_obj_t omv_arch(void) {
    char id[25];
    char text[64];
    board_id(id);
    snprintf(text, sizeof(text), BOARD_ARCH " [" BOARD_TYPE ":%s]", id);
    return mp_obj_new_str(text, strlen(text));
}
static MP_DEFINE_CONST_FUN_OBJ_0(omv_arch_obj, omv_arch);

static mp_obj_t omv_board_type(void) {
    return mp_obj_new_str(BOARD_TYPE, strlen(BOARD_TYPE));
}
static MP_DEFINE_CONST_FUN_OBJ_0(omv_board_type_obj, omv_board_type);

// {name: (address, bytes)} of every region of flash and RAM.
static mp_obj_t omv_memory(void) {
    mp_obj_t dict = mp_obj_new_dict(CHIP_IMAGE_REGIONS);
    for (size_t i = 0; i < CHIP_IMAGE_REGIONS; i++) {
        const struct chip_region *region = &chip_image_header.regions[i];
        if (region->bytes == 0) {
            break;
        }
        mp_obj_t pair[2] = {mp_obj_new_int_from_uint(region->address),
                mp_obj_new_int_from_uint(region->bytes)};
        mp_obj_dict_store(dict,
                mp_obj_new_str(region->name, strlen(region->name)),
                mp_obj_new_tuple(2, pair));
    }
    return dict;
}
static MP_DEFINE_CONST_FUN_OBJ_0(omv_memory_obj, omv_memory);

// The most bytes of stack in use at once since power-up.
static mp_obj_t omv_stack_peak(void) {
    const uint32_t *word = (const uint32_t *)(MEM_STACK_ADDR + 256U);
    const uint32_t *top = (const uint32_t *)(MEM_STACK_ADDR + MEM_STACK_BYTES);
    while (word < top && *word == 0xA5A5A5A5U) {
        word++;
    }
    return MP_OBJ_NEW_SMALL_INT((top - word) * sizeof(*word));
}
static MP_DEFINE_CONST_FUN_OBJ_0(omv_stack_peak_obj, omv_stack_peak);

static void store(mp_obj_t dict, qstr key, mp_obj_t value) {
    mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(key), value);
}

static void store_word(mp_obj_t dict, qstr key, uint32_t value) {
    store(dict, key, mp_obj_new_int_from_uint(value));
}

// The last fault since power was applied as a dict, None when there was none;
// last_fault(True) forgets it.
static mp_obj_t omv_last_fault(size_t n_args, const mp_obj_t *args) {
    const struct chip_crash *crash = chip_crash_last();
    if (crash == NULL) {
        return mp_const_none;
    }
    mp_obj_t dict = mp_obj_new_dict(12);
    const char *name = chip_crash_name(crash->reason);
    store(dict, MP_QSTR_reason, mp_obj_new_str(name, strlen(name)));
    store_word(dict, MP_QSTR_pc, crash->pc);
    store_word(dict, MP_QSTR_lr, crash->lr);
    store_word(dict, MP_QSTR_sp, crash->sp);
    store_word(dict, MP_QSTR_xpsr, crash->xpsr);
    mp_obj_t registers[13];
    for (size_t i = 0; i < 13; i++) {
        registers[i] = mp_obj_new_int_from_uint(crash->r[i]);
    }
    store(dict, MP_QSTR_r, mp_obj_new_tuple(13, registers));
    store_word(dict, MP_QSTR_cfsr, crash->cfsr);
    store_word(dict, MP_QSTR_hfsr, crash->hfsr);
    store_word(dict, MP_QSTR_mmfar, crash->mmfar);
    store_word(dict, MP_QSTR_bfar, crash->bfar);
    store_word(dict, MP_QSTR_ms, crash->ms);
    store_word(dict, MP_QSTR_count, crash->count);
    store(dict, MP_QSTR_text, mp_obj_new_str(crash->text, strlen(crash->text)));
    if (n_args > 0 && mp_obj_is_true(args[0])) {
        chip_crash_clear();
    }
    return dict;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(omv_last_fault_obj, 0, 1,
        omv_last_fault);

static const mp_rom_map_elem_t omv_globals_table[] = {
        {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_omv)},
        {MP_ROM_QSTR(MP_QSTR_version_major),
                MP_ROM_INT(BLAZECAM_VERSION_MAJOR)},
        {MP_ROM_QSTR(MP_QSTR_version_minor),
                MP_ROM_INT(BLAZECAM_VERSION_MINOR)},
        {MP_ROM_QSTR(MP_QSTR_version_patch),
                MP_ROM_INT(BLAZECAM_VERSION_PATCH)},
        {MP_ROM_QSTR(MP_QSTR_version_string),
                MP_ROM_PTR(&omv_version_string_obj)},
        {MP_ROM_QSTR(MP_QSTR_arch), MP_ROM_PTR(&omv_arch_obj)},
        {MP_ROM_QSTR(MP_QSTR_board_type), MP_ROM_PTR(&omv_board_type_obj)},
        {MP_ROM_QSTR(MP_QSTR_board_id), MP_ROM_PTR(&omv_board_id_obj)},
        {MP_ROM_QSTR(MP_QSTR_memory), MP_ROM_PTR(&omv_memory_obj)},
        {MP_ROM_QSTR(MP_QSTR_stack_peak), MP_ROM_PTR(&omv_stack_peak_obj)},
        {MP_ROM_QSTR(MP_QSTR_last_fault), MP_ROM_PTR(&omv_last_fault_obj)},
};
static MP_DEFINE_CONST_DICT(omv_globals, omv_globals_table);

const mp_obj_module_t omv_module = {
        .base = {&mp_type_module},
        .globals = (mp_obj_dict_t *)&omv_globals,
};

MP_REGISTER_MODULE(MP_QSTR_omv, omv_module);
