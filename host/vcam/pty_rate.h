// SPDX-License-Identifier: MIT
// The rate that a pseudo terminal is set to.
#ifndef HOST_VCAM_PTY_RATE_H
#define HOST_VCAM_PTY_RATE_H

// Baud of the terminal behind `fd`, any number that Linux takes; 0 when it
// cannot be told.
unsigned pty_rate(int fd);

#endif
