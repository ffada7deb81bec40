// SPDX-License-Identifier: MIT
// Methods of images: JPEG, both ways.

#include "image/jpeg.h"

#include <string.h>

#include "py/gc.h"
#include "py/runtime.h"
#include "src/py/heap.h"
#include "src/py/image_jpeg.h"
#include "src/py/image_methods.h"
#include "src/py/image_object.h"
#include "src/py/image_options.h"

static void refuse(int err) {
    switch (err) {
    case IMG_JPEG_ERR_DAMAGED:
        mp_raise_ValueError(MP_ERROR_TEXT("a damaged JPEG"));
    case IMG_JPEG_ERR_UNSUPPORTED:
        mp_raise_ValueError(MP_ERROR_TEXT("a JPEG that is not baseline, or "
                                          "has more than three colours"));
    default:
        image_object_check(err);
    }
}

// Four bits a pixel, more than a photo takes below quality 95.
static size_t likely_size(const img_image *image) {
    return (size_t)image->width * (size_t)image->height / 2 + 4096;
}

// Memory for a file of unknown size: as much as there is, up to what such
// pixels have ever taken.
static uint8_t *take_most(const img_image *image, size_t *capacity) {
    gc_info_t info;
    gc_info(&info);
    size_t free_bytes = info.max_free * MICROPY_BYTES_PER_GC_BLOCK;
    size_t pixels = (size_t)image->width * (size_t)image->height;
    size_t most = 3 * pixels + 2048;
    *capacity = free_bytes < most ? free_bytes : most;
    return heap_take("the JPEG", *capacity);
}

uint8_t *image_jpeg_encode(const img_image *image, mp_int_t quality,
        mp_int_t sampling, size_t *bytes) {
    img_jpeg_sampling sharing = (img_jpeg_sampling)sampling;
    quality = quality < 1 ? 1 : quality > 100 ? 100 : quality;
    // Looking for the largest piece means looking at the whole heap, a million
    // instructions, and what lies about is in its way.
    size_t capacity = likely_size(image);
    uint8_t *file = m_malloc_maybe(capacity);
    int err = IMG_JPEG_ERR_FULL;
    if (file) {
        err = img_jpeg_encode(image, (int)quality, sharing, file, capacity,
                bytes);
    }
    if (err == IMG_JPEG_ERR_FULL) {
        m_free(file);
        gc_collect();
        file = take_most(image, &capacity);
        err = img_jpeg_encode(image, (int)quality, sharing, file, capacity,
                bytes);
    }
    if (err == IMG_JPEG_ERR_FULL) {
        m_free(file);
        mp_raise_msg_varg(&mp_type_MemoryError,
                MP_ERROR_TEXT("the JPEG: more than the %u bytes that the heap "
                              "has in one piece"),
                (unsigned)capacity);
    }
    if (err != 0) {
        m_free(file);
        refuse(err);
    }
    return m_realloc(file, *bytes);
}

mp_obj_t image_jpeg_unpack(const img_image *file, int format, bool to_frame) {
    img_jpeg_info info;
    if (file->format != IMG_JPEG) {
        mp_raise_ValueError(MP_ERROR_TEXT("PNG cannot be unpacked yet"));
    }
    int err = img_jpeg_read_info(file->data, file->bytes, &info);
    if (err != 0) {
        refuse(err);
    }
    if (format < 0) {
        format = info.components == 1 ? IMG_GRAYSCALE : IMG_RGB565;
    }
    mp_obj_t object = to_frame ? image_object_new_in_frame(info.width,
                                         info.height, (img_format)format)
                               : image_object_new_in_heap(info.width,
                                         info.height, (img_format)format);
    image_scratch scratch;
    void *memory = image_scratch_take(&scratch, info.scratch_bytes);
    err = img_jpeg_decode(file->data, file->bytes, image_object_get(object),
            memory, info.scratch_bytes);
    image_scratch_give(&scratch);
    if (err != 0) {
        refuse(err);
    }
    return object;
}

mp_obj_t image_jpeg_of_file(uint8_t *bytes, size_t size) {
    img_jpeg_info info;
    int err = img_jpeg_read_info(bytes, size, &info);
    if (err != 0) {
        m_free(bytes);
        refuse(err);
    }
    img_image image = img_image_of(bytes, info.width, info.height, IMG_JPEG);
    image.bytes = (uint32_t)size;
    return image_object_new(&image, mp_const_none);
}

// The pixels that become a file: the image's own, or drawn as the options
// say.
static const img_image *pixels_of(const img_image *image,
        const image_options *o, mp_obj_t *made) {
    img_image same = *image;
    img_blit plain = o->blit;
    if (img_blit_is_copy(&same, image, &plain) &&
            o->blit.to.w == image->width && o->blit.to.h == image->height) {
        return image;
    }
    img_format format = o->blit.palette != NULL ? IMG_RGB565 : image->format;
    *made = image_object_new_in_heap(o->blit.to.w, o->blit.to.h, format);
    img_image *to = image_object_get(*made);
    to->bayer = image->bayer;
    memset(to->data, 0, img_bytes(to));
    image_object_check(img_blit_run(to, image, &o->blit));
    return to;
}

static mp_obj_t compress(size_t n_args, const mp_obj_t *pos, mp_map_t *kw,
        bool copy) {
    image_object *object = MP_OBJ_TO_PTR(pos[0]);
    img_image *image = image_object_get(pos[0]);
    if (!img_has_pixels(image->format)) {
        return pos[0];
    }
    // compress(50): in OpenMV 4 quality came first.
    mp_obj_t quality = MP_OBJ_NULL;
    if (n_args > 1 && mp_obj_is_int(pos[1])) {
        quality = pos[1];
    }
    size_t taken = quality != MP_OBJ_NULL ? 2 : 1;
    image_options o =
            image_options_of(image, NULL, n_args - taken, pos + taken, kw);
    if (quality != MP_OBJ_NULL) {
        o.quality = mp_obj_get_int(quality);
    }
    mp_obj_t made = MP_OBJ_NULL;
    const img_image *from = pixels_of(image, &o, &made);
    size_t bytes;
    uint8_t *file = image_jpeg_encode(from, o.quality, o.subsampling, &bytes);
    img_image result = img_image_of(file, from->width, from->height, IMG_JPEG);
    result.bytes = (uint32_t)bytes;
    if (copy || o.copy) {
        return image_object_new(&result, mp_const_none);
    }
    // In place: the file replaces the pixels where it fits.
    if (bytes <= object->capacity) {
        memcpy(image->data, file, bytes);
        result.data = image->data;
        m_free(file);
    } else {
        object->owner = mp_const_none;
        object->capacity = bytes;
    }
    *image = result;
    return pos[0];
}

static mp_obj_t to_jpeg(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    return compress(n_args, pos, kw, false);
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_to_jpeg_obj, 1, to_jpeg);

static mp_obj_t compressed(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    return compress(n_args, pos, kw, true);
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_compressed_obj, 1, compressed);
