// SPDX-License-Identifier: MIT
// An SD memory card: its state machine behind the command and data lines, as
// the Physical Layer Simplified Specification 6.00 describes it, over an
// image file.
#ifndef HOST_VCAM_SDCARD_H
#define HOST_VCAM_SDCARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VCAM_SD_BLOCK = 512 };

enum vcam_sdcard_kind {
    VCAM_SD_AUTO, // SDSC up to 2 GB when it cannot be SDHC, else SDHC or SDXC
    VCAM_SD_SC,   // addressed in bytes, CSD version 1
    VCAM_SD_V1,   // the same, so old that it does not know CMD8
    VCAM_SD_HC    // addressed in blocks
};

struct vcam_sdcard_options {
    const char *image;
    enum vcam_sdcard_kind kind;
    uint32_t pull;      // pulled out when this block is written; 0 for never
    uint32_t back;      // put back so many milliseconds later; 0 for never
    uint32_t bad_every; // each so many-th block arrives damaged; 0 for none
};

enum vcam_sd_answer {
    VCAM_SD_SILENT, // no response
    VCAM_SD_SHORT,  // 32 bits
    VCAM_SD_OPEN,   // 32 bits without a checksum: OCR
    VCAM_SD_LONG    // 128 bits: CID or CSD
};

struct vcam_sd_response {
    enum vcam_sd_answer kind;
    uint8_t index; // the command it names
    uint32_t word[4];
    bool busy; // D0 is held low for a while
};

struct vcam_sdcard;

// Opens the image, which a card that is written to changes. 0, or an exit
// status after a sentence on stderr.
int vcam_sdcard_open(struct vcam_sdcard **out,
        const struct vcam_sdcard_options *options);
void vcam_sdcard_close(struct vcam_sdcard *card);

void vcam_sdcard_power(struct vcam_sdcard *card);
void vcam_sdcard_command(struct vcam_sdcard *card, unsigned index,
        uint32_t argument, struct vcam_sd_response *response);

// A block that the card sends; the number of its bytes, 0 when it has none to
// send. *good is false when noise hit it.
size_t vcam_sdcard_send(struct vcam_sdcard *card, uint8_t block[VCAM_SD_BLOCK],
        bool *good);
enum vcam_sd_receipt {
    VCAM_SD_TAKEN,
    VCAM_SD_DAMAGED, // the checksum did not match: not written
    VCAM_SD_DEAF,    // the card expects no block
    VCAM_SD_PULLED   // this was the block at which it is pulled out
};
enum vcam_sd_receipt vcam_sdcard_receive(struct vcam_sdcard *card,
        const uint8_t block[VCAM_SD_BLOCK]);

// Data lines that the card uses: 1 or 4.
unsigned vcam_sdcard_width(const struct vcam_sdcard *card);
// Whether it is past identification and takes more than 400 kHz.
bool vcam_sdcard_is_known(const struct vcam_sdcard *card);
// The fastest clock it was switched to: 25 or 50 MHz.
uint32_t vcam_sdcard_most_hz(const struct vcam_sdcard *card);
uint32_t vcam_sdcard_back(const struct vcam_sdcard *card);

#endif
