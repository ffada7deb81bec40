// SPDX-License-Identifier: MIT
// Journal and shadow of the drive's flash sector.

#include "drive/drive.h"

#include <string.h>

#define WORDS (DRIVE_SECTOR / DRIVE_WORD)
#define BLOCK_WORDS (DRIVE_BLOCK / DRIVE_WORD)
#define SLOTS 16U
#define FIRST_RECORD (1U + SLOTS)
// A block with its header, and the commit that must always fit behind it.
#define RECORD_WORDS (1U + BLOCK_WORDS)

#define TAG_HEADER 0x314A5A42U // "BZJ1"
#define TAG_SHADOW 0x48535A42U // "BZSH"
#define TAG_BLOCK 0x4C425A42U  // "BZBL"
#define TAG_COMMIT 0x4D435A42U // "BZCM"

// A control word of the journal; `a` to `c` mean what the tag says.
struct word {
    uint32_t tag;
    uint32_t a;
    uint32_t b;
    uint32_t c;
    uint32_t unused[3];
    uint32_t crc;
};

uint32_t drive_crc(uint32_t crc, const void *data, size_t count) {
    // One nibble at a time of the reflected polynomial 0xEDB88320.
    static const uint32_t table[16] = {0x00000000U, 0x1DB71064U, 0x3B6E20C8U,
            0x26D930ACU, 0x76DC4190U, 0x6B6B51F4U, 0x4DB26158U, 0x5005713CU,
            0xEDB88320U, 0xF00F9344U, 0xD6D6A3E8U, 0xCB61B38CU, 0x9B64C2B0U,
            0x86D3D2D4U, 0xA00AE278U, 0xBDBDF21CU};
    const uint8_t *bytes = data;
    crc = ~crc;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        crc = crc >> 4 ^ table[crc & 15U];
        crc = crc >> 4 ^ table[crc & 15U];
    }
    return ~crc;
}

static bool is_blank(const void *data, size_t count) {
    const uint8_t *bytes = data;
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] != 0xFFU) {
            return false;
        }
    }
    return true;
}

// True when every byte of an area is known to be erased.
static bool area_is_blank(struct drive *drive, enum drive_area area) {
    for (uint32_t at = 0; at < DRIVE_SECTOR; at += DRIVE_BLOCK) {
        const struct drive_flash *flash = drive->flash;
        if (flash->read(flash->context, area, at, drive->block, DRIVE_BLOCK) ||
                !is_blank(drive->block, DRIVE_BLOCK)) {
            return false;
        }
    }
    return true;
}

static int area_crc(struct drive *drive, enum drive_area area, uint32_t *crc) {
    *crc = 0;
    for (uint32_t at = 0; at < DRIVE_SECTOR; at += DRIVE_BLOCK) {
        const struct drive_flash *flash = drive->flash;
        int err = flash->read(flash->context, area, at, drive->block,
                DRIVE_BLOCK);
        if (err) {
            return err;
        }
        *crc = drive_crc(*crc, drive->block, DRIVE_BLOCK);
    }
    return 0;
}

static int erase(struct drive *drive, enum drive_area area) {
    return drive->flash->erase(drive->flash->context, area);
}

// Programs what is not blank already.
static int program(struct drive *drive, enum drive_area area, uint32_t at,
        const uint8_t *data, size_t count) {
    for (size_t done = 0; done < count; done += DRIVE_WORD) {
        if (is_blank(data + done, DRIVE_WORD)) {
            continue;
        }
        int err = drive->flash->program(drive->flash->context, area,
                at + (uint32_t)done, data + done, DRIVE_WORD);
        if (err) {
            return err;
        }
    }
    return 0;
}

static int put_word(struct drive *drive, uint32_t at, uint32_t tag, uint32_t a,
        uint32_t b, uint32_t c) {
    struct word word = {tag, a, b, c, {0, 0, 0}, 0};
    word.crc = drive_crc(0, &word, offsetof(struct word, crc));
    return drive->flash->program(drive->flash->context, DRIVE_JOURNAL,
            at * DRIVE_WORD, &word, DRIVE_WORD);
}

enum found { FOUND_BLANK, FOUND_WORD, FOUND_DAMAGE };

static enum found get_word(struct drive *drive, uint32_t at,
        struct word *word) {
    if (drive->flash->read(drive->flash->context, DRIVE_JOURNAL,
                at * DRIVE_WORD, word, DRIVE_WORD)) {
        return FOUND_DAMAGE;
    }
    if (is_blank(word, DRIVE_WORD)) {
        return FOUND_BLANK;
    }
    uint32_t crc = drive_crc(0, word, offsetof(struct word, crc));
    return word->crc == crc ? FOUND_WORD : FOUND_DAMAGE;
}

static void forget_journal(struct drive *drive) {
    memset(drive->index, 0, sizeof(drive->index));
    drive->next = 0;
    drive->pending = 0;
    drive->records = 0;
}

// Starts an empty journal for the home sector as it is now.
static int start_journal(struct drive *drive) {
    uint32_t home;
    if (area_crc(drive, DRIVE_HOME, &home)) {
        // Damaged: no journal can belong to it until it is folded over.
        home = 0;
    }
    if (!area_is_blank(drive, DRIVE_JOURNAL)) {
        int err = erase(drive, DRIVE_JOURNAL);
        if (err) {
            return err;
        }
    }
    int err = put_word(drive, 0, TAG_HEADER, home, 0, 0);
    if (err) {
        return err;
    }
    drive->next = FIRST_RECORD;
    drive->slot = 1;
    drive->transaction = 1;
    return 0;
}

// The home sector := the shadow, which is complete and has this checksum.
static int restore_home(struct drive *drive, uint32_t crc) {
    drive->from_shadow = true;
    int err = erase(drive, DRIVE_HOME);
    for (uint32_t at = 0; at < DRIVE_SECTOR && !err; at += DRIVE_BLOCK) {
        const struct drive_flash *flash = drive->flash;
        err = flash->read(flash->context, DRIVE_SHADOW, at, drive->block,
                DRIVE_BLOCK);
        if (!err) {
            err = program(drive, DRIVE_HOME, at, drive->block, DRIVE_BLOCK);
        }
    }
    uint32_t home = 0;
    if (!err) {
        err = area_crc(drive, DRIVE_HOME, &home);
    }
    if (err) {
        return err;
    }
    if (home != crc) {
        return DRIVE_EIO;
    }
    drive->from_shadow = false;
    return 0;
}

static bool data_is_whole(struct drive *drive, uint32_t at,
        const struct word *word) {
    const struct drive_flash *flash = drive->flash;
    return flash->read(flash->context, DRIVE_JOURNAL, at * DRIVE_WORD,
                   drive->block, DRIVE_BLOCK) == 0 &&
            drive_crc(0, drive->block, DRIVE_BLOCK) == word->c;
}

// Blocks above a commit word that belong to its transaction become visible.
static void apply(struct drive *drive, uint32_t from, uint32_t to,
        uint32_t transaction) {
    struct word word;
    for (uint32_t at = from; at < to; at++) {
        if (get_word(drive, at, &word) != FOUND_WORD || word.tag != TAG_BLOCK) {
            continue;
        }
        if (word.a == transaction && word.b < DRIVE_BLOCKS &&
                data_is_whole(drive, at + 1U, &word)) {
            drive->index[word.b] = (uint16_t)(at + 1U);
            drive->records++;
        }
        at += BLOCK_WORDS;
    }
}

// Reads the journal from front to back. Half-written words are stepped over.
static void replay(struct drive *drive) {
    struct word word;
    uint32_t used = FIRST_RECORD;
    uint32_t begin = FIRST_RECORD;
    drive->transaction = 1;
    for (uint32_t at = FIRST_RECORD; at < WORDS; at++) {
        enum found found = get_word(drive, at, &word);
        if (found == FOUND_BLANK) {
            continue;
        }
        used = at + 1U;
        if (found == FOUND_DAMAGE) {
            continue;
        }
        if (word.a >= drive->transaction) {
            drive->transaction = word.a + 1U;
        }
        if (word.tag == TAG_COMMIT) {
            apply(drive, begin, at, word.a);
            begin = at + 1U;
        } else if (word.tag == TAG_BLOCK) {
            at += BLOCK_WORDS;
            used = at + 1U;
        }
    }
    drive->next = (uint16_t)(used < WORDS ? used : WORDS);
}

int drive_open(struct drive *drive, const struct drive_flash *flash) {
    memset(drive, 0, sizeof(*drive));
    drive->flash = flash;
    struct word header;
    if (get_word(drive, 0, &header) != FOUND_WORD || header.tag != TAG_HEADER) {
        return 0;
    }
    uint32_t home;
    bool home_readable = area_crc(drive, DRIVE_HOME, &home) == 0;
    struct word mark;
    bool marked = false;
    uint32_t shadow_crc = 0;
    drive->slot = 1;
    for (uint32_t slot = 1; slot <= SLOTS; slot++) {
        enum found found = get_word(drive, slot, &mark);
        if (found != FOUND_BLANK) {
            drive->slot = (uint16_t)(slot + 1U);
        }
        if (found == FOUND_WORD && mark.tag == TAG_SHADOW) {
            marked = true;
            shadow_crc = mark.a;
        }
    }
    uint32_t crc;
    if (marked && home_readable && home == shadow_crc) {
        return 0; // folded; only the erasing of the journal is missing
    }
    if (marked && area_crc(drive, DRIVE_SHADOW, &crc) == 0 &&
            crc == shadow_crc) {
        return restore_home(drive, shadow_crc);
    }
    if (home_readable && home == header.a) {
        replay(drive);
    }
    return 0;
}

int drive_read(struct drive *drive, uint32_t block, void *data) {
    if (block >= DRIVE_BLOCKS) {
        return DRIVE_EINVAL;
    }
    const struct drive_flash *flash = drive->flash;
    if (drive->index[block] != 0) {
        return flash->read(flash->context, DRIVE_JOURNAL,
                drive->index[block] * DRIVE_WORD, data, DRIVE_BLOCK);
    }
    enum drive_area area = drive->from_shadow ? DRIVE_SHADOW : DRIVE_HOME;
    return flash->read(flash->context, area, block * DRIVE_BLOCK, data,
            DRIVE_BLOCK);
}

int drive_write(struct drive *drive, uint32_t block, const void *data) {
    if (block >= DRIVE_BLOCKS) {
        return DRIVE_EINVAL;
    }
    if (drive->from_shadow) {
        int err = drive_fold(drive);
        if (err) {
            return err;
        }
    }
    // FAT writes the same sector again and again.
    if (drive_read(drive, block, drive->block) == 0 &&
            memcmp(drive->block, data, DRIVE_BLOCK) == 0) {
        return 0;
    }
    int err = 0;
    if (drive->next != 0 && drive->next + RECORD_WORDS + 1U > WORDS) {
        err = drive_fold(drive);
    }
    if (!err && drive->next == 0) {
        err = start_journal(drive);
    }
    if (err) {
        return err;
    }
    uint32_t at = drive->next;
    // Used up even when programming fails half way.
    drive->next = (uint16_t)(at + RECORD_WORDS);
    err = put_word(drive, at, TAG_BLOCK, drive->transaction, block,
            drive_crc(0, data, DRIVE_BLOCK));
    if (!err) {
        err = program(drive, DRIVE_JOURNAL, (at + 1U) * DRIVE_WORD, data,
                DRIVE_BLOCK);
    }
    if (err) {
        return err;
    }
    drive->index[block] = (uint16_t)(at + 1U);
    drive->pending++;
    drive->records++;
    return 0;
}

int drive_sync(struct drive *drive) {
    if (drive->pending == 0) {
        return 0;
    }
    uint32_t at = drive->next;
    drive->next++;
    int err = put_word(drive, at, TAG_COMMIT, drive->transaction, 0, 0);
    if (err) {
        return err;
    }
    drive->transaction++;
    drive->pending = 0;
    return 0;
}

bool drive_is_dirty(const struct drive *drive) {
    return drive->records != 0 || drive->from_shadow;
}

// Fills the shadow with the drive as it reads now.
static int write_shadow(struct drive *drive, uint32_t *crc) {
    int err = 0;
    if (!drive->shadow_blank && !area_is_blank(drive, DRIVE_SHADOW)) {
        err = erase(drive, DRIVE_SHADOW);
    }
    drive->shadow_blank = false;
    *crc = 0;
    for (uint32_t block = 0; block < DRIVE_BLOCKS && !err; block++) {
        if (drive_read(drive, block, drive->block)) {
            // Lost already; a blank block lets the others live.
            memset(drive->block, 0xFF, DRIVE_BLOCK);
        }
        *crc = drive_crc(*crc, drive->block, DRIVE_BLOCK);
        err = program(drive, DRIVE_SHADOW, block * DRIVE_BLOCK, drive->block,
                DRIVE_BLOCK);
    }
    uint32_t read_back = 0;
    if (!err) {
        err = area_crc(drive, DRIVE_SHADOW, &read_back);
    }
    return !err && read_back != *crc ? DRIVE_EIO : err;
}

int drive_fold(struct drive *drive) {
    if (!drive_is_dirty(drive)) {
        return 0;
    }
    uint32_t crc = 0;
    int err;
    if (drive->from_shadow) {
        // The last attempt ended behind the mark: only the rest is missing.
        err = area_crc(drive, DRIVE_SHADOW, &crc);
    } else {
        err = drive_sync(drive);
        if (!err) {
            err = write_shadow(drive, &crc);
        }
        if (!err && drive->slot <= SLOTS) {
            err = put_word(drive, drive->slot, TAG_SHADOW, crc, 0, 0);
            drive->slot++;
        }
    }
    if (!err) {
        err = restore_home(drive, crc);
    }
    if (err) {
        return err;
    }
    forget_journal(drive);
    return 0;
}

int drive_prepare(struct drive *drive) {
    if (drive->from_shadow) {
        return 0; // the shadow and its mark are all there is
    }
    if (drive->next == 0) {
        struct word word;
        if (get_word(drive, 0, &word) != FOUND_BLANK) {
            return erase(drive, DRIVE_JOURNAL) ? 0 : 1;
        }
    }
    if (!drive->shadow_blank) {
        if (!area_is_blank(drive, DRIVE_SHADOW) && erase(drive, DRIVE_SHADOW)) {
            return 0;
        }
        drive->shadow_blank = true;
        return 1;
    }
    return 0;
}
