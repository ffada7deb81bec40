# SPDX-License-Identifier: MIT
# What is frozen into the firmware.
module("_boot.py", base_path="$(PORT_DIR)/src/py/modules")
package("ml", base_path="$(PORT_DIR)/src/py/modules")
