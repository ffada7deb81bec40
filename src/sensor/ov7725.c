// SPDX-License-Identifier: MIT
// OmniVision OV7725: VGA, the sensor of the first OpenMV Cam H7.
//
// Registers and their values: OmniVision's data sheet of the OV7725 (register
// table) and its application note for the same chip (analog settings, which
// the data sheet calls reserved). The names are theirs.

#include <math.h>

#include "sensor/sensor.h"

enum {
    GAIN = 0x00,
    BLUE = 0x01,
    RED = 0x02,
    GREEN = 0x03,
    AECH = 0x08,
    COM2 = 0x09,
    PID = 0x0A,
    COM3 = 0x0C,
    COM4 = 0x0D,
    COM5 = 0x0E,
    COM6 = 0x0F,
    AEC = 0x10,
    CLKRC = 0x11,
    COM7 = 0x12,
    COM8 = 0x13,
    COM9 = 0x14,
    HSTART = 0x17,
    HSIZE = 0x18,
    VSTART = 0x19,
    VSIZE = 0x1A,
    BDBASE = 0x22,
    BDSTEP = 0x23,
    AEW = 0x24,
    AEB = 0x25,
    VPT = 0x26,
    HOUTSIZE = 0x29,
    EXHCH = 0x2A,
    VOUTSIZE = 0x2C,
    ADVFL = 0x2D,
    ADVFH = 0x2E,
    HREF = 0x32,
    ADOFF_B = 0x35,
    COM12 = 0x3D,
    COM13 = 0x3E,
    TGT_B = 0x42,
    LC_CTR = 0x46,
    LC_COEF = 0x49,
    LC_RADI = 0x4A,
    FIXGAIN = 0x4D,
    AWB_CTRL0 = 0x63,
    DSP_CTRL1 = 0x64,
    DSP_CTRL2 = 0x65,
    DSP_CTRL3 = 0x66,
    DSP_CTRL4 = 0x67,
    AWB_CTRL1 = 0x69,
    AWB_CTRL3 = 0x6B,
    BRIGHTNESS = 0x9B,
    CONTRAST = 0x9C,
    SCAL0 = 0xA0,
    SCAL1 = 0xA1,
    SCAL2 = 0xA2,
    SDE = 0xA6,
    USAT = 0xA7,
    VSAT = 0xA8,
    SIGN_BIT = 0xAB,
    DSPAUTO = 0xAC
};

enum {
    COM2_SOFT_SLEEP = 0x10,
    COM3_VFLIP = 0x80,
    COM3_MIRROR = 0x40,
    COM3_SWAP_YUV = 0x10, // Y before U and V
    COM3_COLOR_BAR = 0x01,
    COM4_PLL_4X = 0x40,
    COM4_RESERVED = 0x01,
    COM5_AUTO_RATE = 0x80,
    COM5_RATE_QUICK = 0x40,
    COM5_RATE_QUARTER = 0x20,
    COM5_RESERVED = 0x05,
    COM6_RESERVED = 0xC4,
    COM6_AUTO_WINDOW = 0x01,
    CLKRC_RESERVED = 0x80,
    CLKRC_NO_PRESCALE = 0x40,
    COM7_RESET = 0x80,
    COM7_QVGA = 0x40,
    COM7_RGB565 = 0x04,
    COM7_YUV = 0x00,
    COM7_PROCESSED_BAYER = 0x01,
    COM7_RGB = 0x02,
    COM8_FAST = 0x80,
    COM8_BIG_STEPS = 0x40,
    COM8_BANDING = 0x20,
    COM8_BELOW_BAND = 0x10,
    COM8_FINE = 0x08,
    COM8_AGC = 0x04,
    COM8_AWB = 0x02,
    COM8_AEC = 0x01,
    COM9_CEILING = 0x70,
    COM9_CEILING_SHIFT = 4,
    COM9_RESERVED = 0x01,
    COM13_BLC = 0x80,
    HREF_VSTART_SHIFT = 6,
    HREF_HSTART_SHIFT = 4,
    HREF_VSIZE_SHIFT = 2,
    EXHCH_VOUT_SHIFT = 2,
    LC_CTR_ON = 0x01,
    AWB_CTRL0_ON = 0xE0, // apply gains, calculate them
    AWB_CTRL1_STEP_64 = 0x02,
    AWB_CTRL3_ADVANCED = 0xAA,
    DSP_CTRL1_ALL =
            0xFF, // FIFO, UV, SDE, matrix, interpolation, gamma, defects
    DSP_CTRL2_SCALE = 0x2F, // both ways down-sample and zoom out
    DSP_CTRL3_COLOR_BAR = 0x20,
    DSP_CTRL4_YUV_RGB = 0x00,
    DSP_CTRL4_RAW8 = 0x02,
    SDE_NEGATIVE = 0x40,
    SDE_TONE = 0x04, // contrast and brightness
    SDE_SATURATION = 0x02,
    SIGN_RESERVED = 0x06,
    SIGN_BRIGHTNESS = 0x08,
    DSPAUTO_ALL = 0xF0, // white balance, noise, edges, UV
    DSPAUTO_SCALE = 0x0C,
    SCALE_1 = 0x40
};

// Timing, data sheet figures of frame timing: pixel periods of a line, lines of
// a frame, first pixel and line of the picture.
struct mode {
    uint16_t width, height;
    uint16_t line, lines;
    uint16_t left, top;
    uint8_t com7;
};
static const struct mode vga = {640, 480, 784, 510, 140, 14, 0};
static const struct mode qvga = {320, 240, 576, 278, 252, 6, COM7_QVGA};

enum { CLOCK = 12000000, PIXCLK = 4 * CLOCK, ROWS_MAX = 65535 };

static int put(sensor *s, uint8_t reg, uint32_t value) {
    return sensor_put(s, reg, 1, value);
}

static const struct mode *mode_of(const sensor *s) {
    return s->width <= qvga.width && s->height <= qvga.height ? &qvga : &vga;
}

// PIXCLK periods of a line: two bytes a pixel, one in raw formats.
static uint32_t line_clocks(const sensor *s) {
    return mode_of(s)->line * (s->format == IMG_BAYER ? 1U : 2U);
}

static int reset(sensor *s) {
    static const uint8_t settings[][2] = {
            // The analog part: application note.
            {COM12, 0x03},
            {TGT_B, 0x7F},
            {FIXGAIN, 0x09},
            {COM6, COM6_RESERVED | COM6_AUTO_WINDOW},
            // 48 MHz from 12: 60 VGA frames a second.
            {CLKRC, CLKRC_RESERVED | CLKRC_NO_PRESCALE},
            {COM4, COM4_PLL_4X | COM4_RESERVED},
            {COM5, COM5_RATE_QUICK | COM5_RATE_QUARTER | COM5_RESERVED},
            // Automatics: targets and limits of brightness.
            {COM8,
                    COM8_FAST | COM8_BIG_STEPS | COM8_BANDING |
                            COM8_BELOW_BAND | COM8_FINE | COM8_AGC | COM8_AWB |
                            COM8_AEC},
            {COM9, 1U << COM9_CEILING_SHIFT | COM9_RESERVED}, // 4x
            {AEW, 0x40},
            {AEB, 0x30},
            {VPT, 0xA1},
            {BDBASE, 0x7F}, // flicker of 50 Hz lamps
            {BDSTEP, 0x03},
            {AWB_CTRL0, AWB_CTRL0_ON},
            {AWB_CTRL3, AWB_CTRL3_ADVANCED},
            // The digital part.
            {COM3, COM3_SWAP_YUV},
            {DSP_CTRL1, DSP_CTRL1_ALL},
            {DSP_CTRL2, DSP_CTRL2_SCALE},
            {DSP_CTRL3, 0},
            {SDE, SDE_TONE | SDE_SATURATION},
            {BRIGHTNESS, 0x08},
            {CONTRAST, 0x20},
            {SIGN_BIT, SIGN_RESERVED},
            {USAT, 0x40},
            {VSAT, 0x40},
    };
    int err = put(s, COM7, COM7_RESET);
    s->bus->wait_ms(s->bus->context, 2);
    for (size_t i = 0; !err && i < sizeof(settings) / sizeof(settings[0]);
            i++) {
        err = put(s, settings[i][0], settings[i][1]);
    }
    return err;
}

static int sleep_on(sensor *s, bool on) {
    return sensor_change(s, COM2, COM2_SOFT_SLEEP, on ? COM2_SOFT_SLEEP : 0);
}

static int put_window(sensor *s, const struct mode *mode, int32_t width,
        int32_t height) {
    uint32_t left = mode->left + (uint32_t)(mode->width - width) / 2U;
    uint32_t top = mode->top + (uint32_t)(mode->height - height) / 2U;
    left -= left % 2U;
    // Read upwards, the same filter colour comes first one line earlier.
    top = top - top % 2U - (s->flip ? 1U : 0);
    uint32_t w = (uint32_t)width;
    uint32_t h = (uint32_t)height;
    const uint8_t settings[][2] = {
            {HSTART, (uint8_t)(left >> 2)},
            {HSIZE, (uint8_t)(w >> 2)},
            {VSTART, (uint8_t)(top >> 1)},
            {VSIZE, (uint8_t)(h >> 1)},
            {HREF,
                    (uint8_t)((top & 1U) << HREF_VSTART_SHIFT |
                            (left & 3U) << HREF_HSTART_SHIFT |
                            (h & 1U) << HREF_VSIZE_SHIFT | (w & 3U))},
            {HOUTSIZE, (uint8_t)(s->width >> 2)},
            {VOUTSIZE, (uint8_t)(s->height >> 1)},
            {EXHCH,
                    (uint8_t)((s->height & 1U) << EXHCH_VOUT_SHIFT |
                            (s->width & 3U))},
    };
    int err = 0;
    for (size_t i = 0; !err && i < sizeof(settings) / sizeof(settings[0]);
            i++) {
        err = put(s, settings[i][0], settings[i][1]);
    }
    return err;
}

static int put_size(sensor *s, const struct mode *mode) {
    int32_t width = s->width;
    int32_t height = s->height;
    if (s->format != IMG_BAYER) { // raw pixels are not scaled
        sensor_fit(s, mode->width, mode->height, 2, &width, &height);
    }
    int err = put_window(s, mode, width, height);
    if (err) {
        return err;
    }
    // The chip works out SCAL0 to SCAL2 from the two sizes.
    if (width != s->width || height != s->height) {
        return put(s, DSPAUTO, DSPAUTO_ALL | DSPAUTO_SCALE);
    }
    err = put(s, DSPAUTO, DSPAUTO_ALL);
    err = err ? err : put(s, SCAL0, 0);
    err = err ? err : put(s, SCAL1, SCALE_1);
    return err ? err : put(s, SCAL2, SCALE_1);
}

// Lines that are added to a frame for the rate that is wanted.
static uint32_t extra_lines(const sensor *s) {
    uint32_t lines = mode_of(s)->lines;
    if (s->fps == 0) {
        return 0;
    }
    uint32_t wanted = PIXCLK / (line_clocks(s) * s->fps);
    uint32_t extra = wanted > lines ? wanted - lines : 0;
    return extra > ROWS_MAX ? ROWS_MAX : extra;
}

static int configure(sensor *s) {
    const struct mode *mode = mode_of(s);
    uint32_t com7 = mode->com7;
    uint32_t dsp4 = DSP_CTRL4_YUV_RGB;
    if (s->width > vga.width || s->height > vga.height) {
        return SENSOR_ERR_INVALID;
    }
    switch (s->format) {
    case IMG_GRAYSCALE:
    case IMG_YUV422:
        com7 |= COM7_YUV;
        break;
    case IMG_RGB565:
        com7 |= COM7_RGB | COM7_RGB565;
        break;
    case IMG_BAYER:
        com7 |= COM7_PROCESSED_BAYER;
        dsp4 = DSP_CTRL4_RAW8;
        break;
    default:
        return SENSOR_ERR_UNSUPPORTED;
    }
    s->bayer = IMG_BGGR;
    uint32_t rows = extra_lines(s);
    int err = put(s, COM7, com7);
    err = err ? err : put(s, DSP_CTRL4, dsp4);
    err = err ? err
              : sensor_change(s, COM3, COM3_VFLIP | COM3_MIRROR,
                        (s->flip ? COM3_VFLIP : 0U) |
                                (s->mirror ? COM3_MIRROR : 0U));
    err = err ? err : put_size(s, mode);
    err = err ? err : put(s, ADVFL, rows & 0xFFU);
    return err ? err : put(s, ADVFH, rows >> 8);
}

static float rate(const sensor *s) {
    uint32_t lines = mode_of(s)->lines + extra_lines(s);
    return (float)PIXCLK / (float)(line_clocks(s) * lines);
}

static int tone(sensor *s, sensor_tone what, int level) {
    if (level < -4 || level > 4) {
        return SENSOR_ERR_INVALID;
    }
    if (what == SENSOR_CONTRAST) {
        return put(s, CONTRAST, (uint32_t)(0x20 + 4 * level));
    }
    if (what == SENSOR_SATURATION) {
        uint32_t gain = (uint32_t)(0x40 + 0x10 * level);
        int err = put(s, USAT, gain);
        return err ? err : put(s, VSAT, gain);
    }
    int bright = 0x08 + 0x10 * level;
    int err = put(s, BRIGHTNESS, (uint32_t)(bright < 0 ? -bright : bright));
    return err ? err
               : put(s, SIGN_BIT,
                         SIGN_RESERVED | (bright < 0 ? SIGN_BRIGHTNESS : 0U));
}

static int gain_ceiling(sensor *s, int times) {
    uint32_t power = 0;
    while (2 << power < times) {
        power++;
    }
    if (2 << power != times || power > 6U) {
        return SENSOR_ERR_INVALID;
    }
    return sensor_change(s, COM9, COM9_CEILING, power << COM9_CEILING_SHIFT);
}

static int auto_gain(sensor *s, bool on, float db, float ceiling_db) {
    int err = sensor_change(s, COM8, COM8_AGC, on ? COM8_AGC : 0);
    if (err) {
        return err;
    }
    if (on && isfinite(ceiling_db)) {
        int times = 2;
        while (times < 128 &&
                (float)times * 1.01F < sensor_db_to_gain(ceiling_db)) {
            times *= 2;
        }
        return gain_ceiling(s, times);
    }
    if (on || !isfinite(db)) {
        return 0;
    }
    // Each of the high four bits doubles, the low four are sixteenths.
    float gain = sensor_db_to_gain(db);
    uint32_t doubles = 0;
    while (gain >= 2.0F && doubles < 4U) {
        gain /= 2.0F;
        doubles++;
    }
    int part = (int)lroundf((gain - 1.0F) * 16.0F);
    part = part < 0 ? 0 : part > 15 ? 15 : part;
    return put(s, GAIN, ((1U << doubles) - 1U) << 4 | (uint32_t)part);
}

static int gain_db(sensor *s, float *db) {
    uint32_t reg;
    int err = sensor_get(s, GAIN, 1, &reg);
    if (err) {
        return err;
    }
    float gain = 1.0F + (float)(reg & 15U) / 16.0F;
    for (uint32_t bit = 0x10; bit <= 0x80U; bit <<= 1) {
        gain *= (reg & bit) != 0 ? 2.0F : 1.0F;
    }
    *db = sensor_gain_to_db(gain);
    return 0;
}

static int auto_exposure(sensor *s, bool on, int us) {
    uint32_t bits = COM8_FAST | COM8_AEC;
    int err = sensor_change(s, COM8, bits, on ? bits : 0);
    if (err || on || us < 0) {
        return err;
    }
    uint64_t lines = (uint64_t)us * (PIXCLK / 1000000U) / line_clocks(s);
    if (lines > 0xFFFFU) {
        return SENSOR_ERR_INVALID;
    }
    err = put(s, AEC, (uint32_t)lines & 0xFFU);
    return err ? err : put(s, AECH, (uint32_t)lines >> 8);
}

static int exposure_us(sensor *s, int *us) {
    uint32_t high;
    uint32_t low;
    int err = sensor_get(s, AECH, 1, &high);
    err = err ? err : sensor_get(s, AEC, 1, &low);
    if (!err) {
        uint64_t clocks = (uint64_t)(high << 8 | low) * line_clocks(s);
        *us = (int)(clocks / (PIXCLK / 1000000U));
    }
    return err;
}

// What a gain of 1 is in BLUE, GREEN and RED.
static int white_unit(sensor *s, float *unit) {
    uint32_t reg;
    int err = sensor_get(s, AWB_CTRL1, 1, &reg);
    *unit = !err && (reg & AWB_CTRL1_STEP_64) ? 64.0F : 128.0F;
    return err;
}

static const uint8_t white_registers[3] = {RED, GREEN, BLUE};

static int auto_white(sensor *s, bool on, const float *rgb_db) {
    float unit;
    int err = sensor_change(s, COM8, COM8_AWB, on ? COM8_AWB : 0);
    if (err || on || rgb_db == NULL) {
        return err;
    }
    err = white_unit(s, &unit);
    for (size_t i = 0; !err && i < 3; i++) {
        float value = sensor_db_to_gain(rgb_db[i]) * unit + 0.5F;
        err = put(s, white_registers[i],
                value < 255.0F ? (uint32_t)value : 255U);
    }
    return err;
}

static int white_db(sensor *s, float rgb_db[3]) {
    float unit;
    int err = white_unit(s, &unit);
    for (size_t i = 0; !err && i < 3; i++) {
        uint32_t value;
        err = sensor_get(s, white_registers[i], 1, &value);
        if (!err) {
            rgb_db[i] = sensor_gain_to_db((float)(value ? value : 1U) / unit);
        }
    }
    return err;
}

static int auto_black(sensor *s, bool on, const int *levels) {
    int err = sensor_change(s, COM13, COM13_BLC, on ? COM13_BLC : 0);
    for (size_t i = 0; !err && !on && levels && i < SENSOR_BLACK_LEVELS; i++) {
        err = put(s, (uint8_t)(ADOFF_B + i), (uint32_t)levels[i] & 0xFFU);
    }
    return err;
}

static int black_level(sensor *s, int *levels) {
    int err = 0;
    for (size_t i = 0; !err && i < SENSOR_BLACK_LEVELS; i++) {
        uint32_t value = 0;
        err = sensor_get(s, (uint8_t)(ADOFF_B + i), 1, &value);
        levels[i] = (int)value;
    }
    return err;
}

static int colour_bar(sensor *s, bool on) {
    int err = sensor_change(s, COM3, COM3_COLOR_BAR, on ? COM3_COLOR_BAR : 0);
    return err ? err
               : sensor_change(s, DSP_CTRL3, DSP_CTRL3_COLOR_BAR,
                         on ? DSP_CTRL3_COLOR_BAR : 0);
}

static int negative(sensor *s, bool on) {
    return sensor_change(s, SDE, SDE_NEGATIVE, on ? SDE_NEGATIVE : 0);
}

static int lens(sensor *s, bool on, int radius, int coefficient) {
    if (radius < 0 || radius > 255 || coefficient < 0 || coefficient > 255) {
        return SENSOR_ERR_INVALID;
    }
    int err = put(s, LC_CTR, on ? LC_CTR_ON : 0);
    err = err ? err : put(s, LC_RADI, (uint32_t)radius);
    return err ? err : put(s, LC_COEF, (uint32_t)coefficient);
}

static int night(sensor *s, bool on) {
    int err = sensor_change(s, COM5, COM5_AUTO_RATE, on ? COM5_AUTO_RATE : 0);
    if (err || on) {
        return err;
    }
    // Take back the lines that it has added.
    uint32_t rows = extra_lines(s);
    err = put(s, ADVFL, rows & 0xFFU);
    return err ? err : put(s, ADVFH, rows >> 8);
}

static int is_night(sensor *s, bool *on) {
    uint32_t reg = 0;
    int err = sensor_get(s, COM5, 1, &reg);
    *on = (reg & COM5_AUTO_RATE) != 0;
    return err;
}

const sensor_driver sensor_ov7725 = {
        .name = "OV7725",
        .address = 0x21,
        .stop_before_read = true,
        .register_bytes = 1,
        .value_bytes = 1,
        .id_register = PID,
        .id = 0x77,
        .clock_hz = CLOCK,
        .max_width = 640,
        .max_height = 480,
        .vsync_high = true,
        .hsync_high = false, // HREF is high while there are data
        .pixclk_rising = true,
        .rgb_swapped = true,
        .settle_ms = 300,
        .black_levels = SENSOR_BLACK_LEVELS,
        .reset = reset,
        .sleep = sleep_on,
        .configure = configure,
        .rate = rate,
        .tone = tone,
        .gain_ceiling = gain_ceiling,
        .auto_gain = auto_gain,
        .gain_db = gain_db,
        .auto_exposure = auto_exposure,
        .exposure_us = exposure_us,
        .auto_white = auto_white,
        .white_db = white_db,
        .auto_black = auto_black,
        .black_level = black_level,
        .colour_bar = colour_bar,
        .negative = negative,
        .lens = lens,
        .night = night,
        .is_night = is_night,
};
