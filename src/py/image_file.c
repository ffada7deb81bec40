// SPDX-License-Identifier: MIT
// Images from files.

#include <string.h>
#include <strings.h>

#include "extmod/vfs.h"
#include "image/bayer.h"
#include "image/bmp.h"
#include "image/pnm.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "src/py/heap.h"
#include "src/py/image_jpeg.h"
#include "src/py/image_methods.h"
#include "src/py/image_object.h"
#include "src/py/image_options.h"

static int32_t read_stream(void *user, uint8_t *to, size_t bytes) {
    int err = 0;
    mp_uint_t count = mp_stream_rw(user, to, bytes, &err,
            MP_STREAM_RW_READ | MP_STREAM_RW_ONCE);
    return err != 0 ? IMG_ERR_READ : (int32_t)count;
}

// A file being read: one of the kinds, told by its first bytes.
typedef struct loader {
    mp_obj_t file;
    img_reader reader;
    enum { BMP, PNM, JPEG } kind;
    union {
        img_bmp bmp;
        img_pnm pnm;
    } head;
    uint32_t width, height;
    img_format format;
} loader;

enum { SNIFF = 16 };

static int open_bmp(loader *l) {
    int err = img_bmp_open(&l->head.bmp, &l->reader);
    l->kind = BMP;
    l->width = l->head.bmp.width;
    l->height = l->head.bmp.height;
    l->format = l->head.bmp.gray ? IMG_GRAYSCALE : IMG_RGB565;
    return err;
}

static int open_pnm(loader *l) {
    int err = img_pnm_open(&l->head.pnm, &l->reader);
    l->kind = PNM;
    l->width = l->head.pnm.width;
    l->height = l->head.pnm.height;
    l->format = l->head.pnm.channels == 1 ? IMG_GRAYSCALE : IMG_RGB565;
    return err;
}

static int open_any(loader *l) {
    uint8_t first[SNIFF] = {0};
    int err = 0;
    mp_stream_read_exactly(l->file, first, SNIFF, &err);
    mp_stream_seek(l->file, 0, MP_SEEK_SET, &err);
    img_reader_open(&l->reader, read_stream, l->file);
    if (err != 0) {
        return img_reader_fail(&l->reader, IMG_ERR_READ, "reading failed");
    }
    if (img_bmp_is(first)) {
        return open_bmp(l);
    }
    if (img_pnm_is(first)) {
        return open_pnm(l);
    }
    if (first[0] == 0xFF && first[1] == 0xD8) {
        l->kind = JPEG;
        l->width = 1; // its header is read from memory
        l->height = 1;
        return 0;
    }
    return img_reader_fail(&l->reader, IMG_ERR_UNSUPPORTED,
            "not a BMP, PGM, PPM or JPEG image");
}

static int read_pixels(loader *l, const img_image *to) {
    return l->kind == BMP ? img_bmp_read(&l->head.bmp, &l->reader, to)
                          : img_pnm_read(&l->head.pnm, &l->reader, to);
}

// Closes the file first: the exception leaves nothing open.
static void fail(loader *l, int code, mp_obj_t path) {
    mp_stream_close(l->file);
    if (code == IMG_ERR_READ) {
        mp_raise_OSError(MP_EIO);
    }
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s: %s"),
            mp_obj_str_get_str(path),
            l->reader.why != NULL ? l->reader.why : "an impossible image");
}

// Memory for the pixels; the exception when there is none closes the file.
static mp_obj_t make_image(loader *l, bool to_frame) {
    mp_obj_t object = MP_OBJ_NULL;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        object = to_frame ? image_object_new_in_frame((int32_t)l->width,
                                    (int32_t)l->height, l->format)
                          : image_object_new_in_heap((int32_t)l->width,
                                    (int32_t)l->height, l->format);
        nlr_pop();
    } else {
        mp_stream_close(l->file);
        nlr_jump(nlr.ret_val);
    }
    return object;
}

// A JPEG stays as it is.
static mp_obj_t load_jpeg(loader *l) {
    int err = 0;
    mp_off_t size = mp_stream_seek(l->file, 0, MP_SEEK_END, &err);
    mp_stream_seek(l->file, 0, MP_SEEK_SET, &err);
    size_t bytes = err == 0 && size > 0 ? (size_t)size : 0;
    uint8_t *file = heap_try(bytes);
    if (file == NULL) {
        mp_stream_close(l->file);
        heap_lacks("the image", bytes);
    }
    mp_uint_t read = mp_stream_read_exactly(l->file, file, bytes, &err);
    mp_stream_close(l->file);
    if (err != 0 || read != bytes) {
        mp_raise_OSError(err != 0 ? err : MP_EIO);
    }
    return image_jpeg_of_file(file, bytes);
}

mp_obj_t image_file_load(mp_obj_t path, bool to_frame) {
    loader *l = m_new_obj(loader);
    mp_obj_t args[2] = {path, MP_OBJ_NEW_QSTR(MP_QSTR_rb)};
    l->file = mp_vfs_open(2, args, (mp_map_t *)&mp_const_empty_map);
    int err = open_any(l);
    if (!err &&
            (l->width < 1 || l->height < 1 || l->width > IMG_MAX_SIDE ||
                    l->height > IMG_MAX_SIDE)) {
        err = img_reader_fail(&l->reader, IMG_ERR_INVALID,
                "no image is that wide or high");
    }
    if (err) {
        fail(l, err, path);
    }
    if (l->kind == JPEG) {
        mp_obj_t file = load_jpeg(l);
        return to_frame ? image_jpeg_unpack(image_object_get(file), -1, true)
                        : file;
    }
    mp_obj_t object = make_image(l, to_frame);
    err = read_pixels(l, image_object_get(object));
    if (err) {
        fail(l, err, path);
    }
    mp_stream_close(l->file);
    m_del_obj(loader, l);
    return object;
}

static int write_stream(void *user, const uint8_t *from, size_t bytes) {
    int err = 0;
    mp_uint_t count =
            mp_stream_rw(user, (void *)from, bytes, &err, MP_STREAM_RW_WRITE);
    return err != 0 || count != bytes ? IMG_ERR_READ : 0;
}

static bool ends_in(const char *name, const char *suffix) {
    size_t length = strlen(name);
    size_t tail = strlen(suffix);
    return length > tail && strcasecmp(name + length - tail, suffix) == 0;
}

static bool is_jpeg(const char *name) {
    return ends_in(name, ".jpg") || ends_in(name, ".jpeg");
}

static int write_image(const char *name, const img_image *image,
        img_writer *w) {
    if (!img_has_pixels(image->format)) {
        img_write_bytes(w, image->data, image->bytes);
        return img_writer_flush(w);
    }
    if (ends_in(name, ".bmp")) {
        return img_bmp_write(image, w);
    }
    return img_pnm_write(image, w);
}

static void check_name(const char *name, const img_image *image) {
    bool jpeg = is_jpeg(name);
    bool pixels = jpeg || ends_in(name, ".bmp") || ends_in(name, ".ppm") ||
            ends_in(name, ".pgm") || ends_in(name, ".pnm");
    if (image->format == IMG_JPEG              ? !jpeg
                    : image->format == IMG_PNG ? !ends_in(name, ".png")
                                               : !pixels) {
        mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("%s: expected a name that ends in %s"), name,
                image->format == IMG_JPEG ? ".jpg"
                        : image->format == IMG_PNG
                        ? ".png"
                        : ".bmp, .ppm, .pgm or .jpg");
    }
}

// The part of the image as an image of its own rows; pixels that share bytes
// with others must begin a byte.
static img_image part_of(const img_image *image, const img_box *roi) {
    img_image part = *image;
    part.data += (size_t)roi->y * image->stride +
            img_row_bytes(image->format, 1) * (size_t)roi->x;
    part.width = roi->w;
    part.height = roi->h;
    part.bayer = img_bayer_shifted(image->bayer, roi->x, roi->y);
    return part;
}

static mp_obj_t save(size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    enum { PATH, ROI, QUALITY };
    static const mp_arg_t allowed[] = {
            {MP_QSTR_path, MP_ARG_REQUIRED | MP_ARG_OBJ, {0}},
            {MP_QSTR_roi, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
            {MP_QSTR_quality, MP_ARG_INT, {.u_int = 50}},
    };
    mp_arg_val_t args[3];
    mp_arg_parse_all(n_args - 1, pos + 1, kw, 3, allowed, args);
    img_image *image = image_object_get(pos[0]);
    const char *name = mp_obj_str_get_str(args[PATH].u_obj);
    check_name(name, image);
    img_image part = *image;
    if (img_has_pixels(image->format)) {
        img_box roi = image_options_roi(image, args[ROI].u_obj);
        if (image->format == IMG_BINARY) {
            roi.w += roi.x % 8;
            roi.x -= roi.x % 8;
            part = part_of(image, &(img_box){0, roi.y, roi.w, roi.h});
            part.data += roi.x / 8;
        } else {
            part = part_of(image, &roi);
        }
        if (is_jpeg(name)) {
            size_t bytes;
            uint8_t *file = image_jpeg_encode(&part, args[QUALITY].u_int,
                    IMAGE_JPEG_SUBSAMPLING_AUTO, &bytes);
            part = img_image_of(file, part.width, part.height, IMG_JPEG);
            part.bytes = (uint32_t)bytes;
        }
    }
    mp_obj_t open[2] = {args[PATH].u_obj, MP_OBJ_NEW_QSTR(MP_QSTR_wb)};
    mp_obj_t file = mp_vfs_open(2, open, (mp_map_t *)&mp_const_empty_map);
    img_writer w;
    img_writer_open(&w, write_stream, file);
    int err = write_image(name, &part, &w);
    int closed = 0;
    const mp_stream_p_t *stream = mp_get_stream(file);
    if (stream->ioctl(file, MP_STREAM_CLOSE, 0, &closed) == MP_STREAM_ERROR) {
        err = err ? err : IMG_ERR_READ;
    }
    if (img_has_pixels(image->format) && part.format == IMG_JPEG) {
        m_free(part.data);
    }
    image_object_check(err);
    return pos[0];
}
MP_DEFINE_CONST_FUN_OBJ_KW(image_save_obj, 2, save);
