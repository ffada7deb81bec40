// SPDX-License-Identifier: MIT
// Pictures on a terminal.

// The window's size is no POSIX.
#define _DEFAULT_SOURCE // NOLINT(bugprone-reserved-identifier)

#include "host/cam/show.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host/cli/cli.h"
#include "host/photo/photo.h"

static void draw(const img_image *image, int32_t columns, int32_t lines) {
    int32_t width = columns;
    int32_t height = width * image->height / image->width;
    if (height > 2 * lines) {
        height = 2 * lines;
        width = height * image->width / image->height;
    }
    printf("\033[H");
    for (int32_t y = 0; y + 1 < height; y += 2) {
        for (int32_t x = 0; x < width; x++) {
            int32_t from_x = x * image->width / width;
            img_color a = img_get(image, from_x, y * image->height / height);
            img_color b =
                    img_get(image, from_x, (y + 1) * image->height / height);
            // The upper half block: its colour above, the ground's below.
            printf("\033[38;2;%d;%d;%dm\033[48;2;%d;%d;%dm\xE2\x96\x80", a.r,
                    a.g, a.b, b.r, b.g, b.b);
        }
        printf("\033[0m\n");
    }
}

int cam_show_picture(const uint8_t *jpeg, size_t bytes) {
    photo p;
    if (photo_decode(&p, jpeg, bytes, NULL) != 0) {
        return cli_fail("picture", "the camera sent a damaged one");
    }
    struct winsize size;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
            size.ws_col > 1 && size.ws_row > 2) {
        draw(&p.image, size.ws_col, size.ws_row - 1);
    }
    printf("%dx%d, %zu bytes\n", (int)p.image.width, (int)p.image.height,
            bytes);
    (void)fflush(stdout);
    photo_free(&p);
    return 0;
}
