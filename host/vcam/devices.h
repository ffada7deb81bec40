// SPDX-License-Identifier: MIT
// Makers of the devices; each adds its blocks to the machine.
#ifndef HOST_VCAM_DEVICES_H
#define HOST_VCAM_DEVICES_H

struct vcam;

// All return 0 or -ENOMEM.
int vcam_rcc_create(struct vcam *vm);
int vcam_pwr_create(struct vcam *vm);
int vcam_flash_create(struct vcam *vm);
int vcam_exti_create(struct vcam *vm);
int vcam_gpio_create(struct vcam *vm);
int vcam_usart_create(struct vcam *vm);
int vcam_chip_create(struct vcam *vm);
int vcam_adc_create(struct vcam *vm);
int vcam_dma_create(struct vcam *vm);
int vcam_dmamux_create(struct vcam *vm);
int vcam_mdma_create(struct vcam *vm);
int vcam_dcmi_create(struct vcam *vm);
int vcam_i2c_create(struct vcam *vm);
int vcam_spi_create(struct vcam *vm);
int vcam_rng_create(struct vcam *vm);
int vcam_rtc_create(struct vcam *vm);
int vcam_tim_create(struct vcam *vm);
int vcam_sdmmc_create(struct vcam *vm);
int vcam_jpeg_create(struct vcam *vm);
int vcam_watchdog_create(struct vcam *vm);
int vcam_crs_create(struct vcam *vm);
int vcam_otg_create(struct vcam *vm);

#endif
