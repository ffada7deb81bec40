# SPDX-License-Identifier: MIT
# Builds, tests and runs everything; `make help` lists the targets and V=1 shows
# the commands. What a target needs and the machine lacks is set up first, by
# tools/setup.

BUILD := build
DEPS := $(BUILD)/deps
PHOTO ?= $(DEPS)/grace_hopper.jpg
FUZZ_RUNS ?= 20000
FUZZ_SECONDS ?= 3600
Q := $(if $(V),,@)
MAKEFLAGS += -j$(shell nproc)

# The virtual camera is the only part that needs Unicorn, whose licence (GPL-2)
# then holds for the binary: VCAM=0 builds the command without it.
VCAM ?= $(if $(wildcard host/vcam),1,0)

ifeq ($(origin CC),default)
CC := gcc
endif
CLANG ?= clang

WARN := -Wall -Wextra -Werror -Wpedantic -Wshadow -Wvla -Wundef \
    -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-align \
    -Wwrite-strings -Wformat=2 -Wimplicit-fallthrough
# No contraction: the same float source gives the same bytes on every machine.
FLAGS := -std=c11 -ffp-contract=off -Isrc -I. -D_POSIX_C_SOURCE=200809L \
    -DBLAZECAM_VCAM=$(VCAM) $(WARN)
LIBS := $(if $(filter 1,$(VCAM)),-lunicorn) -ljpeg -lpng -lm

# The sources are compiled three times: for use, for tests, for fuzzing.
CC_host := $(CC)
FLAGS_host := $(FLAGS) -O2 -g $(CFLAGS)
CC_test := $(CLANG)
FLAGS_test := $(FLAGS) -O1 -g -fno-omit-frame-pointer \
    -ftrivial-auto-var-init=pattern \
    -fsanitize=address,undefined -fno-sanitize-recover=all
CC_fuzz := $(CLANG)
FLAGS_fuzz := $(FLAGS_test) -fsanitize=fuzzer-no-link

find = $(sort $(shell find $(wildcard $(1)) -name '*.c' 2>/dev/null))
# `make test ONLY=word` and `make fuzz ONLY=word` narrow what is run.
only = $(foreach f,$(1),$(if $(or $(if $(ONLY),,1),$(findstring $(ONLY),$(f))),\
    $(f)))

VCAM_SRC := $(if $(filter 1,$(VCAM)),$(call find,host/vcam))
LIB_SRC := $(filter-out host/main.c host/vcam/% src/nn/kernels/m7/%, \
    $(call find,host src/nn src/face src/image src/sensor src/rom src/drive) \
    $(wildcard src/link/*.c)) $(VCAM_SRC)
SUPPORT := $(wildcard test/support/*.c)
UNIT := $(call only,$(sort $(wildcard test/unit/test_*.c)))
E2E := $(call only,$(sort $(wildcard test/e2e/*.sh test/e2e/*.py)))
FUZZ := $(call only,$(sort $(wildcard test/fuzz/fuzz_*.c)))
# The kernels for Cortex-M7 pass the tests of those they stand in for.
UNIT_M7 := $(call only,test_nn_binary_m7 test_nn_conv_m7 \
    test_nn_fully_connected_m7 test_nn_lookup_m7 test_nn_pool_m7 \
    test_nn_quantize_m7)
UNIT_BIN := $(UNIT:%.c=$(BUILD)/%) $(UNIT_M7:%=$(BUILD)/test/unit/%)
FUZZ_M7 := $(call only,fuzz_model_m7)
FUZZ_BIN := $(FUZZ:%.c=$(BUILD)/%) $(FUZZ_M7:%=$(BUILD)/test/fuzz/%)

COMMAND := $(BUILD)/host/blazecam
FLOAT_MODEL := $(DEPS)/face_detection_short_range.tflite
MODEL := $(BUILD)/models/blazeface_front_128.tflite
RANGES := models/blazeface_front_128.ranges

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
.PHONY: all demo test fuzz lint format clean help FORCE
# `make clean all` means one after the other.
ifneq ($(filter clean,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif

all: $(COMMAND) $(MODEL) ## build the command, the models and the firmware

demo: $(COMMAND) $(MODEL) | setup-photo
demo: ## show PHOTO=mine.jpg to the virtual camera, which finds the faces
ifeq ($(VCAM),1)
	@tools/demo $(COMMAND) $(FIRMWARE) $(PHOTO) $(BUILD)/demo.png
	@$(COMMAND) size $(FIRMWARE)
else
	$(COMMAND) detect -o $(BUILD)/demo.png $(PHOTO)
endif

test: $(COMMAND) $(MODEL) $(UNIT_BIN) $(FUZZ_BIN) | setup-photo
test: ## run all tests, with a short run of each fuzz target
	@FUZZ_RUNS=$(FUZZ_RUNS) test/run $(UNIT_BIN) -- $(E2E) $(FUZZ_BIN)

fuzz: $(FUZZ_BIN) ## fuzz for FUZZ_SECONDS (an hour) a target
	@FUZZ_RUNS=-1 FUZZ_SECONDS=$(FUZZ_SECONDS) test/run $(FUZZ_BIN)

# --- set-up: order-only, so that it never makes anything out of date -------

SETUPS := host vcam test lint firmware bench model photo micropython tinyusb
.PHONY: $(SETUPS:%=setup-%)
$(SETUPS:%=setup-%):
	@tools/setup $(@:setup-%=%)

$(FLOAT_MODEL): | setup-model ;

# --- objects, libraries, programs ------------------------------------------

# The compiler and its flags, rewritten only when they differ.
$(BUILD)/%/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC_$*) $(FLAGS_$*)' | cmp -s - $@ || \
	    echo '$(CC_$*) $(FLAGS_$*)' > $@

# tree NAME, SETUPS: the rules for one of the three sets of objects.
define tree
$(BUILD)/$(1)/%.o: %.c $(BUILD)/$(1)/flags | $(2)
	@mkdir -p $$(@D)
	$$(if $$(Q),@echo 'cc ($(1)) $$<')
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) -MMD -MP -c $$< -o $$@

$(BUILD)/$(1)/sources: FORCE
	@mkdir -p $$(@D)
	@echo '$$(LIB_SRC)' | cmp -s - $$@ || echo '$$(LIB_SRC)' > $$@

$(BUILD)/$(1)/libblazecam.a: $(BUILD)/$(1)/sources \
    $$(LIB_SRC:%.c=$(BUILD)/$(1)/%.o)
	@rm -f $$@
	$$(Q)$$(AR) rcs $$@ $$(filter %.o,$$^)

# A program takes what it needs: not all of it can be in a fuzz target.
$(BUILD)/$(1)/libsupport.a: $$(SUPPORT:%.c=$(BUILD)/$(1)/%.o)
	@rm -f $$@
	$$(Q)$$(AR) rcs $$@ $$^
endef
SETUP_VCAM := $(if $(filter 1,$(VCAM)),setup-vcam)
$(eval $(call tree,host,setup-host $(SETUP_VCAM)))
$(eval $(call tree,test,setup-host setup-test $(SETUP_VCAM)))
$(eval $(call tree,fuzz,setup-host setup-test $(SETUP_VCAM)))

$(COMMAND): $(BUILD)/host/host/main.o $(BUILD)/host/libblazecam.a
	@mkdir -p $(@D)
	$(if $(Q),@echo 'link $@')
	$(Q)$(CC_host) $(FLAGS_host) $(LDFLAGS) $^ $(LIBS) -o $@

$(BUILD)/test/unit/%: $(BUILD)/test/test/unit/%.o \
    $(BUILD)/test/libsupport.a $(BUILD)/test/libblazecam.a
	@mkdir -p $(@D)
	$(if $(Q),@echo 'link $@')
	$(Q)$(CC_test) $(FLAGS_test) $^ $(LIBS) -lcmocka -o $@

# What is named before the library is taken instead of what is in it.
$(BUILD)/test/unit/%_m7: $(BUILD)/test/test/unit/%.o \
    $(patsubst %.c,$(BUILD)/test/%.o,$(wildcard src/nn/kernels/m7/*.c)) \
    $(BUILD)/test/libsupport.a $(BUILD)/test/libblazecam.a
	@mkdir -p $(@D)
	$(if $(Q),@echo 'link $@')
	$(Q)$(CC_test) $(FLAGS_test) $^ $(LIBS) -lcmocka -o $@

$(BUILD)/test/fuzz/%: $(BUILD)/fuzz/test/fuzz/%.o \
    $(BUILD)/fuzz/libsupport.a $(BUILD)/fuzz/libblazecam.a
	@mkdir -p $(@D)
	$(if $(Q),@echo 'link $@')
	$(Q)$(CC_fuzz) $(FLAGS_test) -fsanitize=fuzzer $^ $(LIBS) -lcmocka -o $@

$(BUILD)/test/fuzz/%_m7: $(BUILD)/fuzz/test/fuzz/%.o \
    $(patsubst %.c,$(BUILD)/fuzz/%.o,$(wildcard src/nn/kernels/m7/*.c)) \
    $(BUILD)/fuzz/libsupport.a $(BUILD)/fuzz/libblazecam.a
	@mkdir -p $(@D)
	$(if $(Q),@echo 'link $@')
	$(Q)$(CC_fuzz) $(FLAGS_test) -fsanitize=fuzzer $^ $(LIBS) -lcmocka -o $@

# The USB device under a fake controller: TinyUSB itself, for no chip.
USB_SRC := tusb.c common/tusb_fifo.c device/usbd.c device/usbd_control.c \
    class/cdc/cdc_device.c class/msc/msc_device.c
USB_FLAGS := -Itest/fuzz/usb -Isrc/link/tinyusb -isystem $(DEPS)/tinyusb/src \
    -DCFG_TUSB_MCU=OPT_MCU_NONE -DTUP_DCD_ENDPOINT_MAX=8
USB_FUZZ := $(USB_SRC:%.c=$(BUILD)/fuzz/tinyusb/%.o) \
    $(patsubst %.c,$(BUILD)/fuzz/%.o,$(wildcard src/link/tinyusb/*.c))
$(BUILD)/test/fuzz/fuzz_usb: $(USB_FUZZ)
$(BUILD)/fuzz/src/link/tinyusb/%.o: FLAGS_fuzz := $(USB_FLAGS) $(FLAGS_fuzz)
$(BUILD)/fuzz/test/fuzz/fuzz_usb.o: FLAGS_fuzz := $(USB_FLAGS) $(FLAGS_fuzz)
$(BUILD)/lint/test/fuzz/fuzz_usb.tidy: TIDY_FLAGS := $(USB_FLAGS) $(FLAGS)
$(USB_FUZZ) $(BUILD)/fuzz/test/fuzz/fuzz_usb.o: | setup-tinyusb
$(DEPS)/tinyusb/src/%.c: | setup-tinyusb ;

# Not ours: no warnings, and NULL + 0 passes.
$(BUILD)/fuzz/tinyusb/%.o: $(DEPS)/tinyusb/src/%.c $(BUILD)/fuzz/flags
	@mkdir -p $(@D)
	$(if $(Q),@echo 'cc (fuzz) $<')
	$(Q)$(CC_fuzz) $(USB_FLAGS) $(FLAGS_fuzz) -w \
	    -fno-sanitize=pointer-overflow -MD -MP -c $< -o $@

$(MODEL): $(FLOAT_MODEL) $(RANGES) $(COMMAND)
	@mkdir -p $(@D)
	$(COMMAND) quantize $(FLOAT_MODEL) -o $@ --ranges $(RANGES)

# --- rules of the house -----------------------------------------------------

# clang-tidy looks at a file again when it or what it includes has changed.
# src/py is MicroPython's style, macros and all: its compiler flags must do.
TIDY_SRC := $(filter-out test/vcam/%, \
    $(call find,host src/nn src/face src/image src/sensor src/rom src/drive \
    test) $(wildcard src/link/*.c))
TIDY_CAMERA_SRC := $(call find,src/chip board test/vcam)
TIDY_CAMERA := $(TIDY_CAMERA_SRC:%.c=$(BUILD)/lint/%.tidy)
TIDY := $(TIDY_SRC:%.c=$(BUILD)/lint/%.tidy)
TIDY_FLAGS := $(FLAGS)

# The generated memory map comes with the firmware.
$(TIDY_CAMERA): TIDY_FLAGS := -std=gnu11 --target=thumbv7em-none-eabihf \
    -mcpu=cortex-m7 -isystem /usr/lib/arm-none-eabi/include \
    -isystem $(DEPS)/micropython/lib/cmsis/inc -Isrc -I. \
    -Iboard/openmv4 -I$(BUILD)/openmv4/gen
$(TIDY_CAMERA): | setup-firmware setup-micropython firmware

$(BUILD)/lint/%.tidy: %.c .clang-tidy | setup-host setup-test \
    setup-lint $(SETUP_VCAM)
	@mkdir -p $(@D)
	@echo clang-tidy $<
	@clang-tidy --quiet $< -- $(TIDY_FLAGS) 2>/dev/null
	@$(CLANG) $(TIDY_FLAGS) -MM -MP -MT $@ -MF $(@:.tidy=.d) $<
	@touch $@

lint: lint-rules $(TIDY) $(TIDY_CAMERA)
lint: ## check layout, clang-tidy, cppcheck, our own rules

.PHONY: lint-rules
lint-rules: | setup-lint
	@FLAGS='$(FLAGS)' tools/lint
# All that is wrong, not only the first.
ifneq ($(filter lint,$(MAKECMDGOALS)),)
MAKEFLAGS += -k
endif

format: | setup-lint ## lay out every C file as .clang-format says
	git ls-files -co --exclude-standard '*.c' '*.h' | xargs clang-format -i

clean: ## remove what was built; downloads in build/deps stay
	rm -rf $(filter-out $(DEPS),$(wildcard $(BUILD)/*))

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1	\2/p' \
	    $(filter-out %.d,$(MAKEFILE_LIST)) | sort | expand -t 12

FORCE:

-include $(sort $(wildcard board/*/*.mk))
-include $(wildcard bench/bench.mk)
-include $(shell find $(wildcard $(addprefix $(BUILD)/,host test fuzz lint)) \
    -name '*.d' 2>/dev/null)
