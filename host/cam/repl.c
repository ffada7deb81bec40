// SPDX-License-Identifier: MIT
// A camera's prompt in this terminal.

// cfmakeraw() is not POSIX.
#define _DEFAULT_SOURCE // NOLINT(bugprone-reserved-identifier)

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "host/cam/session.h"
#include "host/cli/cli.h"

enum { LEAVE = 0x1D }; // Ctrl-]

static struct termios before;

static void restore(void) {
    (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
}

static int write_all(int fd, const char *from, size_t bytes) {
    while (bytes > 0) {
        ssize_t n = write(fd, from, bytes);
        if (n < 0 && errno != EINTR && errno != EAGAIN) {
            return -1;
        }
        if (n > 0) {
            from += n;
            bytes -= (size_t)n;
        }
    }
    return 0;
}

// Copies both ways until the user leaves or one end is gone.
static int copy(cam_port *port) {
    struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
            {.fd = port->fd, .events = POLLIN}};
    cam_stream stream = cam_port_stream(port);
    for (;;) {
        char bytes[1024];
        if (poll(fds, 2, -1) < 0 && errno != EINTR) {
            return cli_fail("keyboard", "%s", strerror(errno));
        }
        if (fds[1].revents != 0) {
            long n = stream.read(port, bytes, sizeof(bytes), 0);
            if (n < 0) {
                return cli_fail(port->path,
                        "the camera was unplugged or reset");
            }
            (void)write_all(STDOUT_FILENO, bytes, (size_t)n);
        }
        if (fds[0].revents != 0) {
            ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));
            if (n <= 0) {
                // What was typed into a pipe may still be answered.
                while ((n = stream.read(port, bytes, sizeof(bytes), 500)) > 0) {
                    (void)write_all(STDOUT_FILENO, bytes, (size_t)n);
                }
                return 0;
            }
            const char *leave = memchr(bytes, LEAVE, (size_t)n);
            size_t count = leave != NULL ? (size_t)(leave - bytes) : (size_t)n;
            if (write_all(port->fd, bytes, count) != 0) {
                return cli_fail(port->path, "%s", strerror(errno));
            }
            if (leave != NULL) {
                return 0;
            }
        }
    }
}

int cam_repl(cam_port *port) {
    bool terminal =
            isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
    if (terminal) {
        struct termios raw = before;
        cfmakeraw(&raw);
        (void)atexit(restore);
        (void)fprintf(stderr, "connected to %s; Ctrl-] leaves\n", port->path);
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
        (void)write_all(port->fd, "\r", 1);
    }
    int status = copy(port);
    if (terminal) {
        restore();
        (void)fprintf(stderr, "\n");
    }
    return status;
}
