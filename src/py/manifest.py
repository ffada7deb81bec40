# SPDX-License-Identifier: MIT
# What is frozen into the firmware.
include("$(MPY_DIR)/extmod/asyncio")
freeze("$(PORT_DIR)/src/py/modules")
