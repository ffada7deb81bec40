# SPDX-License-Identifier: MIT
# Builds the command, the models and the tests. `make help` lists the targets.

# What is absent is set up first (see tools/setup); OFFLINE setups work too.
SETUP := tools/setup

BUILD := build
DEPS := $(BUILD)/deps
PHOTO ?= $(DEPS)/grace_hopper.jpg

# The virtual camera is the only part that needs Unicorn, whose licence (GPL-2)
# reaches the binary: VCAM=0 builds the command without it.
VCAM ?= $(if $(wildcard host/vcam/*.c),1,0)

ifeq ($(origin CC),default)
CC := gcc
endif
CLANG ?= clang

WARN := -Wall -Wextra -Werror -Wpedantic -Wshadow -Wvla -Wundef \
    -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-align \
    -Wwrite-strings -Wformat=2 -Wimplicit-fallthrough -Wnull-dereference
# No contraction: the same float source gives the same bytes on every machine.
BASE := -std=c11 -ffp-contract=off -Isrc -I. -D_POSIX_C_SOURCE=200809L \
    -DBLAZECAM_VCAM=$(VCAM) $(WARN) -MMD -MP
LIBS := -ljpeg -lpng -lm
ifeq ($(VCAM),1)
LIBS := -lunicorn $(LIBS)
endif

# One line for each tree of objects: directory, compiler, flags.
CC_host := $(CC)
FLAGS_host := $(BASE) -O2 -g $(CFLAGS)
CC_test := $(CLANG)
FLAGS_test := $(BASE) -O1 -g -fno-omit-frame-pointer \
    -fsanitize=address,undefined -fno-sanitize-recover=all
CC_fuzz := $(CLANG)
FLAGS_fuzz := $(BASE) -O1 -g -fno-omit-frame-pointer \
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

find = $(sort $(shell find $(wildcard $(1)) -name '*.c' 2>/dev/null))
VCAM_SRC := $(if $(filter 1,$(VCAM)),$(call find,host/vcam))
LIB_SRC := $(filter-out host/main.c host/vcam/%, \
    $(call find,host src/nn src/face src/image))

UNIT := $(sort $(wildcard test/unit/test_*.c))
SUPPORT := $(sort $(wildcard test/support/*.c))
FUZZ := $(sort $(wildcard test/fuzz/fuzz_*.c))
UNIT_BIN := $(UNIT:%.c=$(BUILD)/%)
FUZZ_BIN := $(FUZZ:%.c=$(BUILD)/%)
FUZZ_RUNS ?= 20000

COMMAND := $(BUILD)/host/blazecam
MODEL := $(BUILD)/models/blazeface_front_128.tflite
FLOAT_MODEL := $(DEPS)/face_detection_short_range.tflite

.DEFAULT_GOAL := all
.SUFFIXES:
.DELETE_ON_ERROR:
.PHONY: all demo test lint format fuzz clean help FORCE

all: $(COMMAND) ## build the command and the models

# --- set-up ---------------------------------------------------------------

.PHONY: setup-host setup-test setup-lint setup-vcam
setup-%:
	@$(SETUP) $*
setup-host setup-test setup-lint setup-vcam:
	@$(SETUP) $(@:setup-%=%)

# --- objects, one tree a purpose ------------------------------------------

# The compiler and its flags, touched when they change: objects depend on it.
$(BUILD)/obj/%/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC_$*) $(FLAGS_$*)' | cmp -s - $@ || \
	    echo '$(CC_$*) $(FLAGS_$*)' > $@

define tree
$(BUILD)/obj/$(1)/%.o: %.c $(BUILD)/obj/$(1)/flags | $(2)
	@mkdir -p $$(@D)
	$$(CC_$(1)) $$(FLAGS_$(1)) -c $$< -o $$@

$(BUILD)/obj/$(1)/libblazecam.a: $$(LIB_SRC:%.c=$(BUILD)/obj/$(1)/%.o) \
    $$(VCAM_SRC:%.c=$(BUILD)/obj/$(1)/%.o)
	@rm -f $$@
	$$(AR) rcs $$@ $$^
endef
$(eval $(call tree,host,setup-host $(if $(filter 1,$(VCAM)),setup-vcam)))
$(eval $(call tree,test,setup-test))
$(eval $(call tree,fuzz,setup-test))

$(COMMAND): $(BUILD)/obj/host/host/main.o $(BUILD)/obj/host/libblazecam.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ $(LIBS) -o $@

$(BUILD)/test/unit/%: $(BUILD)/obj/test/test/unit/%.o \
    $(SUPPORT:%.c=$(BUILD)/obj/test/%.o) $(BUILD)/obj/test/libblazecam.a
	@mkdir -p $(@D)
	$(CLANG) -fsanitize=address,undefined $^ $(LIBS) -lcmocka -o $@

$(BUILD)/test/fuzz/%: $(BUILD)/obj/fuzz/test/fuzz/%.o \
    $(BUILD)/obj/fuzz/libblazecam.a
	@mkdir -p $(@D)
	$(CLANG) -fsanitize=fuzzer,address,undefined $^ $(LIBS) -o $@

.SECONDARY:
-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

FORCE:

clean: ## remove what was built, keep what was downloaded
	rm -rf $(filter-out $(DEPS),$(wildcard $(BUILD)/*))

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1	\2/p' $(MAKEFILE_LIST) | \
	    expand -t 12
