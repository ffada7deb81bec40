# SPDX-License-Identifier: MIT
# Detectors of MediaPipe.

from _ml import BlazeFace
