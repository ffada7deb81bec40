// SPDX-License-Identifier: MIT
// The drive's journal: what is read back, and power cuts at every operation.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "drive/drive.h"

#define WORDS (DRIVE_SECTOR / DRIVE_WORD)

// Flash whose power can fail: bits only fall, a torn word cannot be read.
struct sim {
    uint8_t data[DRIVE_AREAS][DRIVE_SECTOR];
    uint8_t torn[DRIVE_AREAS][WORDS];
    long operations; // programs and erases so far
    long cut_at;     // the operation that power fails in, -1 never
    int manner;      // how much of it happens
    int dead;
    int erases;
};

static struct sim sim;
static struct drive drive;

static int sim_read(void *context, enum drive_area area, uint32_t offset,
        void *data, size_t count) {
    struct sim *s = context;
    assert_true(offset + count <= DRIVE_SECTOR);
    memcpy(data, s->data[area] + offset, count);
    for (uint32_t at = offset / DRIVE_WORD; at * DRIVE_WORD < offset + count;
            at++) {
        if (s->torn[area][at]) {
            return DRIVE_EIO;
        }
    }
    return 0;
}

// True when this operation is the one that power fails in.
static int fails(struct sim *s) {
    if (s->dead) {
        return 1;
    }
    if (s->operations++ == s->cut_at) {
        s->dead = 1;
        return 1;
    }
    return 0;
}

static int sim_program(void *context, enum drive_area area, uint32_t offset,
        const void *data, size_t count) {
    struct sim *s = context;
    assert_true(offset % DRIVE_WORD == 0 && count == DRIVE_WORD);
    assert_true(offset < DRIVE_SECTOR);
    int was_dead = s->dead;
    int fail = fails(s);
    if (was_dead) {
        return DRIVE_EIO;
    }
    uint8_t *to = s->data[area] + offset;
    for (size_t i = 0; i < count; i++) {
        // A word is programmed once between erases: it has one ECC.
        assert_int_equal(to[i], 0xFF);
    }
    assert_false(s->torn[area][offset / DRIVE_WORD]);
    if (fail && s->manner == 0) {
        return DRIVE_EIO;
    }
    memcpy(to, data, count);
    if (fail && s->manner == 1) {
        s->torn[area][offset / DRIVE_WORD] = 1;
    }
    if (fail && s->manner == 2) {
        to[7] |= 0x5A; // some bits did not fall, and the ECC agrees
    }
    return fail ? DRIVE_EIO : 0;
}

static int sim_erase(void *context, enum drive_area area) {
    struct sim *s = context;
    int was_dead = s->dead;
    int fail = fails(s);
    if (was_dead || (fail && s->manner == 0)) {
        return DRIVE_EIO;
    }
    uint32_t from = fail && s->manner == 1 ? WORDS / 2 : 0;
    uint32_t to = fail && s->manner == 2 ? WORDS / 2 : WORDS;
    memset(s->data[area] + from * DRIVE_WORD, 0xFF, (to - from) * DRIVE_WORD);
    memset(s->torn[area] + from, 0, to - from);
    if (fail && s->manner == 3) {
        memset(s->torn[area], 1, WORDS);
    }
    s->erases++;
    return fail ? DRIVE_EIO : 0;
}

static const struct drive_flash flash = {
        .context = &sim,
        .read = sim_read,
        .program = sim_program,
        .erase = sim_erase,
};

static uint32_t random_state;

static uint32_t next_random(void) {
    random_state = random_state * 1664525U + 1013904223U;
    return random_state >> 8;
}

static void power_on(void) {
    sim.dead = 0;
    sim.cut_at = -1;
    drive_open(&drive, &flash);
}

static void start(void) {
    memset(&sim, 0, sizeof(sim));
    memset(sim.data, 0xFF, sizeof(sim.data));
    power_on();
}

static void fill(uint8_t *block, uint32_t seed) {
    for (uint32_t i = 0; i < DRIVE_BLOCK; i++) {
        block[i] = (uint8_t)(seed * 31U + i * (seed | 1U));
    }
}

static void expect_block(uint32_t number, const uint8_t *want) {
    uint8_t got[DRIVE_BLOCK];
    assert_int_equal(drive_read(&drive, number, got), 0);
    assert_memory_equal(got, want, DRIVE_BLOCK);
}

static void test_reads_back(void **state) {
    (void)state;
    start();
    uint8_t block[DRIVE_BLOCK];
    memset(block, 0xFF, sizeof(block));
    expect_block(0, block);
    fill(block, 1);
    assert_int_equal(drive_write(&drive, 255, block), 0);
    expect_block(255, block);
    assert_true(drive_is_dirty(&drive));
    assert_int_equal(drive_write(&drive, 256, block), DRIVE_EINVAL);
    assert_int_equal(drive_read(&drive, 256, block), DRIVE_EINVAL);
}

static void test_same_content_costs_nothing(void **state) {
    (void)state;
    start();
    uint8_t block[DRIVE_BLOCK];
    fill(block, 9);
    drive_write(&drive, 3, block);
    drive_sync(&drive);
    long before = sim.operations;
    drive_write(&drive, 3, block);
    drive_sync(&drive);
    assert_int_equal(sim.operations, before);
}

static void test_fold_makes_home_plain(void **state) {
    (void)state;
    start();
    uint8_t block[DRIVE_BLOCK];
    for (uint32_t i = 0; i < DRIVE_BLOCKS; i += 5) {
        fill(block, i);
        assert_int_equal(drive_write(&drive, i, block), 0);
    }
    assert_int_equal(drive_fold(&drive), 0);
    assert_false(drive_is_dirty(&drive));
    for (uint32_t i = 0; i < DRIVE_BLOCKS; i += 5) {
        fill(block, i);
        assert_memory_equal(sim.data[DRIVE_HOME] + i * DRIVE_BLOCK, block,
                DRIVE_BLOCK);
    }
    power_on();
    assert_false(drive_is_dirty(&drive));
}

static void test_uncommitted_is_dropped(void **state) {
    (void)state;
    start();
    uint8_t old[DRIVE_BLOCK];
    uint8_t new[DRIVE_BLOCK];
    fill(old, 1);
    fill(new, 2);
    drive_write(&drive, 7, old);
    drive_sync(&drive);
    drive_write(&drive, 7, new);
    power_on();
    expect_block(7, old);
    // What was dropped must not come back with the next commit.
    drive_write(&drive, 8, new);
    drive_sync(&drive);
    power_on();
    expect_block(7, old);
    expect_block(8, new);
}

static void test_foreign_image_wins(void **state) {
    (void)state;
    start();
    uint8_t block[DRIVE_BLOCK];
    fill(block, 5);
    drive_write(&drive, 0, block);
    drive_sync(&drive);
    memset(sim.data[DRIVE_HOME], 0x11, DRIVE_SECTOR);
    power_on();
    memset(block, 0x11, sizeof(block));
    expect_block(0, block);
    assert_false(drive_is_dirty(&drive));
}

static void test_full_journal_folds(void **state) {
    (void)state;
    start();
    uint8_t block[DRIVE_BLOCK];
    for (uint32_t i = 0; i < 1000; i++) {
        fill(block, i);
        assert_int_equal(drive_write(&drive, i % 50, block), 0);
        assert_int_equal(drive_sync(&drive), 0);
    }
    for (uint32_t i = 950; i < 1000; i++) {
        fill(block, i);
        expect_block(i % 50, block);
    }
    // About 227 writes with their commits fit into one journal.
    assert_in_range(sim.erases, 4, 14);
}

static void test_prepare_ends(void **state) {
    (void)state;
    start();
    uint8_t block[DRIVE_BLOCK];
    fill(block, 3);
    drive_write(&drive, 1, block);
    drive_fold(&drive);
    int steps = 0;
    while (drive_prepare(&drive)) {
        assert_true(++steps < 5);
    }
    int before = sim.erases;
    fill(block, 4);
    drive_write(&drive, 1, block);
    drive_fold(&drive);
    assert_int_equal(sim.erases, before + 1); // the home sector alone
}

// What a reader may see: the state of the last commit, or, when power failed
// in a commit, the state that it was about to make good.
struct model {
    uint8_t committed[DRIVE_BLOCKS];
    uint8_t current[DRIVE_BLOCKS];
};

static int matches(const uint8_t *seeds) {
    uint8_t got[DRIVE_BLOCK];
    uint8_t want[DRIVE_BLOCK];
    for (uint32_t i = 0; i < DRIVE_BLOCKS; i++) {
        assert_int_equal(drive_read(&drive, i, got), 0);
        if (seeds[i]) {
            fill(want, seeds[i]);
        } else {
            memset(want, 0xFF, sizeof(want));
        }
        if (memcmp(got, want, sizeof(want)) != 0) {
            return 0;
        }
    }
    return 1;
}

// Works until done (1) or the power fails (0).
static int work(struct model *model, int steps) {
    uint8_t block[DRIVE_BLOCK];
    for (int i = 0; i < steps; i++) {
        uint32_t what = next_random() % 16U;
        int err = 0;
        if (what < 10U) {
            uint32_t number = next_random() % 40U;
            uint8_t seed = (uint8_t)(next_random() % 254U + 1U);
            uint16_t records = drive.records;
            fill(block, seed);
            err = drive_write(&drive, number, block);
            if (drive.records < records) {
                // Full: all blocks before this one were made good.
                memcpy(model->committed, model->current, DRIVE_BLOCKS);
            }
            if (!err) {
                model->current[number] = seed;
            }
        } else if (what < 15U) {
            err = what < 14U ? drive_sync(&drive) : drive_fold(&drive);
            if (!err) {
                memcpy(model->committed, model->current, DRIVE_BLOCKS);
            }
        } else {
            drive_prepare(&drive);
        }
        if (sim.dead) {
            return 0;
        }
        assert_int_equal(err, 0);
    }
    return 1;
}

// Cuts the power at the n-th operation, works on, cuts again: for each n.
static void test_power_cuts(void **state) {
    (void)state;
    long cuts = 0;
    for (int manner = 0; manner < 4; manner++) {
        for (uint32_t n = 0; n < 6000; n += n < 40 ? 1 : 97) {
            start();
            random_state = n * 7U + (uint32_t)manner;
            struct model model = {{0}, {0}};
            sim.manner = manner;
            for (int round = 0; round < 3; round++) {
                sim.operations = 0;
                sim.cut_at = round == 0 ? (long)n : (long)next_random() % 600;
                if (work(&model, 300)) {
                    break;
                }
                cuts++;
                // Power may fail in the repair as well.
                sim.dead = 0;
                sim.operations = 0;
                sim.cut_at = (long)(next_random() % 3000U);
                drive_open(&drive, &flash);
                cuts += sim.dead;
                power_on();
                if (matches(model.committed)) {
                    memcpy(model.current, model.committed, DRIVE_BLOCKS);
                } else {
                    assert_true(matches(model.current));
                    memcpy(model.committed, model.current, DRIVE_BLOCKS);
                }
            }
        }
    }
    // Enough of the loop must have met its cut to prove anything.
    assert_in_range(cuts, 500, 100000);
}

// Every single operation of one fold and of the cleaning up behind it.
static void test_power_cut_in_fold(void **state) {
    (void)state;
    uint8_t block[DRIVE_BLOCK];
    uint8_t home[DRIVE_BLOCK];
    int ended = 0;
    for (uint32_t n = 0; !ended; n++) {
        for (int manner = 0; manner < 4; manner++) {
            start();
            fill(home, 1);
            drive_write(&drive, 0, home);
            drive_fold(&drive);
            fill(block, 2);
            drive_write(&drive, 200, block);
            drive_sync(&drive);
            sim.manner = manner;
            sim.operations = 0;
            sim.cut_at = n;
            drive_fold(&drive);
            drive_prepare(&drive);
            drive_prepare(&drive);
            ended = !sim.dead;
            power_on();
            expect_block(0, home);
            expect_block(200, block);
        }
    }
}

// A flash that refuses once must not lose what is committed.
static void test_errors_without_power_cut(void **state) {
    (void)state;
    for (uint32_t n = 0; n < 400; n++) {
        start();
        random_state = n;
        uint8_t block[DRIVE_BLOCK];
        for (uint32_t i = 0; i < 20; i++) {
            fill(block, i + 1U);
            assert_int_equal(drive_write(&drive, i, block), 0);
        }
        assert_int_equal(drive_sync(&drive), 0);
        sim.manner = 0;
        sim.operations = 0;
        sim.cut_at = n;
        (void)drive_fold(&drive);
        sim.dead = 0;
        sim.cut_at = -1;
        (void)drive_fold(&drive);
        for (uint32_t i = 0; i < 20; i++) {
            fill(block, i + 1U);
            expect_block(i, block);
        }
    }
}

static void test_garbage_is_survived(void **state) {
    (void)state;
    for (uint32_t n = 0; n < 50; n++) {
        start();
        random_state = n;
        for (uint32_t i = 0; i < DRIVE_SECTOR; i++) {
            sim.data[DRIVE_JOURNAL][i] = (uint8_t)next_random();
            sim.data[DRIVE_SHADOW][i] = (uint8_t)next_random();
        }
        power_on();
        uint8_t block[DRIVE_BLOCK];
        fill(block, n + 1U);
        assert_int_equal(drive_write(&drive, n, block), 0);
        assert_int_equal(drive_fold(&drive), 0);
        power_on();
        expect_block(n, block);
    }
}

static void test_crc(void **state) {
    (void)state;
    assert_int_equal(drive_crc(0, "123456789", 9), 0xCBF43926U);
    assert_int_equal(drive_crc(drive_crc(0, "1234", 4), "56789", 5),
            0xCBF43926U);
}

int main(void) {
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_crc),
            cmocka_unit_test(test_reads_back),
            cmocka_unit_test(test_same_content_costs_nothing),
            cmocka_unit_test(test_fold_makes_home_plain),
            cmocka_unit_test(test_uncommitted_is_dropped),
            cmocka_unit_test(test_foreign_image_wins),
            cmocka_unit_test(test_full_journal_folds),
            cmocka_unit_test(test_prepare_ends),
            cmocka_unit_test(test_power_cuts),
            cmocka_unit_test(test_power_cut_in_fold),
            cmocka_unit_test(test_errors_without_power_cut),
            cmocka_unit_test(test_garbage_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
