// SPDX-License-Identifier: MIT
// The version that scripts and hosts are told. SPEC.md says how it is chosen.
#pragma once

#define BLAZECAM_VERSION_MAJOR 5
#define BLAZECAM_VERSION_MINOR 99
#define BLAZECAM_VERSION_PATCH 0

// "5.99.0 blazecam COMMIT", with a + when the sources were changed since.
const char *version_string(void);
