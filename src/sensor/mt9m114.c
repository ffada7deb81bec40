// SPDX-License-Identifier: MIT
// onsemi MT9M114: 1280 x 960, the sensor of later OpenMV Cams H7.
//
// Registers and variables: onsemi's MT9M114 data sheet and register reference;
// the tables of colour correction and white balance are its recommended
// settings for this chip, as public drivers have them. What the chip runs
// behind its variables is firmware: a change is written first, then asked for
// by a command.

#include <math.h>

#include "sensor/sensor.h"

enum {
    CHIP_ID = 0x0000,
    RESET_AND_MISC = 0x001A,
    PAD_SLEW = 0x001E,
    COMMAND = 0x0080,
    RESET_REGISTER = 0x301A,
    CFG_Y_START = 0xC800, // and X start, Y end, X end
    CFG_PIXCLK = 0xC808,
    CFG_FINE_MIN = 0xC80E, // and its maximum
    CFG_FRAME_LINES = 0xC812,
    CFG_LINE_PCK = 0xC814,
    CFG_FINE_CORRECTION = 0xC816,
    CFG_LAST_ROW = 0xC818,
    READ_MODE = 0xC834,
    MODE_SELECT = 0xC84C,
    TEST_PATTERN = 0xC84D,
    CROP_X = 0xC854, // and Y, width, height
    CROP_MODE = 0xC85C,
    OUTPUT_WIDTH = 0xC868,
    OUTPUT_HEIGHT = 0xC86A,
    OUTPUT_FORMAT = 0xC86C,
    SFX_CONTROL = 0xC874,
    AET_AEMODE = 0xC878,
    AET_MAX_RATE = 0xC88C,
    AET_MIN_RATE = 0xC88E,
    AWB_CCM = 0xC892, // three matrices, their gains and temperatures
    AWB_XSCALE = 0xC8F2,
    AWB_WEIGHTS = 0xC8F4,
    STAT_AWB_WINDOW = 0xC914, // X start, Y start, X end, Y end
    STAT_AE_WINDOW = 0xC91C,  // the same
    PLL_DIVIDER_M_N = 0xC980,
    PORT_OUTPUT = 0xC984,
    UVC_AE_MODE = 0xCC00,
    UVC_WHITE_AUTO = 0xCC01,
    UVC_EXPOSURE = 0xCC04, // 4 bytes
    UVC_BRIGHTNESS = 0xCC0A,
    UVC_CONTRAST = 0xCC0C,
    UVC_GAIN = 0xCC0E,
    UVC_SATURATION = 0xCC12,
    UVC_MANUAL_EXPOSURE = 0xCC20,
    NEXT_STATE = 0xDC00,
    CURRENT_STATE = 0xDC01
};

enum {
    RESET_SOC = 1 << 0,
    COMMAND_SET_STATE = 1 << 1,
    COMMAND_REFRESH = 1 << 2,
    COMMAND_OK = 1 << 15,
    RESET_MASK_BAD = 1 << 9, // frames that a change has spoilt are not sent
    STATE_CHANGE_CONFIG = 0x28,
    STATE_STREAMING = 0x31,
    STATE_ENTER_STANDBY = 0x50,
    STATE_STANDBY = 0x52,
    STATE_LEAVE_STANDBY = 0x54,
    READ_MIRROR = 1 << 0,
    READ_FLIP = 1 << 1,
    READ_X_SUM = 3 << 4,
    READ_Y_SUM = 3 << 8,
    FORMAT_SWAP_BYTES = 1 << 1,
    // Bits 8 and 9: YUV (0), RGB, Bayer.
    FORMAT_RGB565 = 1 << 8,
    FORMAT_BAYER = 2 << 8,
    FORMAT_BAYER_8 = 3 << 10,
    MODE_NORMAL = 0,
    MODE_TEST_PATTERN = 2,
    PATTERN_BARS = 4,
    CROP_AUTO_STATISTICS = 3, // windows of exposure and white balance follow
    SFX_NEGATIVE = 3,
    AE_AUTO = 2,
    AE_MANUAL = 1,
    PORT_PARALLEL = 0x8000,
    PORT_SLOW_CLOCK = 1 << 3, // PIXCLK only as fast as the scaled picture needs
    SLEW_FASTEST = 0x0777,
    PLL_M = 32, // 24 MHz * 32 / (1 + 1) / (7 + 1) = 48 MHz
    PLL_N = 1
};

enum {
    PIXCLK = 48000000,
    ARRAY_WIDTH = 1280,
    ARRAY_HEIGHT = 960,
    ARRAY_MARGIN = 8, // pixels around it
    BORDER = 4,       // what colour interpolation wants on each side
    LINES_MAX = 65535,
    POLL_MS = 1,
    POLLS = 100
};

static int put8(sensor *s, uint16_t reg, uint32_t value) {
    return sensor_put(s, reg, 1, value);
}

static int put16(sensor *s, uint16_t reg, uint32_t value) {
    return sensor_put(s, reg, 2, value);
}

static int put_words(sensor *s, uint16_t reg, const uint16_t *words,
        size_t count) {
    int err = 0;
    for (size_t i = 0; !err && i < count; i++) {
        err = put16(s, (uint16_t)(reg + 2U * i), words[i]);
    }
    return err;
}

// Waits until (register & mask) == value.
static int await(sensor *s, uint16_t reg, size_t bytes, uint32_t mask,
        uint32_t value, uint32_t *got) {
    for (int i = 0; i < POLLS; i++) {
        int err = sensor_get(s, reg, bytes, got);
        if (err) {
            return err;
        }
        if ((*got & mask) == value) {
            return 0;
        }
        s->bus->wait_ms(s->bus->context, POLL_MS);
    }
    return SENSOR_ERR_TIMEOUT;
}

static int command(sensor *s, uint32_t what) {
    uint32_t got;
    int err = put16(s, COMMAND, COMMAND_OK | what);
    err = err ? err : await(s, COMMAND, 2, what, 0, &got);
    if (err) {
        return err;
    }
    return got & COMMAND_OK ? 0 : SENSOR_ERR_INVALID;
}

static int set_state(sensor *s, uint32_t state) {
    int err = put8(s, NEXT_STATE, state);
    return err ? err : command(s, COMMAND_SET_STATE);
}

static int refresh(sensor *s) {
    return command(s, COMMAND_REFRESH);
}

// Recommended settings: colour matrices for incandescent, fluorescent and day
// light (8 fraction bits), their red and blue gains, their temperatures.
static const uint16_t colour[] = {0x0267, 0xFF1A, 0xFFB3, 0xFF80, 0x0166,
        0x0003, 0xFF9A, 0xFEB4, 0x024D, 0x01BF, 0xFF01, 0xFFF3, 0xFF75, 0x0198,
        0xFFFD, 0xFF9A, 0xFEE7, 0x02A8, 0x01D9, 0xFF26, 0xFFF3, 0xFFB3, 0x0132,
        0xFFE8, 0xFFDA, 0xFECD, 0x02C2, 0x0075, 0x011C, 0x009A, 0x0105, 0x00A4,
        0x00AC, 2700, 3850, 6500};
// Which colours count as gray: weights, then the shifts of their map.
static const uint16_t white_map[] = {0, 0, 0, 0xE724, 0x1583, 0x2045, 0x03FF,
        0x007C, 51, 60};

static int put_recommended(sensor *s) {
    static const uint16_t analog[][2] = {
            {0x316A, 0x8270},
            {0x316C, 0x8270},
            {0x316E, 0x8202},
            {0x3180, 0x87FF},
            {0x30D4, 0x6080},
            {0x3ED0, 0x2305},
            {0x3ED2, 0x77CF},
            {0x3E14, 0xFF39}, // errata: bands in columns
            {0xA802, 0x0008},
    };
    int err = 0;
    for (size_t i = 0; !err && i < sizeof(analog) / sizeof(analog[0]); i++) {
        err = put16(s, analog[i][0], analog[i][1]);
    }
    err = err
            ? err
            : put_words(s, AWB_CCM, colour, sizeof(colour) / sizeof(colour[0]));
    err = err ? err : put8(s, AWB_XSCALE, 3);
    err = err ? err : put8(s, AWB_XSCALE + 1, 2);
    err = err ? err
              : put_words(s, AWB_WEIGHTS, white_map,
                        sizeof(white_map) / sizeof(white_map[0]));
    return err ? err : put8(s, AET_AEMODE, 0);
}

static int reset(sensor *s) {
    uint32_t got;
    int err = put16(s, RESET_AND_MISC, RESET_SOC);
    s->bus->wait_ms(s->bus->context, 1);
    err = err ? err : put16(s, RESET_AND_MISC, 0);
    // 44.5 ms to boot at 24 MHz, data sheet section "power-on reset".
    s->bus->wait_ms(s->bus->context, 45);
    err = err ? err : await(s, COMMAND, 2, COMMAND_SET_STATE, 0, &got);
    err = err ? err : sensor_get(s, RESET_REGISTER, 2, &got);
    err = err ? err : put16(s, RESET_REGISTER, got | RESET_MASK_BAD);
    err = err ? err : put16(s, PLL_DIVIDER_M_N, PLL_N << 8 | PLL_M);
    err = err ? err : put_recommended(s);
    err = err ? err : put16(s, PORT_OUTPUT, PORT_PARALLEL | PORT_SLOW_CLOCK);
    err = err ? err : put16(s, PAD_SLEW, SLEW_FASTEST);
    return err ? err : set_state(s, STATE_CHANGE_CONFIG);
}

static int sleep_on(sensor *s, bool on) {
    uint32_t got;
    int err = set_state(s, on ? STATE_ENTER_STANDBY : STATE_LEAVE_STANDBY);
    return err ? err
               : await(s, CURRENT_STATE, 1, 0xFF,
                         on ? STATE_STANDBY : STATE_STREAMING, &got);
}

// How the pixel array is read for the size that is wanted.
struct array {
    int32_t width, height; // pixels that are read
    int32_t left, top;     // of them in the array
    int32_t sum;           // 1, or 2: pairs are summed both ways
    uint32_t line_pck, lines;
};

static int32_t clamp(int32_t value, int32_t low, int32_t high) {
    return value < low ? low : value > high ? high : value;
}

static struct array array_of(const sensor *s) {
    struct array a = {.width = ARRAY_WIDTH, .height = ARRAY_HEIGHT, .sum = 1};
    if (s->readout.width != 0) {
        a.width = clamp(s->readout.width, s->width, ARRAY_WIDTH);
        a.height = clamp(s->readout.height, s->height, ARRAY_HEIGHT);
    }
    int32_t free_x = (ARRAY_WIDTH - a.width) / 2;
    int32_t free_y = (ARRAY_HEIGHT - a.height) / 2;
    a.left = free_x + clamp(s->readout.x, -free_x, free_x);
    // The picture is read upwards, so a later row is higher up.
    a.top = free_y - clamp(s->readout.y, -free_y, free_y);
    if (2 * s->width <= a.width && 2 * s->height <= a.height) {
        a.sum = 2;
    }
    // Blanking: what onsemi's register wizard gives for both ways to read.
    a.line_pck = (uint32_t)(a.width / a.sum) + (a.sum == 2 ? 542U : 331U);
    a.lines = (uint32_t)(a.height / a.sum) + (a.sum == 2 ? 48U : 47U);
    if (a.line_pck % 5U == 0) {
        a.line_pck++; // errata: PORT_SLOW_CLOCK cannot do multiples of 5
    }
    if (s->fps != 0) {
        uint32_t wanted = PIXCLK / (a.line_pck * s->fps);
        a.lines = wanted > LINES_MAX ? LINES_MAX
                : wanted > a.lines   ? wanted
                                     : a.lines;
    }
    return a;
}

static float rate(const sensor *s) {
    struct array a = array_of(s);
    return (float)PIXCLK / (float)(a.line_pck * a.lines);
}

static int put_array(sensor *s, const struct array *a) {
    // Starts on 4 pixels, or 8 when they are summed, with a border around.
    int32_t step = 4 * a->sum;
    int32_t more = a->sum == 2 ? 2 : 0;
    int32_t left = a->left + ARRAY_MARGIN - BORDER;
    int32_t top = a->top + ARRAY_MARGIN - BORDER;
    int32_t right = left + a->width + 2 * BORDER - 1 + more;
    int32_t bottom = top + a->height + 2 * BORDER - 1 + more;
    const uint16_t window[] = {(uint16_t)(top - top % step),
            (uint16_t)(left - left % step), (uint16_t)bottom, (uint16_t)right};
    // The shortest and longest part of a line, and what is added to it.
    const uint16_t fine[] = {a->sum == 2 ? 451 : 219, a->sum == 2 ? 947 : 1480};
    uint32_t mode = (s->mirror ? 0 : READ_MIRROR) | (s->flip ? 0 : READ_FLIP) |
            (a->sum == 2 ? READ_X_SUM | READ_Y_SUM : 0);
    int err = put_words(s, CFG_Y_START, window, 4);
    err = err ? err : sensor_put(s, CFG_PIXCLK, 4, PIXCLK);
    err = err ? err : put_words(s, CFG_FINE_MIN, fine, 2);
    err = err ? err : put16(s, CFG_FRAME_LINES, a->lines);
    err = err ? err : put16(s, CFG_LINE_PCK, a->line_pck);
    err = err ? err : put16(s, CFG_FINE_CORRECTION, a->sum == 2 ? 224 : 96);
    err = err ? err
              : put16(s, CFG_LAST_ROW, (uint32_t)(a->height / a->sum) + 3U);
    return err ? err : put16(s, READ_MODE, mode);
}

static int put_scaler(sensor *s, const struct array *a) {
    int32_t in_width = a->width / a->sum;
    int32_t in_height = a->height / a->sum;
    int32_t width = s->width;
    int32_t height = s->height;
    if (s->format != IMG_BAYER) { // raw pixels are not scaled
        sensor_fit(s, in_width, in_height, 2, &width, &height);
    }
    int32_t x = (in_width - width) / 2;
    int32_t y = (in_height - height) / 2;
    const uint16_t crop[] = {(uint16_t)(x - x % 2), (uint16_t)(y - y % 2),
            (uint16_t)width, (uint16_t)height};
    const uint16_t white[] = {0, 0, (uint16_t)(s->width - 1),
            (uint16_t)(s->height - 1)};
    const uint16_t exposure[] = {0, 0, (uint16_t)(s->width / 5 - 1),
            (uint16_t)(s->height / 5 - 1)};
    int err = put_words(s, CROP_X, crop, 4);
    err = err ? err : put8(s, CROP_MODE, CROP_AUTO_STATISTICS);
    err = err ? err : put16(s, OUTPUT_WIDTH, s->width);
    err = err ? err : put16(s, OUTPUT_HEIGHT, s->height);
    err = err ? err : put_words(s, STAT_AWB_WINDOW, white, 4);
    return err ? err : put_words(s, STAT_AE_WINDOW, exposure, 4);
}

// In 8.8 frames a second. Exposure may halve the rate in the dark, unless the
// rate was asked for.
static int put_rates(sensor *s) {
    uint32_t most = (uint32_t)ceilf(rate(s) * 256.0F);
    int err = put16(s, AET_MAX_RATE, most);
    return err ? err : put16(s, AET_MIN_RATE, s->fps ? most : most / 2U);
}

static int configure(sensor *s) {
    uint32_t format;
    switch (s->format) {
    case IMG_GRAYSCALE:
    case IMG_YUV422:
        format = FORMAT_SWAP_BYTES; // of YUV
        break;
    case IMG_RGB565:
        format = FORMAT_RGB565 | FORMAT_SWAP_BYTES;
        break;
    case IMG_BAYER:
        format = FORMAT_BAYER | FORMAT_BAYER_8;
        break;
    default:
        return SENSOR_ERR_UNSUPPORTED;
    }
    if (s->width > ARRAY_WIDTH || s->height > ARRAY_HEIGHT) {
        return SENSOR_ERR_INVALID;
    }
    // The array's own pattern is GRBG; cameras hold it upside down.
    s->bayer = (img_bayer)((unsigned)IMG_GBRG ^ (s->mirror ? 1U : 0U) ^
            (s->flip ? 2U : 0U));
    struct array a = array_of(s);
    int err = put16(s, OUTPUT_FORMAT, format);
    err = err ? err : put_array(s, &a);
    err = err ? err : put_scaler(s, &a);
    err = err ? err : put_rates(s);
    return err ? err : set_state(s, STATE_CHANGE_CONFIG);
}

static int tone(sensor *s, sensor_tone what, int level) {
    if (level < -16 || level > 16) {
        return SENSOR_ERR_INVALID;
    }
    // UVC's ranges: contrast 16 … 64, brightness 23 … 87, saturation 0 … 255.
    int err;
    if (what == SENSOR_CONTRAST) {
        int value = 32 + (level > 0 ? 2 * level : level);
        err = put16(s, UVC_CONTRAST, (uint32_t)value);
    } else if (what == SENSOR_BRIGHTNESS) {
        err = put16(s, UVC_BRIGHTNESS, (uint32_t)(55 + 2 * level));
    } else {
        int value = 128 + 8 * level;
        err = put16(s, UVC_SATURATION, value > 255 ? 255U : (uint32_t)value);
    }
    return err ? err : refresh(s);
}

// One switch for gain and exposure together.
static int automatic(sensor *s, bool on) {
    return put8(s, UVC_AE_MODE, on ? AE_AUTO : AE_MANUAL);
}

static int auto_gain(sensor *s, bool on, float db, float ceiling_db) {
    (void)ceiling_db;
    int err = automatic(s, on);
    if (!err && !on && isfinite(db)) {
        float steps = sensor_db_to_gain(db) * 32.0F + 0.5F;
        err = put16(s, UVC_GAIN, steps < 65535.0F ? (uint32_t)steps : 65535U);
    }
    return err ? err : refresh(s);
}

static int gain_db(sensor *s, float *db) {
    uint32_t steps;
    int err = sensor_get(s, UVC_GAIN, 2, &steps);
    if (!err) {
        *db = sensor_gain_to_db((float)(steps ? steps : 1U) / 32.0F);
    }
    return err;
}

static int auto_exposure(sensor *s, bool on, int us) {
    int err = automatic(s, on);
    if (!err && !on && us >= 0) {
        err = put8(s, UVC_MANUAL_EXPOSURE, 1);
        err = err ? err : sensor_put(s, UVC_EXPOSURE, 4, (uint32_t)us / 100U);
    }
    return err ? err : refresh(s);
}

static int exposure_us(sensor *s, int *us) {
    uint32_t steps = 0;
    int err = sensor_get(s, UVC_EXPOSURE, 4, &steps);
    *us = steps > INT32_MAX / 100U ? INT32_MAX : (int)(steps * 100U);
    return err;
}

static int auto_white(sensor *s, bool on, const float *rgb_db) {
    int err = put8(s, UVC_WHITE_AUTO, on ? 1 : 0);
    err = err ? err : refresh(s);
    return !err && !on && rgb_db != NULL ? SENSOR_ERR_UNSUPPORTED : err;
}

static int colour_bar(sensor *s, bool on) {
    int err = put8(s, MODE_SELECT, on ? MODE_TEST_PATTERN : MODE_NORMAL);
    err = err ? err : put8(s, TEST_PATTERN, PATTERN_BARS);
    return err ? err : set_state(s, STATE_CHANGE_CONFIG);
}

static int negative(sensor *s, bool on) {
    int err = put8(s, SFX_CONTROL, on ? SFX_NEGATIVE : 0);
    return err ? err : refresh(s);
}

const sensor_driver sensor_mt9m114 = {
        .name = "MT9M114",
        .address = 0x48,
        .register_bytes = 2,
        .value_bytes = 2,
        .id_register = CHIP_ID,
        .id = 0x2481,
        .clock_hz = 24000000,
        .max_width = ARRAY_WIDTH,
        .max_height = ARRAY_HEIGHT,
        // FRAME_VALID and LINE_VALID are high while there are data.
        .vsync_high = false,
        .hsync_high = false,
        .pixclk_rising = false,
        .has_readout = true,
        .reset = reset,
        .sleep = sleep_on,
        .configure = configure,
        .rate = rate,
        .tone = tone,
        .auto_gain = auto_gain,
        .gain_db = gain_db,
        .auto_exposure = auto_exposure,
        .exposure_us = exposure_us,
        .auto_white = auto_white,
        .colour_bar = colour_bar,
        .negative = negative,
};
