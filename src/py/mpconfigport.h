// SPDX-License-Identifier: MIT
// MicroPython on the camera: what is compiled in, and why when not by default.
#pragma once

#include <alloca.h>
#include <stdbool.h>
#include <stdint.h>

#include "board_features.h"
#include "memory.h"
#include "mpconfigboard.h"

#define MICROPY_CONFIG_ROM_LEVEL MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES

// Memory. The collector's mark stack addresses 32,000 blocks of 16 bytes.
#define MICROPY_ENABLE_GC 1
#define MICROPY_GC_SPLIT_HEAP (MEM_HEAP_PIECES > 1)
#define MICROPY_GC_STACK_ENTRY_TYPE uint16_t
#define MICROPY_ALLOC_PATH_MAX 128
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF 1
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE 256
#define MICROPY_MEM_STATS 0

// The language. Floats are doubles: the FPU does them in hardware, and a
// float object takes one 16-byte block of the heap either way.
#define MICROPY_FLOAT_IMPL MICROPY_FLOAT_IMPL_DOUBLE
#define MICROPY_LONGINT_IMPL MICROPY_LONGINT_IMPL_MPZ
#define MICROPY_OPT_COMPUTED_GOTO 1
#define MICROPY_OPT_MAP_LOOKUP_CACHE 1
#define MICROPY_PERSISTENT_CODE_LOAD 1
#define MICROPY_EMIT_THUMB FEATURE_NATIVE
#define MICROPY_EMIT_INLINE_THUMB FEATURE_NATIVE
#define MICROPY_MAKE_POINTER_CALLABLE(p) ((void *)((uint32_t)(p) | 1U))
#define MICROPY_STACKLESS 0
#define MICROPY_ENABLE_VM_ABORT 1 // a host ends what runs
#define MICROPY_USE_INTERNAL_ERRNO 1
#define MICROPY_WARNINGS 1
#define MP_NEED_LOG2 1
#define MICROPY_PY_MATH_GAMMA_FIX_NEGINF 1 // what newlib says is infinity
#define MICROPY_SCHEDULER_STATIC_NODES 1
#define MICROPY_SCHEDULER_DEPTH 8
#define MICROPY_MODULE_FROZEN 1
#define MICROPY_QSTR_BYTES_IN_HASH 2

// Files. A drive of 256 blocks needs no large clusters; long names do.
#define MICROPY_READER_VFS 1
#define MICROPY_VFS 1
#define MICROPY_VFS_FAT 1
#define MICROPY_VFS_ROM 1
#define MICROPY_VFS_ROM_IOCTL 0
#define MICROPY_FATFS_ENABLE_LFN 2
#define MICROPY_FATFS_LFN_CODE_PAGE 437
#define MICROPY_FATFS_USE_LABEL 1
#define MICROPY_FATFS_RPATH 2
#define MICROPY_FATFS_MULTI_PARTITION 0

// USB is served between two instructions at every jump backwards.
extern volatile bool usb_pending;
void port_poll(void);
#define MICROPY_VM_HOOK_LOOP \
    if (usb_pending) {       \
        port_poll();         \
    }

// The prompt.
#define MICROPY_REPL_INFO 1
#define MICROPY_PY_BUILTINS_HELP_TEXT port_help_text
#define MICROPY_PY_SYS_PLATFORM MICROPY_HW_PLATFORM

// Modules. FEATURE_… is 1 or 0 as board/*/features.txt says.
#define MICROPY_PY_ASYNCIO FEATURE_ASYNCIO
#define MICROPY_PY_BINASCII FEATURE_BINASCII
#define MICROPY_PY_CMATH FEATURE_CMATH
#define MICROPY_PY_DEFLATE FEATURE_DEFLATE
#define MICROPY_PY_FRAMEBUF FEATURE_FRAMEBUF
#define MICROPY_PY_HASHLIB FEATURE_HASHLIB
#define MICROPY_PY_HEAPQ FEATURE_HEAPQ
#define MICROPY_PY_JSON FEATURE_JSON
#define MICROPY_PY_MATH_SPECIAL_FUNCTIONS FEATURE_MATH_EXTRA
#define MICROPY_PY_PLATFORM FEATURE_PLATFORM
#define MICROPY_PY_RANDOM FEATURE_RANDOM
#define MICROPY_PY_RE FEATURE_RE
#define MICROPY_PY_SELECT FEATURE_SELECT
#define MICROPY_PY_UCTYPES FEATURE_UCTYPES
#define MICROPY_PY_DEFLATE_COMPRESS 1
#define MICROPY_PY_RE_MATCH_GROUPS 1
#define MICROPY_PY_RE_MATCH_SPAN_START_END 1
#define MICROPY_PY_COLLECTIONS_NAMEDTUPLE__ASDICT 1
#define MICROPY_PY_SYS_TRACEBACKLIMIT 1
#define MICROPY_PY_BUILTINS_MEMORYVIEW_ITEMSIZE 1
#define MICROPY_PY_OS_INCLUDEFILE "src/py/modos.c"
#define MICROPY_PY_OS_SYNC 1
#define MICROPY_PY_OS_UNAME 1
#define MICROPY_PY_OS_URANDOM 1
#define MICROPY_PY_OS_DUPTERM 1
#define MICROPY_PY_RANDOM_SEED_INIT_FUNC port_random_seed()
#define MICROPY_PY_TIME_GMTIME_LOCALTIME_MKTIME 1
#define MICROPY_PY_TIME_TIME_TIME_NS 1
#define MICROPY_PY_TIME_INCLUDEFILE "src/py/modtime.c"
#define MICROPY_PY_ONEWIRE FEATURE_ONEWIRE
// No network on this board, no TLS library to take MD5 and SHA-1 from.
#define MICROPY_PY_SOCKET 0
#define MICROPY_PY_NETWORK 0
#define MICROPY_PY_HASHLIB_MD5 0
#define MICROPY_PY_HASHLIB_SHA1 0
#define MICROPY_PY_CRYPTOLIB 0
#define MICROPY_PY_WEBSOCKET 0
#define MICROPY_PY_SSL 0
#define MICROPY_PY_LWIP 0

// machine
#define MICROPY_PY_MACHINE 1
#define MICROPY_PY_MACHINE_INCLUDEFILE "src/py/modmachine.c"
#define MICROPY_PY_MACHINE_RESET 1
#define MICROPY_PY_MACHINE_BARE_METAL_FUNCS 1
#define MICROPY_PY_MACHINE_FREQ_NUM_ARGS_MAX 1
#define MICROPY_PY_MACHINE_BOOTLOADER 1
#define MICROPY_PY_MACHINE_DISABLE_IRQ_ENABLE_IRQ 1
#define MICROPY_PY_MACHINE_PIN_BASE 1
#define MICROPY_PY_MACHINE_PULSE 1
#define MICROPY_PY_MACHINE_BITSTREAM 1
#define MICROPY_PY_MACHINE_SIGNAL 1
#define MICROPY_PY_MACHINE_PIN_MAKE_NEW mp_pin_make_new
#define MICROPY_PY_MACHINE_ADC FEATURE_ADC
#define MICROPY_PY_MACHINE_ADC_INCLUDEFILE "src/py/machine_adc.c"
#define MICROPY_PY_MACHINE_ADC_READ_UV 1
#define MICROPY_PY_MACHINE_I2C FEATURE_I2C
#define MICROPY_PY_MACHINE_SOFTI2C FEATURE_I2C
#define MICROPY_PY_MACHINE_SPI FEATURE_SPI
#define MICROPY_PY_MACHINE_SPI_MSB 0
#define MICROPY_PY_MACHINE_SPI_LSB 1
#define MICROPY_PY_MACHINE_SOFTSPI FEATURE_SPI
#define MICROPY_HW_SOFTSPI_MIN_DELAY 0
#define MICROPY_HW_SOFTSPI_MAX_BAUDRATE 10000000
#define MICROPY_PY_MACHINE_PWM FEATURE_PWM
#define MICROPY_PY_MACHINE_PWM_INCLUDEFILE "src/py/machine_pwm.c"
#define MICROPY_PY_MACHINE_TIMER 1
#define MICROPY_PY_MACHINE_UART 1
#define MICROPY_PY_MACHINE_UART_INCLUDEFILE "src/py/machine_uart.c"
#define MICROPY_PY_MACHINE_UART_SENDBREAK 1
#define MICROPY_PY_MACHINE_WDT 1
#define MICROPY_PY_MACHINE_WDT_INCLUDEFILE "src/py/machine_wdt.c"

// `machine` is imported by name; this lets `help('modules')` list it too.
#define MICROPY_PORT_CONSTANTS \
    {MP_ROM_QSTR(MP_QSTR_machine), MP_ROM_PTR(&mp_module_machine)},
extern const struct _mp_obj_module_t mp_module_machine;

// The soft timers of machine.Timer run from PendSV.
uint32_t port_soft_timer_ms(void);
#define MICROPY_PY_PENDSV_ENTER uint32_t pendsv_state = port_pendsv_lock();
#define MICROPY_PY_PENDSV_EXIT port_pendsv_unlock(pendsv_state);

// Types.
typedef intptr_t mp_int_t;
typedef uintptr_t mp_uint_t;
typedef long mp_off_t;
#define MP_SSIZE_MAX 0x7FFFFFFF
#define UINT_FMT "%u"
#define INT_FMT "%d"

#define MP_STATE_PORT MP_STATE_VM

uint32_t port_random_seed(void);
uint32_t port_pendsv_lock(void);
void port_pendsv_unlock(uint32_t state);
