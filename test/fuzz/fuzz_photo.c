// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as a photograph.

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "host/photo/photo.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    photo p;
    if (photo_decode(&p, bytes, size, NULL) == 0) {
        // The whole picture is there.
        const img_image *image = &p.image;
        img_color last = img_get(image, image->width - 1, image->height - 1);
        if (img_check(image) != 0 || last.r + last.g + last.b > 3 * 255) {
            abort();
        }
        photo_free(&p);
    }
    return 0;
}
