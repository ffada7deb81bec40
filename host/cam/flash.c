// SPDX-License-Identifier: MIT
// Flashing a firmware into a camera.

#include "host/cam/flash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/cam/session.h"
#include "host/cli/cli.h"

enum { RETURN_SECONDS = 30, LEAVE_SECONDS = 5, POLL_MS = 100 };

#define BOOTLOADER_ID ",37C5:9204"
#define FIRMWARE_ALT "2"
#define BOARD_NAME "OMV4 H7 1024"
#define OLD_NAME BOARD_NAME " [H7:"
enum { OLD_NAME_BYTES = 64, OLD_ANSWER_MS = 500 };
// Bootloaders before 1.0.2 stay for ever when they are asked to stay.
enum { BOOT_MAJOR = 1, BOOT_MINOR = 0, BOOT_PATCH = 2 };

static void sleep_ms(unsigned ms) {
    const struct timespec t = {.tv_sec = ms / 1000,
            .tv_nsec = (long)(ms % 1000) * 1000000L};
    (void)nanosleep(&t, NULL);
}

static void say(const char *text) {
    (void)fprintf(stderr, "%s\n", text);
}

// What is known of the camera before it is flashed.
typedef struct target {
    char path[256];      // of its port
    char usb[64];        // the serial number of its firmware
    char bootloader[32]; // and of its bootloader, "" when unknown
    bool named;
} target;

// The bootloader's serial number is the device's id: its words as they lie in
// memory from the last to the first, each from its lowest byte.
static void bootloader_serial(char *serial, size_t bytes,
        const uint32_t device[3]) {
    size_t at = 0;
    for (int word = 0; word < 3; word++) {
        for (int byte = 0; byte < 4; byte++) {
            at += (size_t)snprintf(serial + at, bytes - at, "%02X",
                    (unsigned)(device[word] >> 8 * byte & 0xFF));
        }
    }
}

static bool old_bootloader(const uint8_t version[3]) {
    uint32_t number =
            (uint32_t)version[0] << 16 | (uint32_t)version[1] << 8 | version[2];
    return number != 0 &&
            number < (BOOT_MAJOR << 16 | BOOT_MINOR << 8 | BOOT_PATCH);
}

// Three words of 8 hexadecimal digits.
static bool read_words(const char *digits, uint32_t words[3]) {
    for (size_t i = 0; i < 3; i++) {
        char word[9] = "";
        char *end;
        memcpy(word, digits + 8 * i, 8);
        words[i] = (uint32_t)strtoul(word, &end, 16);
        if (end != word + 8) {
            return false;
        }
    }
    return true;
}

// OpenMV's firmware before 5.0 speaks USBDBG alone: asked who it is, and to go.
static int old_firmware(cam_session *s, target *t, int why) {
    static const uint8_t who[] = {0x30, 0x83, OLD_NAME_BYTES, 0, 0, 0};
    static const uint8_t go[] = {0x30, 0x0E, 0, 0, 0, 0};
    const cam_stream *port = &s->client.stream;
    char name[OLD_NAME_BYTES + 1] = "";
    uint32_t device[3];
    long more = port->write(port->context, who, sizeof(who));
    for (size_t have = 0; more > 0 && have < OLD_NAME_BYTES;) {
        more = port->read(port->context, name + have, OLD_NAME_BYTES - have,
                OLD_ANSWER_MS);
        have += more > 0 ? (size_t)more : 0;
    }
    if (strncmp(name, "OMV", 3) != 0) {
        return cam_failed(s, NULL, why);
    }
    size_t start = sizeof(OLD_NAME) - 1;
    if (strncmp(name, OLD_NAME, start) != 0 ||
            !read_words(name + start, device)) {
        return cli_fail(s->port.path, "calls itself '%.48s', and is no %s",
                name, BOARD_NAME);
    }
    bootloader_serial(t->bootloader, sizeof(t->bootloader), device);
    more = port->write(port->context, go, sizeof(go));
    return more > 0 ? 0 : cam_failed(s, NULL, CAM_GONE);
}

static int enter_bootloader(const char *port, target *t) {
    cam_session s;
    cam_identity id;
    int why;
    int status = cam_session_try(&s, port, &why);
    if (status != 0) {
        return status;
    }
    (void)snprintf(t->path, sizeof(t->path), "%s", s.port.path);
    (void)snprintf(t->usb, sizeof(t->usb), "%s", s.port.serial);
    if (why != 0) {
        status = old_firmware(&s, t, why);
        cam_session_close(&s);
        return status;
    }
    status = cam_identify(&s, &id);
    if (status == 0) {
        bootloader_serial(t->bootloader, sizeof(t->bootloader), id.device);
        int err = cam_tell(&s.client,
                old_bootloader(id.bootloader) ? OMV_SYS_RESET : OMV_SYS_BOOT);
        if (err != 0) {
            status = cam_failed(&s, NULL, err);
        }
    }
    cam_session_close(&s);
    return status;
}

// dfu-util shows its own progress. -w waits for the bootloader to appear.
static int run_dfu(const target *t, const char *path) {
    const char *tool = getenv("DFU_UTIL");
    const char *words[16] = {tool != NULL ? tool : "dfu-util", "-w", "-d",
            BOOTLOADER_ID, "-a", FIRMWARE_ALT};
    size_t count = 6;
    if (t->bootloader[0] != '\0') {
        words[count++] = "-S";
        words[count++] = t->bootloader;
    }
    words[count++] = "--reset";
    words[count++] = "-D";
    words[count++] = path;
    words[count] = NULL;
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        (void)alarm(120); // a bootloader that never appears
        (void)execvp(words[0], (char **)words);
        _exit(errno == ENOENT ? 127 : 126);
    }
    int result = 0;
    if (child < 0 || waitpid(child, &result, 0) < 0) {
        return cli_fail("dfu-util", "%s", strerror(errno));
    }
    if (WIFSIGNALED(result)) {
        return cli_fail("bootloader",
                "it did not appear in two minutes; unplug the camera, plug it "
                "in again and at once repeat the command");
    }
    if (WEXITSTATUS(result) == 127) {
        return cli_fail("dfu-util",
                "not installed; install the package dfu-util");
    }
    // 74: the camera left before it had answered, which --reset asks of it.
    if (WEXITSTATUS(result) != 0 && WEXITSTATUS(result) != 74) {
        return cli_fail("dfu-util",
                "failed with status %d; the camera still waits in its "
                "bootloader: repeat the command",
                WEXITSTATUS(result));
    }
    return 0;
}

// The port that the camera has now; it may have got another name.
static bool find_again(const target *t, char *path, size_t bytes) {
    if (t->named && t->usb[0] == '\0') {
        (void)snprintf(path, bytes, "%s", t->path);
        return access(path, F_OK) == 0;
    }
    cam_found found[16];
    size_t count = cam_list(found, 16);
    for (size_t i = 0; i < count && i < 16; i++) {
        if (t->usb[0] == '\0' || strcmp(found[i].serial, t->usb) == 0) {
            (void)snprintf(path, bytes, "%s", found[i].path);
            return true;
        }
    }
    return false;
}

static int compare(const char *path, const char *image, const firmware *f) {
    cam_session s;
    cam_identity id;
    int status = cam_session_open(&s, path);
    if (status != 0) {
        return status;
    }
    status = cam_identify(&s, &id);
    cam_session_close(&s);
    if (status != 0) {
        return status;
    }
    uint32_t crc = romfs_crc(0, f->data, f->code_bytes);
    if (!id.ours || id.code_bytes != f->code_bytes || id.code_crc != crc) {
        return cli_fail(path, "runs %s, not what is in %s; repeat the command",
                id.ours ? id.version : "another firmware", image);
    }
    printf("%s runs %s\n", path, id.version);
    return 0;
}

static int wait_and_compare(const target *t, const char *image,
        const firmware *f) {
    char path[256];
    say("waiting for the camera");
    for (unsigned ms = 0; ms < RETURN_SECONDS * 1000; ms += POLL_MS) {
        sleep_ms(POLL_MS);
        if (find_again(t, path, sizeof(path))) {
            sleep_ms(1000); // it may be about to go, or have just come
            if (find_again(t, path, sizeof(path))) {
                return compare(path, image, f);
            }
        }
    }
    return cli_fail("camera",
            "it did not come back in %d seconds; unplug it, plug it in again "
            "and ask 'blazecam cam info', or repeat the command within a "
            "second of plugging it in",
            RETURN_SECONDS);
}

int cam_flash(const char *port, const char *path, const firmware *f) {
    target t = {.named = port != NULL};
    cam_found found[2];
    // None that runs: one may wait in its bootloader, where dfu-util finds it.
    if (port == NULL && cam_list(found, 2) == 0) {
        say("no camera runs; waiting for one in its bootloader: plug it in");
    } else {
        int status = enter_bootloader(port, &t);
        if (status != 0) {
            return status;
        }
        say("the camera goes to its bootloader");
        sleep_ms(POLL_MS);
    }
    int status = run_dfu(&t, path);
    return status != 0 ? status : wait_and_compare(&t, path, f);
}
