# SPDX-License-Identifier: MIT
# The firmware of the OpenMV Cam H7: build/openmv4/firmware.bin and .elf.

FIRMWARE := $(BUILD)/openmv4/firmware.bin

.PHONY: firmware
firmware: $(FIRMWARE) ## build build/openmv4/firmware.bin

all: $(FIRMWARE)
test: $(FIRMWARE)

.PHONY: repl
repl: $(COMMAND) $(FIRMWARE) ## boot it on the virtual camera, at its prompt
	$(COMMAND) vcam --firmware $(FIRMWARE)

# Always looked at: MicroPython's rules know what is out of date.
$(FIRMWARE): FORCE | setup-firmware setup-micropython
	@$(MAKE) --no-print-directory -f src/py/port.mk \
	    BOARD_DIR=board/openmv4 BUILD=$(BUILD)/openmv4 \
	    MPY=$(DEPS)/micropython
$(BUILD)/openmv4/firmware.elf: $(FIRMWARE) ;
