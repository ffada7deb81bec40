// SPDX-License-Identifier: MIT
// People and programs while it runs: the keyboard at the console, a PTY at the
// serial port of USB.

// posix_openpt and its like are X/Open's.
#define _XOPEN_SOURCE 700 // NOLINT(bugprone-reserved-identifier)

#include "host/vcam/live.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "host/cli/cli.h"
#include "host/vcam/pty_rate.h"
#include "host/vcam/usb_serial.h"

enum { LEAVE = 0x1d }; // ctrl-]

static const uint64_t TICK = VCAM_SECOND / 500;

static struct termios saved;
static volatile sig_atomic_t raw_terminal;
static volatile sig_atomic_t signalled;

static void restore_terminal(void) {
    if (raw_terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
        raw_terminal = 0;
    }
}

static void on_signal(int number) {
    (void)number;
    signalled = 1;
}

static uint64_t host_clock(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void take_keys(struct vcam_live *live) {
    uint8_t bytes[256];
    // What does not fit waits in the kernel.
    if (vcam_typed(live->vm) > 2048) {
        return;
    }
    ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
    for (ssize_t i = 0; i < count; i++) {
        if (bytes[i] == LEAVE) {
            live->left = true;
            vcam_stop(live->vm);
            return;
        }
        (void)vcam_type(live->vm, bytes[i]);
    }
}

// --- the PTY is the serial port of the USB host ----------------------------

static size_t pty_room(void *owner) {
    const struct vcam_live *live = owner;
    return sizeof live->pending - live->pending_count;
}

// To who listens; what the kernel does not take waits, and keeps the host from
// asking the camera for more.
static void pty_flush(struct vcam_live *live) {
    ssize_t count = 1;
    while (live->pending_count && count > 0) {
        count = write(live->pty, live->pending, live->pending_count);
        if (count > 0) {
            live->pending_count -= (size_t)count;
            memmove(live->pending, live->pending + count, live->pending_count);
        }
    }
}

static void pty_received(void *owner, const uint8_t *data, size_t size) {
    struct vcam_live *live = owner;
    memcpy(live->pending + live->pending_count, data, size);
    live->pending_count += size;
    pty_flush(live);
}

static void pty_take(struct vcam_live *live) {
    uint8_t bytes[4096];
    if (usb_serial_unsent(live->usb->serial) > sizeof bytes) {
        return;
    }
    ssize_t count = read(live->pty, bytes, sizeof bytes);
    if (count > 0) {
        (void)usb_serial_send(live->usb->serial, bytes, (size_t)count);
    }
}

// Opening the PTY is DTR on, closing it DTR off, its rate the line coding.
static void pty_watch(struct vcam_live *live, short events) {
    bool open = !(events & POLLHUP);
    if (events & POLLIN) {
        pty_take(live);
    }
    if (open) {
        usb_serial_open(live->usb->serial, pty_rate(live->pty));
        pty_flush(live);
    } else if (!(events & POLLIN)) {
        usb_serial_close(live->usb->serial);
        live->pending_count = 0;
    }
}

static void on_tick(void *context) {
    struct vcam_live *live = context;
    struct vcam *vm = live->vm;
    if (signalled) {
        live->left = true;
        vcam_stop(vm);
        return;
    }
    vcam_event_set(vm, &live->tick, vcam_now(vm) + TICK);
    struct pollfd fds[2];
    nfds_t count = 0;
    if (live->keyboard) {
        fds[count++] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    }
    if (live->pty >= 0) {
        fds[count++] = (struct pollfd){.fd = live->pty, .events = POLLIN};
    }
    if (count == 0) {
        return;
    }
    // Ahead of the host's clock: wait, or until somebody types.
    uint64_t virtual_ns = (vcam_now(vm) - live->from) / 1000;
    uint64_t host_ns = host_clock() - live->started;
    int wait =
            virtual_ns > host_ns ? (int)((virtual_ns - host_ns) / 1000000) : 0;
    if (poll(fds, count, wait) < 0) {
        return;
    }
    bool hung_up = false;
    for (nfds_t i = 0; i < count; i++) {
        if (fds[i].fd == live->pty && live->pty >= 0) {
            pty_watch(live, fds[i].revents);
            hung_up = (fds[i].revents & POLLHUP) != 0;
        } else if (fds[i].revents & POLLIN) {
            take_keys(live);
        }
    }
    if (hung_up && wait > 0) {
        // Nobody at the PTY: poll returned at once, so sleep here.
        const struct timespec ms = {.tv_nsec = 1000000L * wait};
        (void)nanosleep(&ms, NULL);
    }
    if (wait == 0 && host_ns > virtual_ns + 1000000000u) {
        // A machine that cannot keep up does not try to catch up.
        live->started = host_clock();
        live->from = vcam_now(vm);
    }
}

static int open_keyboard(struct vcam_live *live) {
    if (tcgetattr(STDIN_FILENO, &saved) != 0) {
        return cli_fail("keyboard", "%s", strerror(errno));
    }
    struct termios raw = saved;
    raw.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG | IEXTEN);
    raw.c_iflag &= ~(tcflag_t)(ICRNL | IXON | INLCR);
    raw.c_oflag &= ~(tcflag_t)OPOST;
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    (void)atexit(restore_terminal);
    raw_terminal = 1;
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) != 0) {
        raw_terminal = 0;
        return cli_fail("keyboard", "%s", strerror(errno));
    }
    live->keyboard = true;
    return 0;
}

static int open_pty(struct vcam_live *live, const char *path) {
    int fd = posix_openpt(O_RDWR | O_NOCTTY);
    const char *name = fd >= 0 && grantpt(fd) == 0 && unlockpt(fd) == 0
            ? ptsname(fd)
            : NULL;
    if (!name) {
        int status = cli_fail(path, "no pseudo terminal: %s", strerror(errno));
        if (fd >= 0) {
            (void)close(fd);
        }
        return status;
    }
    // Raw from the start: no echo of what the camera sends.
    struct termios raw;
    int peer = open(name, O_RDWR | O_NOCTTY);
    if (peer >= 0 && tcgetattr(peer, &raw) == 0) {
        raw.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG | IEXTEN);
        raw.c_iflag &= ~(tcflag_t)(ICRNL | IXON | INLCR);
        raw.c_oflag &= ~(tcflag_t)OPOST;
        (void)tcsetattr(peer, TCSANOW, &raw);
    }
    if (peer >= 0) {
        (void)close(peer);
    }
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    if (symlink(name, path) != 0) {
        int status = cli_fail(path, "%s", strerror(errno));
        (void)close(fd);
        return status;
    }
    live->pty = fd;
    live->path = path;
    usb_serial_set_user(live->usb->serial,
            &(struct usb_serial_user){.owner = live,
                    .room = pty_room,
                    .received = pty_received});
    return 0;
}

int vcam_live_open(struct vcam_live *live, struct vcam *vm, bool keyboard,
        struct usb_host *usb, const char *pty_path) {
    *live = (struct vcam_live){.vm = vm, .usb = usb, .pty = -1};
    live->tick = (struct vcam_event){.fire = on_tick, .context = live};
    struct sigaction action = {.sa_handler = on_signal};
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    int status = pty_path ? open_pty(live, pty_path) : 0;
    if (status == 0 && keyboard) {
        status = open_keyboard(live);
    }
    if (status == 0) {
        live->started = host_clock();
        live->from = vcam_now(vm);
        vcam_event_set(vm, &live->tick, vcam_now(vm) + TICK);
    } else {
        vcam_live_close(live);
    }
    return status;
}

void vcam_live_close(struct vcam_live *live) {
    restore_terminal();
    if (live->pty >= 0) {
        (void)close(live->pty);
        (void)unlink(live->path);
        live->pty = -1;
    }
}
