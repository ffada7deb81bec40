// SPDX-License-Identifier: MIT
// The search for a sensor, and the two drivers: what they write, compared with
// what data sheets say the chips do with it.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/sensor.h"
#include "sensor/sizes.h"
#include "test/support/fake_sensor.h"

static fake_sensor fake;
static sensor_bus bus;
static sensor s;
static sensor_search search;

static void begin(const sensor_driver *driver) {
    bus = fake_sensor_bus(&fake, driver);
    assert_int_equal(sensor_probe(&s, &bus, &search), 0);
    assert_ptr_equal(s.driver, driver);
    assert_int_equal(sensor_reset(&s, true), 0);
}

static int configure(img_format format, uint16_t width, uint16_t height) {
    s.format = format;
    s.width = width;
    s.height = height;
    return s.driver->configure(&s);
}

static uint32_t byte(uint16_t reg) {
    return fake_sensor_word(&fake, reg, 1);
}

static uint32_t word(uint16_t reg) {
    return fake_sensor_word(&fake, reg, 2);
}

// --- the search -------------------------------------------------------------

static void finds_a_chip_whatever_its_pins_want(void **state) {
    (void)state;
    const sensor_driver *drivers[] = {&sensor_ov7725, &sensor_mt9m114};
    for (unsigned i = 0; i < 8; i++) {
        bus = fake_sensor_bus(&fake, drivers[i / 4]);
        fake.works_with_pwdn_high = i & 1;
        fake.works_with_reset_high = i & 2;
        assert_int_equal(sensor_probe(&s, &bus, &search), 0);
        assert_ptr_equal(s.driver, drivers[i / 4]);
        assert_int_equal(s.pwdn_active, !(i & 1));
        assert_int_equal(s.reset_active, !(i & 2));
        // Ten milliseconds active and ten not, for each pair up to that one.
        unsigned pairs = (i & 1 ? 2u : 0u) + (i & 2 ? 1u : 0u) + 1u;
        assert_int_equal(fake.pulses, 2 * pairs);
        assert_int_equal(fake.waited_ms, 20 * pairs);
    }
}

static void tells_what_it_tried(void **state) {
    (void)state;
    bus = fake_sensor_bus(&fake, NULL);
    assert_int_equal(sensor_probe(&s, &bus, &search), SENSOR_ERR_NONE);
    assert_int_equal(search.count, 2);
    assert_int_equal(search.tried[0], 0x21);
    assert_int_equal(search.tried[1], 0x48);
    assert_int_equal(search.answered, 0);
    bus = fake_sensor_bus(&fake, &sensor_ov7725);
    fake.memory[0x0A] = 0x76;
    assert_int_equal(sensor_probe(&s, &bus, &search), SENSOR_ERR_NONE);
    assert_int_equal(search.answered, 0x21);
    assert_int_equal(search.id, 0x76);
}

static void reads_as_each_bus_wants_it(void **state) {
    (void)state;
    uint16_t value;
    begin(&sensor_ov7725);
    assert_int_equal(sensor_read(&s, 0x0A, &value), 0);
    assert_int_equal(value, 0x77);
    assert_int_equal(fake.repeated, 0);
    begin(&sensor_mt9m114);
    assert_int_equal(sensor_read(&s, 0x0000, &value), 0);
    assert_int_equal(value, 0x2481);
    assert_int_equal(fake.stops, 0);
    assert_int_equal(sensor_write(&s, 0x3012, 0x1234), 0);
    assert_int_equal(word(0x3012), 0x1234);
}

// --- OV7725 -----------------------------------------------------------------

// What the window registers say, in pixels.
struct ov_window {
    uint32_t left, top, width, height, out_width, out_height;
};

static struct ov_window ov_window(void) {
    uint32_t href = byte(0x32);
    uint32_t exhch = byte(0x2A);
    return (struct ov_window){
            .left = byte(0x17) << 2 | (href >> 4 & 3),
            .width = byte(0x18) << 2 | (href & 3),
            .top = byte(0x19) << 1 | (href >> 6 & 1),
            .height = byte(0x1A) << 1 | (href >> 2 & 1),
            .out_width = byte(0x29) << 2 | (exhch & 3),
            .out_height = byte(0x2C) << 1 | (exhch >> 2 & 1),
    };
}

static void ov7725_has_the_windows_of_its_data_sheet(void **state) {
    (void)state;
    begin(&sensor_ov7725);
    assert_int_equal(configure(IMG_RGB565, 640, 480), 0);
    assert_int_equal(byte(0x12) & 0x40, 0);    // COM7: VGA
    assert_int_equal(byte(0x12) & 0x0F, 0x06); // RGB565
    assert_int_equal(byte(0x17), 0x23);
    assert_int_equal(byte(0x18), 0xA0);
    assert_int_equal(byte(0x19), 0x07);
    assert_int_equal(byte(0x1A), 0xF0);
    assert_int_equal(byte(0xAC) & 0x0C, 0); // DSPAUTO: nothing to scale
    assert_true(fabsf(s.driver->rate(&s) - 60.0F) < 0.1F);
    assert_int_equal(configure(IMG_GRAYSCALE, 320, 240), 0);
    assert_int_equal(byte(0x12) & 0x4F, 0x40); // QVGA, YUV
    assert_int_equal(byte(0x0C) & 0x10, 0x10); // COM3: Y first
    assert_int_equal(byte(0x17), 0x3F);
    assert_int_equal(byte(0x18), 0x50);
    assert_int_equal(byte(0x19), 0x03);
    assert_int_equal(byte(0x1A), 0x78);
    assert_true(fabsf(s.driver->rate(&s) - 149.9F) < 0.1F);
}

static void ov7725_shows_every_size_undistorted(void **state) {
    (void)state;
    begin(&sensor_ov7725);
    for (int32_t number = 2; number < SENSOR_SIZE_COUNT; number++) {
        sensor_extent size = sensor_size(number);
        if (size.width > 640 || size.height > 480) {
            assert_int_equal(configure(IMG_RGB565, size.width, size.height),
                    SENSOR_ERR_INVALID);
            continue;
        }
        assert_int_equal(configure(IMG_RGB565, size.width, size.height), 0);
        struct ov_window w = ov_window();
        bool qvga = byte(0x12) & 0x40;
        uint32_t full_width = qvga ? 320 : 640;
        uint32_t full_height = qvga ? 240 : 480;
        uint32_t left = qvga ? 252 : 140;
        uint32_t top = qvga ? 6 : 14;
        assert_int_equal(w.out_width, size.width);
        assert_int_equal(w.out_height, size.height);
        // Within what the array sends, in its middle, no more than needed.
        assert_true(w.left >= left && w.top >= top);
        assert_true(w.left + w.width <= left + full_width);
        assert_true(w.top + w.height <= top + full_height);
        assert_true(w.width >= full_width - 4 || w.height >= full_height - 4);
        assert_true(abs((int)(2 * (w.left - left) + w.width) -
                            (int)full_width) <= 4);
        // The chip shrinks by 16 at most, and both ways alike.
        float across = (float)w.width / (float)size.width;
        float down = (float)w.height / (float)size.height;
        assert_true(across >= 0.99F && across <= 16.0F);
        assert_true(fabsf(across / down - 1.0F) < 0.03F);
        bool scaled = across > 1.0F || down > 1.0F;
        assert_int_equal(byte(0xAC) & 0x0C, scaled ? 0x0C : 0);
    }
}

// Sizes without a name, and the extremes: a chip never gets fewer pixels than
// it is to send.
static void odd_sizes_are_never_stretched(void **state) {
    (void)state;
    static const sensor_extent sizes[] = {{640, 15}, {20, 480}, {639, 479},
            {320, 15}, {21, 17}, {320, 239}, {319, 240}, {321, 241}};
    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        begin(&sensor_ov7725);
        assert_int_equal(configure(IMG_RGB565, sizes[i].width, sizes[i].height),
                0);
        struct ov_window w = ov_window();
        assert_true(w.width >= sizes[i].width && w.height >= sizes[i].height);
        assert_int_equal(w.out_width, sizes[i].width);
        assert_int_equal(w.out_height, sizes[i].height);
        begin(&sensor_mt9m114);
        assert_int_equal(configure(IMG_RGB565, sizes[i].width, sizes[i].height),
                0);
        assert_true(word(0xC858) >= sizes[i].width);
        assert_true(word(0xC85A) >= sizes[i].height);
        assert_int_equal(word(0xC868), sizes[i].width);
        assert_int_equal(word(0xC86A), sizes[i].height);
    }
}

static void ov7725_turns_the_picture(void **state) {
    (void)state;
    begin(&sensor_ov7725);
    s.mirror = true;
    s.flip = true;
    assert_int_equal(configure(IMG_RGB565, 640, 480), 0);
    assert_int_equal(byte(0x0C) & 0xC0, 0xC0);
    assert_int_equal(ov_window().top, 13); // one line earlier: same colours
    s.mirror = s.flip = false;
    assert_int_equal(configure(IMG_RGB565, 640, 480), 0);
    assert_int_equal(byte(0x0C) & 0xC0, 0);
    assert_int_equal(ov_window().top, 14);
}

static void ov7725_does_not_scale_raw_pixels(void **state) {
    (void)state;
    begin(&sensor_ov7725);
    assert_int_equal(configure(IMG_BAYER, 160, 120), 0);
    assert_int_equal(byte(0x12) & 0x03, 0x01);
    assert_int_equal(byte(0x67), 0x02); // DSP_CTRL4: RAW8
    struct ov_window w = ov_window();
    assert_int_equal(w.width, 160);
    assert_int_equal(w.height, 120);
    assert_int_equal(w.left % 2 + w.top % 2, 0);
    assert_int_equal(configure(IMG_BINARY, 160, 120), SENSOR_ERR_UNSUPPORTED);
}

static void ov7725_slows_down_by_empty_lines(void **state) {
    (void)state;
    begin(&sensor_ov7725);
    static const uint16_t rates[] = {1, 5, 25, 30, 50, 59};
    for (unsigned i = 0; i < 6; i++) {
        s.fps = rates[i];
        assert_int_equal(configure(IMG_RGB565, 640, 480), 0);
        uint32_t lines = 510 + (byte(0x2E) << 8 | byte(0x2D));
        float fps = 48e6F / (784.0F * 2.0F * (float)lines);
        assert_true(fabsf(fps / rates[i] - 1.0F) < 0.01F);
        assert_true(fabsf(s.driver->rate(&s) - fps) < 0.01F);
    }
    s.fps = 1000; // as fast as it goes
    assert_int_equal(configure(IMG_RGB565, 640, 480), 0);
    assert_int_equal(byte(0x2E) << 8 | byte(0x2D), 0);
}

static void ov7725_has_levels(void **state) {
    (void)state;
    begin(&sensor_ov7725);
    for (int level = -4; level <= 4; level++) {
        assert_int_equal(s.driver->tone(&s, SENSOR_CONTRAST, level), 0);
        assert_int_equal(byte(0x9C), 0x20 + 4 * level);
        assert_int_equal(s.driver->tone(&s, SENSOR_SATURATION, level), 0);
        assert_int_equal(byte(0xA7), 0x40 + 16 * level);
        assert_int_equal(byte(0xA8), byte(0xA7));
        assert_int_equal(s.driver->tone(&s, SENSOR_BRIGHTNESS, level), 0);
        int bright = (int)byte(0x9B) * (byte(0xAB) & 0x08 ? -1 : 1);
        assert_int_equal(bright, 8 + 16 * level);
    }
    assert_int_equal(s.driver->tone(&s, SENSOR_CONTRAST, 5),
            SENSOR_ERR_INVALID);
    assert_int_equal(s.driver->tone(&s, SENSOR_BRIGHTNESS, -5),
            SENSOR_ERR_INVALID);
    static const int ceilings[] = {2, 4, 8, 16, 32, 64, 128};
    for (unsigned i = 0; i < 7; i++) {
        assert_int_equal(s.driver->gain_ceiling(&s, ceilings[i]), 0);
        assert_int_equal(byte(0x14) >> 4 & 7, i);
    }
    assert_int_equal(s.driver->gain_ceiling(&s, 3), SENSOR_ERR_INVALID);
    assert_int_equal(s.driver->gain_ceiling(&s, 256), SENSOR_ERR_INVALID);
}

static void ov7725_takes_gain_and_exposure(void **state) {
    (void)state;
    begin(&sensor_ov7725);
    configure(IMG_RGB565, 640, 480);
    for (int db = 0; db <= 29; db++) {
        float got;
        assert_int_equal(s.driver->auto_gain(&s, false, (float)db, NAN), 0);
        assert_int_equal(byte(0x13) & 0x04, 0);
        assert_int_equal(s.driver->gain_db(&s, &got), 0);
        assert_true(fabsf(got - (float)db) < 0.3F);
    }
    assert_int_equal(s.driver->auto_gain(&s, true, NAN, 18.0F), 0);
    assert_int_equal(byte(0x13) & 0x04, 0x04);
    assert_int_equal(byte(0x14) >> 4 & 7, 2); // 8 times are 18 dB
    static const int times[] = {0, 100, 1000, 10000, 16000, 500000};
    for (unsigned i = 0; i < 6; i++) {
        int us;
        assert_int_equal(s.driver->auto_exposure(&s, false, times[i]), 0);
        assert_int_equal(byte(0x13) & 0x81, 0);
        assert_int_equal(s.driver->exposure_us(&s, &us), 0);
        assert_true(us <= times[i] && us > times[i] - 34); // a line is 33 us
    }
    assert_int_equal(s.driver->auto_exposure(&s, false, 10000000),
            SENSOR_ERR_INVALID);
    assert_int_equal(s.driver->auto_exposure(&s, true, -1), 0);
    assert_int_equal(byte(0x13) & 0x81, 0x81);
    const float white[3] = {-6.0F, 0.0F, 5.0F};
    float got[3];
    assert_int_equal(s.driver->auto_white(&s, false, white), 0);
    assert_int_equal(s.driver->white_db(&s, got), 0);
    for (unsigned i = 0; i < 3; i++) {
        assert_true(fabsf(got[i] - white[i]) < 0.2F);
    }
}

// --- MT9M114 ----------------------------------------------------------------

static void check_words(uint16_t reg, uint32_t a, uint32_t b, uint32_t c,
        uint32_t d) {
    assert_int_equal(word(reg), a);
    assert_int_equal(word((uint16_t)(reg + 2)), b);
    assert_int_equal(word((uint16_t)(reg + 4)), c);
    assert_int_equal(word((uint16_t)(reg + 6)), d);
}

static void mt9m114_has_the_windows_of_its_wizard(void **state) {
    (void)state;
    begin(&sensor_mt9m114);
    assert_int_equal(word(0xC980), 0x0120); // 24 MHz * 32 / 2 / 8
    assert_int_equal(configure(IMG_RGB565, 640, 480), 0);
    check_words(0xC800, 0, 0, 973, 1293);
    assert_int_equal(word(0xC818), 483);
    assert_int_equal(word(0xC834) & 0x0330, 0x0330); // pairs are summed
    check_words(0xC854, 0, 0, 640, 480);
    assert_int_equal(word(0xC868), 640);
    assert_int_equal(word(0xC86A), 480);
    assert_int_equal(word(0xC86C), 0x0102); // RGB565, low byte first
    assert_true(s.driver->rate(&s) > 75.0F && s.driver->rate(&s) < 80.0F);
    assert_int_equal(configure(IMG_GRAYSCALE, 1280, 960), 0);
    check_words(0xC800, 4, 4, 971, 1291);
    assert_int_equal(word(0xC818), 963);
    assert_int_equal(word(0xC834) & 0x0330, 0);
    assert_int_equal(word(0xC86C), 0x0002); // YUV, Y first
    assert_int_equal(byte(0xDC00), 0x28);
    assert_int_equal(fake_sensor_word(&fake, 0xC808, 4), 48000000);
}

static void mt9m114_shows_every_size_undistorted(void **state) {
    (void)state;
    begin(&sensor_mt9m114);
    for (int32_t number = 2; number < SENSOR_SIZE_COUNT; number++) {
        sensor_extent size = sensor_size(number);
        if (size.width > 1280 || size.height > 960) {
            assert_int_equal(configure(IMG_RGB565, size.width, size.height),
                    SENSOR_ERR_INVALID);
            continue;
        }
        assert_int_equal(configure(IMG_RGB565, size.width, size.height), 0);
        uint32_t sum = word(0xC834) & 0x30 ? 2 : 1;
        uint32_t x = word(0xC854);
        uint32_t y = word(0xC856);
        uint32_t w = word(0xC858);
        uint32_t h = word(0xC85A);
        assert_true(x + w <= 1280 / sum && y + h <= 960 / sum);
        assert_true(w >= 1280 / sum - 2 || h >= 960 / sum - 2);
        assert_true(w >= size.width && h >= size.height);
        float across = (float)w / (float)size.width;
        float down = (float)h / (float)size.height;
        assert_true(fabsf(across / down - 1.0F) < 0.03F);
        assert_true(word(0xC814) % 5 != 0); // erratum
    }
}

static void mt9m114_reads_parts_faster(void **state) {
    (void)state;
    begin(&sensor_mt9m114);
    assert_int_equal(configure(IMG_GRAYSCALE, 320, 240), 0);
    float all = s.driver->rate(&s);
    s.readout = (sensor_readout){100, -50, 400, 300};
    assert_int_equal(configure(IMG_GRAYSCALE, 320, 240), 0);
    assert_true(s.driver->rate(&s) > all);
    assert_int_equal(word(0xC802), 4 + 440 + 100);
    assert_int_equal(word(0xC800), 4 + 330 + 50);
    check_words(0xC854, 0, 0, 400, 300);
    s.readout = (sensor_readout){9999, 9999, 10, 10}; // as near as it gets
    assert_int_equal(configure(IMG_GRAYSCALE, 320, 240), 0);
    assert_int_equal(word(0xC806), 1280 + 8 + 3);
    assert_int_equal(word(0xC800), 4);
    s.readout = (sensor_readout){0};
    s.fps = 10;
    assert_int_equal(configure(IMG_GRAYSCALE, 320, 240), 0);
    assert_true(fabsf(s.driver->rate(&s) - 10.0F) < 0.1F);
    assert_true(abs((int)word(0xC88C) - 10 * 256) <= 8);
    assert_int_equal(word(0xC88C), word(0xC88E));
}

static void mt9m114_is_mounted_upside_down(void **state) {
    (void)state;
    begin(&sensor_mt9m114);
    for (unsigned i = 0; i < 4; i++) {
        s.mirror = i & 1;
        s.flip = i & 2;
        assert_int_equal(configure(IMG_BAYER, 320, 240), 0);
        assert_int_equal(word(0xC834) & 3, 3 - i);
        assert_int_equal(word(0xC86C), 0x0E00);
        check_words(0xC854, 160, 120, 320, 240);
        // The array is GRBG when it is read as it is.
        assert_int_equal(s.bayer,
                i == 3           ? IMG_GRBG
                        : i == 2 ? IMG_RGGB
                        : i == 1 ? IMG_BGGR
                                 : IMG_GBRG);
    }
}

static void mt9m114_takes_gain_and_exposure(void **state) {
    (void)state;
    begin(&sensor_mt9m114);
    float db;
    int us;
    assert_int_equal(s.driver->auto_gain(&s, false, 12.0F, NAN), 0);
    assert_int_equal(byte(0xCC00), 1);
    assert_int_equal(s.driver->gain_db(&s, &db), 0);
    assert_true(fabsf(db - 12.0F) < 0.1F);
    assert_int_equal(s.driver->auto_exposure(&s, false, 12345), 0);
    assert_int_equal(s.driver->exposure_us(&s, &us), 0);
    assert_int_equal(us, 12300);
    assert_int_equal(s.driver->auto_exposure(&s, true, -1), 0);
    assert_int_equal(byte(0xCC00), 2);
    const float white[3] = {1.0F, 2.0F, 3.0F};
    assert_int_equal(s.driver->auto_white(&s, false, white),
            SENSOR_ERR_UNSUPPORTED);
    assert_int_equal(byte(0xCC01), 0);
    assert_int_equal(s.driver->auto_white(&s, true, NULL), 0);
    for (int level = -16; level <= 16; level++) {
        assert_int_equal(s.driver->tone(&s, SENSOR_SATURATION, level), 0);
        assert_int_equal(s.driver->tone(&s, SENSOR_CONTRAST, level), 0);
        assert_int_equal(s.driver->tone(&s, SENSOR_BRIGHTNESS, level), 0);
        assert_true(word(0xCC0C) >= 16 && word(0xCC0C) <= 64);
        assert_true(word(0xCC12) <= 255);
    }
    assert_int_equal(s.driver->tone(&s, SENSOR_CONTRAST, 17),
            SENSOR_ERR_INVALID);
    assert_int_equal(s.driver->sleep(&s, true), 0);
    assert_int_equal(s.driver->sleep(&s, false), 0);
}

static void mt9m114_does_not_wait_for_ever(void **state) {
    (void)state;
    begin(&sensor_mt9m114);
    fake.hangs = true;
    uint32_t before = fake.waited_ms;
    assert_int_equal(configure(IMG_RGB565, 320, 240), SENSOR_ERR_TIMEOUT);
    assert_true(fake.waited_ms - before <= 200);
    fake.hangs = false;
    fake.refuses = true;
    assert_int_equal(configure(IMG_RGB565, 320, 240), SENSOR_ERR_INVALID);
}

// --- both -------------------------------------------------------------------

static int everything(void) {
    float db;
    float rgb[3] = {1, 1, 1};
    int us;
    int levels[SENSOR_BLACK_LEVELS] = {0};
    bool on;
    const sensor_driver *d = s.driver;
    int err = sensor_reset(&s, true);
    err = err ? err : configure(IMG_RGB565, 160, 120);
    err = err ? err : d->sleep(&s, false);
    err = err ? err : d->tone(&s, SENSOR_CONTRAST, 1);
    err = err ? err : d->tone(&s, SENSOR_SATURATION, 1);
    err = err ? err : d->tone(&s, SENSOR_BRIGHTNESS, 1);
    err = err ? err : d->auto_gain(&s, false, 6, NAN);
    err = err ? err : d->gain_db(&s, &db);
    err = err ? err : d->auto_exposure(&s, false, 1000);
    err = err ? err : d->exposure_us(&s, &us);
    err = err ? err : d->auto_white(&s, false, d->white_db ? rgb : NULL);
    err = err ? err : d->colour_bar(&s, true);
    err = err ? err : d->negative(&s, true);
    err = err || !d->white_db ? err : d->white_db(&s, rgb);
    err = err || !d->gain_ceiling ? err : d->gain_ceiling(&s, 8);
    err = err || !d->auto_black ? err : d->auto_black(&s, false, levels);
    err = err || !d->black_level ? err : d->black_level(&s, levels);
    err = err || !d->lens ? err : d->lens(&s, true, 1, 2);
    err = err || !d->night ? err : d->night(&s, false);
    return err || !d->is_night ? err : d->is_night(&s, &on);
}

// Wherever the bus fails, the caller hears of it.
static void every_lost_byte_is_an_error(void **state) {
    (void)state;
    const sensor_driver *drivers[] = {&sensor_ov7725, &sensor_mt9m114};
    for (unsigned i = 0; i < 2; i++) {
        begin(drivers[i]);
        fake.transfers = 0;
        assert_int_equal(everything(), 0);
        unsigned all = fake.transfers;
        assert_true(all > 100);
        for (unsigned n = 1; n <= all; n++) {
            fake.transfers = 0;
            fake.fail_at = n;
            assert_int_equal(everything(), SENSOR_ERR_BUS);
        }
    }
}

static void settling_can_be_left_out(void **state) {
    (void)state;
    begin(&sensor_ov7725);
    uint32_t before = fake.waited_ms;
    assert_int_equal(sensor_reset(&s, false), 0);
    assert_true(fake.waited_ms - before >= 300);
    s.quick = true;
    before = fake.waited_ms;
    assert_int_equal(sensor_reset(&s, false), 0);
    assert_true(fake.waited_ms - before < 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(finds_a_chip_whatever_its_pins_want),
            cmocka_unit_test(tells_what_it_tried),
            cmocka_unit_test(reads_as_each_bus_wants_it),
            cmocka_unit_test(ov7725_has_the_windows_of_its_data_sheet),
            cmocka_unit_test(ov7725_shows_every_size_undistorted),
            cmocka_unit_test(odd_sizes_are_never_stretched),
            cmocka_unit_test(ov7725_turns_the_picture),
            cmocka_unit_test(ov7725_does_not_scale_raw_pixels),
            cmocka_unit_test(ov7725_slows_down_by_empty_lines),
            cmocka_unit_test(ov7725_has_levels),
            cmocka_unit_test(ov7725_takes_gain_and_exposure),
            cmocka_unit_test(mt9m114_has_the_windows_of_its_wizard),
            cmocka_unit_test(mt9m114_shows_every_size_undistorted),
            cmocka_unit_test(mt9m114_reads_parts_faster),
            cmocka_unit_test(mt9m114_is_mounted_upside_down),
            cmocka_unit_test(mt9m114_takes_gain_and_exposure),
            cmocka_unit_test(mt9m114_does_not_wait_for_ever),
            cmocka_unit_test(every_lost_byte_is_an_error),
            cmocka_unit_test(settling_can_be_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
