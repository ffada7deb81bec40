// SPDX-License-Identifier: MIT
// ml.Model: loading a model, and what it tells about itself.

#include "src/py/ml_model.h"

#include <string.h>

#include "extmod/vfs.h"
#include "nn/ops/ops.h"
#include "nn/packed.h"
#include "py/gc.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "src/py/heap.h"
#include "src/py/ml_pool.h"

char ml_dtype(const nn_tensor *t) {
    switch (t->type) {
    case NN_FLOAT32:
        return 'f';
    case NN_INT8:
        return 'b';
    case NN_INT16:
        return 'h';
    case NN_INT32:
        return 'i';
    case NN_INT64:
        return 'q';
    default:
        return 'B';
    }
}

mp_obj_t ml_shape(const nn_tensor *t) {
    mp_obj_t dims[NN_MAX_RANK];
    for (uint32_t i = 0; i < t->rank; i++) {
        dims[i] = MP_OBJ_NEW_SMALL_INT(t->dim[i]);
    }
    return mp_obj_new_tuple(t->rank, dims);
}

static void refuse(const nn_error *error) {
    const mp_obj_type_t *type = error->code == NN_ERR_NO_MEMORY
            ? &mp_type_MemoryError
            : &mp_type_ValueError;
    mp_raise_msg_varg(type, MP_ERROR_TEXT("%s"), error->text);
}

static size_t file_size(mp_obj_t file) {
    int err = 0;
    mp_off_t size = mp_stream_seek(file, 0, MP_SEEK_END, &err);
    if (err == 0) {
        mp_stream_seek(file, 0, MP_SEEK_SET, &err);
    }
    if (err != 0) {
        mp_raise_OSError(err);
    }
    return (size_t)size;
}

// Opens the file: in place where it lies in flash, else read into the heap.
static void open_file(ml_model *m, mp_obj_t path) {
    mp_obj_t args[2] = {path, MP_OBJ_NEW_QSTR(MP_QSTR_rb)};
    mp_obj_t file = mp_vfs_open(2, args, (mp_map_t *)&mp_const_empty_map);
    mp_buffer_info_t buffer;
    if (mp_get_buffer(file, &buffer, MP_BUFFER_READ)) {
        m->source = file;
        m->file = buffer.buf;
        m->file_bytes = buffer.len;
        return;
    }
    int err = 0;
    m->file_bytes = file_size(file);
    void *bytes = heap_take("the model's file", m->file_bytes + 1);
    mp_uint_t read = mp_stream_read_exactly(file, bytes, m->file_bytes, &err);
    mp_stream_close(file);
    if (err != 0 || read != m->file_bytes) {
        mp_raise_OSError(err != 0 ? err : MP_EIO);
    }
    m->file = bytes;
}

// The path of the file beside the model with another ending.
static mp_obj_t beside(mp_obj_t path, const char *ending) {
    size_t length;
    const char *name = mp_obj_str_get_data(path, &length);
    while (length > 0 && name[length - 1] != '.' && name[length - 1] != '/') {
        length--;
    }
    vstr_t vstr;
    vstr_init(&vstr, length + strlen(ending));
    vstr_add_strn(&vstr, name, length);
    vstr_add_str(&vstr, ending);
    return mp_obj_new_str_from_vstr(&vstr);
}

// Lines of the file beside the model that ends in .txt, or None.
static mp_obj_t read_labels(mp_obj_t path) {
    mp_obj_t labels = mp_const_none;
    mp_obj_t args[1] = {beside(path, "txt")};
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t file = mp_vfs_open(1, args, (mp_map_t *)&mp_const_empty_map);
        mp_obj_t read[2];
        mp_load_method(file, MP_QSTR_read, read);
        mp_obj_t text = mp_call_method_n_kw(0, 0, read);
        mp_stream_close(file);
        mp_obj_t split[2];
        mp_load_method(text, MP_QSTR_splitlines, split);
        labels = mp_call_method_n_kw(0, 0, split);
        nlr_pop();
    } else if (!mp_obj_is_subclass_fast(
                       MP_OBJ_FROM_PTR(((mp_obj_base_t *)nlr.ret_val)->type),
                       MP_OBJ_FROM_PTR(&mp_type_OSError))) {
        nlr_jump(nlr.ret_val);
    }
    return labels;
}

// Memory for a table, outside the heap while there is room. A model that
// nothing refers to any more gives its tables back when it is collected.
static void *take_table(ml_model *m, uint32_t which, size_t bytes) {
    void *table = ml_pool_take(bytes);
    if (table == NULL) {
        gc_collect();
        table = ml_pool_take(bytes);
    }
    if (table != NULL) {
        m->pooled |= (uint8_t)(1U << which);
    } else {
        table = heap_take("the model's tables", bytes);
    }
    m->tables[which] = table;
    return table;
}

// The weights that lie packed beside a model in flash. Where there are none,
// or they are not this model's, it runs without.
static void attach_packed(ml_model *m, mp_obj_t path) {
    if (m->source == mp_const_none) {
        return;
    }
    mp_obj_t args[2] = {beside(path, "packed"), MP_OBJ_NEW_QSTR(MP_QSTR_rb)};
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t file = mp_vfs_open(2, args, (mp_map_t *)&mp_const_empty_map);
        mp_buffer_info_t buffer;
        if (mp_get_buffer(file, &buffer, MP_BUFFER_READ) &&
                nn_packed_attach(&m->graph, buffer.buf, buffer.len, NULL) ==
                        0) {
            m->packed = file;
        } else {
            mp_stream_close(file);
        }
        nlr_pop();
    } else if (!mp_obj_is_subclass_fast(
                       MP_OBJ_FROM_PTR(((mp_obj_base_t *)nlr.ret_val)->type),
                       MP_OBJ_FROM_PTR(&mp_type_OSError))) {
        nlr_jump(nlr.ret_val);
    }
}

static uint32_t float_outputs(const nn_graph *graph) {
    uint32_t mask = 0;
    for (uint32_t k = 0; k < graph->output_count && k < 32; k++) {
        if (graph->tensors[graph->outputs[k]].type == NN_FLOAT32) {
            mask |= 1UL << k;
        }
    }
    return mask;
}

// Plans in work memory that is the arena's unless an inference uses it.
static void plan(ml_model *m) {
    nn_plan_options options = {.outputs_by_caller = float_outputs(&m->graph)};
    nn_error error;
    size_t bytes;
    size_t work_bytes;
    nn_plan_measure(&m->graph, &bytes, &work_bytes);
    void *table = take_table(m, ML_TABLE_PLAN, bytes);
    bool shared = work_bytes <= ml_arena_bytes() && ml_arena_claim();
    void *work = shared ? ml_arena() : heap_take("planning", work_bytes);
    int err = nn_plan_make(&m->plan, &m->graph, &options, table, bytes, work,
            work_bytes, &error);
    if (shared) {
        ml_arena_release();
    } else {
        m_free(work);
    }
    if (err != 0) {
        refuse(&error);
    }
}

static void load(ml_model *m, mp_obj_t path) {
    nn_error error;
    size_t bytes;
    if (nn_measure(m->file, m->file_bytes, &bytes, &error) != 0) {
        refuse(&error);
    }
    void *state = take_table(m, ML_TABLE_STATE, bytes);
    if (nn_load(&m->graph, m->file, m->file_bytes, nn_ops_int8, state, bytes,
                &error) != 0) {
        refuse(&error);
    }
    attach_packed(m, path);
    plan(m);
    m->is_face = face_model_init(&m->face, &m->graph, NULL) == 0;
    take_table(m, ML_TABLE_RUN, nn_run_measure(&m->plan));
    if (m->plan.arena_bytes > ml_arena_bytes()) {
        m->own_arena = heap_take("the model's tensors", m->plan.arena_bytes);
    }
}

// A bare name, as models inside older firmware had, means the one in /rom.
static mp_obj_t full_path(mp_obj_t path) {
    const char *name = mp_obj_str_get_str(path);
    if (strchr(name, '/') != NULL || strchr(name, '.') != NULL) {
        return path;
    }
    vstr_t vstr;
    vstr_init(&vstr, 40);
    vstr_printf(&vstr, "/rom/%s.tflite", name);
    return mp_obj_new_str_from_vstr(&vstr);
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
        const mp_obj_t *all) {
    enum { PATH, POSTPROCESS, LOAD_TO_FB, COUNT };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_path, MP_ARG_REQUIRED | MP_ARG_OBJ, {0}},
            {MP_QSTR_postprocess, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            // Where OpenMV 4 put the file. Ours may lie anywhere.
            {MP_QSTR_load_to_fb, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t args[COUNT];
    mp_arg_parse_all_kw_array(n_args, n_kw, all, COUNT, allowed, args);
    mp_obj_t path = full_path(args[PATH].u_obj);
    ml_model *m = mp_obj_malloc_with_finaliser(ml_model, type);
    memset((uint8_t *)m + sizeof(m->base), 0, sizeof(*m) - sizeof(m->base));
    m->source = mp_const_none;
    m->packed = mp_const_none;
    m->labels = mp_const_none;
    m->postprocess = args[POSTPROCESS].u_obj;
    open_file(m, path);
    load(m, args[PATH].u_obj);
    m->labels = read_labels(path);
    return MP_OBJ_FROM_PTR(m);
}

static mp_obj_t ml_model_del(mp_obj_t self) {
    ml_model *m = MP_OBJ_TO_PTR(self);
    for (uint32_t i = 0; i < ML_TABLES; i++) {
        if (m->pooled >> i & 1) {
            ml_pool_give(m->tables[i]);
        }
    }
    m->pooled = 0;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(ml_model_del_obj, ml_model_del);

typedef mp_obj_t (*about)(const nn_tensor *t);

static mp_obj_t about_dtype(const nn_tensor *t) {
    char letter = ml_dtype(t);
    return mp_obj_new_str(&letter, 1);
}

static mp_obj_t about_scale(const nn_tensor *t) {
    float scale = t->scale_count > 0 && t->scale > 0 ? t->scale : 1.0F;
    return mp_obj_new_float((mp_float_t)scale);
}

static mp_obj_t about_zero_point(const nn_tensor *t) {
    return MP_OBJ_NEW_SMALL_INT(t->zero_point);
}

static mp_obj_t each(const ml_model *m, const uint16_t *tensors, uint32_t count,
        about tell) {
    mp_obj_tuple_t *tuple = MP_OBJ_TO_PTR(mp_obj_new_tuple(count, NULL));
    for (uint32_t k = 0; k < count; k++) {
        tuple->items[k] = tell(&m->graph.tensors[tensors[k]]);
    }
    return MP_OBJ_FROM_PTR(tuple);
}

// input_… and output_… of the tensors; MP_OBJ_NULL for other names.
static mp_obj_t tensor_attr(const ml_model *m, qstr attr) {
    static const struct {
        qstr_short_t input, output;
        about tell;
    } table[] = {
            {MP_QSTR_input_shape, MP_QSTR_output_shape, ml_shape},
            {MP_QSTR_input_dtype, MP_QSTR_output_dtype, about_dtype},
            {MP_QSTR_input_scale, MP_QSTR_output_scale, about_scale},
            {MP_QSTR_input_zero_point, MP_QSTR_output_zero_point,
                    about_zero_point},
    };
    for (size_t i = 0; i < MP_ARRAY_SIZE(table); i++) {
        if (attr == table[i].input) {
            return each(m, m->graph.inputs, m->graph.input_count,
                    table[i].tell);
        }
        if (attr == table[i].output) {
            return each(m, m->graph.outputs, m->graph.output_count,
                    table[i].tell);
        }
    }
    return MP_OBJ_NULL;
}

static void ml_model_attr(mp_obj_t self, qstr attr, mp_obj_t *dest) {
    const ml_model *m = MP_OBJ_TO_PTR(self);
    if (dest[0] != MP_OBJ_NULL) {
        return; // nothing can be set
    }
    switch (attr) {
    case MP_QSTR_len:
        dest[0] = mp_obj_new_int_from_uint(m->file_bytes);
        break;
    case MP_QSTR_ram:
        dest[0] = mp_obj_new_int_from_uint(m->plan.arena_bytes);
        break;
    case MP_QSTR_labels:
        dest[0] = m->labels;
        break;
    case MP_QSTR_postprocess:
        dest[0] = m->postprocess;
        break;
    default:
        dest[0] = tensor_attr(m, attr);
        if (dest[0] == MP_OBJ_NULL) {
            dest[1] = MP_OBJ_SENTINEL; // look among the methods
        }
    }
}

static void ml_model_print(const mp_print_t *print, mp_obj_t self,
        mp_print_kind_t kind) {
    (void)kind;
    const ml_model *m = MP_OBJ_TO_PTR(self);
    mp_printf(print, "Model(len=%u, ram=%u)", (unsigned)m->file_bytes,
            (unsigned)m->plan.arena_bytes);
}

static const mp_rom_map_elem_t ml_model_locals_table[] = {
        {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&ml_model_del_obj)},
        {MP_ROM_QSTR(MP_QSTR_predict), MP_ROM_PTR(&ml_model_predict_obj)},
};
static MP_DEFINE_CONST_DICT(ml_model_locals, ml_model_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(ml_model_type, MP_QSTR_Model, MP_TYPE_FLAG_NONE,
        make_new, make_new, print, ml_model_print, attr, ml_model_attr,
        locals_dict, &ml_model_locals);
