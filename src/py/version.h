// SPDX-License-Identifier: MIT
// The version scripts and OpenMV IDE are told: the generation of OpenMV's
// Python interface that this firmware follows, so that scripts can compare.
#pragma once

#define BLAZECAM_VERSION_MAJOR 5
#define BLAZECAM_VERSION_MINOR 0
#define BLAZECAM_VERSION_PATCH 0
#define BLAZECAM_VERSION_STRING "5.0.0"
