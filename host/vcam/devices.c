// SPDX-License-Identifier: MIT
// The list of devices. RCC is first: the others ask it for their clocks.

#include "host/vcam/devices.h"

#include <stddef.h>

#include "host/vcam/machine_state.h"

int vcam_devices_create(struct vcam *vm) {
    static int (*const create[])(struct vcam *) = {vcam_rcc_create,
            vcam_pwr_create, vcam_flash_create, vcam_exti_create,
            vcam_gpio_create, vcam_usart_create, vcam_chip_create,
            vcam_adc_create, vcam_i2c_create, vcam_spi_create, vcam_rng_create,
            vcam_rtc_create, vcam_tim_create, vcam_watchdog_create,
            vcam_mdma_create, vcam_dmamux_create, vcam_dma_create,
            vcam_dcmi_create, vcam_crs_create, vcam_otg_create,
            vcam_sdmmc_create, vcam_jpeg_create};
    for (size_t i = 0; i < sizeof create / sizeof *create; i++) {
        int err = create[i](vm);
        if (err) {
            return err;
        }
    }
    return 0;
}
