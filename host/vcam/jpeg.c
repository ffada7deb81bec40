// SPDX-License-Identifier: MIT
// The JPEG block as an encoder (RM0433 section 33), with libjpeg inside: what
// it makes of its input is not ours. Decoding is not modelled.

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "host/vcam/devices.h"
#include "host/vcam/machine_state.h"

enum {
    CONFR0 = 0x00,
    CONFR1 = 0x04,
    CONFR2 = 0x08,
    CONFR3 = 0x0c,
    CONFR4 = 0x10,
    CONFR7 = 0x1c,
    CR = 0x30,
    SR = 0x34,
    CFR = 0x38,
    DIR = 0x40,
    DOR = 0x44,
    TABLES = 0x50, // quantisers and the decoder's tables
    DHTMEM = 0x360,
    HUFFENC = 0x500,
    END = 0x800,
    IRQ = 121,
    FIFO_BYTES = 64,
    HALF_BYTES = 32
};

#define CONFR1_DE (1u << 3)
#define CONFR1_HDR (1u << 8)
#define CR_JCEN (1u << 0)
#define CR_IFF (1u << 13)
#define CR_OFF (1u << 14)
#define SR_IFTF (1u << 1)
#define SR_IFNFF (1u << 2)
#define SR_OFTF (1u << 3)
#define SR_OFNEF (1u << 4)
#define SR_EOCF (1u << 5)
#define SR_COF (1u << 7)

struct peer {
    struct jpeg_compress_struct lib;
    struct jpeg_error_mgr manager;
    struct jpeg_destination_mgr to;
    jmp_buf failed;
    bool open;
};

struct jpeg {
    struct vcam *vm;
    uint32_t confr[8], cr;
    uint32_t table[(END - TABLES) / 4];
    bool ended, running;

    struct peer peer;
    uint8_t *in; // a row of units
    size_t in_size, in_count;
    unsigned rows_left;
    uint8_t *out; // not yet read
    size_t out_size, out_room, out_from;
};

static uint32_t table_word(const struct jpeg *j, uint32_t offset) {
    return j->table[(offset - TABLES) / 4];
}

static uint8_t table_byte(const struct jpeg *j, uint32_t offset) {
    return (uint8_t)(table_word(j, offset & ~3u) >> (offset & 3) * 8);
}

static void update_irq(struct jpeg *j);

// --- libjpeg --------------------------------------------------------------

static void on_error(j_common_ptr lib) {
    struct peer *p = (struct peer *)(void *)lib;
    longjmp(p->failed, 1);
}

static void grow(struct jpeg *j) {
    size_t size = j->out_size ? 2 * j->out_size : 4096;
    uint8_t *out = realloc(j->out, size);
    if (!out) {
        longjmp(j->peer.failed, 1);
    }
    j->out = out;
    j->peer.to.next_output_byte = out + j->out_size;
    j->peer.to.free_in_buffer = size - j->out_size;
    j->out_size = size;
}

static void dest_begin(j_compress_ptr lib) {
    grow(lib->client_data);
}

static boolean dest_full(j_compress_ptr lib) {
    grow(lib->client_data);
    return TRUE;
}

static void dest_end(j_compress_ptr lib) {
    (void)lib;
}

// Bytes that the block has produced and nobody has read.
static size_t pending(const struct jpeg *j) {
    return j->out ? j->out_size - j->peer.to.free_in_buffer - j->out_from : 0;
}

// A Huffman table of DHTMEM: 16 counts, then the symbols.
static uint32_t set_huffman(const struct jpeg *j, JHUFF_TBL **to, uint32_t at,
        unsigned symbols) {
    if (!*to) {
        *to = jpeg_alloc_huff_table((j_common_ptr)&j->peer.lib);
    }
    for (unsigned i = 0; i < 16; i++) {
        (*to)->bits[i + 1] = table_byte(j, at++);
    }
    for (unsigned i = 0; i < symbols; i++) {
        (*to)->huffval[i] = table_byte(j, at++);
    }
    (*to)->sent_table = FALSE;
    return at;
}

static unsigned units(unsigned pixels, unsigned factor) {
    return (pixels + 8 * factor - 1) / (8 * factor);
}

static void set_components(struct jpeg *j) {
    struct jpeg_compress_struct *lib = &j->peer.lib;
    for (int c = 0; c < lib->num_components; c++) {
        uint32_t confr = j->confr[4 + c];
        jpeg_component_info *info = &lib->comp_info[c];
        info->h_samp_factor = (int)(confr >> 12 & 15);
        info->v_samp_factor = (int)(confr >> 8 & 15);
        info->quant_tbl_no = (int)(confr >> 2 & 3);
        info->dc_tbl_no = (int)(confr & 1);
        info->ac_tbl_no = (int)(confr >> 1 & 1);
    }
    for (int t = 0; t <= (int)(j->confr[1] >> 4 & 3); t++) {
        // QMEM is in zigzag order, what libjpeg takes is not.
        unsigned natural[64];
        static const uint8_t zigzag[64] = {0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32,
                25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,
                7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
                30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
                47, 55, 62, 63};
        for (unsigned k = 0; k < 64; k++) {
            natural[zigzag[k]] = table_byte(j, TABLES + 64 * (unsigned)t + k);
        }
        jpeg_add_quant_table(lib, t, natural, 100, TRUE);
    }
    uint32_t at = DHTMEM;
    for (int t = 0; t < 2; t++) {
        at = set_huffman(j, &lib->dc_huff_tbl_ptrs[t], at, 12);
        at = set_huffman(j, &lib->ac_huff_tbl_ptrs[t], at, 162);
    }
}

static void open_peer(struct jpeg *j) {
    struct peer *p = &j->peer;
    int components = (int)(j->confr[1] & 3) + 1;
    p->lib.err = jpeg_std_error(&p->manager);
    p->manager.error_exit = on_error;
    jpeg_create_compress(&p->lib);
    p->open = true;
    p->lib.client_data = j;
    p->to = (struct jpeg_destination_mgr){.init_destination = dest_begin,
            .empty_output_buffer = dest_full,
            .term_destination = dest_end};
    p->lib.dest = &p->to;
    p->lib.image_width = j->confr[3] >> 16;
    p->lib.image_height = j->confr[1] >> 16;
    p->lib.input_components = components;
    p->lib.in_color_space = components == 1 ? JCS_GRAYSCALE : JCS_YCbCr;
    jpeg_set_defaults(&p->lib);
    set_components(j);
    p->lib.raw_data_in = TRUE;
    p->lib.write_JFIF_header = FALSE;
    jpeg_start_compress(&p->lib, TRUE);
}

// A row of units, as they came one after the other, as planes.
static void write_row(struct jpeg *j) {
    struct jpeg_compress_struct *lib = &j->peer.lib;
    unsigned h = (unsigned)lib->max_h_samp_factor;
    unsigned across = units(lib->image_width, h);
    size_t unit = j->in_size / across;
    JSAMPROW rows[3][32];
    JSAMPARRAY planes[3] = {rows[0], rows[1], rows[2]};
    uint8_t *plane = malloc(j->in_size);
    uint8_t *to = plane;
    size_t at = 0; // of the component in a unit
    if (!plane) {
        longjmp(j->peer.failed, 1);
    }
    for (int c = 0; c < lib->num_components; c++) {
        unsigned ch = (unsigned)lib->comp_info[c].h_samp_factor;
        unsigned cv = (unsigned)lib->comp_info[c].v_samp_factor;
        size_t stride = (size_t)across * ch * 8;
        for (unsigned y = 0; y < 8 * cv; y++) {
            rows[c][y] = to + y * stride;
        }
        for (size_t u = 0; u < across; u++) {
            for (unsigned b = 0; b < ch * cv; b++) {
                const uint8_t *from = j->in + u * unit + at + (size_t)b * 64;
                for (unsigned y = 0; y < 8; y++) {
                    memcpy(rows[c][b / ch * 8 + y] + (u * ch + b % ch) * 8,
                            from + (size_t)y * 8, 8);
                }
            }
        }
        to += stride * 8 * cv;
        at += (size_t)ch * cv * 64;
    }
    jpeg_write_raw_data(lib, planes, (JDIMENSION)(8 * lib->max_v_samp_factor));
    free(plane);
}

// Apart from its caller, so that setjmp() has no variables to spoil.
static bool guarded(struct jpeg *j, void (*step)(struct jpeg *)) {
    if (setjmp(j->peer.failed) == 0) {
        step(j);
        return true;
    }
    return false;
}

static void close_step(struct jpeg *j) {
    jpeg_finish_compress(&j->peer.lib);
}

static void stop(struct jpeg *j) {
    if (j->peer.open) {
        jpeg_destroy_compress(&j->peer.lib);
        j->peer.open = false;
    }
    j->running = false;
}

static void fail(struct jpeg *j) {
    char text[JMSG_LENGTH_MAX] = "";
    j->peer.manager.format_message((j_common_ptr)&j->peer.lib, text);
    vcam_complain(j->vm, "JPEG: %s", text);
    stop(j);
}

// --- starting -------------------------------------------------------------

// The encoder's codes are in memories of their own, which must say the same
// as DHTMEM: code and length - 1, at 10 * run + size - 1, end of block at 160
// and sixteen zeros at 161.
static bool codes_match(const struct jpeg *j, uint32_t from, unsigned symbols,
        uint32_t memory) {
    uint32_t code = 0;
    uint32_t at = from + 16;
    for (unsigned length = 1; length <= 16; length++, code <<= 1) {
        for (unsigned n = table_byte(j, from + length - 1); n > 0; n--) {
            unsigned symbol = table_byte(j, at++);
            unsigned place = symbols == 12 ? symbol
                    : symbol == 0          ? 160
                    : symbol == 0xf0       ? 161
                                           : symbol / 16 * 10 + symbol % 16 - 1;
            uint32_t word = table_word(j, memory + place / 2 * 4);
            uint32_t want = (length - 1) << 8 | (code++ & 0xff);
            if (place >= 176 || (word >> (place & 1) * 16 & 0xfff) != want) {
                return false;
            }
        }
    }
    return true;
}

static bool tables_match(const struct jpeg *j) {
    return codes_match(j, DHTMEM, 12, HUFFENC + 0x2c0) &&
            codes_match(j, DHTMEM + 28, 162, HUFFENC) &&
            codes_match(j, DHTMEM + 206, 12, HUFFENC + 0x2e0) &&
            codes_match(j, DHTMEM + 234, 162, HUFFENC + 0x160);
}

static const char *wrong(const struct jpeg *j) {
    if (!(j->cr & CR_JCEN)) {
        return "started while it is off";
    }
    if (j->confr[1] & CONFR1_DE || !(j->confr[1] & CONFR1_HDR)) {
        return "only encoding with headers is modelled";
    }
    if (!tables_match(j)) {
        return "HUFFENC and DHTMEM hold different codes";
    }
    return NULL;
}

static void start(struct jpeg *j) {
    const char *why = wrong(j);
    stop(j);
    free(j->out);
    j->out = NULL;
    j->out_size = j->out_from = 0;
    j->ended = false;
    if (!why && !guarded(j, open_peer)) {
        fail(j);
        return;
    }
    if (why) {
        vcam_complain(j->vm, "JPEG: %s", why);
        return;
    }
    const struct jpeg_compress_struct *lib = &j->peer.lib;
    size_t blocks = 0;
    for (int c = 0; c < lib->num_components; c++) {
        blocks += (j->confr[4 + c] >> 4 & 15) + 1;
    }
    unsigned across = units(lib->image_width, (unsigned)lib->max_h_samp_factor);
    j->rows_left = units(lib->image_height, (unsigned)lib->max_v_samp_factor);
    if (across == 0 || (j->confr[2] & 0x3ffffff) + 1 != across * j->rows_left) {
        vcam_complain(j->vm, "JPEG: NMCU does not fit the size");
        stop(j);
        return;
    }
    free(j->in);
    j->in_size = across * blocks * 64;
    j->in_count = 0;
    j->in = j->in_size ? malloc(j->in_size) : NULL;
    j->running = j->in != NULL;
}

// --- data -----------------------------------------------------------------

static bool takes(const struct jpeg *j) {
    return j->running && pending(j) <= FIFO_BYTES;
}

static void put_word(struct jpeg *j, uint32_t value) {
    if (!takes(j)) {
        vcam_complain(j->vm, "JPEG: written into a full FIFO, or unasked");
        return;
    }
    memcpy(j->in + j->in_count, &value, 4);
    j->in_count += 4;
    if (j->in_count < j->in_size) {
        return;
    }
    j->in_count = 0;
    bool last = --j->rows_left == 0;
    if (!guarded(j, write_row) || (last && !guarded(j, close_step))) {
        fail(j);
    } else if (last) {
        j->running = false;
        j->ended = true;
    }
}

static uint32_t get_word(struct jpeg *j) {
    uint32_t value = 0;
    size_t count = pending(j);
    if (count == 0) {
        vcam_complain(j->vm, "JPEG: read from an empty FIFO");
        return 0;
    }
    count = count < 4 ? count : 4;
    memcpy(&value, j->out + j->out_from, count);
    j->out_from += count;
    return value;
}

static uint32_t status(const struct jpeg *j) {
    size_t count = pending(j);
    bool free = takes(j) || !j->running;
    return (free ? SR_IFTF | SR_IFNFF : 0) |
            (count >= HALF_BYTES ? SR_OFTF : 0) | (count ? SR_OFNEF : 0) |
            (j->ended ? SR_EOCF : 0) | (j->running ? SR_COF : 0);
}

static void update_irq(struct jpeg *j) {
    vcam_irq(j->vm, IRQ, (status(j) & j->cr & 0x7e) != 0);
}

static bool jpeg_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct jpeg *j = self;
    (void)size;
    if (offset <= CONFR7) {
        *value = offset == CONFR0 ? 0 : j->confr[offset / 4];
    } else if (offset == CR) {
        *value = j->cr;
    } else if (offset == SR) {
        *value = status(j);
    } else if (offset == CFR || offset == DIR) {
        *value = 0;
    } else if (offset == DOR) {
        *value = get_word(j);
    } else if (offset >= TABLES && offset < END) {
        *value = table_word(j, offset);
    } else {
        return false;
    }
    update_irq(j);
    return true;
}

static void write_cr(struct jpeg *j, uint32_t value) {
    if (value & CR_IFF) {
        j->in_count = 0;
    }
    if (value & CR_OFF) {
        j->out_from += pending(j);
    }
    j->cr = value & 0x187f;
    if (!(value & CR_JCEN)) {
        stop(j);
    }
}

static bool jpeg_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct jpeg *j = self;
    (void)size;
    if (offset == CONFR0) {
        if (value & 1) {
            start(j);
        } else {
            stop(j);
        }
    } else if (offset <= CONFR7) {
        j->confr[offset / 4] = value;
    } else if (offset == CR) {
        write_cr(j, value);
    } else if (offset == CFR) {
        j->ended = j->ended && !(value & SR_EOCF);
    } else if (offset == DIR) {
        put_word(j, value);
    } else if (offset >= TABLES && offset < END) {
        j->table[(offset - TABLES) / 4] = value;
    } else if (offset != SR && offset != DOR) {
        return false;
    }
    update_irq(j);
    return true;
}

static void jpeg_reset(void *self, enum vcam_reset why) {
    struct jpeg *j = self;
    (void)why;
    stop(j);
    free(j->out);
    j->out = NULL;
    j->out_size = j->out_from = 0;
    memset(j->confr, 0, sizeof j->confr);
    j->cr = 0;
    j->ended = false;
    update_irq(j);
}

static void destroy(void *self) {
    struct jpeg *j = self;
    stop(j);
    free(j->in);
    free(j->out);
    free(j);
}

int vcam_jpeg_create(struct vcam *vm) {
    struct jpeg *j = calloc(1, sizeof *j);
    if (!j) {
        return -ENOMEM;
    }
    j->vm = vm;
    vcam_add_device(vm,
            &(struct vcam_device){.name = "JPEG",
                    .base = 0x52003000,
                    .size = 0x1000,
                    .gate = VCAM_GATE(0xd4, 5),
                    .read = jpeg_read,
                    .write = jpeg_write,
                    .reset = jpeg_reset,
                    .destroy = destroy,
                    .self = j});
    return 0;
}
