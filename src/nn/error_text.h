// SPDX-License-Identifier: MIT
// The formatter behind nn_fail(), for those who put a prefix in front.

#ifndef NN_ERROR_TEXT_H
#define NN_ERROR_TEXT_H

#include <stdarg.h>

#include "nn/error.h"

// Appends format at used; returns the new length. Conversions: see nn_fail().
size_t nn_error_append(nn_error *error, size_t used, const char *format,
        va_list args);

#endif
