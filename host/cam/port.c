// SPDX-License-Identifier: MIT
// Serial ports of cameras.

// cfmakeraw() is not POSIX.
#define _DEFAULT_SOURCE // NOLINT(bugprone-reserved-identifier)

#include "host/cam/port.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "host/cli/cli.h"

// Of the camera's firmware, OpenMV's or this one.
#define CAMERA_VID "37c5"
#define CAMERA_PID "1204"

// Where the system describes its devices; tests have one of their own.
static const char *sys(void) {
    const char *other = getenv("BLAZECAM_SYS");
    return other != NULL ? other : "/sys";
}

// The first line of a small file, without its end.
static bool read_line(const char *path, char *line, size_t bytes) {
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return false;
    }
    bool got = fgets(line, (int)bytes, file) != NULL;
    (void)fclose(file);
    if (got) {
        line[strcspn(line, "\n")] = '\0';
    }
    return got;
}

static bool has_attribute(const char *device, const char *name,
        const char *wanted) {
    char path[512];
    char line[64];
    (void)snprintf(path, sizeof(path), "%s/%s", device, name);
    return read_line(path, line, sizeof(line)) && strcmp(line, wanted) == 0;
}

// The tty's device is an interface of the USB device one folder up.
static bool is_camera(const char *tty, cam_found *found) {
    char device[400];
    char path[512];
    (void)snprintf(device, sizeof(device), "%s/class/tty/%s/device/..", sys(),
            tty);
    if (!has_attribute(device, "idVendor", CAMERA_VID) ||
            !has_attribute(device, "idProduct", CAMERA_PID)) {
        return false;
    }
    (void)snprintf(path, sizeof(path), "%s/serial", device);
    if (!read_line(path, found->serial, sizeof(found->serial))) {
        found->serial[0] = '\0';
    }
    (void)snprintf(found->path, sizeof(found->path), "/dev/%s", tty);
    return true;
}

size_t cam_list(cam_found *found, size_t most) {
    char folder[300];
    (void)snprintf(folder, sizeof(folder), "%s/class/tty", sys());
    DIR *dir = opendir(folder);
    size_t count = 0;
    if (dir == NULL) {
        return 0;
    }
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        cam_found one;
        if (e->d_name[0] != '.' && strlen(e->d_name) < 64 &&
                is_camera(e->d_name, &one)) {
            if (count < most) {
                found[count] = one;
            }
            count++;
        }
    }
    (void)closedir(dir);
    return count;
}

static int find_only(cam_port *port) {
    cam_found found[4];
    size_t count = cam_list(found, sizeof(found) / sizeof(found[0]));
    if (count == 0) {
        return cli_fail("no camera",
                "none is connected; plug one in, or name its port: --port P");
    }
    if (count > 1) {
        return cli_fail("which camera",
                "there are %zu, at %s and %s; name one: --port %s", count,
                found[0].path, found[1].path, found[0].path);
    }
    (void)snprintf(port->path, sizeof(port->path), "%s", found[0].path);
    (void)snprintf(port->serial, sizeof(port->serial), "%s", found[0].serial);
    return 0;
}

// The serial number of a port that was named.
static void find_serial(cam_port *port) {
    cam_found found[16];
    size_t count = cam_list(found, 16);
    for (size_t i = 0; i < count && i < 16; i++) {
        if (strcmp(found[i].path, port->path) == 0) {
            (void)snprintf(port->serial, sizeof(port->serial), "%s",
                    found[i].serial);
        }
    }
}

int cam_port_baud(cam_port *port, unsigned baud) {
    struct termios t;
    if (tcgetattr(port->fd, &t) != 0) {
        return -1;
    }
    cfmakeraw(&t);
    t.c_cflag |= CLOCAL | CREAD;
    t.c_cc[VMIN] = 0;
    t.c_cc[VTIME] = 0;
    speed_t speed = baud == CAM_BAUD_PROTOCOL ? B921600 : B115200;
    if (cfsetispeed(&t, speed) != 0 || cfsetospeed(&t, speed) != 0) {
        return -1;
    }
    return tcsetattr(port->fd, TCSANOW, &t);
}

int cam_port_open(cam_port *port, const char *path, unsigned baud) {
    *port = (cam_port){.fd = -1};
    if (path == NULL) {
        if (find_only(port) != 0) {
            return CLI_FAILED;
        }
    } else {
        (void)snprintf(port->path, sizeof(port->path), "%s", path);
        find_serial(port);
    }
    port->fd = open(port->path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (port->fd < 0) {
        return errno == EACCES
                ? cli_fail(port->path,
                          "not allowed; join the group that owns it (often "
                          "'dialout') and log in again")
                : cli_fail(port->path, "%s", strerror(errno));
    }
    if (cam_port_baud(port, baud) != 0) {
        int status =
                cli_fail(port->path, "no serial port: %s", strerror(errno));
        cam_port_close(port);
        return status;
    }
    // One program at a time: two would take each other's answers.
    (void)ioctl(port->fd, TIOCEXCL);
    return 0;
}

void cam_port_close(cam_port *port) {
    if (port->fd >= 0) {
        (void)close(port->fd);
        port->fd = -1;
    }
}

// --- as a stream ---------------------------------------------------------

static long port_read(void *context, void *to, size_t bytes, unsigned ms) {
    const cam_port *port = context;
    struct pollfd p = {.fd = port->fd, .events = POLLIN};
    int ready = poll(&p, 1, (int)ms);
    if (ready <= 0) {
        return ready < 0 && errno != EINTR ? -1 : 0;
    }
    ssize_t n = read(port->fd, to, bytes);
    if (n < 0) {
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    }
    // Readable, and nothing there: it was unplugged.
    return n == 0 && (p.revents & (POLLHUP | POLLERR)) ? -1 : (long)n;
}

static long port_write(void *context, const void *from, size_t bytes) {
    const cam_port *port = context;
    for (;;) {
        ssize_t n = write(port->fd, from, bytes);
        if (n > 0) {
            return (long)n;
        }
        if (n < 0 && errno != EAGAIN && errno != EINTR) {
            return -1;
        }
        struct pollfd p = {.fd = port->fd, .events = POLLOUT};
        if (poll(&p, 1, 5000) <= 0) {
            return -1;
        }
    }
}

static uint64_t port_ms(void *context) {
    (void)context;
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000U + (uint64_t)t.tv_nsec / 1000000U;
}

cam_stream cam_port_stream(cam_port *port) {
    return (cam_stream){port, port_read, port_write, port_ms};
}
