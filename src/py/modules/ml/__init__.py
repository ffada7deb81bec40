# SPDX-License-Identifier: MIT
# Models: what is not in C.

from _ml import Model, ndarray
from ml import preprocessing, utils
