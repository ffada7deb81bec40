// SPDX-License-Identifier: MIT
// The csi module: the camera as an object, as OpenMV's firmware 5 has it.

#include "py/runtime.h"
#include "src/py/camera.h"
#include "src/py/camera_constants.h"
#include "src/py/camera_methods.h"

static const mp_obj_type_t csi_type;
static const mp_obj_base_t csi_object = {&csi_type};

static mp_obj_t csi_make_new(const mp_obj_type_t *type, size_t n_args,
        size_t n_kw, const mp_obj_t *all) {
    enum { ARG_cid, ARG_delays, ARG_fflush, ARG_stream };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_cid, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1}},
            {MP_QSTR_delays, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = true}},
            {MP_QSTR_fflush, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = true}},
            {MP_QSTR_stream, MP_ARG_KW_ONLY | MP_ARG_OBJ,
                    {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, all, MP_ARRAY_SIZE(allowed),
            allowed, args);
    camera_find();
    const sensor_driver *driver = the_camera.chip.driver;
    mp_int_t cid = args[ARG_cid].u_int;
    if (cid != -1 && cid != driver->id) {
        mp_raise_msg_varg(&mp_type_RuntimeError,
                MP_ERROR_TEXT("CSI: the sensor is 0x%x (%s), not 0x%x"),
                driver->id, driver->name, (unsigned)cid);
    }
    the_camera.chip.quick = !args[ARG_delays].u_bool;
    the_camera.flush = args[ARG_fflush].u_bool;
    return MP_OBJ_FROM_PTR(&csi_object);
}

static void csi_print(const mp_print_t *print, mp_obj_t self,
        mp_print_kind_t kind) {
    mp_printf(print, "CSI(%s)", the_camera.chip.driver->name);
}

// None is a method of its object: see camera_methods.h.
// clang-format off
#define METHODS(X)     \
    X(reset)           \
    X(shutdown)        \
    X(sleep)           \
    X(flush)           \
    X(snapshot)        \
    X(width)           \
    X(height)          \
    X(readable)        \
    X(frame_stats)     \
    X(pixformat)       \
    X(framesize)       \
    X(framerate)       \
    X(window)          \
    X(framebuffers)    \
    X(gainceiling)     \
    X(contrast)        \
    X(brightness)      \
    X(saturation)      \
    X(quality)         \
    X(colorbar)        \
    X(auto_gain)       \
    X(gain_db)         \
    X(auto_exposure)   \
    X(exposure_us)     \
    X(auto_whitebal)   \
    X(rgb_gain_db)     \
    X(auto_blc)        \
    X(blc_regs)        \
    X(hmirror)         \
    X(vflip)           \
    X(transpose)       \
    X(auto_rotation)   \
    X(lens_correction) \
    X(special_effect)  \
    X(vsync_callback)  \
    X(frame_callback)  \
    X(ioctl)           \
    X(color_palette)
// clang-format on
#define METHOD_OBJECT(name)                                         \
    static const mp_rom_obj_static_class_method_t method_##name = { \
            {&mp_type_staticmethod}, MP_ROM_PTR(&camera_##name##_obj)};
METHODS(METHOD_OBJECT)
static const mp_rom_obj_static_class_method_t method_cid = {
        {&mp_type_staticmethod}, MP_ROM_PTR(&camera_id_obj)};
static const mp_rom_obj_static_class_method_t method_write = {
        {&mp_type_staticmethod}, MP_ROM_PTR(&camera_write_reg_obj)};
static const mp_rom_obj_static_class_method_t method_read = {
        {&mp_type_staticmethod}, MP_ROM_PTR(&camera_read_reg_obj)};

#define METHOD_ENTRY(name) \
    {MP_ROM_QSTR(MP_QSTR_##name), MP_ROM_PTR(&method_##name)},
static const mp_rom_map_elem_t csi_locals_table[] = {
        METHODS(METHOD_ENTRY) //
        {MP_ROM_QSTR(MP_QSTR_cid), MP_ROM_PTR(&method_cid)},
        {MP_ROM_QSTR(MP_QSTR___write_reg), MP_ROM_PTR(&method_write)},
        {MP_ROM_QSTR(MP_QSTR___read_reg), MP_ROM_PTR(&method_read)},
};
static MP_DEFINE_CONST_DICT(csi_locals, csi_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(csi_type, MP_QSTR_CSI, MP_TYPE_FLAG_NONE,
        make_new, csi_make_new, print, csi_print, locals_dict, &csi_locals);

// The ids of the sensors that are there: one, or none.
static mp_obj_t csi_devices(void) {
    mp_obj_t list = mp_obj_new_list(0, NULL);
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        camera_find();
        nlr_pop();
        mp_obj_list_append(list,
                MP_OBJ_NEW_SMALL_INT(the_camera.chip.driver->id));
    } else if (!mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(
                                                mp_obj_get_type(nlr.ret_val)),
                       MP_OBJ_FROM_PTR(&mp_type_RuntimeError))) {
        nlr_jump(nlr.ret_val);
    }
    return list;
}
static MP_DEFINE_CONST_FUN_OBJ_0(csi_devices_obj, csi_devices);

static const mp_rom_map_elem_t csi_globals_table[] = {
        {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_csi)},
        {MP_ROM_QSTR(MP_QSTR_CSI), MP_ROM_PTR(&csi_type)},
        {MP_ROM_QSTR(MP_QSTR_devices), MP_ROM_PTR(&csi_devices_obj)},
        CAMERA_CONSTANTS};
static MP_DEFINE_CONST_DICT(csi_globals, csi_globals_table);

const mp_obj_module_t csi_module = {
        .base = {&mp_type_module},
        .globals = (mp_obj_dict_t *)&csi_globals,
};

MP_REGISTER_MODULE(MP_QSTR_csi, csi_module);
