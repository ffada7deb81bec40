// SPDX-License-Identifier: MIT
// What went wrong, as a code and one sentence.

#ifndef NN_ERROR_H
#define NN_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Every function of the engine returns 0 or one of these. The numbers equal
// the negative errno values of Linux and newlib that come closest.
enum {
    NN_OK = 0,
    NN_ERR_INPUT = -5,        // the caller's row source failed (EIO)
    NN_ERR_NO_MEMORY = -12,   // a caller's buffer is too small (ENOMEM)
    NN_ERR_INVALID = -22,     // the model breaks the format's rules (EINVAL)
    NN_ERR_RANGE = -34,       // a size or a sum exceeds 32 bits (ERANGE)
    NN_ERR_UNSUPPORTED = -95, // a valid model that needs what is not here
};

enum { NN_ERROR_TEXT = 192 };

// Filled by every function that can fail on its input. text is always
// terminated, has no trailing full stop or line break and names the tensor
// or operator that is at fault.
typedef struct nn_error {
    int code;
    char text[NN_ERROR_TEXT];
} nn_error;

// Sets error to code and text made of format; returns code, so that a check
// is one line. error may be NULL. Conversions: %s string, %n string and its
// uint32_t length, %t nn_tensor (its index and name), %d int32_t, %u uint32_t,
// %x uint32_t in hexadecimal, %% itself; nothing else.
// Text that does not fit is cut.
// A macro, so that whoever reads the caller alone sees that it is not 0.
#define nn_fail(error, code, ...) \
    (nn_set_error(error, code, __VA_ARGS__), (code))

void nn_set_error(nn_error *error, int code, const char *format, ...);

// Whether there are as many bytes as a caller's memory must have for what
// ("a run"); if not, error is set to NN_ERR_NO_MEMORY and says so.
bool nn_memory_suffices(nn_error *error, const char *what, size_t needed,
        size_t there);

#endif
