// SPDX-License-Identifier: MIT
// image.Image: pixels that Python can hold.
#pragma once

#include "image/image.h"
#include "py/obj.h"

typedef struct image_object {
    mp_obj_base_t base;
    img_image image;
    mp_obj_t owner;  // keeps the pixels alive; None: the frame buffer, or
                     // memory of the heap that only this image knows
    size_t capacity; // bytes at image.data that a larger image may use
} image_object;

extern const mp_obj_type_t image_type;

// An Image of pixels that are not copied. owner keeps their memory alive and
// is None for the frame buffer's.
mp_obj_t image_object_new(const img_image *image, mp_obj_t owner);

// An Image with memory of its own in the heap, not cleared. MemoryError says
// how much was needed and how much there is.
mp_obj_t image_object_new_in_heap(int32_t width, int32_t height,
        img_format format);

// The same in the frame buffer, which is divided anew when its buffers are too
// small; in the heap when it is too small itself. The camera stops until the
// next snapshot.
mp_obj_t image_object_new_in_frame(int32_t width, int32_t height,
        img_format format);

bool image_object_is(mp_obj_t object);

// The image inside; TypeError when object is none.
img_image *image_object_get(mp_obj_t object);

// The same, for those who read pixels: ValueError for JPEG and PNG.
img_image *image_object_pixels(mp_obj_t object);

// Raises the exception of a negative IMG_ERR code.
void image_object_check(int code);

// Memory for the length of a call: what the frame buffers leave, else the
// heap. MemoryError says what both have.
typedef struct image_scratch {
    size_t mark;
    void *heap;
} image_scratch;
void *image_scratch_take(image_scratch *s, size_t bytes);
void image_scratch_give(image_scratch *s);

// image_file.c: reads a file as an Image, in the heap or, for `to_frame`, in
// the frame buffer.
mp_obj_t image_file_load(mp_obj_t path, bool to_frame);
