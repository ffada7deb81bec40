// SPDX-License-Identifier: MIT
// Images from files.

#include <string.h>

#include "extmod/vfs.h"
#include "image/bmp.h"
#include "image/pnm.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "src/py/heap.h"
#include "src/py/image_object.h"

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
    enum { BMP, PNM } kind;
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
    return img_reader_fail(&l->reader, IMG_ERR_UNSUPPORTED,
            "not a BMP, PGM or PPM image");
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

mp_obj_t image_file_load(mp_obj_t path, bool to_frame) {
    (void)to_frame;
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
    img_image image = img_image_of(NULL, (int32_t)l->width, (int32_t)l->height,
            l->format);
    image.data = heap_try(img_bytes(&image));
    if (image.data == NULL) {
        mp_stream_close(l->file);
        heap_lacks("the image", img_bytes(&image));
    }
    err = read_pixels(l, &image);
    if (err) {
        fail(l, err, path);
    }
    mp_stream_close(l->file);
    m_del_obj(loader, l);
    return image_object_new(&image, mp_const_none);
}
