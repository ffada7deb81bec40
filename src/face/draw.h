// SPDX-License-Identifier: MIT
// Faces drawn into the image in which they were found.

#ifndef FACE_DRAW_H
#define FACE_DRAW_H

#include "face/face.h"

// Draws each face's box, score and keypoints. Lines and letters grow with the
// image and have a dark rim, so that they show on any picture.
void face_draw(const img_image *image, const face_detection *faces,
        uint32_t count);

#endif
