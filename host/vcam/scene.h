// SPDX-License-Identifier: MIT
// What the virtual camera looks at: a photograph, a folder of them as a slide
// show, a film, or, when nothing is given, a picture made here.
#ifndef HOST_VCAM_SCENE_H
#define HOST_VCAM_SCENE_H

#include <stdint.h>

#include "image/image.h"
#include "nn/error.h"

struct vcam_scene;

// A slide is shown for this long, in picoseconds of virtual time.
#define VCAM_SLIDE_TIME 1000000000000ull

// Opens what is at path, or the made picture for NULL. On failure error says
// why in a sentence without the path.
int vcam_scene_open(struct vcam_scene **out, const char *path, nn_error *error);
void vcam_scene_close(struct vcam_scene *scene);

// The picture, RGB888, at a time in picoseconds; slides and films begin again
// at their end. *serial is another one for every other picture. The pixels
// stay until the next call. Where a slide or a frame of a film cannot be read,
// `failed` has a sentence, else null; the picture before it stays.
const img_image *vcam_scene_at(struct vcam_scene *scene, uint64_t time,
        unsigned *serial, const char **failed);

#endif
