// SPDX-License-Identifier: MIT
// Which operators' packed weights (nn/packed.h) go into a camera's ROM: all
// where there is room, else those without which inferences would take longest.

#ifndef HOST_FIRMWARE_PACKING_H
#define HOST_FIRMWARE_PACKING_H

#include "host/engine/engine.h"

typedef struct packing {
    engine *engine; // of the model, owned
    bool *chosen;   // by place in the graph, owned
    uint32_t ops;   // that have packed weights; 0 before packing_open()
    // What was left out:
    uint32_t missing;
    size_t missing_bytes;
    uint64_t instructions; // that an inference takes longer, estimated
} packing;

// Loads a model. Fails as engine_open_bytes() does. packing_close() when done.
int packing_open(packing *p, const void *model, size_t bytes, nn_error *error);
void packing_close(packing *p);

// Bytes of the file with the packed weights chosen.
size_t packing_bytes(const packing *p);
// The file itself, which the caller frees; NULL: no memory.
void *packing_make(const packing *p);

// Chooses among the operators of some models; room is what there is beside
// files without any operators. The same models make the same choice. Every
// model has the same weight.
int packing_choose(packing *models, size_t count, size_t room, nn_error *error);

#endif
