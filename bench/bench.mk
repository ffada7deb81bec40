# SPDX-License-Identifier: MIT
# `make bench`: what the engine costs on a Cortex-M7.

# MODELS=DIR adds the .tflite files of a folder; ONLY=word narrows the models;
# UPDATE=1 makes the figures those of bench/figures.json and README.
BENCH := $(BUILD)/bench
ENGINE := $(BUILD)/openmv4/libengine.a
$(ENGINE): $(FIRMWARE) ;

BENCH_CC := arm-none-eabi-gcc -mcpu=cortex-m7 -mthumb -mfpu=fpv5-d16 \
    -mfloat-abi=hard -nostartfiles -Wl,--gc-sections
BENCH_LIBS := -lc -lgcc

.PHONY: bench
bench: $(COMMAND) $(FIRMWARE) $(MODEL) $(BENCH)/qemu.elf \
    $(BENCH)/networks/made | setup-bench setup-photo
bench: ## measure instructions, memory and inner loops
	@bench/run $(if $(MODELS),--models $(MODELS)) \
	    $(if $(ONLY),--only $(ONLY)) $(if $(UPDATE),--update)

# The engine of the firmware, to the object, in programs for MPS2 AN500: one
# counts, the other tells the outputs of many models.
BENCH_QEMU := $(addprefix bench/qemu/,model.c semihost.c start.c)
$(BENCH)/qemu.elf: bench/qemu/count.c
$(BENCH)/outputs.elf: bench/qemu/outputs.c
$(BENCH)/qemu.elf $(BENCH)/outputs.elf: $(BENCH_QEMU) \
    $(wildcard bench/qemu/*.h) bench/qemu/an500.ld $(ENGINE)
	@mkdir -p $(@D)
	$(if $(Q),@echo 'link $@')
	$(Q)$(BENCH_CC) -std=c11 -O2 -g $(WARN) -Wno-pedantic -Isrc \
	    -T bench/qemu/an500.ld $(filter %.c,$^) $(ENGINE) $(BENCH_LIBS) -o $@

# Networks of odd shapes.
$(BENCH)/networks/made: $(BUILD)/host/bench/networks.o \
    $(BUILD)/host/test/support/layers.o $(BUILD)/host/test/support/model.o \
    $(BUILD)/host/libblazecam.a
	@mkdir -p $(@D)
	$(Q)$(CC_host) $(FLAGS_host) $^ $(LIBS) -o $(BENCH)/networks/make
	$(Q)$(BENCH)/networks/make $(@D)
	@touch $@

# Random networks for test/e2e/networks.py.
RANDOM_NETWORKS := $(BUILD)/test/networks/make
$(RANDOM_NETWORKS): $(patsubst %.c,$(BUILD)/host/%.o, \
    $(wildcard test/networks/*.c) test/support/layers.c \
    test/support/model.c) $(BUILD)/host/libblazecam.a
	@mkdir -p $(@D)
	$(Q)$(CC_host) $(FLAGS_host) $^ $(LIBS) -o $@

test: $(BENCH)/networks/made $(RANDOM_NETWORKS) $(BENCH)/outputs.elf

.PHONY: fits
fits: $(COMMAND) $(FIRMWARE) $(MODEL)
fits: ## show which models fit into the camera, and what they leave
	@bench/fits $(if $(MODELS),--models $(MODELS)) $(if $(UPDATE),--update)
