// SPDX-License-Identifier: MIT
// model.predict(): one inference.

#include "py/mphal.h"
#include "py/runtime.h"
#include "src/py/heap.h"
#include "src/py/ml_array.h"
#include "src/py/ml_model.h"
#include "src/py/ml_pool.h"

// So many rows are made between two looks at USB, Ctrl-C and the like.
enum { ROWS_A_LOOK = 8 };

// Real values of an output as an array of floats, which float32 outputs were
// written into to begin with.
static mp_obj_t new_floats(const nn_tensor *t) {
    return MP_OBJ_FROM_PTR(ml_array_new('f', t->rank, t->dim));
}

static float *floats_of(mp_obj_t array) {
    return (float *)(void *)((ml_array *)MP_OBJ_TO_PTR(array))->data;
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

// One inference: what goes in and where the tensors lie.
typedef struct inference {
    ml_model *m;
    mp_obj_t callback; // or None
    mp_obj_t inputs;   // as the callback gets them
    nn_io io;
    mp_obj_t *arrays; // for the outputs of float32; the others MP_OBJ_NULL
    void *arena;
    bool claimed; // the arena is the one that all models share
} inference;

// The shared arena holds the outputs until a post-processor is done with
// them, and callbacks of timers and pins come in between: who finds it claimed
// gets one from the heap.
static void take_arena(inference *run) {
    ml_model *m = run->m;
    run->claimed = m->own_arena == NULL && ml_arena_claim();
    run->arena = run->claimed ? ml_arena()
            : m->own_arena != NULL
            ? m->own_arena
            : heap_take("the model's tensors", m->plan.arena_bytes);
}

// All rows, with a look at events now and then, which may raise.
static void run_rows(inference *run, nn_run *state) {
    ml_model *m = run->m;
    nn_error error;
    int more = nn_run_init(state, &m->plan, &run->io, m->tables[ML_TABLE_RUN],
            nn_run_measure(&m->plan), run->arena,
            run->claimed ? ml_arena_bytes() : m->plan.arena_bytes, &error);
    more = more == 0 ? 1 : more;
    for (uint32_t step = 1; more > 0; step++) {
        more = nn_run_step(state, &error);
        if (step % ROWS_A_LOOK == 0) {
            mp_event_handle_nowait();
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
            arrays[k] = new_floats(t);
            dequantise(t, nn_run_output(state, k), floats_of(arrays[k]));
        }
    }
    return mp_obj_new_list(m->graph.output_count, arrays);
}

// Outputs as they lie in memory, in the model's own types.
static mp_obj_t list_views(const inference *run, const nn_run *state) {
    ml_model *m = run->m;
    bool lent = !run->claimed && m->own_arena == NULL;
    mp_obj_t owner = MP_OBJ_FROM_PTR(lent ? run->arena : m);
    mp_obj_t list = mp_obj_new_list(m->graph.output_count, NULL);
    for (uint32_t k = 0; k < m->graph.output_count; k++) {
        const nn_tensor *t = &m->graph.tensors[m->graph.outputs[k]];
        mp_obj_list_store(list, MP_OBJ_NEW_SMALL_INT(k),
                ml_array_view(ml_dtype(t), t->rank, t->dim,
                        (void *)nn_run_output(state, k), owner));
    }
    return list;
}

// Calls what makes sense of the outputs.
static mp_obj_t postprocess(const inference *run, const nn_run *state) {
    ml_model *m = run->m;
    if (mp_obj_is_type(run->callback, &ml_blazeface_type) && m->is_face) {
        const void *outputs[FACE_MAX_OUTPUTS];
        for (uint32_t k = 0; k < m->graph.output_count; k++) {
            outputs[k] = nn_run_output(state, k);
        }
        return ml_blazeface_faces(run->callback, m, outputs);
    }
    mp_obj_t call[3] = {MP_OBJ_FROM_PTR(m), run->inputs,
            list_views(run, state)};
    return mp_call_function_n_kw(run->callback, 3, 0, call);
}

static mp_obj_t infer(inference *run) {
    nn_run state;
    take_arena(run);
    run_rows(run, &state);
    return run->callback == mp_const_none
            ? list_results(run->m, &state, run->arrays)
            : postprocess(run, &state);
}

// Runs the model and leaves nothing claimed, whatever is raised meanwhile.
static mp_obj_t infer_and_release(inference *run) {
    if (run->m->busy) {
        mp_raise_msg(&mp_type_RuntimeError,
                MP_ERROR_TEXT("predict: this model is in the middle of an "
                              "inference, which a callback interrupted"));
    }
    mp_obj_t result = mp_const_none;
    nlr_buf_t nlr;
    run->m->busy = true;
    bool raised = nlr_push(&nlr) != 0;
    if (!raised) {
        result = infer(run);
        nlr_pop();
    }
    run->m->busy = false;
    if (run->claimed) {
        ml_arena_release();
    }
    if (raised) {
        nlr_jump(nlr.ret_val);
    }
    return result;
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
    mp_obj_t callback = args[CALLBACK].u_obj != mp_const_none
            ? args[CALLBACK].u_obj
            : m->postprocess;
    size_t count;
    mp_obj_t *values;
    mp_obj_get_array(args[INPUTS].u_obj, &count, &values);
    if (count != m->graph.input_count) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("the model has %u inputs, got %u"),
                (unsigned)m->graph.input_count, (unsigned)count);
    }
    // A post-processor in Python is given the images' Normalizations.
    bool wrap = callback != mp_const_none &&
            !mp_obj_is_type(callback, &ml_blazeface_type);
    mp_obj_t given = args[INPUTS].u_obj;
    if (wrap) {
        given = mp_obj_new_list(count, values);
        mp_obj_get_array(given, &count, &values);
    }
    // Tables of the usual one input and few outputs are no garbage.
    enum { FEW = 4 };
    ml_input few_inputs[1];
    nn_input few_sources[1];
    mp_obj_t few_arrays[FEW] = {MP_OBJ_NULL};
    void *few_memory[FEW] = {NULL};
    uint32_t outputs = m->graph.output_count;
    ml_input *inputs = count > 1 ? m_new(ml_input, count) : few_inputs;
    nn_input *sources = count > 1 ? m_new(nn_input, count) : few_sources;
    mp_obj_t *arrays = outputs > FEW ? m_new0(mp_obj_t, outputs) : few_arrays;
    void **memory = outputs > FEW ? m_new0(void *, outputs) : few_memory;
    for (uint32_t k = 0; k < count; k++) {
        sources[k] = ml_input_init(&inputs[k], m, k, &values[k], wrap);
    }
    for (uint32_t k = 0; k < outputs && k < 32; k++) {
        if (m->plan.outputs_by_caller >> k & 1) {
            arrays[k] = new_floats(&m->graph.tensors[m->graph.outputs[k]]);
            memory[k] = floats_of(arrays[k]);
        }
    }
    inference run = {.m = m,
            .callback = callback,
            .inputs = given,
            .io = {.inputs = sources, .outputs = memory},
            .arrays = arrays};
    return infer_and_release(&run);
}
MP_DEFINE_CONST_FUN_OBJ_KW(ml_model_predict_obj, 2, ml_model_predict);
