// SPDX-License-Identifier: MIT
// Frames: from the sensor into the frame buffer, from there to Python.

#include <string.h>

#include "chip/dcmi.h"
#include "chip/systick.h"
#include "image/frame.h"
#include "link/preview.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "src/py/camera.h"
#include "src/py/heap.h"
#include "src/py/port.h"

enum {
    TIMEOUT_MS = 3000,
    // A frame that has been ready for longer is not what the script wants to
    // see now, unless the sensor is slower still.
    STALE_US = 200000
};

// A window as it is captured: whole words a line, then cut to what was asked.
struct cut {
    int32_t x, y, width, height; // captured, in pixels
    int32_t left;                // of these columns, the first that is kept
    int32_t keep;                // and how many
};

static int32_t bytes_a_pixel(const camera *c) {
    return c->format == IMG_GRAYSCALE || c->format == IMG_BAYER ? 1 : 2;
}

static struct cut cut_of(const camera *c) {
    struct cut cut = {0, 0, c->size.width, c->size.height, 0, 0};
    if (c->window.width != 0) {
        cut.x = c->window.x;
        cut.y = c->window.y;
        cut.width = c->window.width;
        cut.height = c->window.height;
    }
    if (c->format == IMG_YUV422) {
        cut.x &= ~1; // pairs of pixels share their colour
    }
    cut.keep = cut.width;
    int32_t step = 4 / bytes_a_pixel(c);
    cut.width = (cut.width + step - 1) / step * step;
    int32_t beyond = cut.x + cut.width - c->chip.width;
    if (beyond > 0) {
        // Bytes come in pairs that must not be torn.
        int32_t back = c->format == IMG_YUV422 ? (beyond + 1) & ~1 : beyond;
        cut.x -= back;
        cut.left = back;
    }
    return cut;
}

static size_t bytes_of(const camera *c, const struct cut *cut) {
    return (size_t)(cut->width * cut->height * bytes_a_pixel(c));
}

static const char *format_name(img_format format) {
    switch (format) {
    case IMG_GRAYSCALE:
        return "GRAYSCALE";
    case IMG_YUV422:
        return "YUV422";
    case IMG_BAYER:
        return "BAYER";
    default:
        return "RGB565";
    }
}

static void does_not_fit(const struct cut *cut, size_t needed) {
    mp_raise_msg_varg(&mp_type_MemoryError,
            MP_ERROR_TEXT("frame buffer: %u buffer(s) of %d x %d %s need %u "
                          "bytes, %u are available"),
            the_camera.buffers_wanted ? the_camera.buffers_wanted : 1,
            (int)cut->keep, (int)cut->height, format_name(the_camera.format),
            (unsigned)needed, (unsigned)frame_bytes());
}

// A window that is larger than the frame buffer comes from the heap, if that
// has room: scripts for larger cameras cut one out of VGA.
static bool borrow(camera *c, size_t bytes) {
    uint8_t *memory = heap_try(bytes + 2 * FRAME_ALIGN);
    if (memory == NULL) {
        return false;
    }
    uint8_t *at = (uint8_t *)(((uintptr_t)memory + FRAME_ALIGN - 1) &
            ~(uintptr_t)(FRAME_ALIGN - 1));
    if (frame_borrow(at, bytes)) {
        return false;
    }
    c->buffers = 1;
    c->owner = mp_obj_new_bytearray_by_ref(bytes, memory);
    MP_STATE_PORT(camera_memory) = c->owner;
    return true;
}

MP_REGISTER_ROOT_POINTER(mp_obj_t camera_memory);

void camera_allocate(void) {
    camera *c = &the_camera;
    struct cut cut = cut_of(c);
    size_t bytes = bytes_of(c, &cut);
    c->owner = mp_const_none;
    MP_STATE_PORT(camera_memory) = MP_OBJ_NULL;
    int err = frame_configure(bytes, c->buffers_wanted, &c->buffers);
    bool part = cut.keep < c->size.width || cut.height < c->size.height;
    if (err == FRAME_ERR_MEMORY && part && c->buffers_wanted <= 1 &&
            borrow(c, bytes)) {
        err = 0;
    }
    if (err == FRAME_ERR_MEMORY) {
        does_not_fit(&cut,
                frame_needed(bytes, c->buffers_wanted ? c->buffers_wanted : 1));
    }
    if (err) {
        mp_raise_msg(&mp_type_RuntimeError,
                MP_ERROR_TEXT("frame buffer: scratch is in use"));
    }
}

// --- the caches -------------------------------------------------------------

// DMA writes behind the data cache. Before it starts on a buffer no dirty line
// may be left that could be written back later; before the frame is read no
// line may be left that was fetched too early. Buffers are whole lines.
static void forget_lines(unsigned buffer) {
    SCB_InvalidateDCache_by_Addr(frame_buffer(buffer),
            (int32_t)frame_needed(frame_buffer_bytes(), 1));
}

// --- running ----------------------------------------------------------------

void *chip_dcmi_frame(bool complete) {
    camera *c = &the_camera;
    uint32_t now = chip_us();
    uint32_t period = now - c->last_us;
    c->last_us = now;
    // From the second frame on: the first period, then a slow average.
    c->periods += c->periods < 2;
    if (c->periods == 2) {
        c->period_us = c->period_us == 0
                ? period
                : c->period_us - c->period_us / 8 + period / 8;
    }
    int next = queue_done(&c->queue, complete, now);
    return next == QUEUE_NONE ? NULL : frame_buffer((unsigned)next);
}

void chip_dcmi_frame_over(bool complete) {
    if (complete) {
        camera_frame_event();
    }
}

void camera_start(void) {
    camera *c = camera_get();
    if (c->running) {
        return;
    }
    if (!c->has_format || c->size_number == SENSOR_SIZE_NONE) {
        mp_raise_msg_varg(&mp_type_RuntimeError,
                MP_ERROR_TEXT("%s has not been set"),
                c->has_format ? "framesize" : "pixformat");
    }
    if (c->transpose && c->format == IMG_YUV422) {
        mp_raise_ValueError(MP_ERROR_TEXT("transpose: not in YUV422, where "
                                          "neighbours share their colour"));
    }
    camera_allocate();
    struct cut cut = cut_of(c);
    uint16_t wire = c->format == IMG_BAYER ? 1 : 2; // bytes a pixel
    const struct chip_dcmi_window window = {
            .x = (uint16_t)cut.x * wire,
            .y = (uint16_t)cut.y,
            .width = (uint16_t)cut.width * wire,
            .height = (uint16_t)cut.height,
            // Y of Y U, Y V: nobody need take the colours out later.
            .every_other = c->format == IMG_GRAYSCALE,
    };
    for (unsigned i = 0; i < c->buffers; i++) {
        forget_lines(i);
    }
    c->periods = 0;
    c->period_us = 0;
    unsigned first = (unsigned)queue_start(&c->queue, c->buffers);
    if (chip_dcmi_start(&window, frame_buffer(first))) {
        mp_raise_ValueError(MP_ERROR_TEXT("the camera interface cannot take "
                                          "such a frame"));
    }
    c->running = true;
}

void camera_stop(void) {
    camera *c = &the_camera;
    if (c->running) {
        chip_dcmi_stop();
        c->running = false;
    }
    c->shown = false;
}

static int take(camera *c) {
    uint32_t state = port_irq_disable();
    int index = queue_take(&c->queue);
    __set_PRIMASK(state);
    return index;
}

static void release(camera *c) {
    for (unsigned i = 0; i < c->buffers; i++) {
        if (c->queue.state[i] == QUEUE_HELD) {
            forget_lines(i);
        }
    }
    c->shown = false;
    uint32_t state = port_irq_disable();
    queue_release(&c->queue);
    // In time for the coming frame, if that has not begun.
    int next = queue_refill(&c->queue);
    if (next != QUEUE_NONE &&
            chip_dcmi_redirect(frame_buffer((unsigned)next))) {
        queue_refilled(&c->queue, next);
    }
    __set_PRIMASK(state);
}

static void drop_stale(camera *c, int index) {
    uint32_t age = chip_us() - c->queue.time[index];
    if (age > STALE_US && age > 2 * c->period_us) {
        uint32_t state = port_irq_disable();
        queue_release(&c->queue);
        c->queue.dropped++;
        __set_PRIMASK(state);
    }
}

// Waits for a frame; QUEUE_NONE when there is none and `wait` is not set.
static int await_frame(camera *c, bool wait) {
    uint32_t start = chip_ms();
    for (;;) {
        int index = take(c);
        if (index != QUEUE_NONE) {
            drop_stale(c, index);
            if (c->queue.state[index] == QUEUE_HELD) {
                return index;
            }
        }
        if (!wait) {
            return QUEUE_NONE;
        }
        if (chip_ms() - start >= TIMEOUT_MS) {
            camera_stop();
            mp_raise_msg_varg(&mp_type_RuntimeError,
                    MP_ERROR_TEXT("snapshot: no frame from %s for %d ms (%u "
                                  "incomplete so far)"),
                    c->chip.driver->name, TIMEOUT_MS,
                    (unsigned)c->queue.broken);
        }
        mp_event_wait_ms(1);
    }
}

// --- what is left to do to a frame ------------------------------------------

// Pixels of 16 bits that came high byte first, in place. Eight at a time: a
// buffer is whole cache lines.
static void swap_bytes(uint8_t *data, size_t bytes) {
    uint32_t *word = (uint32_t *)data;
    const uint32_t *end = word + bytes / 4;
    for (; word < end; word += 4) {
        word[0] = __REV16(word[0]);
        word[1] = __REV16(word[1]);
        word[2] = __REV16(word[2]);
        word[3] = __REV16(word[3]);
    }
}

// Rows that were captured wider than asked, moved together.
static void close_gaps(uint8_t *data, const struct cut *cut, int32_t pixel) {
    size_t stride = (size_t)(cut->width * pixel);
    size_t row = (size_t)(cut->keep * pixel);
    for (int32_t y = 0; y < cut->height; y++) {
        memmove(data + (size_t)y * row,
                data + (size_t)y * stride + (size_t)(cut->left * pixel), row);
    }
}

// The pixel at index k of a picture w wide and h high goes to k * h mod
// (w * h - 1). Follows each ring of such moves, with a bit a pixel to know
// where it has been.
static void turn(img_image *image, uint8_t *seen) {
    uint32_t w = (uint32_t)image->width;
    uint32_t h = (uint32_t)image->height;
    uint32_t last = w * h - 1;
    bool wide = image->format == IMG_RGB565;
    uint16_t *wide_pixels = (uint16_t *)image->data;
    memset(seen, 0, (last + 8) / 8);
    for (uint32_t start = 1; start < last; start++) {
        if (seen[start / 8] & 1U << start % 8) {
            continue;
        }
        uint32_t k = start;
        uint16_t carried = wide ? wide_pixels[k] : image->data[k];
        do {
            k = k % w * h + k / w;
            uint16_t next = wide ? wide_pixels[k] : image->data[k];
            if (wide) {
                wide_pixels[k] = carried;
            } else {
                image->data[k] = (uint8_t)carried;
            }
            carried = next;
            seen[k / 8] |= (uint8_t)(1U << k % 8);
        } while (k != start);
    }
    *image = img_image_of(image->data, (int32_t)h, (int32_t)w, image->format);
}

static void transpose(img_image *image) {
    size_t bytes = ((size_t)(image->width * image->height) + 7) / 8;
    size_t mark = frame_scratch_mark();
    uint8_t *seen = frame_scratch_take(bytes);
    if (seen == NULL) {
        mp_raise_msg_varg(&mp_type_MemoryError,
                MP_ERROR_TEXT("transpose: needs %u bytes of scratch beside the "
                              "frame, %u are available"),
                (unsigned)bytes, (unsigned)frame_scratch_free());
    }
    img_bayer filter = image->bayer;
    turn(image, seen);
    // Of the four filters, those with green on the diagonal change places.
    image->bayer = filter == IMG_GBRG ? IMG_GRBG
            : filter == IMG_GRBG      ? IMG_GBRG
                                      : filter;
    frame_scratch_release(mark);
}

static void finish(camera *c, unsigned index) {
    struct cut cut = cut_of(c);
    uint8_t *data = frame_buffer(index);
    forget_lines(index);
    if (c->format == IMG_RGB565 && c->chip.driver->rgb_swapped) {
        swap_bytes(data, bytes_of(c, &cut));
    }
    if (cut.keep != cut.width) {
        close_gaps(data, &cut, bytes_a_pixel(c));
    }
    c->frame = img_image_of(data, cut.keep, cut.height, c->format);
    int32_t x = cut.x + cut.left;
    c->frame.bayer = (img_bayer)((unsigned)c->chip.bayer ^ ((unsigned)x & 1U) ^
            ((unsigned)cut.y & 1U) << 1);
    if (c->transpose) {
        transpose(&c->frame);
    }
    c->shown = true;
}

bool camera_snapshot(bool wait) {
    camera *c = camera_get();
    if (c->shown) {
        preview_frame(&c->frame);
    }
    camera_start();
    release(c);
    int index = await_frame(c, wait);
    if (index == QUEUE_NONE) {
        return false;
    }
    finish(c, (unsigned)index);
    return true;
}
