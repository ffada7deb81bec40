# SPDX-License-Identifier: MIT
# Frozen into the firmware as well where the feature asyncio is on.
include("$(MPY_DIR)/extmod/asyncio")
