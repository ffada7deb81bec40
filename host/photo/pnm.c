// SPDX-License-Identifier: MIT
// PGM and PPM files, by the reader that the camera has too.

#include "host/photo/format.h"
#include "image/pnm.h"

static int damaged(nn_error *error, int code, const img_reader *r) {
    return nn_fail(error, code, "damaged PGM or PPM: %s", r->why);
}

int photo_decode_pnm(photo *out, const photo_file *file, nn_error *error) {
    img_reader r;
    img_pnm pnm;
    img_reader_memory(&r, file->bytes, file->size);
    int err = img_pnm_open(&pnm, &r);
    if (err) {
        return damaged(error, err, &r);
    }
    err = photo_allocate(out, pnm.width, pnm.height, 3, file, 1, error);
    if (err) {
        return err;
    }
    err = img_pnm_read(&pnm, &r, &out->image);
    return err ? damaged(error, err, &r) : 0;
}
