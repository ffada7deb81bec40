// SPDX-License-Identifier: MIT
// TinyUSB: what of it is compiled, and how large its buffers are.
#pragma once

#ifndef CFG_TUSB_MCU
#define CFG_TUSB_MCU OPT_MCU_STM32H7
#endif
// A system of our own, so that a round of usb_task() ends: tusb_os_custom.h.
#define CFG_TUSB_OS OPT_OS_CUSTOM
#define CFG_TUSB_DEBUG 0

#define CFG_TUD_ENABLED 1
#define CFG_TUD_MAX_SPEED OPT_MODE_FULL_SPEED
#define CFG_TUD_ENDPOINT0_SIZE 64
#define CFG_TUD_ENDPPOINT_MAX 4
#define CFG_TUD_INTERFACE_MAX 3
#define CFG_TUD_TASK_QUEUE_SZ 32

// No DMA: packets are copied by the interrupt, any RAM does.
#define CFG_TUD_DWC2_SLAVE_ENABLE 1
#define CFG_TUD_DWC2_DMA_ENABLE 0

#define CFG_TUD_CDC 1
#define CFG_TUD_CDC_RX_BUFSIZE 1024
#define CFG_TUD_CDC_TX_BUFSIZE 1024
// One transfer of the CDC endpoints: a packet out, as it comes; several in.
#define CFG_TUD_CDC_EP_BUFSIZE 64

#define CFG_TUD_MSC 1
#define CFG_TUD_MSC_EP_BUFSIZE 2048
