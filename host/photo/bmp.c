// SPDX-License-Identifier: MIT
// BMP files, by the reader that the camera has too.

#include "host/photo/format.h"
#include "image/bmp.h"

static int damaged(nn_error *error, int code, const img_reader *r) {
    return nn_fail(error, code, "damaged BMP: %s", r->why);
}

int photo_decode_bmp(photo *out, const photo_file *file, nn_error *error) {
    img_reader r;
    img_bmp b;
    img_reader_memory(&r, file->bytes, file->size);
    int err = img_bmp_open(&b, &r);
    if (err) {
        return damaged(error, err, &r);
    }
    err = photo_allocate(out, b.width, b.height, 3, file, IMG_BMP_DENSEST,
            error);
    if (err) {
        return err;
    }
    err = img_bmp_read(&b, &r, &out->image);
    return err ? damaged(error, err, &r) : 0;
}
