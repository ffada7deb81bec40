// SPDX-License-Identifier: MIT
// Films: what is in them, and where.

#include "host/photo/film.h"

#include <stdlib.h>
#include <string.h>

#include "host/photo/y4m.h"

enum { PICTURES_A_SECOND = 25 };

#define SECOND 1000000000000ull // in picoseconds

typedef struct place {
    size_t at, size;
} place;

struct film {
    const uint8_t *bytes;
    place *frames;
    size_t count, room;
    uint64_t period;
    bool planes; // Y4M
    y4m_header header;
};

static uint32_t word(const uint8_t *p) {
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
            (uint32_t)p[3] << 24;
}

static bool is_avi(const uint8_t *bytes, size_t size) {
    return size >= 12 && memcmp(bytes, "RIFF", 4) == 0 &&
            memcmp(bytes + 8, "AVI ", 4) == 0;
}

static int add(film *f, size_t at, size_t size, nn_error *error) {
    if (f->count == f->room) {
        size_t room = f->room ? 2 * f->room : 64;
        place *more = realloc(f->frames, room * sizeof *more);
        if (!more) {
            return nn_fail(error, NN_ERR_NO_MEMORY, "out of memory");
        }
        f->frames = more;
        f->room = room;
    }
    f->frames[f->count++] = (place){at, size};
    return 0;
}

// --- JPEG files one after another -----------------------------------------

// The size of the JPEG at the start of the bytes, 0 when it does not end;
// *side is its height and width as in the frame header.
static size_t jpeg_size(const uint8_t *p, size_t size, uint32_t *side) {
    *side = 0;
    if (size < 4 || p[0] != 0xff || p[1] != 0xd8) {
        return 0;
    }
    size_t at = 2;
    while (at + 4 <= size) {
        uint8_t marker = p[at + 1];
        if (p[at] != 0xff) {
            at++; // coded data, or filling
        } else if (marker == 0xff) {
            at++;
        } else if (marker == 0xd9) {
            return at + 2;
        } else if (marker == 0 || marker == 1 ||
                (marker >= 0xd0 && marker <= 0xd7)) {
            at += 2;
        } else if (marker == 0xd8) {
            return 0; // the next has begun
        } else {
            size_t length = (size_t)p[at + 2] << 8 | p[at + 3];
            bool frame = marker >= 0xc0 && marker <= 0xc3;
            if (frame && at + 9 <= size) {
                *side = (uint32_t)p[at + 5] << 24 | (uint32_t)p[at + 6] << 16 |
                        (uint32_t)p[at + 7] << 8 | p[at + 8];
            }
            at += 2 + length;
        }
    }
    return at + 2 == size && p[at] == 0xff && p[at + 1] == 0xd9 ? size : 0;
}

static bool is_sequence(const uint8_t *bytes, size_t size) {
    uint32_t first;
    uint32_t second;
    size_t at = jpeg_size(bytes, size, &first);
    return at && at < size && jpeg_size(bytes + at, size - at, &second) &&
            first == second;
}

static int index_sequence(film *f, size_t size, nn_error *error) {
    f->period = SECOND / PICTURES_A_SECOND;
    uint32_t side;
    size_t at = 0;
    for (;;) {
        size_t one = jpeg_size(f->bytes + at, size - at, &side);
        if (!one) {
            return 0; // a last one may have been cut off
        }
        int err = add(f, at, one, error);
        if (err) {
            return err;
        }
        at += one;
    }
}

// --- AVI ------------------------------------------------------------------

// Chunks of a list, flat: lists inside are gone through as if they were not.
static int index_chunks(film *f, size_t from, size_t to, nn_error *error) {
    size_t at = from;
    while (at + 8 <= to) {
        const uint8_t *p = f->bytes + at;
        size_t size = word(p + 4);
        if (memcmp(p, "LIST", 4) == 0) {
            at += 12;
            continue;
        }
        size_t data = at + 8;
        size = size < to - data ? size : to - data;
        bool video = (p[2] == 'd' && (p[3] == 'c' || p[3] == 'b'));
        if (memcmp(p, "avih", 4) == 0 && size >= 4) {
            f->period = word(p + 8) * 1000000ull;
        } else if (memcmp(p, "00d", 3) == 0 && video && size) {
            int err = add(f, data, size, error);
            if (err) {
                return err;
            }
        }
        at = data + size + (size & 1);
    }
    return 0;
}

// --- Y4M ------------------------------------------------------------------

static int index_y4m(film *f, size_t size, nn_error *error) {
    size_t at = 0;
    int err = y4m_read_header(&f->header, f->bytes, size, &at, error);
    f->planes = true;
    f->period = f->header.period;
    while (!err && at < size) {
        size_t data = y4m_frame_start(f->bytes, size, at);
        if (!data) {
            return nn_fail(error, NN_ERR_INVALID,
                    "no FRAME where one should begin");
        }
        if (f->header.frame_bytes > size - data) {
            return 0; // the last one was cut off
        }
        err = add(f, data, f->header.frame_bytes, error);
        at = data + f->header.frame_bytes;
    }
    return err;
}

// --- films ----------------------------------------------------------------

bool film_is_known(const uint8_t *bytes, size_t size) {
    return y4m_is_known(bytes, size) || is_avi(bytes, size) ||
            is_sequence(bytes, size);
}

static int index_film(film *f, size_t size, nn_error *error) {
    int err = y4m_is_known(f->bytes, size) ? index_y4m(f, size, error)
            : is_avi(f->bytes, size)       ? index_chunks(f, 12, size, error)
                                           : index_sequence(f, size, error);
    if (!err && f->count == 0) {
        err = nn_fail(error, NN_ERR_INVALID, "the film has no whole frame");
    }
    if (!err && f->period == 0) {
        f->period = SECOND / PICTURES_A_SECOND;
    }
    return err;
}

int film_open(film **out, const uint8_t *bytes, size_t size, nn_error *error) {
    film *f = calloc(1, sizeof *f);
    if (!f) {
        return nn_fail(error, NN_ERR_NO_MEMORY, "out of memory");
    }
    f->bytes = bytes;
    int err = index_film(f, size, error);
    if (err) {
        film_close(f);
        return err;
    }
    *out = f;
    return 0;
}

void film_close(film *f) {
    if (f) {
        free(f->frames);
        free(f);
    }
}

size_t film_frames(const film *f) {
    return f->count;
}

uint64_t film_period(const film *f) {
    return f->period;
}

int film_frame(const film *f, size_t index, photo *out, nn_error *error) {
    const uint8_t *bytes = f->bytes + f->frames[index].at;
    size_t size = f->frames[index].size;
    return f->planes ? y4m_decode(&f->header, bytes, size, out, error)
                     : photo_decode(out, bytes, size, error);
}
