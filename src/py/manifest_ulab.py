# SPDX-License-Identifier: MIT
# Frozen into the firmware as well where the feature ulab is on.
package("ulab", base_path="$(PORT_DIR)/src/py/modules")
