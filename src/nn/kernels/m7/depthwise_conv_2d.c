// SPDX-License-Identifier: MIT
// DEPTHWISE_CONV_2D: four channels at a time, whose image rows are paired, so
// that one instruction does two taps of a column.

#include "nn/kernels/conv.h"
#include "nn/kernels/image_rows.h"
#include "nn/kernels/m7/columns.h"
#include "nn/kernels/m7/taps.h"

enum {
    LANES = NN_DEPTHWISE_LANES,
    SHIFT = 2, // place of the shift in a record
};

typedef struct conv {
    const nn_call *call;
    const nn_window *window;
    const int8_t *image;
    uint32_t *rows; // for each kernel row inside: where it begins
    nn_taps down;
    uint32_t *record; // of one channel
    uint32_t record_words;
    uint32_t group;   // see group_of()
    uint32_t *block;  // for each pair of kernel rows and each channel a word
                      // a column; of an odd last row two channels share one
    uint32_t columns; // of the block
    uint32_t width;   // of the image
    uint32_t channels;
    uint32_t out_channels;
    uint32_t lanes; // channels at a time
    uint32_t zero;  // zero points of four channels
    int32_t zero_point;
    nn_target target;
} conv;

// A row of a few channels, or numbers that stand for zero.
typedef struct source {
    const int8_t *from;
    uint32_t step;
} source;

static source row_of(const conv *c, int32_t i, uint32_t channel, uint32_t x) {
    if (i >= c->down.first && i < c->down.end) {
        return (source){c->image + c->rows[i] + (size_t)x * c->channels +
                        channel,
                c->channels};
    }
    return (source){(const int8_t *)&c->zero, 0};
}

// Columns of two kernel rows.
static void pack_pair(const conv *c, source a, source b, uint32_t n,
        uint32_t *to) {
    if (c->lanes == LANES && n > 1) {
        uint32_t *end = to + n / 2 * 2;
        const size_t pitch = c->columns;
        m7_columns_pairs(&(m7_columns){a.from, b.from, a.step, b.step,
                {to, to + pitch, to + 2 * pitch, to + 3 * pitch}, end});
        a.from += (size_t)(n / 2 * 2) * a.step;
        b.from += (size_t)(n / 2 * 2) * b.step;
        to = end;
        n %= 2;
    }
    for (; n > 0; n--, to++) {
        for (uint32_t k = 0; k < c->lanes; k++) {
            to[k * c->columns] =
                    m7_lower((uint32_t)a.from[k], (uint32_t)b.from[k]);
        }
        a.from += a.step;
        b.from += b.step;
    }
}

// An odd last row: the first words are written last, for a lonely channel has
// no second ones.
static void pack_single(const conv *c, source a, uint32_t n, uint32_t *to) {
    uint32_t *other = to + (c->lanes > 1 ? c->columns : 0);
    if (c->lanes == LANES && n > 1) {
        uint32_t *end = to + n / 2 * 2;
        m7_columns_singles(
                &(m7_columns){a.from, NULL, a.step, 0, {to, other}, end});
        a.from += (size_t)(n / 2 * 2) * a.step;
        other += n / 2 * 2;
        to = end;
        n %= 2;
    }
    for (; n > 0; n--, a.from += a.step) {
        uint32_t word = m7_load_some(a.from, c->lanes);
        *other++ = m7_sxtb16_odd(word);
        *to++ = m7_sxtb16(word);
    }
}

// Columns outside the image, a few: the same for all channels.
static void clear(const conv *c, uint32_t from, uint32_t end) {
    uint32_t rows = (uint32_t)c->window->kernel_h;
    uint32_t single = c->lanes < 2 ? 1 : 2;
    uint32_t words = rows / 2 * c->lanes + rows % 2 * single;
    for (; from < end; from++) {
        uint32_t *column = c->block + from;
        for (uint32_t k = 0; k < words; k++, column += c->columns) {
            *column = m7_both(c->zero_point);
        }
    }
}

// The columns of the block that lie inside the image, begin … begin + n - 1.
typedef struct inside {
    uint32_t begin, n;
    uint32_t x; // column of the image
} inside;

static inside find_inside(const conv *c, int32_t left) {
    int32_t columns = (int32_t)c->columns;
    int32_t begin = nn_clamp_i32(-left, 0, columns);
    int32_t end = nn_clamp_i32((int32_t)c->width - left, begin, columns);
    uint32_t n = (uint32_t)(end - begin);
    return (inside){(uint32_t)begin, n, n > 0 ? (uint32_t)(left + begin) : 0};
}

// Packs them, for the channels from `channel` on.
static void pack(const conv *c, uint32_t channel, inside in) {
    uint32_t *to = c->block + in.begin;
    for (int32_t i = 0; i < c->window->kernel_h; i += 2) {
        source row = row_of(c, i, channel, in.x);
        if (i + 1 < c->window->kernel_h) {
            pack_pair(c, row, row_of(c, i + 1, channel, in.x), in.n, to);
            to += (size_t)c->lanes * c->columns;
        } else {
            pack_single(c, row, in.n, to);
        }
    }
}

// The columns of a channel for a pair of kernel rows.
static const uint32_t *columns_of(const conv *c, uint32_t pair, uint32_t lane) {
    bool single = 2 * pair + 1 == (uint32_t)c->window->kernel_h;
    return c->block +
            (pair * c->lanes + (single ? lane % 2 : lane)) * (size_t)c->columns;
}

// Four pixels from column x of the block on, whose windows are step apart.
static void sum_windows(const conv *c, uint32_t lane, uint32_t x,
        const uint32_t *weight, int32_t *sum) {
    const nn_window *w = c->window;
    const uint32_t step = (uint32_t)w->stride_w;
    const uint32_t dilation = (uint32_t)w->dilation_w;
    int32_t s0 = sum[0];
    int32_t s1 = s0;
    int32_t s2 = s0;
    int32_t s3 = s0;
    for (uint32_t pair = 0; 2 * pair < (uint32_t)w->kernel_h; pair++) {
        const uint32_t *from = columns_of(c, pair, lane) + x;
        const uint32_t *end = weight + w->kernel_w;
        for (; weight < end; from += dilation) {
            uint32_t factor = *weight++;
            const uint32_t *next = from + step;
            s0 = m7_smlad(*from, factor, s0);
            s1 = m7_smlad(*next, factor, s1);
            next += step;
            s2 = m7_smlad(*next, factor, s2);
            s3 = m7_smlad(next[step], factor, s3);
        }
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

// n pixels of a channel, by taps of any number.
static __attribute__((noinline)) void run_any(const conv *c,
        const uint32_t *record, uint32_t lane, uint32_t x, uint32_t n,
        int8_t *out) {
    nn_depthwise_record head;
    memcpy(&head, record, sizeof(head));
    const uint32_t *weights = record + sizeof(head) / sizeof(*record);
    // the last pixels may be done again, or more than are wanted
    for (; x < n; x += 4) {
        x = n < 4 ? 0 : x + 4 > n ? n - 4 : x;
        int32_t sum[4] = {head.bias};
        sum_windows(c, lane, x * (uint32_t)c->window->stride_w, weights, sum);
        for (uint32_t i = 0; i < 4 && x + i < n; i++) {
            out[(size_t)(x + i) * c->out_channels] =
                    m7_number(sum[i], head.scale, c->target.zero_point);
        }
    }
}

// How many of the channels from output channel o on, at most `most`, have a
// record for the fast taps; where records are made, one at a time is.
static uint32_t find_records(const conv *c, uint32_t o, uint32_t most,
        const uint32_t **record) {
    const nn_op *op = c->call->op;
    *record = c->record;
    if (op->records == NULL) {
        nn_depthwise_record_make(c->call->graph, op, o, c->record);
        return c->record[SHIFT] != 0;
    }
    *record = op->records + o * c->record_words;
    uint32_t count = 0;
    while (count < most && (*record)[count * c->record_words + SHIFT] != 0) {
        count++;
    }
    return count;
}

// n pixels of output channel o and, with a multiplier of 1, of the next ones,
// at most `most`. Returns how many channels it were.
static uint32_t run_channels(const conv *c, uint32_t o, uint32_t lane,
        uint32_t most, uint32_t n, int8_t *out) {
    const uint32_t *record;
    uint32_t groups = n / c->group;
    uint32_t channels = find_records(c, o, most, &record);
    if (groups == 0 || channels == 0) {
        run_any(c, record, lane, 0, n, out);
        return 1;
    }
    uint32_t *singles = c->block + c->lanes * c->columns;
    const m7_taps t = {
            .record = record,
            .pairs = c->block + lane * c->columns,
            .singles = singles + lane % 2 * c->columns,
            .out = out,
            .stride = c->out_channels,
            .groups = groups,
            .columns = c->columns * (uint32_t)sizeof(uint32_t),
            .others = singles + (1 - lane % 2) * c->columns,
            .channels = channels,
    };
    if (c->group == 4) {
        m7_taps_4(&t);
    } else {
        m7_taps_2(&t);
    }
    for (uint32_t i = 0; i < channels && groups * c->group < n; i++) {
        run_any(c, record + i * c->record_words, lane + i, groups * c->group, n,
                out + i);
    }
    return channels;
}

// Pixels that the fast taps take at a time, or more than there are.
static uint32_t group_of(const nn_window *w) {
    if (w->kernel_h != 3 || w->kernel_w != 3 || w->dilation_w != 1 ||
            w->stride_w > 2) {
        return UINT32_MAX;
    }
    return w->stride_w == 1 ? 4 : 2;
}

// n pixels of a row from column x on.
static void run_block(conv *c, uint32_t x, uint32_t n, int8_t *out) {
    const nn_window *w = c->window;
    uint32_t multiplier = c->out_channels / c->channels;
    inside in = find_inside(c, (int32_t)x * w->stride_w - w->pad_left);
    uint32_t next = 0;
    clear(c, 0, in.begin);
    clear(c, in.begin + in.n, c->columns);
    while (next < c->channels) {
        // the last four may have been done in part
        uint32_t first = nn_depthwise_first(next, c->channels);
        uint32_t end = first + c->lanes;
        pack(c, first, in);
        while (next < end) {
            uint32_t o = next * multiplier;
            if (multiplier == 1) {
                next += run_channels(c, o, next - first, end - next, n,
                        out + o);
                continue;
            }
            for (uint32_t k = 0; k < multiplier; k++, o++) {
                (void)run_channels(c, o, next - first, 1, n, out + o);
            }
            next++;
        }
    }
    m7_clamp(out, n * c->out_channels, c->target);
}

void nn_depthwise_conv_2d_run(const nn_call *call, uint32_t first,
        uint32_t end) {
    const nn_conv_params *p = NN_PARAMS(call->op, const nn_conv_params);
    const nn_tensor *in = nn_op_given(call->graph, call->op, 0);
    const nn_tensor *out = nn_call_output(call, 0);
    nn_depthwise_block size = nn_depthwise_block_of(&p->window, in, out);
    uint32_t *words = call->scratch;
    conv c = {
            .call = call,
            .window = &p->window,
            .image = (const int8_t *)call->in[0].data,
            .rows = words + size.words,
            .record = words,
            .record_words = nn_depthwise_record_words(&p->window),
            .group = group_of(&p->window),
            .block = words + size.record,
            .width = (uint32_t)in->dim[2],
            .channels = (uint32_t)in->dim[3],
            .out_channels = (uint32_t)out->dim[3],
            .lanes = nn_depthwise_lanes((uint32_t)in->dim[3]),
            .zero = (uint8_t)in->zero_point * 0x01010101U,
            .zero_point = in->zero_point,
            .target = {out->zero_point, p->low, p->high},
    };
    uint32_t width = (uint32_t)out->dim[2];
    for (uint32_t row = first; row < end; row++) {
        c.down = nn_image_taps(call, 0, &p->window, row, c.rows);
        int8_t *to = (int8_t *)call->out[0].data +
                nn_image_row(call, &call->out[0], out, row);
        uint32_t n;
        for (uint32_t x = 0; x < width; x += n) {
            n = width - x < size.pixels ? width - x : size.pixels;
            c.columns = (uint32_t)nn_depthwise_columns(&p->window,
                    n < NN_DEPTHWISE_LEAST ? NN_DEPTHWISE_LEAST : n);
            run_block(&c, x, n, to + (size_t)x * c.out_channels);
        }
    }
}
