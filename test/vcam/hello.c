// SPDX-License-Identifier: MIT
// The least: a line on the console.

#include "program.h"

void test(void) {
    print("hello, world\n");
}
