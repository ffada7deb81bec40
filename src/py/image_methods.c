// SPDX-License-Identifier: MIT
// What image.Image can do, by name.

#include "src/py/image_methods.h"

#include "py/runtime.h"

static const mp_rom_map_elem_t table[] = {
        {MP_ROM_QSTR(MP_QSTR_width), MP_ROM_PTR(&image_width_obj)},
        {MP_ROM_QSTR(MP_QSTR_height), MP_ROM_PTR(&image_height_obj)},
        {MP_ROM_QSTR(MP_QSTR_format), MP_ROM_PTR(&image_format_obj)},
        {MP_ROM_QSTR(MP_QSTR_size), MP_ROM_PTR(&image_size_obj)},
        {MP_ROM_QSTR(MP_QSTR_bytearray), MP_ROM_PTR(&image_bytearray_obj)},
        {MP_ROM_QSTR(MP_QSTR_get_pixel), MP_ROM_PTR(&image_get_pixel_obj)},
        {MP_ROM_QSTR(MP_QSTR_set_pixel), MP_ROM_PTR(&image_set_pixel_obj)},
};
MP_DEFINE_CONST_DICT(image_methods, table);
