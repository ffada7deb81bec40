// SPDX-License-Identifier: MIT
// Whether a model can run on the camera, told before it is flashed.

#include "host/firmware/fit.h"

#include <stdlib.h>
#include <string.h>

#include "host/engine/engine.h"

static int place(fit *out, const firmware *f, nn_error *error) {
    const firmware_region *arena = firmware_find(f, "arena");
    const firmware_region *heap = firmware_find(f, "heap");
    out->in_arena = arena != NULL && out->arena_bytes <= arena->bytes;
    if (out->in_arena || (heap != NULL && out->arena_bytes <= heap->bytes)) {
        return 0;
    }
    return nn_fail(error, NN_ERR_NO_MEMORY,
            "needs %u bytes of tensors; the camera has %u of tensor memory and "
            "%u of heap",
            out->arena_bytes, arena == NULL ? 0 : arena->bytes,
            heap == NULL ? 0 : heap->bytes);
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
