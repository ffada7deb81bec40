// SPDX-License-Identifier: MIT
// Whether a model can run on the camera, told before it is flashed.

#include "host/firmware/fit.h"

#include <stdlib.h>
#include <string.h>

#include "host/engine/engine.h"

static uint32_t region_bytes(const firmware *f, const char *name) {
    const firmware_region *region = firmware_find(f, name);
    return region == NULL ? 0 : region->bytes;
}

static int place(fit *out, const firmware *f, nn_error *error) {
    uint32_t arena = region_bytes(f, "arena");
    // tensors are in one piece, which the heap need not be
    uint32_t heap = region_bytes(f, "heap");
    uint32_t second = region_bytes(f, "heap2");
    heap = second > heap ? second : heap;
    out->in_arena = out->arena_bytes <= arena;
    if (out->in_arena || out->arena_bytes <= heap) {
        return 0;
    }
    return nn_fail(error, NN_ERR_NO_MEMORY,
            "needs %u bytes of tensors; the camera has %u of tensor memory and "
            "%u of heap",
            out->arena_bytes, arena, heap);
}

int fit_model(fit *out, const firmware *f, const void *model, size_t bytes,
        nn_error *error) {
    engine *e;
    int err = engine_open_bytes(&e, model, bytes, NULL, error);
    if (err) {
        return err;
    }
    if (engine_is_float(e)) {
        engine_close(e);
        return nn_fail(error, NN_ERR_UNSUPPORTED,
                "computes in float32, the camera in int8: see 'blazecam "
                "quantize'");
    }
    *out = (fit){.arena_bytes = engine_arena_bytes(e)};
    err = place(out, f, error);
    engine_close(e);
    return err;
}
