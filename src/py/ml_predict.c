// SPDX-License-Identifier: MIT
// model.predict(): one inference.

#include "py/binary.h"
#include "py/mphal.h"
#include "py/objarray.h"
#include "py/runtime.h"
#include "src/py/ml_model.h"
#include "src/py/ml_pool.h"

// So many rows are made between two looks at Ctrl-C and the like.
enum { ROWS_A_LOOK = 8 };

// Real values of an output as an array of floats, which float32 outputs were
// written into to begin with.
static mp_obj_t new_floats(size_t count) {
    mp_obj_array_t *array = m_new_obj(mp_obj_array_t);
    *array = (mp_obj_array_t){.base = {&mp_type_array},
            .typecode = 'f',
            .len = count,
            .items = m_new(float, count)};
    return MP_OBJ_FROM_PTR(array);
}

static float *floats_of(mp_obj_t array) {
    return ((mp_obj_array_t *)MP_OBJ_TO_PTR(array))->items;
}

static int32_t element(const nn_tensor *t, const void *bytes, uint32_t i) {
    switch (t->type) {
    case NN_INT8:
        return ((const int8_t *)bytes)[i];
    case NN_INT16:
        return ((const int16_t *)bytes)[i];
    case NN_INT32:
        return ((const int32_t *)bytes)[i];
    case NN_INT64:
        return (int32_t)((const int64_t *)bytes)[i];
    default:
        return ((const uint8_t *)bytes)[i];
    }
}

static void dequantise(const nn_tensor *t, const void *bytes, float *to) {
    float scale = t->scale_count > 0 ? t->scale : 1.0F;
    for (uint32_t i = 0; i < nn_tensor_elements(t); i++) {
        to[i] = (float)(element(t, bytes, i) - t->zero_point) * scale;
    }
}

// Runs the model; the outputs of float32 go to `reals`.
static void run(ml_model *m, nn_run *state, const nn_io *io) {
    void *arena = m->own_arena != NULL ? m->own_arena : ml_arena();
    size_t arena_bytes =
            m->own_arena != NULL ? m->plan.arena_bytes : ml_arena_bytes();
    nn_error error;
    int more = nn_run_init(state, &m->plan, io, m->tables[ML_TABLE_RUN],
            nn_run_measure(&m->plan), arena, arena_bytes, &error);
    more = more == 0 ? 1 : more;
    for (uint32_t step = 1; more > 0; step++) {
        more = nn_run_step(state, &error);
        if (step % ROWS_A_LOOK == 0) {
            mp_handle_pending(true);
        }
    }
    if (more < 0) {
        mp_raise_msg_varg(&mp_type_RuntimeError, MP_ERROR_TEXT("%s"),
                error.text);
    }
}

static mp_obj_t list_results(ml_model *m, const nn_run *state,
        mp_obj_t *arrays) {
    for (uint32_t k = 0; k < m->graph.output_count; k++) {
        const nn_tensor *t = &m->graph.tensors[m->graph.outputs[k]];
        if (arrays[k] == MP_OBJ_NULL) {
            arrays[k] = new_floats(nn_tensor_elements(t));
            dequantise(t, nn_run_output(state, k), floats_of(arrays[k]));
        }
    }
    return mp_obj_new_list(m->graph.output_count, arrays);
}

// Outputs as they lie in memory, in the model's own types.
static mp_obj_t list_views(ml_model *m, const nn_run *state) {
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (uint32_t k = 0; k < m->graph.output_count; k++) {
        const nn_tensor *t = &m->graph.tensors[m->graph.outputs[k]];
        mp_obj_list_append(list,
                mp_obj_new_memoryview((byte)ml_dtype(t), nn_tensor_elements(t),
                        (void *)nn_run_output(state, k)));
    }
    return list;
}

static mp_obj_t ml_model_predict(size_t n_args, const mp_obj_t *pos,
        mp_map_t *kw) {
    enum { INPUTS, CALLBACK };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_inputs, MP_ARG_REQUIRED | MP_ARG_OBJ, {0}},
            {MP_QSTR_callback, MP_ARG_KW_ONLY | MP_ARG_OBJ,
                    {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t args[2];
    mp_arg_parse_all(n_args - 1, pos + 1, kw, 2, allowed, args);
    ml_model *m = MP_OBJ_TO_PTR(pos[0]);
    size_t count;
    mp_obj_t *values;
    mp_obj_get_array(args[INPUTS].u_obj, &count, &values);
    if (count != m->graph.input_count) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("the model has %u inputs, got %u"),
                (unsigned)m->graph.input_count, (unsigned)count);
    }
    ml_input *inputs = m_new(ml_input, count + 1);
    nn_input *sources = m_new0(nn_input, count + 1);
    for (uint32_t k = 0; k < count; k++) {
        ml_input_init(&inputs[k], &m->graph.tensors[m->graph.inputs[k]],
                values[k]);
        sources[k] = (nn_input){.read = ml_input_read, .user = &inputs[k]};
    }
    uint32_t outputs = m->graph.output_count;
    mp_obj_t *arrays = m_new0(mp_obj_t, outputs);
    void **memory = m_new0(void *, outputs);
    for (uint32_t k = 0; k < outputs && k < 32; k++) {
        if (m->plan.outputs_by_caller >> k & 1) {
            arrays[k] = new_floats(
                    nn_tensor_elements(&m->graph.tensors[m->graph.outputs[k]]));
            memory[k] = floats_of(arrays[k]);
        }
    }
    nn_io io = {.inputs = sources, .outputs = memory};
    nn_run state;
    run(m, &state, &io);
    mp_obj_t callback = args[CALLBACK].u_obj != mp_const_none
            ? args[CALLBACK].u_obj
            : m->postprocess;
    if (callback == mp_const_none) {
        return list_results(m, &state, arrays);
    }
    mp_obj_t call[3] = {pos[0], args[INPUTS].u_obj, list_views(m, &state)};
    return mp_call_function_n_kw(callback, 3, 0, call);
}
MP_DEFINE_CONST_FUN_OBJ_KW(ml_model_predict_obj, 2, ml_model_predict);
