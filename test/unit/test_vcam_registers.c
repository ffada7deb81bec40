// SPDX-License-Identifier: MIT
// The virtual camera's registers against public sources: where they are and
// what they hold after power on.
//
// The table is what was checked, not what the code says. SVD rows come from
// ST's own description file (STM32H743.svd, 2023). It is wrong or silent in
// places; MANUAL rows are what RM0433 (rev. 8) prints there, and each says
// what it disagrees with. Addresses, clock gates and interrupt numbers of all
// blocks were also compared with ST's device header (stm32h743xx.h).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/vcam/machine.h"

enum source { SVD, MANUAL };

struct row {
    const char *name;
    uint32_t address, value;
    enum source source;
};

// clang-format off
static const struct row TABLE[] = {
        {"I2C1_CR1", 0x40005400, 0x00000000, SVD},
        {"I2C1_CR2", 0x40005404, 0x00000000, SVD},
        {"I2C1_OAR1", 0x40005408, 0x00000000, SVD},
        {"I2C1_OAR2", 0x4000540c, 0x00000000, SVD},
        {"I2C1_TIMINGR", 0x40005410, 0x00000000, SVD},
        {"I2C1_TIMEOUTR", 0x40005414, 0x00000000, SVD},
        {"I2C1_ISR", 0x40005418, 0x00000001, SVD},
        {"I2C1_ICR", 0x4000541c, 0x00000000, SVD},
        {"I2C1_PECR", 0x40005420, 0x00000000, SVD},
        {"I2C1_RXDR", 0x40005424, 0x00000000, SVD},
        {"I2C1_TXDR", 0x40005428, 0x00000000, SVD},
        {"I2C4_CR1", 0x58001c00, 0x00000000, SVD},
        {"I2C4_CR2", 0x58001c04, 0x00000000, SVD},
        {"I2C4_OAR1", 0x58001c08, 0x00000000, SVD},
        {"I2C4_OAR2", 0x58001c0c, 0x00000000, SVD},
        {"I2C4_TIMINGR", 0x58001c10, 0x00000000, SVD},
        {"I2C4_TIMEOUTR", 0x58001c14, 0x00000000, SVD},
        {"I2C4_ISR", 0x58001c18, 0x00000001, SVD},
        {"I2C4_ICR", 0x58001c1c, 0x00000000, SVD},
        {"I2C4_PECR", 0x58001c20, 0x00000000, SVD},
        {"I2C4_RXDR", 0x58001c24, 0x00000000, SVD},
        {"I2C4_TXDR", 0x58001c28, 0x00000000, SVD},
        {"GPIOA_MODER", 0x58020000, 0xabffffff, SVD},
        {"GPIOA_OTYPER", 0x58020004, 0x00000000, SVD},
        {"GPIOA_OSPEEDR", 0x58020008, 0x0c000000, SVD},
        {"GPIOA_ODR", 0x58020014, 0x00000000, SVD},
        {"GPIOA_BSRR", 0x58020018, 0x00000000, SVD},
        {"GPIOA_LCKR", 0x5802001c, 0x00000000, SVD},
        {"GPIOA_AFRL", 0x58020020, 0x00000000, SVD},
        {"GPIOA_AFRH", 0x58020024, 0x00000000, SVD},
        {"RNG_CR", 0x48021800, 0x00000000, SVD},
        {"RNG_SR", 0x48021804, 0x00000000, SVD},
        {"RNG_DR", 0x48021808, 0x00000000, SVD},
        {"RTC_TR", 0x58004000, 0x00000000, SVD},
        {"RTC_DR", 0x58004004, 0x00002101, SVD},
        {"RTC_CR", 0x58004008, 0x00000000, SVD},
        {"RTC_ISR", 0x5800400c, 0x00000007, SVD},
        {"RTC_PRER", 0x58004010, 0x007f00ff, SVD},
        {"RTC_WUTR", 0x58004014, 0x0000ffff, SVD},
        {"RTC_ALRMAR", 0x5800401c, 0x00000000, SVD},
        {"RTC_ALRMBR", 0x58004020, 0x00000000, SVD},
        {"RTC_WPR", 0x58004024, 0x00000000, SVD},
        {"RTC_CALR", 0x5800403c, 0x00000000, SVD},
        {"RTC_TAMPCR", 0x58004040, 0x00000000, SVD},
        {"RTC_ALRMASSR", 0x58004044, 0x00000000, SVD},
        {"RTC_ALRMBSSR", 0x58004048, 0x00000000, SVD},
        {"RTC_BKP0R", 0x58004050, 0x00000000, SVD},
        {"RTC_BKP1R", 0x58004054, 0x00000000, SVD},
        {"RTC_OR", 0x5800404c, 0x00000000, SVD},
        {"RTC_BKP31R", 0x580040cc, 0x00000000, SVD},
        {"IWDG_KR", 0x58004800, 0x00000000, SVD},
        {"IWDG_PR", 0x58004804, 0x00000000, SVD},
        {"IWDG_RLR", 0x58004808, 0x00000fff, SVD},
        {"IWDG_SR", 0x5800480c, 0x00000000, SVD},
        {"IWDG_WINR", 0x58004810, 0x00000fff, SVD},
        {"WWDG_CR", 0x50003000, 0x0000007f, SVD},
        {"WWDG_CFR", 0x50003004, 0x0000007f, SVD},
        {"WWDG_SR", 0x50003008, 0x00000000, SVD},
        {"PWR_CR1", 0x58024800, 0xf000c000, SVD},
        {"PWR_CSR1", 0x58024804, 0x00004000, SVD},
        {"PWR_CR2", 0x58024808, 0x00000000, SVD},
        {"PWR_CR3", 0x5802480c, 0x00000006, SVD},
        {"PWR_CPUCR", 0x58024810, 0x00000000, SVD},
        {"PWR_D3CR", 0x58024818, 0x00004000, SVD},
        {"PWR_WKUPCR", 0x58024820, 0x00000000, SVD},
        {"PWR_WKUPFR", 0x58024824, 0x00000000, SVD},
        {"PWR_WKUPEPR", 0x58024828, 0x00000000, SVD},
        {"JPEG_CONFR0", 0x52003000, 0x00000000, SVD},
        {"JPEG_CONFR1", 0x52003004, 0x00000000, SVD},
        {"JPEG_CONFR2", 0x52003008, 0x00000000, SVD},
        {"JPEG_CONFR3", 0x5200300c, 0x00000000, SVD},
        {"JPEG_CONFRN1", 0x52003010, 0x00000000, SVD},
        {"JPEG_CONFRN2", 0x52003014, 0x00000000, SVD},
        {"JPEG_CONFRN3", 0x52003018, 0x00000000, SVD},
        {"JPEG_CONFRN4", 0x5200301c, 0x00000000, SVD},
        {"JPEG_CR", 0x52003030, 0x00000000, SVD},
        {"JPEG_SR", 0x52003034, 0x00000006, SVD},
        {"JPEG_CFR", 0x52003038, 0x00000000, SVD},
        {"JPEG_DIR", 0x52003040, 0x00000000, SVD},
        {"SDMMC1_POWER", 0x52007000, 0x00000000, SVD},
        {"SDMMC1_CLKCR", 0x52007004, 0x00000000, SVD},
        {"SDMMC1_ARGR", 0x52007008, 0x00000000, SVD},
        {"SDMMC1_CMDR", 0x5200700c, 0x00000000, SVD},
        {"SDMMC1_RESP1R", 0x52007014, 0x00000000, SVD},
        {"SDMMC1_RESP2R", 0x52007018, 0x00000000, SVD},
        {"SDMMC1_RESP3R", 0x5200701c, 0x00000000, SVD},
        {"SDMMC1_RESP4R", 0x52007020, 0x00000000, SVD},
        {"SDMMC1_DTIMER", 0x52007024, 0x00000000, SVD},
        {"SDMMC1_DLENR", 0x52007028, 0x00000000, SVD},
        {"SDMMC1_DCTRL", 0x5200702c, 0x00000000, SVD},
        {"SDMMC1_DCNTR", 0x52007030, 0x00000000, SVD},
        {"SDMMC1_STAR", 0x52007034, 0x00000000, SVD},
        {"SDMMC1_ICR", 0x52007038, 0x00000000, SVD},
        {"SDMMC1_MASKR", 0x5200703c, 0x00000000, SVD},
        {"SDMMC1_ACKTIMER", 0x52007040, 0x00000000, SVD},
        {"SDMMC1_IDMACTRLR", 0x52007050, 0x00000000, SVD},
        {"SDMMC1_IDMABSIZER", 0x52007054, 0x00000000, SVD},
        {"SDMMC1_IDMABASE0R", 0x52007058, 0x00000000, SVD},
        {"SDMMC1_IDMABASE1R", 0x5200705c, 0x00000000, SVD},
        {"SDMMC1_VER", 0x520073f4, 0x00000010, SVD},
        {"SDMMC1_ID", 0x520073f8, 0x00140022, SVD},
        {"SPI1_CR1", 0x40013000, 0x00000000, SVD},
        {"SPI1_CR2", 0x40013004, 0x00000000, SVD},
        {"SPI1_CFG1", 0x40013008, 0x00070007, SVD},
        {"SPI1_CFG2", 0x4001300c, 0x00000000, SVD},
        {"SPI1_IER", 0x40013010, 0x00000000, SVD},
        {"SPI1_SR", 0x40013014, 0x00001002, SVD},
        {"SPI1_IFCR", 0x40013018, 0x00000000, SVD},
        {"SPI1_TXDR", 0x40013020, 0x00000000, SVD},
        {"SPI1_UDRDR", 0x4001304c, 0x00000000, SVD},
        {"SPI1_CGFR", 0x40013050, 0x00000000, SVD},
        {"RCC_ICSCR", 0x58024404, 0x40000000, SVD},
        {"RCC_CRRCR", 0x58024408, 0x00000000, SVD},
        {"RCC_CFGR", 0x58024410, 0x00000000, SVD},
        {"RCC_D1CFGR", 0x58024418, 0x00000000, SVD},
        {"RCC_D2CFGR", 0x5802441c, 0x00000000, SVD},
        {"RCC_D3CFGR", 0x58024420, 0x00000000, SVD},
        {"RCC_PLLCKSELR", 0x58024428, 0x02020200, SVD},
        {"RCC_PLLCFGR", 0x5802442c, 0x01ff0000, SVD},
        {"RCC_PLL1DIVR", 0x58024430, 0x01010280, SVD},
        {"RCC_PLL2DIVR", 0x58024438, 0x01010280, SVD},
        {"RCC_PLL3DIVR", 0x58024440, 0x01010280, SVD},
        {"RCC_D1CCIPR", 0x5802444c, 0x00000000, SVD},
        {"RCC_D2CCIP1R", 0x58024450, 0x00000000, SVD},
        {"RCC_D2CCIP2R", 0x58024454, 0x00000000, SVD},
        {"RCC_D3CCIPR", 0x58024458, 0x00000000, SVD},
        {"RCC_CIER", 0x58024460, 0x00000000, SVD},
        {"RCC_CIFR", 0x58024464, 0x00000000, SVD},
        {"RCC_CICR", 0x58024468, 0x00000000, SVD},
        {"RCC_CSR", 0x58024474, 0x00000000, SVD},
        {"RCC_AHB3RSTR", 0x5802447c, 0x00000000, SVD},
        {"RCC_AHB1RSTR", 0x58024480, 0x00000000, SVD},
        {"RCC_AHB2RSTR", 0x58024484, 0x00000000, SVD},
        {"RCC_AHB4RSTR", 0x58024488, 0x00000000, SVD},
        {"RCC_APB3RSTR", 0x5802448c, 0x00000000, SVD},
        {"RCC_APB1LRSTR", 0x58024490, 0x00000000, SVD},
        {"RCC_APB1HRSTR", 0x58024494, 0x00000000, SVD},
        {"RCC_APB2RSTR", 0x58024498, 0x00000000, SVD},
        {"RCC_APB4RSTR", 0x5802449c, 0x00000000, SVD},
        {"RCC_GCR", 0x580244a0, 0x00000000, SVD},
        {"RCC_D3AMR", 0x580244a8, 0x00000000, SVD},
        {"RCC_AHB3ENR", 0x580244d4, 0x00000000, SVD},
        {"RCC_AHB1ENR", 0x580244d8, 0x00000000, SVD},
        {"RCC_AHB2ENR", 0x580244dc, 0x00000000, SVD},
        {"RCC_AHB4ENR", 0x580244e0, 0x00000000, SVD},
        {"RCC_APB3ENR", 0x580244e4, 0x00000000, SVD},
        {"RCC_APB1LENR", 0x580244e8, 0x00000000, SVD},
        {"RCC_APB1HENR", 0x580244ec, 0x00000000, SVD},
        {"RCC_APB2ENR", 0x580244f0, 0x00000000, SVD},
        {"SYSCFG_PMCR", 0x58000404, 0x00000000, SVD},
        {"SYSCFG_EXTICR1", 0x58000408, 0x00000000, SVD},
        {"SYSCFG_EXTICR2", 0x5800040c, 0x00000000, SVD},
        {"SYSCFG_EXTICR3", 0x58000410, 0x00000000, SVD},
        {"SYSCFG_EXTICR4", 0x58000414, 0x00000000, SVD},
        {"SYSCFG_CCCSR", 0x58000420, 0x00000000, SVD},
        {"SYSCFG_CCCR", 0x58000428, 0x00000000, SVD},
        {"SYSCFG_PWRCR", 0x5800042c, 0x00000000, SVD},
        {"SYSCFG_PKGR", 0x58000524, 0x00000000, SVD},
        {"EXTI_RTSR1", 0x58000000, 0x00000000, SVD},
        {"EXTI_FTSR1", 0x58000004, 0x00000000, SVD},
        {"EXTI_RTSR2", 0x58000020, 0x00000000, SVD},
        {"EXTI_FTSR2", 0x58000024, 0x00000000, SVD},
        {"EXTI_RTSR3", 0x58000040, 0x00000000, SVD},
        {"EXTI_FTSR3", 0x58000044, 0x00000000, SVD},
        {"EXTI_CPUIMR1", 0x58000080, 0xffc00000, SVD},
        {"EXTI_CPUEMR1", 0x58000084, 0x00000000, SVD},
        {"EXTI_CPUPR1", 0x58000088, 0x00000000, SVD},
        {"EXTI_CPUIMR2", 0x58000090, 0x00000000, SVD},
        {"EXTI_CPUEMR2", 0x58000094, 0x00000000, SVD},
        {"EXTI_CPUPR2", 0x58000098, 0x00000000, SVD},
        {"EXTI_CPUIMR3", 0x580000a0, 0x00000000, SVD},
        {"EXTI_CPUEMR3", 0x580000a4, 0x00000000, SVD},
        {"EXTI_CPUPR3", 0x580000a8, 0x00000000, SVD},
        {"FLASH_ACR", 0x52002000, 0x00000037, SVD},
        {"FLASH_KEYR1", 0x52002004, 0x00000000, SVD},
        {"FLASH_OPTKEYR", 0x52002008, 0x00000000, SVD},
        {"FLASH_SR1", 0x52002010, 0x00000000, SVD},
        {"FLASH_CCR1", 0x52002014, 0x00000000, SVD},
        {"FLASH_OPTCCR", 0x52002024, 0x00000000, SVD},
        {"FLASH_KEYR2", 0x52002104, 0x00000000, SVD},
        {"FLASH_CR2", 0x5200210c, 0x00000031, SVD},
        {"FLASH_SR2", 0x52002110, 0x00000000, SVD},
        {"FLASH_CCR2", 0x52002114, 0x00000000, SVD},
        {"USART1_CR1", 0x40011000, 0x00000000, SVD},
        {"USART1_CR2", 0x40011004, 0x00000000, SVD},
        {"USART1_CR3", 0x40011008, 0x00000000, SVD},
        {"USART1_BRR", 0x4001100c, 0x00000000, SVD},
        {"USART1_GTPR", 0x40011010, 0x00000000, SVD},
        {"USART1_RTOR", 0x40011014, 0x00000000, SVD},
        {"USART1_RQR", 0x40011018, 0x00000000, SVD},
        {"USART1_ISR", 0x4001101c, 0x000000c0, SVD},
        {"USART1_ICR", 0x40011020, 0x00000000, SVD},
        {"USART1_RDR", 0x40011024, 0x00000000, SVD},
        {"USART1_TDR", 0x40011028, 0x00000000, SVD},
        {"USART1_PRESC", 0x4001102c, 0x00000000, SVD},
        {"TIM1_CR1", 0x40010000, 0x00000000, SVD},
        {"TIM1_CR2", 0x40010004, 0x00000000, SVD},
        {"TIM1_SMCR", 0x40010008, 0x00000000, SVD},
        {"TIM1_DIER", 0x4001000c, 0x00000000, SVD},
        {"TIM1_SR", 0x40010010, 0x00000000, SVD},
        {"TIM1_EGR", 0x40010014, 0x00000000, SVD},
        {"TIM1_CCER", 0x40010020, 0x00000000, SVD},
        {"TIM1_CNT", 0x40010024, 0x00000000, SVD},
        {"TIM1_PSC", 0x40010028, 0x00000000, SVD},
        {"TIM1_CCR1", 0x40010034, 0x00000000, SVD},
        {"TIM1_CCR2", 0x40010038, 0x00000000, SVD},
        {"TIM1_CCR3", 0x4001003c, 0x00000000, SVD},
        {"TIM1_CCR4", 0x40010040, 0x00000000, SVD},
        {"TIM1_RCR", 0x40010030, 0x00000000, SVD},
        {"TIM1_BDTR", 0x40010044, 0x00000000, SVD},
        {"TIM1_CCR5", 0x40010058, 0x00000000, SVD},
        {"TIM1_CCR6", 0x4001005c, 0x00000000, SVD},
        {"TIM1_AF1", 0x40010060, 0x00000000, SVD},
        {"TIM1_AF2", 0x40010064, 0x00000000, SVD},
        {"TIM1_TISEL", 0x40010068, 0x00000000, SVD},
        {"TIM2_CR1", 0x40000000, 0x00000000, SVD},
        {"TIM2_CR2", 0x40000004, 0x00000000, SVD},
        {"TIM2_SMCR", 0x40000008, 0x00000000, SVD},
        {"TIM2_DIER", 0x4000000c, 0x00000000, SVD},
        {"TIM2_SR", 0x40000010, 0x00000000, SVD},
        {"TIM2_EGR", 0x40000014, 0x00000000, SVD},
        {"TIM2_CCER", 0x40000020, 0x00000000, SVD},
        {"TIM2_CNT", 0x40000024, 0x00000000, SVD},
        {"TIM2_PSC", 0x40000028, 0x00000000, SVD},
        {"TIM2_CCR1", 0x40000034, 0x00000000, SVD},
        {"TIM2_CCR2", 0x40000038, 0x00000000, SVD},
        {"TIM2_CCR3", 0x4000003c, 0x00000000, SVD},
        {"TIM2_CCR4", 0x40000040, 0x00000000, SVD},
        {"TIM2_AF1", 0x40000060, 0x00000000, SVD},
        {"TIM2_TISEL", 0x40000068, 0x00000000, SVD},
        {"DMA1_LISR", 0x40020000, 0x00000000, SVD},
        {"DMA1_HISR", 0x40020004, 0x00000000, SVD},
        {"DMA1_S0CR", 0x40020010, 0x00000000, SVD},
        {"DMA1_S0NDTR", 0x40020014, 0x00000000, SVD},
        {"DMA1_S0FCR", 0x40020024, 0x00000021, SVD},
        {"DMA1_S7FCR", 0x400200cc, 0x00000021, SVD},
        {"DMA2_S1CR", 0x40020428, 0x00000000, SVD},
        {"DMA2_S1PAR", 0x40020430, 0x00000000, SVD},
        {"DMA2_S1M0AR", 0x40020434, 0x00000000, SVD},
        {"DMA2_S1M1AR", 0x40020438, 0x00000000, SVD},
        {"DMA2_S1FCR", 0x4002043c, 0x00000021, SVD},
        {"DMAMUX1_C0CR", 0x40020800, 0x00000000, SVD},
        {"DMAMUX1_C15CR", 0x4002083c, 0x00000000, SVD},
        {"DMAMUX1_CSR", 0x40020880, 0x00000000, SVD},
        {"DMAMUX1_RG0CR", 0x40020900, 0x00000000, SVD},
        {"DMAMUX1_RGSR", 0x40020940, 0x00000000, SVD},
        {"MDMA_GISR0", 0x52000000, 0x00000000, SVD},
        {"MDMA_C0ISR", 0x52000040, 0x00000000, SVD},
        {"MDMA_C0ESR", 0x52000048, 0x00000000, SVD},
        {"MDMA_C0CR", 0x5200004c, 0x00000000, SVD},
        {"MDMA_C0TCR", 0x52000050, 0x00000000, SVD},
        {"MDMA_C0BNDTR", 0x52000054, 0x00000000, SVD},
        {"MDMA_C0SAR", 0x52000058, 0x00000000, SVD},
        {"MDMA_C0DAR", 0x5200005c, 0x00000000, SVD},
        {"MDMA_C0BRUR", 0x52000060, 0x00000000, SVD},
        {"MDMA_C0LAR", 0x52000064, 0x00000000, SVD},
        {"MDMA_C0TBR", 0x52000068, 0x00000000, SVD},
        {"MDMA_C0MAR", 0x52000070, 0x00000000, SVD},
        {"MDMA_C0MDR", 0x52000074, 0x00000000, SVD},
        {"MDMA_C1CR", 0x5200008c, 0x00000000, SVD},
        {"DCMI_CR", 0x48020000, 0x00000000, SVD},
        {"DCMI_RIS", 0x48020008, 0x00000000, SVD},
        {"DCMI_IER", 0x4802000c, 0x00000000, SVD},
        {"DCMI_MIS", 0x48020010, 0x00000000, SVD},
        {"DCMI_ICR", 0x48020014, 0x00000000, SVD},
        {"DCMI_ESCR", 0x48020018, 0x00000000, SVD},
        {"DCMI_ESUR", 0x4802001c, 0x00000000, SVD},
        {"DCMI_CWSTRT", 0x48020020, 0x00000000, SVD},
        {"DCMI_CWSIZE", 0x48020024, 0x00000000, SVD},
        {"DCMI_DR", 0x48020028, 0x00000000, SVD},
        {"TIM6_CR1", 0x40001000, 0x00000000, SVD},
        {"TIM6_CR2", 0x40001004, 0x00000000, SVD},
        {"TIM6_DIER", 0x4000100c, 0x00000000, SVD},
        {"TIM6_SR", 0x40001010, 0x00000000, SVD},
        {"TIM6_EGR", 0x40001014, 0x00000000, SVD},
        {"TIM6_CNT", 0x40001024, 0x00000000, SVD},
        {"TIM6_PSC", 0x40001028, 0x00000000, SVD},
        // SVD: 0x83, which has CSI on and HSI not ready
        {"RCC_CR", 0x58024400, 0x0000c025, MANUAL},
        // SVD: 0; the RTC's gate is open
        {"RCC_APB4ENR", 0x580244f4, 0x00010000, MANUAL},
        // table 57, power on; SVD: 0
        {"RCC_RSR", 0x580244d0, 0x00fa0000, MANUAL},
        // SVD: 0 for all of these
        {"RCC_AHB3LPENR", 0x580244fc, 0xf0015131, MANUAL},
        // JTDI, SWCLK, SWDIO; SVD: 0x12100000
        {"GPIOA_PUPDR", 0x5802000c, 0x64000000, MANUAL},
        {"GPIOB_MODER", 0x58020400, 0xfffffebf, MANUAL}, // SVD repeats port A
        {"GPIOB_OSPEEDR", 0x58020408, 0x000000c0, MANUAL},
        {"GPIOB_PUPDR", 0x5802040c, 0x00000100, MANUAL},
        {"GPIOC_MODER", 0x58020800, 0xffffffff, MANUAL},
        {"GPIOC_PUPDR", 0x5802080c, 0x00000000, MANUAL},
        {"GPIOK_MODER", 0x58022800, 0xffffffff, MANUAL},
        // locked, 64 bits; the SVD has it for bank 2
        {"FLASH_CR1", 0x5200200c, 0x00000031, MANUAL},
        {"FLASH_OPTCR", 0x52002018, 0x00000001, MANUAL}, // locked; SVD: 0
        {"TIM1_ARR", 0x4001002c, 0x0000ffff, MANUAL}, // SVD: 0 for all timers
        {"TIM2_ARR", 0x4000002c, 0xffffffff, MANUAL}, // 32 bits
        {"TIM6_ARR", 0x4000102c, 0x0000ffff, MANUAL},
        {"ADC1_CR", 0x40022008, 0x20000000, MANUAL}, // deep power-down; SVD: 0
        {"ADC1_HTR1", 0x40022024, 0x03ffffff, MANUAL}, // SVD: of another ADC
        // revision V; SVD: 0x10006450
        {"DBGMCU_IDC", 0x5c001000, 0x20036450, MANUAL},
        {"CPUID", 0xe000ed00, 0x411fc271, MANUAL}, // Cortex-M7 r1p1 (DDI 0489)
        {"SCB_CCR", 0xe000ed14, 0x00040200, MANUAL},
        {"SCB_AIRCR", 0xe000ed0c, 0xfa050000, MANUAL},
        {"MPU_TYPE", 0xe000ed90, 0x00001000, MANUAL}, // sixteen regions
        {"NVIC_ICTR", 0xe000e004, 0x00000004, MANUAL}, // 150 interrupts
        {"FPCCR", 0xe000ef34, 0xc0000000, MANUAL},
        {"CLIDR", 0xe000ed78, 0x09000003, MANUAL},
        {"CCSIDR of the data cache", 0xe000ed80, 0xf00fe019, MANUAL},
};
// clang-format on

static struct vcam *power_on(bool silicon_y) {
    const struct vcam_config config = {.silicon_y = silicon_y,
            .console_baud = 115200,
            .seed = 1};
    struct vcam *vm = NULL;
    assert_int_equal(vcam_create(&vm, &config), 0);
    vcam_power_on(vm);
    return vm;
}

static void reset_values(void **state) {
    (void)state;
    struct vcam *vm = power_on(false);
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof TABLE / sizeof *TABLE; i++) {
        uint32_t value = 0;
        bool there = vcam_peek_register(vm, TABLE[i].address, &value);
        if (!there || value != TABLE[i].value) {
            print_error("%s: %s 0x%08x, not 0x%08x\n", TABLE[i].name,
                    there ? "is" : "is not modelled,", (unsigned)value,
                    (unsigned)TABLE[i].value);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    vcam_destroy(vm);
}

static void old_silicon(void **state) {
    (void)state;
    struct vcam *vm = power_on(true);
    uint32_t value = 0;
    assert_true(vcam_peek_register(vm, 0x5c001000, &value));
    assert_int_equal(value, 0x10036450);
    vcam_destroy(vm);
}

// RM0433 61.1 and 61.2, and what RM0433 2.3 says is memory.
static void memory_map(void **state) {
    (void)state;
    static const struct {
        uint32_t first, last;
    } banks[] = {{0x00000000, 0x0000ffff}, {0x08000000, 0x081fffff},
            {0x1ff00000, 0x1ff1ffff}, {0x20000000, 0x2001ffff},
            {0x24000000, 0x2407ffff}, {0x30000000, 0x3001ffff},
            {0x30020000, 0x3003ffff}, {0x30040000, 0x30047fff},
            {0x38000000, 0x3800ffff}, {0x38800000, 0x38800fff}};
    struct vcam *vm = power_on(false);
    uint8_t byte;
    for (size_t i = 0; i < sizeof banks / sizeof *banks; i++) {
        assert_true(vcam_peek(vm, banks[i].first, &byte, 1));
        assert_true(vcam_peek(vm, banks[i].last, &byte, 1));
        bool next = i + 1 < sizeof banks / sizeof *banks &&
                banks[i + 1].first == banks[i].last + 1;
        assert_int_equal(vcam_peek(vm, banks[i].last + 1, &byte, 1), next);
    }
    uint16_t kib = 0;
    uint32_t uid[3] = {0};
    assert_true(vcam_peek(vm, 0x1ff1e880, &kib, sizeof kib));
    assert_int_equal(kib, 2048);
    assert_true(vcam_peek(vm, 0x1ff1e800, uid, sizeof uid));
    assert_true(uid[0] != 0xffffffff && uid[0] != uid[1]);
    vcam_destroy(vm);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(reset_values),
            cmocka_unit_test(old_silicon), cmocka_unit_test(memory_map)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
