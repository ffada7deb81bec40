// SPDX-License-Identifier: MIT
// Serial ports of cameras: finding, opening, bytes in and out.

#ifndef HOST_CAM_PORT_H
#define HOST_CAM_PORT_H

#include <stdbool.h>

#include "host/cam/client.h"

enum { CAM_BAUD_PROTOCOL = 921600, CAM_BAUD_PROMPT = 115200 };

// A camera's port as the system lists it.
typedef struct cam_found {
    char path[256];  // "/dev/ttyACM0"
    char serial[64]; // USB serial number, "" where there is none
} cam_found;

// Lists ports of running cameras, at most so many. How many there are.
size_t cam_list(cam_found *found, size_t most);

typedef struct cam_port {
    int fd;
    char path[256];
    char serial[64];
} cam_port;

// Opens the port at path, or where that is NULL that of the only camera. 0, or
// CLI_FAILED after a sentence that says what to do.
int cam_port_open(cam_port *port, const char *path, unsigned baud);
void cam_port_close(cam_port *port);
// Another rate. The camera begins a new session.
int cam_port_baud(cam_port *port, unsigned baud);
cam_stream cam_port_stream(cam_port *port);

#endif
