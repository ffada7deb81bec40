// SPDX-License-Identifier: MIT
// Whether a model can run on the camera, told before it is flashed.

#include "host/firmware/fit.h"

#include <stdlib.h>
#include <string.h>

#include "host/engine/engine.h"

static int place(fit *out, const firmware *f, nn_error *error) {
    const firmware_region *arena = firmware_find(f, "arena");
    const firmware_region *heap = firmware_find(f, "heap");
    uint64_t need = (uint64_t)out->arena_bytes + out->table_bytes;
    out->in_arena = arena != NULL && need <= arena->bytes;
    if (out->in_arena || (heap != NULL && need <= heap->bytes)) {
        return 0;
    }
    return nn_fail(error, NN_ERR_NO_MEMORY,
            "needs %u bytes of tensors and %u of tables; the camera has %u "
            "bytes of tensor memory and %u of heap",
            out->arena_bytes, out->table_bytes,
            arena == NULL ? 0 : arena->bytes, heap == NULL ? 0 : heap->bytes);
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
    const nn_plan *plan = engine_plan(e);
    size_t state;
    size_t keep;
    size_t work;
    err = nn_measure(model, bytes, &state, error);
    if (err == 0) {
        nn_plan_measure(engine_graph(e), &keep, &work);
        *out = (fit){.arena_bytes = plan->arena_bytes,
                .table_bytes = (uint32_t)(state + keep + nn_run_measure(plan)),
                .naive_bytes = engine_graph(e)->naive_bytes};
        err = place(out, f, error);
    }
    engine_close(e);
    return err;
}
