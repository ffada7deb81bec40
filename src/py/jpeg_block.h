// SPDX-License-Identifier: MIT
// JPEG by the chip's own block, for what nobody computes with: previews.
#pragma once

#include "image/jpeg.h"

// As img_jpeg_encode(), which takes over where the block cannot be trusted:
// before its first file it has to write one that the decoder reads back.
int jpeg_block_encode(const img_image *image, int quality,
        img_jpeg_sampling sampling, uint8_t *out, size_t capacity,
        size_t *bytes);
