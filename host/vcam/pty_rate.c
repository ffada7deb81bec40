// SPDX-License-Identifier: MIT
// The rate that a pseudo terminal is set to. It has a file of its own: the
// kernel's header, which knows rates that have no name, excludes <termios.h>.

#include "host/vcam/pty_rate.h"

#if defined(__linux__)

#include <asm/termbits.h>
#include <sys/ioctl.h>

unsigned pty_rate(int fd) {
    struct termios2 settings;
    return ioctl(fd, TCGETS2, &settings) == 0 ? settings.c_ospeed : 0;
}

#else

#include <termios.h>

unsigned pty_rate(int fd) {
    struct termios settings;
    return tcgetattr(fd, &settings) == 0 ? (unsigned)cfgetospeed(&settings) : 0;
}

#endif
