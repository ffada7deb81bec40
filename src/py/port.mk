# SPDX-License-Identifier: MIT
# MicroPython and everything else of the firmware, in MicroPython's own build
# rules. Run from the project's root by board/*/firmware.mk, which sets:
#   BOARD_DIR, BUILD, MPY (the MicroPython source; TinyUSB's lies beside it)
#   WITHOUT (names of features that are left out besides those that are off)
#   MEMORY (another division of flash and RAM than BOARD_DIR/memory.txt)

TOP := $(MPY)
# The host's compiler of Python files gets none of our settings.
# Python's version is MicroPython's own, not that of the repository around it,
# and its date does not change from build to build.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || \
    echo 0)
SOURCE_DATE_EPOCH := $(SOURCE_DATE_EPOCH)
export MICROPY_GIT_TAG := v1.25.0
MAKEOVERRIDES =
# Before unexport, which would define them as nothing.
MEMORY ?= $(BOARD_DIR)/memory.txt
TUSB ?= $(dir $(MPY))tinyusb
unexport BUILD BOARD_DIR MPY WITHOUT MEMORY TUSB
include $(MPY)/py/mkenv.mk

CROSS_COMPILE ?= arm-none-eabi-
FEATURES = $(PYTHON) $(BOARD_DIR)/features.py
FEATURES_TXT = $(BOARD_DIR)/features.txt
MADE := $(shell $(FEATURES) make $(FEATURES_TXT) $(BUILD)/gen $(WITHOUT))
ifeq ($(filter same changed,$(MADE)),)
$(error the features could not be read)
endif
# MicroPython's rules keep what a file registered that registers nothing now.
ifeq ($(MADE),changed)
$(shell rm -rf $(BUILD)/genhdr $(BUILD)/frozen_content.c)
endif
include $(BUILD)/gen/features.mk
QSTR_DEFS = src/py/qstrdefsport.txt
FROZEN_MANIFEST = src/py/manifest.py \
    $(if $(FEATURE_asyncio),src/py/manifest_asyncio.py) \
    $(if $(FEATURE_ulab),src/py/manifest_ulab.py)
MICROPY_ROM_TEXT_COMPRESSION = 1
MICROPY_VFS_FAT = 1
MICROPY_VFS_ROM = 1

include $(TOP)/py/py.mk
include $(TOP)/extmod/extmod.mk

# Not `-I.`: names of strings are collected in files called after the path, and
# one that begins with a dot would be overlooked.
INC = -Isrc -Isrc/.. -Isrc/py -I$(BOARD_DIR) -I$(BUILD) -I$(BUILD)/gen \
    -isystem $(TOP)/lib/cmsis/inc -I$(TOP) -Isrc/link/tinyusb \
    -isystem $(TUSB)/src
CPU = -mcpu=cortex-m7 -mthumb -mfpu=fpv5-d16 -mfloat-abi=hard
CFLAGS += $(CPU) $(INC) -std=gnu11 -Os -g -DNDEBUG -ffunction-sections \
    -fdata-sections -fno-common -ffp-contract=off -Wall -Werror \
    -Wpointer-arith -Wdouble-promotion -Wfloat-conversion
# py.mk looks for it in the current directory.
vpath mpconfigport.h src/py
QSTR_GLOBAL_DEPENDENCIES = $(PY_SRC)/mpconfig.h src/py/mpconfigport.h \
    $(BOARD_DIR)/mpconfigboard.h $(BUILD)/gen/board_features.h
CSUPEROPT = -O2
LDFLAGS += $(CPU) -nostartfiles -T $(BOARD_DIR)/firmware.ld -L$(BUILD)/gen \
    -Wl,--gc-sections -Wl,-Map=$(BUILD)/firmware.map,--cref \
    -Wl,--print-memory-usage -Wl,--no-warn-rwx-segments \
    $(WRAPPED:%=-Wl,--wrap=%)
# src/py/usb_drive.c stands around these.
WRAPPED = f_open f_close f_mkdir f_unlink f_rename
# newlib's mathematics is more exact than the one in MicroPython's source.
LIBS = -lm -lc -lgcc
MPY_LIB_DIR = $(TOP)/lib

# Ours, which is held to more than MicroPython holds itself to.
OWN_STRICT = -Wextra -Wpedantic -Wshadow -Wvla -Wundef -Wstrict-prototypes \
    -Wmissing-prototypes -Wcast-align -Wwrite-strings -Wformat=2 \
    -Wimplicit-fallthrough -Wnull-dereference -O2
CHIP_SRC_C = $(sort $(wildcard src/chip/*.c src/drive/*.c src/link/*.c \
    src/link/tinyusb/*.c $(BOARD_DIR)/*.c))
# The USB stack, from where tools/setup put it.
TUSB_SRC_C = $(addprefix $(TUSB)/src/,tusb.c common/tusb_fifo.c device/usbd.c \
    device/usbd_control.c class/cdc/cdc_device.c class/msc/msc_device.c \
    portable/synopsys/dwc2/dcd_dwc2.c portable/synopsys/dwc2/dwc2_common.c)
PORT_SRC_C = $(filter-out $(PORT_INCLUDED) $(PORT_LEFT_OUT), \
    $(sort $(wildcard src/py/*.c)))
# Bodies that extmod includes.
PORT_INCLUDED = $(addprefix src/py/,modmachine.c modos.c modtime.c \
    machine_adc.c machine_pwm.c machine_uart.c machine_wdt.c)
# Their strings are looked for in what includes them.
QSTR_GLOBAL_DEPENDENCIES += $(PORT_INCLUDED)

# What only features need that are off.
PORT_LEFT_OUT = $(if $(FEATURE_i2c),,src/py/machine_i2c.c) \
    $(if $(FEATURE_spi),,src/py/machine_spi.c) \
    $(if $(FEATURE_sdcard),,src/py/machine_sdcard.c) \
    $(if $(FEATURE_csi),,src/py/modcsi.c) \
    $(if $(FEATURE_sensor),,src/py/modsensor.c)

# The engine as the host command has it, but what is made for Cortex-M7
# stands in for the plain file of the same name.
M7_SRC_C = $(sort $(wildcard src/nn/kernels/m7/*.c))
ENGINE_SRC_C = $(sort $(M7_SRC_C) $(filter-out $(subst /m7/,/,$(M7_SRC_C)), \
    $(wildcard src/nn/*.c src/nn/*/*.c src/face/*.c src/image/*.c \
    src/sensor/*.c src/rom/*.c)))

# Some are no slower, or hardly, when they are small: their loops are assembly,
# or few.
SMALL_SRC_C = $(addprefix src/nn/kernels/m7/, \
    conv_2d.c depthwise_conv_2d.c fours.c fully_connected.c patches.c)
HOT_SRC_C = $(filter-out $(SMALL_SRC_C), $(M7_SRC_C)) \
    $(addprefix src/nn/kernels/, pool.c softmax.c) \
    src/image/rows.c src/image/rows_565.c \
    $(addprefix src/image/jpeg_, \
    bits.c entropy.c fdct.c fetch.c idct.c store.c) \
    src/image/blit.c src/image/histogram.c src/image/image.c src/image/lab.c

SRC_C = $(CHIP_SRC_C) $(TUSB_SRC_C) $(PORT_SRC_C) $(ENGINE_SRC_C) \
    shared/readline/readline.c \
    shared/runtime/gchelper_native.c \
    shared/runtime/interrupt_char.c \
    shared/runtime/mpirq.c \
    shared/runtime/pyexec.c \
    shared/runtime/softtimer.c \
    shared/runtime/stdout_helpers.c \
    shared/runtime/sys_stdio_mphal.c \
    shared/timeutils/timeutils.c \
    drivers/bus/softspi.c

SRC_QSTR += $(PORT_SRC_C) $(BUILD)/gen/absent_modules.c \
    shared/readline/readline.c \
    shared/runtime/mpirq.c shared/runtime/sys_stdio_mphal.c

OBJ = $(PY_O) $(BUILD)/gen/absent_modules.o \
    $(addprefix $(BUILD)/,$(SRC_C:.c=.o)) \
    $(BUILD)/shared/runtime/gchelper_thumb2.o

$(CHIP_SRC_C:%.c=$(BUILD)/%.o): CFLAGS += $(OWN_STRICT)
# It copies memcpy() to where that runs.
$(BUILD)/src/chip/reset.o: CFLAGS += -fno-tree-loop-distribute-patterns
# The engine means its doubles; hot kernels are for speed, all else for size.
$(ENGINE_SRC_C:%.c=$(BUILD)/%.o): CFLAGS += $(OWN_STRICT) \
    -Wno-double-promotion -Wno-float-conversion -Wno-null-dereference -Os \
    -fno-tree-loop-distribute-patterns -fno-tree-loop-im
$(HOT_SRC_C:%.c=$(BUILD)/%.o): CFLAGS += -O2 \
    -ftree-loop-distribute-patterns -ftree-loop-im
$(PORT_SRC_C:%.c=$(BUILD)/%.o): CFLAGS += -Wextra -Wno-unused-parameter \
    -Wno-missing-field-initializers

all: $(BUILD)/code.bin $(BUILD)/libengine.a

GEN = $(BUILD)/gen/memory.ld $(BUILD)/gen/memory.h
$(BUILD)/gen/memory.h: $(BUILD)/gen/memory.ld ;
$(BUILD)/gen/memory.ld: $(MEMORY) $(BOARD_DIR)/memory.py
	$(Q)mkdir -p $(@D)
	$(Q)$(PYTHON) $(BOARD_DIR)/memory.py $(MEMORY) $(GEN)
	$(Q)touch $(GEN)

# Written anew only when it differs.
COMMIT := $(shell git describe --always --dirty=+ 2>/dev/null || echo unknown)
.PHONY: commit
commit:
$(BUILD)/gen/commit.h: commit
	$(Q)mkdir -p $(@D)
	$(Q)echo '#define BLAZECAM_COMMIT "$(COMMIT)"' | cmp -s - $@ || \
	    echo '#define BLAZECAM_COMMIT "$(COMMIT)"' > $@
$(BUILD)/src/py/version.o: $(BUILD)/gen/commit.h

OBJ_EXTRA_ORDER_DEPS += $(GEN) $(BUILD)/gen/commit.h
QSTR_GLOBAL_REQUIREMENTS += $(GEN) $(BUILD)/gen/commit.h

# What is compiled in other ways now is compiled again.
$(OBJ): src/py/port.mk

$(BUILD)/firmware.elf: $(OBJ) $(BOARD_DIR)/firmware.ld $(GEN)
	$(ECHO) "LINK $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $(OBJ) $(LIBS) > $(BUILD)/firmware.usage \
	    2> $(BUILD)/firmware.refused || \
	    { $(FEATURES) room $(FEATURES_TXT) $(BUILD)/firmware.refused; exit 1; }
	$(Q)$(SIZE) $@

# The engine by itself, for the bench.
$(BUILD)/libengine.a: $(ENGINE_SRC_C:%.c=$(BUILD)/%.o)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/code.bin: $(BUILD)/firmware.elf
	$(ECHO) "Create $@"
	$(Q)$(OBJCOPY) -O binary $< $@

include $(TOP)/py/mkrules.mk

# Frozen code declares the names that C does not mention, so it is made anew
# when C's names change; its own rule looks at Python files only.
$(BUILD)/frozen_content.c: $(BUILD)/genhdr/frozen.stamp
$(BUILD)/genhdr/frozen.stamp: $(BUILD)/genhdr/qstrdefs.generated.h
	$(Q)rm -f $(BUILD)/frozen_content.c
	$(Q)touch $@
