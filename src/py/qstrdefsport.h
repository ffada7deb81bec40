// SPDX-License-Identifier: MIT
// Names that no source file mentions literally.
Q(/ flash)
Q(/ flash / lib)
Q(/ rom)
Q(/ rom / lib)
