// SPDX-License-Identifier: MIT
// The _rom module: flash regions that hold file systems, checked.

#include <string.h>

#include "memory.h"
#include "py/mperrno.h"
#include "py/objarray.h"
#include "py/runtime.h"
#include "src/py/rom_region.h"

// The ROMFS image in the region "models" or "romfs" as a memoryview of flash.
// OSError ENODEV where the region holds none, EINPROGRESS where putting models
// there was interrupted, EIO where the image is damaged. It is looked at with
// the flash's own error correction first: where power was cut while a word was
// written, reading it is a bus error.
static mp_obj_t rom_image(mp_obj_t name_obj) {
    const char *name = mp_obj_str_get_str(name_obj);
    bool models = strcmp(name, "models") == 0;
    if (!models && strcmp(name, "romfs") != 0) {
        mp_raise_ValueError(
                MP_ERROR_TEXT("the regions are 'models' and 'romfs'"));
    }
    const void *memory = (const void *)(uintptr_t)(models ? MEM_MODELS_ADDR
                                                          : MEM_ROMFS_ADDR);
    uint32_t bytes;
    switch (rom_look(models ? &rom_region_models : &rom_region_romfs, memory,
            &bytes)) {
    case ROM_MODELS:
        break;
    case ROM_DAMAGED:
        mp_raise_OSError(MP_EIO);
    case ROM_UNFINISHED:
        mp_raise_OSError(models ? MP_EINPROGRESS : MP_ENODEV);
    default:
        mp_raise_OSError(MP_ENODEV);
    }
    return mp_obj_new_memoryview('B', bytes, (void *)memory);
}
static MP_DEFINE_CONST_FUN_OBJ_1(rom_image_obj, rom_image);

static const mp_rom_map_elem_t rom_globals_table[] = {
        {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__rom)},
        {MP_ROM_QSTR(MP_QSTR_image), MP_ROM_PTR(&rom_image_obj)},
};
static MP_DEFINE_CONST_DICT(rom_globals, rom_globals_table);

const mp_obj_module_t rom_module = {
        .base = {&mp_type_module},
        .globals = (mp_obj_dict_t *)&rom_globals,
};

MP_REGISTER_MODULE(MP_QSTR__rom, rom_module);
