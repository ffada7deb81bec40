// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as a film.

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "host/photo/film.h"

enum { FRAMES = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    film *f;
    (void)film_is_known(bytes, size);
    if (film_open(&f, bytes, size, NULL) != 0) {
        return 0;
    }
    if (film_frames(f) == 0 || film_period(f) == 0) {
        abort();
    }
    for (size_t i = 0; i < FRAMES && i < film_frames(f); i++) {
        photo p;
        if (film_frame(f, i, &p, NULL) == 0) {
            if (img_check(&p.image) != 0) {
                abort();
            }
            photo_free(&p);
        }
    }
    film_close(f);
    return 0;
}
