// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as a JPEG file, read by the camera's own decoder.

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "image/jpeg.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { MOST_PIXELS = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static const img_format formats[] = {IMG_GRAYSCALE, IMG_RGB565, IMG_RGB888,
            IMG_YUV422};
    img_jpeg_info info;
    if (img_jpeg_read_info(bytes, size, &info) != 0) {
        return 0;
    }
    if ((int64_t)info.width * info.height > MOST_PIXELS) {
        return 0;
    }
    img_image out =
            img_image_of(NULL, info.width, info.height, formats[size % 4]);
    // Exactly as large as said, so that a byte too many is noticed.
    out.data = malloc(img_bytes(&out));
    void *scratch = malloc(info.scratch_bytes);
    if (out.data != NULL && scratch != NULL &&
            img_jpeg_decode(bytes, size, &out, scratch, info.scratch_bytes) ==
                    IMG_ERR_INVALID) {
        abort();
    }
    free(scratch);
    free(out.data);
    return 0;
}
