# SPDX-License-Identifier: MIT
# What is frozen into the firmware.
freeze("$(PORT_DIR)/src/py/modules")
