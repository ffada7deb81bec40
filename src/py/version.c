// SPDX-License-Identifier: MIT
// The version, in a file of its own: it is compiled anew for every commit.

#include "src/py/version.h"

#include "commit.h"

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)
#define NUMBERS                  \
    TEXT(BLAZECAM_VERSION_MAJOR) \
    "." TEXT(BLAZECAM_VERSION_MINOR) "." TEXT(BLAZECAM_VERSION_PATCH)

const char *version_string(void) {
    return NUMBERS " blazecam " BLAZECAM_COMMIT;
}
