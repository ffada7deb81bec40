// SPDX-License-Identifier: MIT
// Windows of an image become blocks of halves.

#include "nn/kernels/m7/patches.h"

#include "nn/kernels/image_rows.h"
#include "nn/kernels/m7/simd.h"
#include "nn/kernels/m7/widen.h"

enum { MOST = 3 }; // windows of a group

// Groups of size windows (2 or 3), see m7_widen_3().
static void widen(const int8_t *from, uint32_t apart, uint32_t size,
        uint32_t bytes, uint32_t *to, uint32_t groups, uint32_t gap) {
    if (size == 3) {
        m7_widen_3(from, apart, bytes, to, groups, gap);
    } else {
        m7_widen_2(from, apart, bytes, to, groups, gap);
    }
}

// Rows of the window of a pixel in row y of the output.
static void look_at(m7_patches *p, uint32_t y) {
    if (y != p->y) {
        p->down = nn_image_taps(p->call, 0, p->window, y, p->rows);
        p->y = y;
    }
}

static bool is_inside(const m7_patches *p, int32_t i) {
    return i >= p->down.first && i < p->down.end;
}

static int32_t left_of(const m7_patches *p, uint32_t x) {
    return (int32_t)x * p->window->stride_w - p->window->pad_left;
}

// So many bytes, of columns of `channels` bytes that begin step bytes apart.
static void copy_pieces(const int8_t *from, size_t step, uint32_t channels,
        uint32_t bytes, int8_t *to) {
    if (channels < 4) {
        for (uint32_t j = 0; j < channels; j++) {
            const int8_t *x = from + j;
            for (uint32_t k = j; k < bytes; k += channels, x += step) {
                to[k] = *x;
            }
        }
        return;
    }
    // the last four of a column may overlap those before them
    const uint32_t last = channels - 4;
    for (const int8_t *end = to + bytes; to != end; to += channels) {
        for (uint32_t j = 0; j < last; j += 4) {
            m7_store(to + j, m7_load(from + j));
        }
        m7_store(to + last, m7_load(from + last));
        from += step;
    }
}

// Columns for kernel row i, the first of them `left`, as far apart as the
// window's.
static void copy_columns(const m7_patches *p, int32_t i, int32_t left,
        uint32_t columns, int8_t *to) {
    uint32_t channels = p->group_in;
    if (!is_inside(p, i)) {
        memset(to, p->zero_point, (size_t)columns * channels);
        return;
    }
    const int8_t *row = p->image + p->rows[i] + p->first_in;
    int32_t step = (int32_t)p->layout.dilation;
    nn_taps across =
            nn_taps_inside(left, step, (int32_t)columns, (int32_t)p->width);
    uint32_t before = (uint32_t)across.first * channels;
    uint32_t end = (uint32_t)across.end * channels;
    memset(to, p->zero_point, before);
    memset(to + end, p->zero_point, (size_t)columns * channels - end);
    int32_t first = left + across.first * step;
    const int8_t *from = row + (size_t)(uint32_t)first * p->channels;
    if (p->whole_rows) {
        memcpy(to + before, from, end - before);
        return;
    }
    copy_pieces(from, (size_t)(uint32_t)step * p->channels, channels,
            end - before, to + before);
}

void m7_patches_begin(m7_patches *p) {
    const nn_conv_layout *l = &p->layout;
    p->y = UINT32_MAX;
    p->apart = l->stride * l->pixels;
    p->whole_rows = l->dilation == 1 && p->group_in == p->channels;
    p->past = ((4 - l->piece % 4) % 4 + p->channels - 1) / p->channels;
    uint32_t columns = (MOST * p->strip - 3) / p->group_in;
    p->room =
            l->pieces == (uint32_t)p->window->kernel_h && columns >= l->columns
            ? (columns - l->columns) / p->apart + 1
            : 0;
}

bool m7_patches_has_lines(const m7_patches *p) {
    return p->room >= MOST && (p->layout.lines > 1 || p->layout.pixels > 1);
}

// A kernel row of all windows of these groups at a time, which are bytes apart;
// read in place, or copied.
static void widen_rows(const m7_patches *p, int32_t left, uint32_t size,
        uint32_t groups, uint32_t apart, bool in_place, uint32_t *to) {
    uint32_t columns = (size * groups - 1) * p->apart + p->layout.columns;
    uint32_t words = (p->layout.piece + 3) / 4 * 2 * size;
    uint32_t pitch = p->layout.steps * size;
    for (int32_t i = 0; i < p->window->kernel_h; i++, to += words) {
        if (!is_inside(p, i)) {
            for (uint32_t k = 0; k < groups * pitch; k += pitch) {
                for (uint32_t j = 0; j < words; j++) {
                    to[k + j] = m7_both(p->zero_point);
                }
            }
            continue;
        }
        const int8_t *from = p->strips;
        if (in_place) {
            from = p->image + p->rows[i] + (uint32_t)left * p->channels;
        } else {
            copy_columns(p, i, left, columns, p->strips);
        }
        widen(from, apart, size, p->layout.piece, to, groups,
                (pitch - words) * (uint32_t)sizeof(*to));
    }
}

// Groups of windows from column left on that lie inside the image's columns and
// need not be copied.
static uint32_t in_place(const m7_patches *p, int32_t left, uint32_t size) {
    int32_t room =
            (int32_t)p->width - left - (int32_t)(p->layout.columns + p->past);
    return p->whole_rows && left >= 0 && room >= 0
            ? ((uint32_t)room / p->apart + 1) / size
            : 0;
}

// Groups of size windows of a line, which begin in column left and are bytes
// apart.
static uint32_t *gather_line(const m7_patches *p, int32_t left, uint32_t size,
        uint32_t groups, uint32_t apart, uint32_t *to) {
    while (groups > 0) {
        uint32_t some = in_place(p, left, size);
        bool here = some > 0;
        if (!here) {
            some = p->whole_rows && left < 0 ? 1 : p->room / size;
        }
        some = some < groups ? some : groups;
        widen_rows(p, left, size, some, apart, here, to);
        to += (size_t)some * size * p->layout.steps;
        left += (int32_t)(some * size * p->apart * p->layout.dilation);
        groups -= some;
    }
    return to;
}

// The window of the pixel in column x of the output, as bytes.
static void copy_window(const m7_patches *p, uint32_t x, int8_t *to) {
    uint32_t row = p->layout.columns * p->group_in;
    uint32_t pitch = p->layout.pieces == 1 ? row : (row + 3) / 4 * 4;
    for (int32_t i = 0; i < p->window->kernel_h; i++, to += pitch) {
        copy_columns(p, i, left_of(p, x), p->layout.columns, to);
    }
}

// A group of size pixels, of which the last `same` are the first again.
static void copy_group(m7_patches *p, uint32_t y, uint32_t x, uint32_t size,
        uint32_t same, uint32_t *to) {
    for (uint32_t i = 0; i < size; i++) {
        copy_window(p, x, p->strips + (size_t)i * p->strip);
        if (i + 1 < size - same && ++x == p->out_width) {
            x = 0;
            look_at(p, ++y);
        }
    }
    widen(p->strips, p->strip, size, p->layout.steps * 2, to, 1, 0);
}

// `groups` groups of size pixels, the first in column x of row y.
static uint32_t *gather(m7_patches *p, uint32_t y, uint32_t x, uint32_t size,
        uint32_t groups, uint32_t same, uint32_t *to) {
    while (groups > 0) {
        uint32_t some = (p->out_width - x) / size;
        some = some < groups ? some : groups;
        look_at(p, y);
        if (some > 0 && same == 0 && p->room >= MOST) {
            (void)gather_line(p, left_of(p, x), size, some,
                    p->apart * p->group_in, to);
        } else {
            some = 1;
            copy_group(p, y, x, size, same, to);
        }
        groups -= some;
        to += (size_t)some * size * p->layout.steps;
        for (x += some * size; x >= p->out_width; x -= p->out_width) {
            y++;
        }
    }
    return to;
}

static m7_groups groups_of(uint32_t n) {
    uint32_t twos = n == 1 ? 1 : (3 - n % 3) % 3;
    return (m7_groups){n == 1 ? 0 : (n - 2 * twos) / 3, twos};
}

m7_groups m7_patches_block(m7_patches *p, uint32_t y, uint32_t x, uint32_t n,
        uint32_t *to) {
    m7_groups groups = groups_of(n);
    to = gather(p, y, x, 3, groups.threes, 0, to);
    x += 3 * groups.threes;
    (void)gather(p, y + x / p->out_width, x % p->out_width, 2, groups.twos,
            n == 1, to);
    return groups;
}

m7_groups m7_patches_line(m7_patches *p, uint32_t y, uint32_t x, uint32_t n,
        uint32_t *to) {
    m7_groups groups = groups_of(n);
    look_at(p, y);
    uint32_t apart = n == 1 ? 0 : p->apart * p->group_in;
    to = gather_line(p, left_of(p, x), 3, groups.threes, apart, to);
    x += 3 * groups.threes * p->layout.pixels * p->layout.lines;
    (void)gather_line(p, left_of(p, x), 2, groups.twos, apart, to);
    return groups;
}
