// SPDX-License-Identifier: MIT
// The _ml module: what of the ml package is in C.

#include "py/runtime.h"
#include "src/py/ml_array.h"
#include "src/py/ml_model.h"
#include "src/py/ml_norm.h"

static const mp_rom_map_elem_t ml_globals_table[] = {
        {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__ml)},
        {MP_ROM_QSTR(MP_QSTR_BlazeFace), MP_ROM_PTR(&ml_blazeface_type)},
        {MP_ROM_QSTR(MP_QSTR_Model), MP_ROM_PTR(&ml_model_type)},
        {MP_ROM_QSTR(MP_QSTR_Normalization), MP_ROM_PTR(&ml_norm_type)},
        {MP_ROM_QSTR(MP_QSTR_ndarray), MP_ROM_PTR(&ml_array_type)},
};
static MP_DEFINE_CONST_DICT(ml_globals, ml_globals_table);

const mp_obj_module_t ml_module = {
        .base = {&mp_type_module},
        .globals = (mp_obj_dict_t *)&ml_globals,
};

MP_REGISTER_MODULE(MP_QSTR__ml, ml_module);
