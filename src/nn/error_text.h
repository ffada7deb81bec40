// SPDX-License-Identifier: MIT
// The formatter behind nn_fail(), for those who put a prefix in front.

#ifndef NN_ERROR_TEXT_H
#define NN_ERROR_TEXT_H

#include <stdarg.h>

#include "nn/error.h"

// Appends to error's text. Conversions: see nn_fail().
void nn_error_append(nn_error *error, const char *format, va_list args);

#endif
