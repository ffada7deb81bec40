# SPDX-License-Identifier: MIT
# The firmware of the OpenMV Cam H7: build/openmv4/firmware.bin and .elf.

FIRMWARE := $(BUILD)/openmv4/firmware.bin

.PHONY: firmware
firmware: $(FIRMWARE) ## build build/openmv4/firmware.bin

all: $(FIRMWARE)
demo test: $(FIRMWARE)

.PHONY: size
size: $(COMMAND) $(FIRMWARE) ## show where flash and RAM go
	@$(COMMAND) size $(FIRMWARE)

.PHONY: flash
flash: $(COMMAND) $(FIRMWARE) ## write it into the camera at USB
	$(COMMAND) flash $(FIRMWARE)

.PHONY: repl
repl: $(COMMAND) $(FIRMWARE) ## boot it on the virtual camera, at its prompt
	$(COMMAND) vcam --firmware $(FIRMWARE)

# Always looked at: MicroPython's rules know what is out of date. The models
# are ours and whatever .tflite (and labels, .txt) lies in models/.
ROM := $(BUILD)/openmv4/rom
ROM_FILES = $(MODEL) $(wildcard models/*.tflite models/*.txt)
$(FIRMWARE): FORCE $(COMMAND) $(MODEL) | setup-firmware setup-micropython \
    setup-tinyusb
	@$(MAKE) --no-print-directory -f src/py/port.mk \
	    BOARD_DIR=board/openmv4 BUILD=$(BUILD)/openmv4 \
	    MPY=$(DEPS)/micropython WITHOUT='$(WITHOUT)'
	@rm -rf $(ROM) && mkdir -p $(ROM) && cp $(ROM_FILES) $(ROM)/
	@$(COMMAND) pack --firmware $(BUILD)/openmv4/code.bin --models $(ROM) \
	    -o $@.new > $(ROM).report || { cat $(ROM).report; exit 1; }
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; \
	    cat $(ROM).report; fi
$(BUILD)/openmv4/firmware.elf: $(FIRMWARE) ;

# What each feature costs: the firmware is built once without each.
BOARD := board/openmv4
COSTS := $(BUILD)/features
.PHONY: features
features: $(COSTS)/all $(patsubst %,$(COSTS)/%,$(shell \
    $(BOARD)/features.py names $(BOARD)/features.txt))
features: ## measure what each feature of the firmware costs
	@$(BOARD)/features.py measured $(BOARD)/features.txt $(COSTS)

$(COSTS)/all: $(FIRMWARE)
	@mkdir -p $(@D)
	@stat -c %s $(BUILD)/openmv4/code.bin > $@

$(COSTS)/%: $(COSTS)/all
	@echo measuring $(@F)
	@$(MAKE) --no-print-directory -f src/py/port.mk BOARD_DIR=$(BOARD) \
	    BUILD=$@.build MPY=$(DEPS)/micropython WITHOUT=$(@F) > $@.log || \
	    { cat $@.log; exit 1; }
	@stat -c %s $@.build/code.bin > $@
	@rm -rf $@.build $@.log
