// SPDX-License-Identifier: MIT
// Runs models in memory through the engine, for unit tests with cmocka.

#ifndef INVOKE_H
#define INVOKE_H

#include <stddef.h>
#include <stdint.h>

#include "test/support/model.h"

// Loads the model, runs it with whole tensors, streamed and, where it is a
// single operator, row by row. Fails the test unless all give the same bytes,
// and returns those of output 0, to be freed. inputs[k] are the bytes of the
// model's input k. The model is freed.
void *invoke(model *m, const void *const *inputs);

// The engine refuses the model with this code and a sentence that contains
// text. The model is freed.
void invoke_refused(model *m, int code, const char *text);

#endif
