// SPDX-License-Identifier: MIT
// OmniVision OV7725, as its data sheet (version 1.31) and software
// application note describe it and public drivers use it.
//
// The chip has a gamma curve, a colour matrix, noise reduction, sharpening
// and lens correction; a photograph has been through such, so their registers
// are kept and do nothing. AEW, AEB and VPT do not move the exposure either:
// automatic exposure ends where the photograph is reproduced as it is.

#include "host/vcam/sensor.h"

#include <math.h>
#include <string.h>

#include "host/vcam/machine.h"

enum {
    GAIN = 0x00,
    BLUE = 0x01,
    RED = 0x02,
    GREEN = 0x03,
    AECH = 0x08,
    COM2 = 0x09,
    PID = 0x0a,
    VER = 0x0b,
    COM3 = 0x0c,
    COM4 = 0x0d,
    AEC = 0x10,
    CLKRC = 0x11,
    COM7 = 0x12,
    COM8 = 0x13,
    COM9 = 0x14,
    COM10 = 0x15,
    HSTART = 0x17,
    HSIZE = 0x18,
    VSTRT = 0x19,
    VSIZE = 0x1a,
    MIDH = 0x1c,
    MIDL = 0x1d,
    HOUTSIZE = 0x29,
    EXHCH = 0x2a,
    EXHCL = 0x2b,
    VOUTSIZE = 0x2c,
    ADVFL = 0x2d,
    ADVFH = 0x2e,
    HREF = 0x32,
    DM_LNL = 0x33,
    DM_LNH = 0x34,
    UFIX = 0x60,
    VFIX = 0x61,
    DSP_CTRL2 = 0x65,
    DSP_CTRL3 = 0x66,
    DSP_CTRL4 = 0x67,
    AWB_CTRL1 = 0x69,
    BRIGHT = 0x9b,
    CNST = 0x9c,
    CNST_CTR = 0x9d,
    SCAL0 = 0xa0,
    SCAL1 = 0xa1,
    SCAL2 = 0xa2,
    SDE = 0xa6,
    USAT = 0xa7,
    VSAT = 0xa8,
    SIGN = 0xab,
    DSPAUTO = 0xac,
    COM2_SLEEP = 1 << 4,
    COM3_VFLIP = 1 << 7,
    COM3_MIRROR = 1 << 6,
    COM3_SWAP_BR = 1 << 5,
    COM3_SWAP_YUV = 1 << 4,
    COM3_SWAP_BITS = 1 << 3,
    COM3_BARS = 1 << 0,
    COM7_RESET = 1 << 7,
    COM7_QVGA = 1 << 6,
    COM8_AGC = 1 << 2,
    COM8_AWB = 1 << 1,
    COM8_AEC = 1 << 0,
    DSP2_SCALING = 0x0f,
    DSP3_V_FIRST = 1 << 7,
    DSP3_BARS = 1 << 5,
    DSPAUTO_SCALING = 0x0c,
    SDE_NEGATIVE = 1 << 6,
    SDE_GREY = 1 << 5,
    SDE_FIX_V = 1 << 4,
    SDE_FIX_U = 1 << 3,
    SDE_CONTRAST = 1 << 2,
    SDE_SATURATION = 1 << 1,
    SIGN_DARKER = 1 << 3,
    WIDTH = 640,
    HEIGHT = 480
};

struct ov7725 {
    struct vcam_sensor_base base;
    uint8_t reg[256];
    uint8_t at;       // the register that is accessed next
    double line_time; // seconds, of the last frame
    unsigned lines;
};

static const struct {
    uint8_t reg, value;
} DEFAULTS[] = {{BLUE, 0x80}, {RED, 0x80}, {GREEN, 0x80}, {COM2, 0x01},
        {PID, 0x77}, {VER, 0x21}, {COM3, 0x10}, {COM4, 0x41}, {0x0e, 0x01},
        {0x0f, 0x43}, {AEC, 0x40}, {CLKRC, 0x80}, {COM8, 0x8f}, {COM9, 0x4a},
        {HSTART, 0x23}, {HSIZE, 0xa0}, {VSTRT, 0x07}, {VSIZE, 0xf0},
        {0x1b, 0x40}, {MIDH, 0x7f}, {MIDL, 0xa2}, {0x20, 0x10}, {0x22, 0x99},
        {0x23, 0x03}, {0x24, 0x75}, {0x25, 0x63}, {0x26, 0xd4},
        {HOUTSIZE, 0xa0}, {VOUTSIZE, 0xf0}, {UFIX, 0x80}, {VFIX, 0x80},
        {0x63, 0xf0}, {0x64, 0x1f}, {DSP_CTRL3, 0x10}, {AWB_CTRL1, 0x5d},
        {CNST, 0x20}, {CNST_CTR, 0x80}, {SCAL1, 0x40}, {SCAL2, 0x40},
        {SDE, 0x06}, {USAT, 0x40}, {VSAT, 0x40}, {0xa9, 0x80}, {0xaa, 0x80},
        {SIGN, 0x06}, {DSPAUTO, 0xff}};

static void reset(void *self) {
    struct ov7725 *o = self;
    memset(o->reg, 0, sizeof o->reg);
    for (unsigned i = 0; i < sizeof DEFAULTS / sizeof *DEFAULTS; i++) {
        o->reg[DEFAULTS[i].reg] = DEFAULTS[i].value;
    }
    vcam_sensor_busy(o->base.sensor, VCAM_SECOND / 1000);
}

// --- SCCB -----------------------------------------------------------------

static bool write_register(struct ov7725 *o, uint8_t value) {
    switch (o->at) {
    case PID:
    case VER:
    case MIDH:
    case MIDL:
        break; // read only
    case COM7:
        if (value & COM7_RESET) {
            reset(o);
        } else {
            o->reg[COM7] = value;
        }
        break;
    case COM3:
        if (value & COM3_SWAP_BITS) {
            vcam_sensor_complain(o->base.sensor,
                    "COM3 bit 3 turns the data lines around, which is not "
                    "modelled");
        }
        o->reg[COM3] = value;
        break;
    default:
        o->reg[o->at] = value;
        break;
    }
    return true;
}

static bool sccb_write(void *self, unsigned index, uint8_t byte) {
    struct ov7725 *o = self;
    if (index == 0) {
        o->at = byte;
        return true;
    }
    return write_register(o, byte);
}

static uint8_t sccb_read(void *self) {
    const struct ov7725 *o = self;
    return o->reg[o->at];
}

// --- exposure -------------------------------------------------------------

static double gain_of(uint8_t reg) {
    double gain = 1 + (reg & 15) / 16.0;
    for (unsigned bit = 4; bit < 8; bit++) {
        gain *= reg >> bit & 1 ? 2 : 1;
    }
    return gain;
}

static uint8_t gain_register(double gain) {
    unsigned high = 0;
    while (gain >= 2 && high < 15) {
        gain /= 2;
        high = high << 1 | 1;
    }
    double low = floor((gain - 1) * 16 + 0.5);
    low = low < 0 ? 0 : low > 15 ? 15 : low;
    return (uint8_t)(high << 4 | (unsigned)low);
}

static unsigned exposure_lines(const struct ov7725 *o) {
    return (unsigned)o->reg[AECH] << 8 | o->reg[AEC];
}

static double exposure_seconds(const struct ov7725 *o) {
    return exposure_lines(o) * o->line_time;
}

// Halfway to the goal with every frame, and there in the end.
static double approach(double from, double to) {
    double next = (from + to) / 2;
    return fabs(next - to) < to / 32 ? to : next;
}

static void settle(void *self) {
    struct ov7725 *o = self;
    double gain = gain_of(o->reg[GAIN]);
    double seconds = exposure_seconds(o);
    double product = approach(seconds * gain, VCAM_RIGHT_EXPOSURE);
    if (o->reg[COM8] & COM8_AEC) {
        double longest = (o->lines > 4 ? o->lines - 4 : 1) * o->line_time;
        seconds = o->reg[COM8] & COM8_AGC ? product : product / gain;
        seconds = seconds > longest ? longest : seconds;
        unsigned lines = (unsigned)(seconds / o->line_time + 0.5);
        lines = lines < 1 ? 1 : lines;
        o->reg[AECH] = (uint8_t)(lines >> 8);
        o->reg[AEC] = (uint8_t)lines;
        seconds = lines * o->line_time;
    }
    if (o->reg[COM8] & COM8_AGC && seconds > 0) {
        double ceiling = 2 << (o->reg[COM9] >> 4 & 7);
        gain = product / seconds;
        gain = gain > ceiling ? ceiling : gain < 1 ? 1 : gain;
        o->reg[GAIN] = gain_register(gain);
    }
    if (o->reg[COM8] & COM8_AWB) {
        uint8_t one = o->reg[AWB_CTRL1] & 2 ? 64 : 128;
        o->reg[RED] = o->reg[GREEN] = o->reg[BLUE] = one;
    }
}

static struct vcam_tone tone_of(const struct ov7725 *o) {
    struct vcam_tone t = VCAM_TONE_PLAIN;
    double light =
            exposure_seconds(o) * gain_of(o->reg[GAIN]) / VCAM_RIGHT_EXPOSURE;
    // As near as the steps of gain come to it is right.
    bool all_auto =
            (o->reg[COM8] & (COM8_AEC | COM8_AGC)) == (COM8_AEC | COM8_AGC);
    if (all_auto && fabs(light - 1) < 1.0 / 24) {
        light = 1;
    }
    double one = o->reg[AWB_CTRL1] & 2 ? 64 : 128;
    t.light[0] = light * o->reg[RED] / one;
    t.light[1] = light * o->reg[GREEN] / one;
    t.light[2] = light * o->reg[BLUE] / one;
    uint8_t sde = o->reg[SDE];
    if (sde & SDE_CONTRAST) {
        t.contrast = o->reg[CNST] / 32.0;
        t.centre = o->reg[CNST_CTR];
        t.brightness =
                o->reg[SIGN] & SIGN_DARKER ? -o->reg[BRIGHT] : o->reg[BRIGHT];
    }
    if (sde & SDE_SATURATION) {
        t.saturation_u = o->reg[USAT] / 64.0;
        t.saturation_v = o->reg[VSAT] / 64.0;
    }
    t.negative = sde & SDE_NEGATIVE;
    t.fixed_u = sde & (SDE_FIX_U | SDE_GREY);
    t.fixed_v = sde & (SDE_FIX_V | SDE_GREY);
    t.u = sde & SDE_GREY ? 128 : o->reg[UFIX];
    t.v = sde & SDE_GREY ? 128 : o->reg[VFIX];
    return t;
}

// --- frames ---------------------------------------------------------------

static int32_t clamp(int32_t value, int32_t low, int32_t high) {
    return value < low ? low : value > high ? high : value;
}

// Without scaling, the window's first columns and rows are sent.
// Columns or rows of the output's source, by DCW (a power of two) and zoom
// (64 is 1:1).
static int32_t source(int32_t out, unsigned dcw, uint8_t zoom) {
    return (int32_t)(((int64_t)out << dcw) * (zoom < 64 ? 64 : zoom) / 64);
}

static bool window(const struct ov7725 *o, struct vcam_shot *shot) {
    const uint8_t *r = o->reg;
    bool qvga = r[COM7] & COM7_QVGA;
    int32_t sub = qvga ? 2 : 1;
    // In pixels of the mode: QVGA has every other one.
    int32_t left = (r[HSTART] << 2 | (r[HREF] >> 4 & 3)) - (qvga ? 252 : 140);
    int32_t top = (r[VSTRT] << 1 | (r[HREF] >> 6 & 1)) - (qvga ? 6 : 14);
    int32_t width = r[HSIZE] << 2 | (r[HREF] & 3);
    int32_t height = r[VSIZE] << 1 | (r[HREF] >> 2 & 1);
    int32_t out_w = r[HOUTSIZE] << 2 | (r[EXHCH] & 3);
    int32_t out_h = r[VOUTSIZE] << 1 | (r[EXHCH] >> 2 & 1);
    if (width < 8 || height < 8 || out_w < 8 || out_h < 8) {
        return false;
    }
    shot->rows = (unsigned)height;
    // What the array has beyond 640 x 480 is for interpolation at the edges.
    int32_t more = width - clamp(width, 0, WIDTH / sub);
    left += more / 2;
    width -= more;
    more = height - clamp(height, 0, HEIGHT / sub);
    top += more / 2;
    height -= more;
    left = clamp(left, 0, WIDTH / sub - width);
    top = clamp(top, 0, HEIGHT / sub - height);
    out_w = clamp(out_w, 8, width);
    out_h = clamp(out_h, 8, height);
    bool by_itself = (r[DSPAUTO] & DSPAUTO_SCALING) == DSPAUTO_SCALING;
    if (!(r[DSP_CTRL2] & DSP2_SCALING)) {
        width = out_w;
        height = out_h;
    } else if (!by_itself) {
        width = clamp(source(out_w, r[SCAL0] & 3, r[SCAL1]), 1, width);
        height = clamp(source(out_h, r[SCAL0] >> 2 & 3, r[SCAL2]), 1, height);
    }
    shot->view = (struct vcam_view){.left = left * sub,
            .top = top * sub,
            .width = width * sub,
            .height = height * sub,
            .mirror = r[COM3] & COM3_MIRROR,
            .flip = r[COM3] & COM3_VFLIP};
    shot->video.width = (unsigned)out_w;
    shot->video.height = (unsigned)out_h;
    return true;
}

static bool format(const struct ov7725 *o, struct vcam_video *v) {
    const uint8_t *r = o->reg;
    switch (r[COM7] & 3) {
    case 0:
        v->format = VIDEO_YUV422;
        v->swapped = r[COM3] & COM3_SWAP_YUV;
        v->v_first = r[DSP_CTRL3] & DSP3_V_FIRST;
        return true;
    case 2:
        v->format = VIDEO_RGB565;
        v->swapped = false;
        v->blue_first = r[COM3] & COM3_SWAP_BR;
        if ((r[COM7] >> 2 & 3) != 1) {
            vcam_sensor_complain(o->base.sensor,
                    "of the RGB formats, only RGB565 is modelled");
        }
        return true;
    default:
        v->format = VIDEO_BAYER;
        v->bayer = IMG_BGGR;
        return true;
    }
}

static void timing(struct ov7725 *o, uint32_t xclk, struct vcam_shot *shot) {
    static const uint8_t pll[4] = {1, 4, 6, 8};
    const uint8_t *r = o->reg;
    bool qvga = r[COM7] & COM7_QVGA;
    unsigned divider = r[CLKRC] & 0x40 ? 1 : ((r[CLKRC] & 0x3fu) + 1) * 2;
    uint64_t clock = (uint64_t)xclk * pll[r[COM4] >> 6] / divider;
    unsigned dummy = (unsigned)(r[EXHCH] & 0xf0) << 4 | r[EXHCL];
    unsigned pixels = (qvga ? 576 : 784) + dummy;
    unsigned per_pixel = shot->video.format == VIDEO_BAYER ? 1 : 2;
    shot->lines = (qvga ? 278u : 510u) + ((unsigned)r[ADVFH] << 8 | r[ADVFL]) +
            ((unsigned)r[DM_LNH] << 8 | r[DM_LNL]);
    shot->front = 18;
    shot->line_time = VCAM_SECOND / clock * pixels * per_pixel;
    shot->video.clock = (uint32_t)clock;
    o->line_time = (double)shot->line_time / (double)VCAM_SECOND;
    o->lines = shot->lines;
}

static bool shoot(void *self, uint32_t xclk, struct vcam_shot *shot) {
    struct ov7725 *o = self;
    const uint8_t *r = o->reg;
    *shot = (struct vcam_shot){.tone = VCAM_TONE_PLAIN};
    if (r[COM2] & COM2_SLEEP || !window(o, shot) || !format(o, &shot->video)) {
        return false;
    }
    timing(o, xclk, shot);
    shot->video.vsync_high = !(r[COM10] & 0x02);
    shot->video.hsync_high = r[COM10] & 0x08;
    shot->video.rising = !(r[COM10] & 0x10);
    shot->tone = tone_of(o);
    shot->bars = r[COM3] & COM3_BARS || r[DSP_CTRL3] & DSP3_BARS;
    return true;
}

const struct vcam_sensor_kind VCAM_OV7725 = {.name = "ov7725",
        .address = 0x21,
        .width = WIDTH,
        .height = HEIGHT,
        .slowest = 10000000,
        .fastest = 48000000,
        .size = sizeof(struct ov7725),
        .reset = reset,
        .write = sccb_write,
        .read = sccb_read,
        .shoot = shoot,
        .settle = settle};
