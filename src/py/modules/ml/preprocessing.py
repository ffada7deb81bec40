# SPDX-License-Identifier: MIT
# What of an image a model is shown.

from _ml import Normalization
