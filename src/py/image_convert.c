// SPDX-License-Identifier: MIT
// Methods of images: copies, parts, sizes and formats.

#include <string.h>

#include "image/convert.h"
#include "image/frame.h"
#include "image/palette.h"
#include "memory.h"
#include "py/runtime.h"
#include "src/py/camera.h"
#include "src/py/heap.h"
#include "src/py/image_jpeg.h"
#include "src/py/image_methods.h"
#include "src/py/image_object.h"
#include "src/py/image_options.h"

static bool in_frame(const uint8_t *data) {
    uintptr_t offset = (uintptr_t)data - MEM_FRAME_ADDR;
    return offset < frame_bytes();
}

// Bytes that the image may grow to where it is.
static size_t room_of(const image_object *object) {
    const uint8_t *data = object->image.data;
    for (unsigned k = 0; k < frame_buffers(); k++) {
        if (data == frame_buffer(k)) {
            return frame_buffer_bytes();
        }
    }
    return object->capacity;
}

mp_obj_t image_object_new_in_frame(int32_t width, int32_t height,
        img_format format) {
    img_image image = img_image_of(NULL, width, height, format);
    size_t bytes = img_bytes(&image);
    // Nothing may be captured into the image; the next snapshot starts again.
    camera_stop();
    if (frame_buffers() == 0 || frame_buffer_bytes() < bytes ||
            !in_frame(frame_buffer(0))) {
        unsigned got;
        int err = frame_configure(bytes, 1, &got);
        if (err == FRAME_ERR_MEMORY) {
            // The heap is larger, as long as it is empty.
            image.data = heap_try(bytes);
            if (image.data != NULL) {
                return image_object_new(&image, mp_const_none);
            }
            mp_raise_msg_varg(&mp_type_MemoryError,
                    MP_ERROR_TEXT("the image: %u bytes needed, the frame "
                                  "buffer has %u, and the heap no such piece"),
                    (unsigned)frame_needed(bytes, 1), (unsigned)frame_bytes());
        }
        if (err != 0) {
            mp_raise_msg(&mp_type_RuntimeError,
                    MP_ERROR_TEXT("the frame buffer is in use"));
        }
    }
    image.data = frame_buffer(0);
    return image_object_new(&image, mp_const_none);
}

void *image_scratch_take(image_scratch *s, size_t bytes) {
    s->mark = frame_scratch_mark();
    s->heap = NULL;
    void *memory = frame_scratch_take(bytes);
    if (memory != NULL) {
        return memory;
    }
    s->heap = heap_try(bytes);
    if (s->heap == NULL) {
        mp_raise_msg_varg(&mp_type_MemoryError,
                MP_ERROR_TEXT("%u bytes of scratch needed, the frame buffer "
                              "has %u left and the heap no such piece"),
                (unsigned)bytes, (unsigned)frame_scratch_free());
    }
    return s->heap;
}

void image_scratch_give(image_scratch *s) {
    frame_scratch_release(s->mark);
    if (s->heap != NULL) {
        m_free(s->heap);
    }
}

// A new image with what the blit draws.
static mp_obj_t draw_new(const img_image *from, const image_options *o,
        img_format format) {
    int32_t w = o->blit.to.w;
    int32_t h = o->blit.to.h;
    mp_obj_t object = o->to_frame ? image_object_new_in_frame(w, h, format)
                                  : image_object_new_in_heap(w, h, format);
    img_image *to = image_object_get(object);
    to->bayer = from->bayer;
    if (to->data == from->data) {
        mp_raise_ValueError(MP_ERROR_TEXT("an image cannot be copied to where "
                                          "it is"));
    }
    memset(to->data, 0, img_bytes(to));
    image_object_check(img_blit_run(to, from, &o->blit));
    return object;
}

static void convert_in_place(image_object *object, const image_options *o,
        img_format format) {
    img_image *image = &object->image;
    img_image result = img_image_of(NULL, o->blit.to.w, o->blit.to.h, format);
    size_t room = room_of(object);
    if (img_bytes(&result) > room) {
        if (object->owner != mp_const_none || in_frame(image->data)) {
            mp_raise_msg_varg(&mp_type_MemoryError,
                    MP_ERROR_TEXT("the image: %u bytes needed, it has %u"),
                    (unsigned)img_bytes(&result), (unsigned)room);
        }
        // Memory of the heap that nobody else knows.
        mp_obj_t made = draw_new(image, o, format);
        const image_object *from = MP_OBJ_TO_PTR(made);
        object->image = from->image;
        object->capacity = from->capacity;
        return;
    }
    image_scratch scratch;
    void *memory =
            image_scratch_take(&scratch, img_convert_scratch(image, &o->blit));
    int err = img_convert(image, room, &o->blit, format, memory);
    image_scratch_give(&scratch);
    image_object_check(err);
}

enum { KEEP = -1 };

// A file's picture, as the options want it; a plain copy stays a file.
static mp_obj_t unpack(image_object *object, image_options *o, int wanted,
        bool copy) {
    img_image *image = &object->image;
    bool plain = o->blit.roi.w == image->width &&
            o->blit.to.w == image->width && o->blit.roi.h == image->height &&
            o->blit.to.h == image->height;
    if (wanted == KEEP && plain && !o->to_frame) {
        img_image file = *image;
        file.data = heap_take("the image", image->bytes);
        memcpy(file.data, image->data, image->bytes);
        return image_object_new(&file, mp_const_none);
    }
    mp_obj_t made = image_jpeg_unpack(image, wanted, plain && o->to_frame);
    const img_image *picture = image_object_get(made);
    if (!plain || o->blit.hmirror || o->blit.vflip || o->blit.palette != NULL) {
        made = draw_new(picture, o, picture->format);
    }
    if (copy || o->to_frame) {
        return made;
    }
    const image_object *from = MP_OBJ_TO_PTR(made);
    object->image = from->image;
    object->owner = from->owner;
    object->capacity = from->capacity;
    return MP_OBJ_FROM_PTR(object);
}

// The image in another size or format: in place, or for copy=True new.
static mp_obj_t convert(size_t n_args, const mp_obj_t *pos, mp_map_t *kw,
        int wanted, bool copy, const uint8_t *palette) {
    img_image *image = image_object_get(pos[0]);
    image_options o = image_options_of(image, NULL, n_args - 1, pos + 1, kw);
    if (!img_has_pixels(image->format)) {
        return unpack(MP_OBJ_TO_PTR(pos[0]), &o, wanted, copy || o.copy);
    }
    img_format format = wanted == KEEP ? image->format : (img_format)wanted;
    if (palette != NULL && o.blit.palette == NULL) {
        o.blit.palette = palette;
    }
    if (o.copy || copy || o.to_frame) {
        return draw_new(image, &o, format);
    }
    convert_in_place(MP_OBJ_TO_PTR(pos[0]), &o, format);
    return pos[0];
}

static mp_obj_t copy_method(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    return convert(n_args, pos, kw, KEEP, true, NULL);
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_copy_obj, 1, copy_method);

static mp_obj_t crop(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    return convert(n_args, pos, kw, KEEP, false, NULL);
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_crop_obj, 1, crop);

static mp_obj_t to_bitmap(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    return convert(n_args, pos, kw, IMG_BINARY, false, NULL);
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_to_bitmap_obj, 1, to_bitmap);

static mp_obj_t to_grayscale(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    return convert(n_args, pos, kw, IMG_GRAYSCALE, false, NULL);
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_to_grayscale_obj, 1, to_grayscale);

static mp_obj_t to_rgb565(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    return convert(n_args, pos, kw, IMG_RGB565, false, NULL);
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_to_rgb565_obj, 1, to_rgb565);

static mp_obj_t to_colors(size_t n_args, const mp_obj_t *pos, mp_map_t *kw,
        img_palette palette) {
    uint8_t bytes[IMG_PALETTE_BYTES];
    img_palette_fill(palette, bytes);
    return convert(n_args, pos, kw, IMG_RGB565, false, bytes);
}

static mp_obj_t to_rainbow(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    return to_colors(n_args, pos, kw, IMG_PALETTE_RAINBOW);
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_to_rainbow_obj, 1, to_rainbow);

static mp_obj_t to_ironbow(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    return to_colors(n_args, pos, kw, IMG_PALETTE_IRONBOW);
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_to_ironbow_obj, 1, to_ironbow);
