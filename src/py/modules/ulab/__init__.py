# SPDX-License-Identifier: MIT
# As much of ulab as scripts for models need: arrays, and a few functions.

from ulab import numpy

__version__ = "blazecam"
