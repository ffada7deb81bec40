// SPDX-License-Identifier: MIT
// ml.postprocessing.mediapipe.BlazeFace: faces out of a model's outputs.

#include "py/runtime.h"
#include "src/py/heap.h"
#include "src/py/ml_array.h"
#include "src/py/ml_model.h"

// More faces than a picture of 128 x 128 pixels can show.
enum { MOST_FACES = 100 };

typedef struct blazeface {
    mp_obj_base_t base;
    float threshold;
    float nms_threshold, nms_sigma;
    bool soft; // suppress as OpenMV does instead of blending
} blazeface;

static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
        const mp_obj_t *all) {
    enum { THRESHOLD, ANCHORS, NMS_THRESHOLD, NMS_SIGMA };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_threshold, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_anchors, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_nms_threshold, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_nms_sigma, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t args[4];
    mp_arg_parse_all_kw_array(n_args, n_kw, all, 4, allowed, args);
    blazeface *b = mp_obj_malloc(blazeface, type);
    *b = (blazeface){.base = {type},
            .threshold = 0.6F,
            .nms_threshold = 0.1F,
            .nms_sigma = 0.1F};
    if (args[THRESHOLD].u_obj != mp_const_none) {
        b->threshold = (float)mp_obj_get_float(args[THRESHOLD].u_obj);
    }
    if (args[NMS_THRESHOLD].u_obj != mp_const_none) {
        b->nms_threshold = (float)mp_obj_get_float(args[NMS_THRESHOLD].u_obj);
        b->soft = true;
    }
    if (args[NMS_SIGMA].u_obj != mp_const_none) {
        b->nms_sigma = (float)mp_obj_get_float(args[NMS_SIGMA].u_obj);
        b->soft = true;
    }
    if (!(b->threshold >= 0 && b->threshold <= 1)) {
        mp_raise_ValueError(MP_ERROR_TEXT("threshold goes from 0 to 1"));
    }
    // The network has one set of anchors, which is in the firmware.
    if (args[ANCHORS].u_obj != mp_const_none &&
            mp_obj_get_int(mp_obj_len(args[ANCHORS].u_obj)) != FACE_ANCHORS) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("BlazeFace has %d anchors, got %d"), FACE_ANCHORS,
                (int)mp_obj_get_int(mp_obj_len(args[ANCHORS].u_obj)));
    }
    return MP_OBJ_FROM_PTR(b);
}

static mp_obj_t whole(float value) {
    return mp_obj_new_int((mp_int_t)(value < 0 ? value - 0.5F : value + 0.5F));
}

static mp_obj_t new_face(const face_detection *face) {
    mp_obj_t box[4] = {whole(face->x), whole(face->y), whole(face->w),
            whole(face->h)};
    static const int32_t shape[2] = {FACE_KEYPOINTS, 2};
    ml_array *points = ml_array_new('f', 2, shape);
    float *to = (float *)(void *)points->data;
    for (uint32_t k = 0; k < FACE_KEYPOINTS; k++) {
        *to++ = face->keypoints[k].x;
        *to++ = face->keypoints[k].y;
    }
    mp_obj_t items[3] = {mp_obj_new_list(4, box),
            mp_obj_new_float((mp_float_t)face->score), MP_OBJ_FROM_PTR(points)};
    return mp_obj_new_tuple(3, items);
}

mp_obj_t ml_blazeface_faces(mp_obj_t self, const ml_model *m,
        const void *const *outputs) {
    const blazeface *b = MP_OBJ_TO_PTR(self);
    uint32_t capacity = face_count(&m->face, outputs, b->threshold);
    uint32_t max = capacity < MOST_FACES ? capacity : MOST_FACES;
    mp_obj_t list = mp_obj_new_list(0, NULL);
    if (capacity == 0) {
        return list;
    }
    size_t bytes = capacity * sizeof(face_candidate);
    void *memory = heap_take("BlazeFace", bytes + max * sizeof(face_detection));
    face_candidate *candidates = memory;
    face_detection *faces = (void *)((uint8_t *)memory + bytes);
    uint32_t count = b->soft
            ? face_decode_soft(&m->face, outputs, b->threshold,
                      b->nms_threshold, b->nms_sigma, &m->map, candidates,
                      capacity, faces, max)
            : face_decode(&m->face, outputs, b->threshold, &m->map, candidates,
                      capacity, faces, max);
    for (uint32_t k = 0; k < count; k++) {
        mp_obj_list_append(list, new_face(&faces[k]));
    }
    m_free(memory);
    return list;
}

// As a function of (model, inputs, outputs): outputs as the model's own
// predict() hands them on.
static mp_obj_t blazeface_call(mp_obj_t self, size_t n_args, size_t n_kw,
        const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 3, 3, false);
    const ml_model *m = mp_obj_is_type(args[0], &ml_model_type)
            ? MP_OBJ_TO_PTR(args[0])
            : NULL;
    if (m == NULL || !m->is_face) {
        mp_raise_ValueError(MP_ERROR_TEXT(
                "not a BlazeFace model: expected an input of 1x128x128x3 and "
                "outputs of 512x16, 512x1, 384x16 and 384x1, or of 896x16 "
                "and 896x1"));
    }
    size_t count;
    mp_obj_t *items;
    mp_obj_get_array(args[2], &count, &items);
    const void *outputs[FACE_MAX_OUTPUTS] = {NULL};
    for (uint32_t k = 0; k < m->graph.output_count; k++) {
        const nn_tensor *t = &m->graph.tensors[m->graph.outputs[k]];
        mp_buffer_info_t buffer = {.len = 0};
        if (k < count) {
            mp_get_buffer_raise(items[k], &buffer, MP_BUFFER_READ);
        }
        if (buffer.len != t->bytes) {
            mp_raise_msg_varg(&mp_type_ValueError,
                    MP_ERROR_TEXT("output %u has %u bytes, got %u"),
                    (unsigned)k, (unsigned)t->bytes, (unsigned)buffer.len);
        }
        outputs[k] = buffer.buf;
    }
    return ml_blazeface_faces(self, m, outputs);
}

MP_DEFINE_CONST_OBJ_TYPE(ml_blazeface_type, MP_QSTR_BlazeFace,
        MP_TYPE_FLAG_NONE, make_new, make_new, call, blazeface_call);
