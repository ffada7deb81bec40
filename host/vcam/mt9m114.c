// SPDX-License-Identifier: MIT
// onsemi MT9M114, as its data sheet and developer guide describe it and
// public drivers use it: registers of the sensor and variables of its
// firmware under addresses of 16 bits, commands that take their time, and
// settings that take effect when a Change-Config or Refresh command says so.
//
// What the image flow processor does to a raw image (black level, shading,
// colour matrices, tone curve, noise) has been done to a photograph, so those
// variables are kept and do nothing; what a patch would change is unknown.

#include "host/vcam/sensor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/machine.h"

enum {
    CHIP_ID = 0x0000,
    SYSCTL = 0x001a,
    COMMAND = 0x0080,
    ACCESS_PHYSICAL = 0x098a,
    ACCESS_LOGICAL = 0x098e,
    AE_TRACK_ALGO = 0xa804,
    Y_START = 0xc800,
    X_START = 0xc802,
    Y_END = 0xc804,
    X_END = 0xc806,
    PIXCLK = 0xc808,
    FRAME_LENGTH = 0xc812,
    LINE_LENGTH = 0xc814,
    READ_MODE = 0xc834,
    ANALOG_GAIN = 0xc836,
    COARSE_TIME = 0xc83c,
    MODE_SELECT = 0xc84c,
    PATTERN_SELECT = 0xc84d,
    PATTERN_RED = 0xc84e,
    CROP_X = 0xc854,
    CROP_Y = 0xc856,
    CROP_WIDTH = 0xc858,
    CROP_HEIGHT = 0xc85a,
    OUTPUT_WIDTH = 0xc868,
    OUTPUT_HEIGHT = 0xc86a,
    OUTPUT_FORMAT = 0xc86c,
    SFX = 0xc874,
    MAX_RATE = 0xc88c,
    PLL_ENABLE = 0xc97e,
    PLL_M_N = 0xc980,
    PLL_P = 0xc982,
    PORT = 0xc984,
    UVC_AE_MODE = 0xcc00,
    UVC_WHITE_AUTO = 0xcc01,
    UVC_EXPOSURE = 0xcc04, // 32 bits, 100 us
    UVC_BRIGHTNESS = 0xcc0a,
    UVC_CONTRAST = 0xcc0c,
    UVC_GAIN = 0xcc0e,
    UVC_SATURATION = 0xcc12,
    NEXT_STATE = 0xdc00,
    CURRENT_STATE = 0xdc01,
    STATE_RESULT = 0xdc02,
    FIRMWARE_ID = 0xe004, // 32 bits
    PATCH_ID = 0xe002,
    APPLY_STATUS = 0xe008,
    PATCHES = 0xe009,
    PATCH_LIST = 0xe00a,
    COMMAND_PATCH = 1 << 0,
    COMMAND_STATE = 1 << 1,
    COMMAND_REFRESH = 1 << 2,
    COMMAND_EVENT = 1 << 3,
    COMMANDS = 0xf,
    COMMAND_OK = 1 << 15,
    STATE_CONFIG = 0x28,
    STATE_STREAMING = 0x31,
    STATE_START = 0x34,
    STATE_SUSPEND = 0x40,
    STATE_SUSPENDED = 0x41,
    STATE_SLEEP = 0x50,
    STATE_STANDBY = 0x52,
    STATE_WAKE = 0x54,
    RESULT_INVALID = 0x0c,
    RESULT_NO_SPACE = 0x0d,
    READ_MIRROR = 1 << 0,
    READ_FLIP = 1 << 1,
    FORMAT_SWAP_RB = 1 << 0,
    FORMAT_SWAP_BYTES = 1 << 1,
    FORMAT_MONO = 1 << 2,
    PORT_SLOWDOWN = 1 << 3,
    WIDTH = 1280,
    HEIGHT = 960,
    ARRAY_WIDTH = 1296, // with 8 dark columns and rows at each side
    ARRAY_HEIGHT = 976,
    DARK = 8,
    BORDER = 4, // what demosaicing eats
    PHYSICAL = 0x8000,
    MOST_PATCHES = 8,
    MOST_GAIN = 128,
    SLOWEST_PIXELS = 100000 // hertz, whatever the PLL is set to
};

static const uint32_t ROM_ID = 0x41030202;
static const uint64_t ANSWER_TIME = VCAM_SECOND / 500; // after a reset
static const uint64_t BOOT_TIME = VCAM_SECOND / 20;

struct mt9m114 {
    struct vcam_sensor_base base;
    uint8_t reg[0x10000];
    uint8_t patch[PHYSICAL]; // memory behind the physical window
    bool physical;
    bool patch_written;
    uint16_t at;
    bool held, booting;
    uint16_t command;       // that runs, or 0
    uint8_t config[0x1000]; // variables from 0xc000 as of the last config
    uint8_t uvc[0x20];      // and from 0xcc00, as of the last refresh
    uint8_t effect;
    double exposure, gain; // seconds; of the next frame
    double line_time;
};

static unsigned get16(const struct mt9m114 *m, unsigned at) {
    return (unsigned)m->reg[at] << 8 | m->reg[at + 1];
}

static uint32_t get32(const struct mt9m114 *m, unsigned at) {
    return (uint32_t)get16(m, at) << 16 | get16(m, at + 2);
}

static void put16(struct mt9m114 *m, unsigned at, unsigned value) {
    m->reg[at] = (uint8_t)(value >> 8);
    m->reg[at + 1] = (uint8_t)value;
}

static void put32(struct mt9m114 *m, unsigned at, uint32_t value) {
    put16(m, at, value >> 16);
    put16(m, at + 2, value & 0xffff);
}

// A variable as the last Change-Config found it.
static unsigned active(const struct mt9m114 *m, unsigned at) {
    return (unsigned)m->config[at - 0xc000] << 8 | m->config[at - 0xc000 + 1];
}

static unsigned uvc(const struct mt9m114 *m, unsigned at) {
    return (unsigned)m->uvc[at - 0xcc00] << 8 | m->uvc[at - 0xcc00 + 1];
}

// --- configurations -------------------------------------------------------

static unsigned bin_x(unsigned read_mode) {
    return read_mode >> 4 & 3 ? 2 : 1;
}

static unsigned bin_y(unsigned read_mode) {
    return read_mode >> 8 & 3 ? 2 : 1;
}

// The variables as they are now: STATE_RESULT.
static unsigned judge(const struct mt9m114 *m) {
    unsigned x0 = get16(m, X_START);
    unsigned x1 = get16(m, X_END);
    unsigned y0 = get16(m, Y_START);
    unsigned y1 = get16(m, Y_END);
    if (x1 < x0 || y1 < y0 || x1 >= ARRAY_WIDTH || y1 >= ARRAY_HEIGHT ||
            x0 % 2 || y0 % 2) {
        return RESULT_INVALID;
    }
    unsigned mode = get16(m, READ_MODE);
    unsigned columns = (x1 - x0 + 1) / bin_x(mode);
    unsigned rows = (y1 - y0 + 1) / bin_y(mode);
    unsigned width = get16(m, CROP_WIDTH);
    unsigned height = get16(m, CROP_HEIGHT);
    unsigned out_w = get16(m, OUTPUT_WIDTH);
    unsigned out_h = get16(m, OUTPUT_HEIGHT);
    if (get16(m, CROP_X) + width > columns ||
            get16(m, CROP_Y) + height > rows || out_w > width ||
            out_h > height || out_w < 8 || out_h < 8) {
        return RESULT_NO_SPACE; // the scaler only makes smaller
    }
    if (get16(m, LINE_LENGTH) < columns || get16(m, FRAME_LENGTH) < rows + 8) {
        return RESULT_NO_SPACE;
    }
    return 0;
}

static void refresh(struct mt9m114 *m) {
    memcpy(m->uvc, m->reg + 0xcc00, sizeof m->uvc);
    m->effect = m->reg[SFX];
}

static unsigned configure(struct mt9m114 *m) {
    unsigned result = judge(m);
    if (result == 0) {
        memcpy(m->config, m->reg + 0xc000, sizeof m->config);
        refresh(m);
    }
    return result;
}

// --- commands -------------------------------------------------------------

static unsigned set_state(struct mt9m114 *m) {
    uint8_t now = m->reg[CURRENT_STATE];
    unsigned result = 0;
    uint8_t then = STATE_STREAMING;
    switch (m->reg[NEXT_STATE]) {
    case STATE_CONFIG:
        result = now == STATE_STANDBY ? RESULT_INVALID : configure(m);
        break;
    case STATE_START:
        result = now == STATE_STANDBY ? RESULT_INVALID : 0;
        break;
    case STATE_SUSPEND:
        result = now == STATE_STREAMING ? 0 : RESULT_INVALID;
        then = STATE_SUSPENDED;
        break;
    case STATE_SLEEP:
        then = STATE_STANDBY;
        break;
    case STATE_WAKE:
        result = now == STATE_STANDBY ? 0 : RESULT_INVALID;
        break;
    default:
        result = RESULT_INVALID;
        break;
    }
    if (result == 0) {
        m->reg[CURRENT_STATE] = then;
    }
    m->reg[STATE_RESULT] = (uint8_t)result;
    return result;
}

static unsigned apply_patch(struct mt9m114 *m) {
    unsigned count = m->reg[PATCHES];
    bool good = get32(m, FIRMWARE_ID) == ROM_ID && m->patch_written &&
            count < MOST_PATCHES;
    if (good) {
        put16(m, PATCH_LIST + 2 * count, get16(m, PATCH_ID));
        m->reg[PATCHES] = (uint8_t)(count + 1);
    }
    m->patch_written = false;
    m->reg[APPLY_STATUS] = good ? 0 : RESULT_INVALID;
    return m->reg[APPLY_STATUS];
}

static void ready(void *self) {
    struct mt9m114 *m = self;
    if (m->booting) {
        m->booting = false;
        put16(m, COMMAND, COMMAND_OK);
        m->reg[CURRENT_STATE] = STATE_STREAMING;
        (void)configure(m);
        return;
    }
    unsigned result = 0;
    if (m->command & COMMAND_PATCH) {
        result |= apply_patch(m);
    }
    if (m->command & COMMAND_STATE) {
        result |= set_state(m);
    }
    if (m->command & COMMAND_REFRESH) {
        refresh(m);
    }
    m->command = 0;
    put16(m, COMMAND, result ? 0 : COMMAND_OK);
}

static void start_command(struct mt9m114 *m) {
    unsigned command = get16(m, COMMAND) & COMMANDS;
    if (m->booting) {
        // It has the command register to itself until it has started.
        put16(m, COMMAND, 0xffff);
        vcam_sensor_complain(m->base.sensor,
                "a command was given before the start-up was over");
    } else if (m->command) {
        vcam_sensor_complain(m->base.sensor,
                "a command was given while another runs");
    } else if (command) {
        m->command = (uint16_t)command;
        uint64_t ms = command & COMMAND_EVENT ? 33
                : command & COMMAND_STATE     ? 12
                                              : 3;
        vcam_sensor_later(m->base.sensor, ms * VCAM_SECOND / 1000);
    }
}

static void defaults(struct mt9m114 *m) {
    static const struct {
        uint16_t at, value;
    } words[] = {{CHIP_ID, 0x2481}, {SYSCTL, 0}, {0x001e, 0x0777},
            {0x301a, 0x0018}, {0x31fe, 0x0003}, {0x8000, 0x0002},
            {0x8002, 0x0002}, {0x8004, 0x0002}, {AE_TRACK_ALGO, 0x00ff},
            {Y_START, 4}, {X_START, 4}, {Y_END, 971}, {X_END, 1291},
            {0xc80c, 1}, {0xc80e, 219}, {0xc810, 1459}, {FRAME_LENGTH, 1000},
            {LINE_LENGTH, 1600}, {0xc816, 96}, {0xc818, 963}, {ANALOG_GAIN, 32},
            {COARSE_TIME, 500}, {CROP_WIDTH, WIDTH}, {CROP_HEIGHT, HEIGHT},
            {OUTPUT_WIDTH, WIDTH}, {OUTPUT_HEIGHT, HEIGHT}, {0xc86e, 0x0008},
            {MAX_RATE, 30 << 8}, {0xc88e, 15 << 8}, {PLL_M_N, 0x0120},
            {PLL_P, 0x0700}, {PORT, 0x8000}, {UVC_BRIGHTNESS, 55},
            {UVC_CONTRAST, 32}, {UVC_GAIN, 32}, {UVC_SATURATION, 128}};
    memset(m->reg, 0, sizeof m->reg);
    memset(m->patch, 0, sizeof m->patch);
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        put16(m, words[i].at, words[i].value);
    }
    put32(m, PIXCLK, 48000000);
    put32(m, UVC_EXPOSURE, 333);
    put32(m, FIRMWARE_ID, 0);
    m->reg[PATTERN_SELECT] = 4;
    m->reg[PLL_ENABLE] = 1;
    m->reg[UVC_AE_MODE] = 2;
    m->reg[UVC_WHITE_AUTO] = 1;
    m->reg[CURRENT_STATE] = STATE_STANDBY;
    put16(m, COMMAND, 0xffff);
}

static void boot(struct mt9m114 *m) {
    defaults(m);
    m->physical = m->patch_written = m->held = false;
    m->command = 0;
    m->booting = true;
    m->exposure = 1e-3;
    m->gain = 1;
    vcam_sensor_later(m->base.sensor, BOOT_TIME);
}

static void reset(void *self) {
    struct mt9m114 *m = self;
    vcam_sensor_busy(m->base.sensor, ANSWER_TIME);
    boot(m);
}

// --- I2C ------------------------------------------------------------------

static void changed(struct mt9m114 *m, unsigned at) {
    switch (at) {
    case SYSCTL + 1:
        if (m->reg[at] & 1) {
            m->held = true;
        } else if (m->held) {
            boot(m);
        }
        break;
    case COMMAND + 1:
        start_command(m);
        break;
    case ACCESS_PHYSICAL + 1:
        m->physical = true;
        break;
    case ACCESS_LOGICAL + 1:
        m->physical = false;
        break;
    default:
        break;
    }
}

static bool read_only(unsigned at) {
    return at <= CHIP_ID + 1 || at == CURRENT_STATE || at == STATE_RESULT ||
            at == APPLY_STATUS || at == PATCHES;
}

static bool cci_write(void *self, unsigned index, uint8_t byte) {
    struct mt9m114 *m = self;
    if (index < 2) {
        m->at = (uint16_t)(m->at << 8 | byte);
        return true;
    }
    unsigned at = m->at++;
    if (m->physical && at >= PHYSICAL) {
        m->patch[at - PHYSICAL] = byte;
        m->patch_written = true;
    } else if (!read_only(at)) {
        m->reg[at] = byte;
        changed(m, at);
    }
    return true;
}

static uint8_t cci_read(void *self) {
    struct mt9m114 *m = self;
    unsigned at = m->at++;
    return m->physical && at >= PHYSICAL ? m->patch[at - PHYSICAL] : m->reg[at];
}

// --- exposure -------------------------------------------------------------

static bool automatic(const struct mt9m114 *m) {
    return m->uvc[0] & 2 && get16(m, AE_TRACK_ALGO) & 1;
}

static void settle(void *self) {
    struct mt9m114 *m = self;
    if (!(get16(m, AE_TRACK_ALGO) & 1)) { // by the sensor's own variables
        m->exposure = get16(m, COARSE_TIME) * m->line_time;
        m->gain = get16(m, ANALOG_GAIN) / 32.0;
        return;
    }
    if (!(m->uvc[0] & 2)) {
        m->exposure = ((uint32_t)uvc(m, UVC_EXPOSURE) << 16 |
                              uvc(m, UVC_EXPOSURE + 2)) *
                1e-4;
        m->gain = uvc(m, UVC_GAIN) / 32.0;
        return;
    }
    double longest = active(m, FRAME_LENGTH) * m->line_time;
    double product = fmin(m->exposure * m->gain, 100 * VCAM_RIGHT_EXPOSURE);
    product = (product + VCAM_RIGHT_EXPOSURE) / 2;
    if (fabs(product - VCAM_RIGHT_EXPOSURE) < VCAM_RIGHT_EXPOSURE / 32) {
        product = VCAM_RIGHT_EXPOSURE;
    }
    m->exposure = product < longest ? product : longest;
    m->gain = fmin(product / m->exposure, MOST_GAIN);
    uint32_t steps = (uint32_t)(m->exposure * 1e4 + 0.5);
    put32(m, UVC_EXPOSURE, steps ? steps : 1);
    put16(m, UVC_GAIN, (unsigned)(m->gain * 32 + 0.5));
}

static struct vcam_tone tone_of(const struct mt9m114 *m) {
    struct vcam_tone t = VCAM_TONE_PLAIN;
    double light = m->exposure * m->gain / VCAM_RIGHT_EXPOSURE;
    if (automatic(m)) { // brightness is what it aims at
        if (fabs(light - 1) < 1e-6) {
            light = 1;
        }
        light *= uvc(m, UVC_BRIGHTNESS) / 55.0;
    }
    t.light[0] = t.light[1] = t.light[2] = light;
    t.contrast = uvc(m, UVC_CONTRAST) / 32.0;
    t.saturation_u = t.saturation_v = uvc(m, UVC_SATURATION) / 128.0;
    t.negative = m->effect == 3;
    t.fixed_u = t.fixed_v = m->effect == 1 || m->effect == 2 ||
            active(m, OUTPUT_FORMAT) & FORMAT_MONO;
    t.u = m->effect == 2 ? 105 : 128;
    t.v = m->effect == 2 ? 151 : 128;
    return t;
}

// --- frames ---------------------------------------------------------------

static void format(const struct mt9m114 *m, struct vcam_video *v) {
    unsigned f = active(m, OUTPUT_FORMAT);
    switch (f >> 8 & 3) {
    case 0:
        v->format = VIDEO_YUV422;
        v->v_first = f & FORMAT_SWAP_RB;
        break;
    case 1:
        v->format = VIDEO_RGB565;
        v->blue_first = f & FORMAT_SWAP_RB;
        if (f >> 12 & 3) {
            vcam_sensor_complain(m->base.sensor,
                    "of the RGB formats, only RGB565 is modelled");
        }
        break;
    default: { // green of a red row first, as the array lies
        unsigned mode = active(m, READ_MODE);
        v->format = VIDEO_BAYER;
        v->bayer =
                (uint8_t)(IMG_GRBG ^ (mode & READ_MIRROR) ^ (mode & READ_FLIP));
        break;
    }
    }
    v->swapped = f & FORMAT_SWAP_BYTES;
}

static void geometry(const struct mt9m114 *m, struct vcam_shot *shot) {
    unsigned mode = active(m, READ_MODE);
    int32_t bx = (int32_t)bin_x(mode);
    int32_t by = (int32_t)bin_y(mode);
    int32_t width = (int32_t)active(m, CROP_WIDTH) * bx;
    int32_t height = (int32_t)active(m, CROP_HEIGHT) * by;
    int32_t left = ((int32_t)active(m, CROP_X) + BORDER) * bx;
    int32_t top = ((int32_t)active(m, CROP_Y) + BORDER) * by;
    bool mirror = mode & READ_MIRROR;
    bool flip = mode & READ_FLIP;
    // The crop window counts in what has been mirrored already.
    int32_t first = (int32_t)active(m, X_START);
    int32_t last = (int32_t)active(m, X_END);
    left = mirror ? last + 1 - left - width : first + left;
    first = (int32_t)active(m, Y_START);
    last = (int32_t)active(m, Y_END);
    top = flip ? last + 1 - top - height : first + top;
    left -= DARK;
    top -= DARK;
    width = width > WIDTH ? WIDTH : width;
    height = height > HEIGHT ? HEIGHT : height;
    left = left < 0 ? 0 : left > WIDTH - width ? WIDTH - width : left;
    top = top < 0 ? 0 : top > HEIGHT - height ? HEIGHT - height : top;
    shot->view = (struct vcam_view){.left = left,
            .top = top,
            .width = width,
            .height = height,
            .mirror = mirror,
            .flip = flip};
    shot->video.width = active(m, OUTPUT_WIDTH);
    shot->video.height = active(m, OUTPUT_HEIGHT);
    shot->rows = (unsigned)(last + 1 - first) / bin_y(mode);
}

static void timing(struct mt9m114 *m, uint32_t xclk, struct vcam_shot *shot) {
    unsigned m_n = active(m, PLL_M_N);
    unsigned divider =
            ((m_n >> 8 & 0x3f) + 1) * ((active(m, PLL_P) >> 8 & 0x3f) + 1);
    uint64_t clock = m->config[PLL_ENABLE - 0xc000] & 1
            ? (uint64_t)xclk * (m_n & 0xff) / divider
            : xclk / 2;
    if (clock > 48000000) {
        vcam_sensor_complain(m->base.sensor,
                "its PLL gives a pixel clock of more than 48 MHz");
    }
    clock = clock < SLOWEST_PIXELS ? SLOWEST_PIXELS : clock;
    uint64_t line = active(m, LINE_LENGTH);
    shot->line_time = line * VCAM_SECOND / clock;
    m->line_time = (double)shot->line_time / (double)VCAM_SECOND;
    shot->lines = active(m, FRAME_LENGTH);
    shot->front = 4;
    // Slower than the array would give them, blank lines are added.
    unsigned rate = active(m, MAX_RATE);
    if (rate) {
        uint64_t lines = VCAM_SECOND * 256 / rate / shot->line_time;
        shot->lines = lines > shot->lines ? (unsigned)lines : shot->lines;
    }
    // Two bytes a pixel; the slow-down makes five of four clocks.
    bool slow = active(m, PORT) & PORT_SLOWDOWN;
    shot->video.clock = (uint32_t)(slow ? clock * 8 / 5 : clock * 2);
}

static bool shoot(void *self, uint32_t xclk, struct vcam_shot *shot) {
    struct mt9m114 *m = self;
    *shot = (struct vcam_shot){.tone = VCAM_TONE_PLAIN};
    if (m->booting || m->held || m->reg[CURRENT_STATE] != STATE_STREAMING) {
        return false;
    }
    geometry(m, shot);
    format(m, &shot->video);
    timing(m, xclk, shot);
    shot->tone = tone_of(m);
    shot->bars = m->config[MODE_SELECT - 0xc000] & 2;
    return true;
}

const struct vcam_sensor_kind VCAM_MT9M114 = {.name = "mt9m114",
        .address = 0x48,
        .width = WIDTH,
        .height = HEIGHT,
        .slowest = 6000000,
        .fastest = 54000000,
        .upside_down = true,
        .size = sizeof(struct mt9m114),
        .reset = reset,
        .write = cci_write,
        .read = cci_read,
        .shoot = shoot,
        .settle = settle,
        .ready = ready};
