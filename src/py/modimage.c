// SPDX-License-Identifier: MIT
// The image module.

#include "image/code.h"
#include "py/runtime.h"
#include "src/py/image_object.h"

static const mp_rom_map_elem_t image_globals_table[] = {
        {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_image)},
        {MP_ROM_QSTR(MP_QSTR_Image), MP_ROM_PTR(&image_type)},
        {MP_ROM_QSTR(MP_QSTR_BINARY), MP_ROM_INT(IMG_CODE_BINARY)},
        {MP_ROM_QSTR(MP_QSTR_GRAYSCALE), MP_ROM_INT(IMG_CODE_GRAYSCALE)},
        {MP_ROM_QSTR(MP_QSTR_RGB565), MP_ROM_INT(IMG_CODE_RGB565)},
        {MP_ROM_QSTR(MP_QSTR_BAYER), MP_ROM_INT(IMG_CODE_BAYER)},
        {MP_ROM_QSTR(MP_QSTR_YUV422), MP_ROM_INT(IMG_CODE_YUV422)},
        {MP_ROM_QSTR(MP_QSTR_JPEG), MP_ROM_INT(IMG_CODE_JPEG)},
        {MP_ROM_QSTR(MP_QSTR_PNG), MP_ROM_INT(IMG_CODE_PNG)},
};
static MP_DEFINE_CONST_DICT(image_globals, image_globals_table);

const mp_obj_module_t image_module = {
        .base = {&mp_type_module},
        .globals = (mp_obj_dict_t *)&image_globals,
};

MP_REGISTER_MODULE(MP_QSTR_image, image_module);
