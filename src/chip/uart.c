// SPDX-License-Identifier: MIT
// Serial ports of the STM32H743 (RM0433 chapter 48).

#include "chip/uart.h"

#include "chip/gpio.h"
#include "chip/rcc.h"

// Registers: RM0433 section 48.7.
#define USART_CR1(base) CHIP_REG((base) + 0x00)
#define USART_CR2(base) CHIP_REG((base) + 0x04)
#define USART_CR3(base) CHIP_REG((base) + 0x08)
#define USART_BRR(base) CHIP_REG((base) + 0x0C)
#define USART_RQR(base) CHIP_REG((base) + 0x18)
#define USART_ISR(base) CHIP_REG((base) + 0x1C)
#define USART_ICR(base) CHIP_REG((base) + 0x20)
#define USART_RDR(base) CHIP_REG((base) + 0x24)
#define USART_TDR(base) CHIP_REG((base) + 0x28)

#define USART_CR1_UE (1U << 0)
#define USART_CR1_RE (1U << 2)
#define USART_CR1_TE (1U << 3)
#define USART_CR1_RXNEIE (1U << 5)
#define USART_CR1_TXEIE (1U << 7)
#define USART_CR1_PS (1U << 9)
#define USART_CR1_PCE (1U << 10)
#define USART_CR1_M0 (1U << 12)
#define USART_CR1_M1 (1U << 28)
#define USART_CR1_FIFOEN (1U << 29)
#define USART_CR2_STOP_2 (2U << 12)
#define USART_RQR_SBKRQ (1U << 1)
#define USART_ISR_ORE (1U << 3)
#define USART_ISR_RXNE (1U << 5)
#define USART_ISR_TC (1U << 6)
#define USART_ISR_TXE (1U << 7)
// Parity, framing, noise and overrun errors, cleared together.
#define USART_ICR_ERRORS 0x0FU

#define BREAK_US 1000U

struct port {
    volatile uint16_t rx_head; // written by the interrupt
    volatile uint16_t rx_tail;
    volatile uint16_t tx_head;
    volatile uint16_t tx_tail; // written by the interrupt
    volatile uint32_t lost;
    chip_uart_filter filter;
    uint8_t rx[CHIP_UART_RX_RING];
    uint8_t tx[CHIP_UART_TX_RING];
};

static struct port ports[CHIP_UART_COUNT];

// In ITCM with the handlers, since these must not read constants from flash.
#define BASE(id) ((id) == CHIP_UART1 ? 0x40011000U : 0x40004800U)

static uint32_t gate(enum chip_uart_id id) {
    return id == CHIP_UART1 ? GATE_USART1 : GATE_USART3;
}

static IRQn_Type irq(enum chip_uart_id id) {
    return id == CHIP_UART1 ? USART1_IRQn : USART3_IRQn;
}

// CR1 for the frame: word length counts the parity bit.
static int frame_bits(const struct chip_uart_config *config, uint32_t *cr1) {
    uint32_t parity = config->parity != CHIP_UART_PARITY_NONE;
    switch (config->bits + parity) {
    case 7:
        *cr1 = USART_CR1_M1;
        break;
    case 8:
        *cr1 = 0;
        break;
    case 9:
        *cr1 = USART_CR1_M0;
        break;
    default:
        return CHIP_EINVAL;
    }
    // The rings hold bytes: nine data bits do not fit.
    if (config->bits > 8U || config->stop < 1U || config->stop > 2U) {
        return CHIP_EINVAL;
    }
    if (parity) {
        *cr1 |= USART_CR1_PCE;
    }
    if (config->parity == CHIP_UART_PARITY_ODD) {
        *cr1 |= USART_CR1_PS;
    }
    return 0;
}

int chip_uart_start(enum chip_uart_id id,
        const struct chip_uart_config *config) {
    uint32_t base = BASE(id);
    uint32_t cr1 = 0;
    int err = frame_bits(config, &cr1);
    if (err || config->baud == 0) {
        return CHIP_EINVAL;
    }
    uint32_t divider = (chip_clocks()->apb + config->baud / 2U) / config->baud;
    if (divider < 16U || divider > 0xFFFFU) {
        return CHIP_EINVAL;
    }
    chip_uart_stop(id);
    struct port *port = &ports[id];
    port->rx_head = port->rx_tail = port->tx_head = port->tx_tail = 0;
    port->lost = 0;
    chip_rcc_enable(gate(id));
    // Pulled up: a loose wire must not read as a stream of breaks.
    chip_pin_config(config->rx_pin, CHIP_PIN_ALT, CHIP_PIN_PULL_UP, 0,
            config->alt);
    chip_pin_config(config->tx_pin, CHIP_PIN_ALT, CHIP_PIN_PULL_UP, 0,
            config->alt);
    USART_BRR(base) = divider;
    USART_CR2(base) = config->stop == 2U ? USART_CR2_STOP_2 : 0;
    USART_CR3(base) = 0;
    cr1 |= USART_CR1_FIFOEN | USART_CR1_RE | USART_CR1_TE;
    USART_CR1(base) = cr1;
    USART_CR1(base) = cr1 | USART_CR1_UE | USART_CR1_RXNEIE;
    NVIC_SetPriority(irq(id), CHIP_PRIO_UART);
    NVIC_EnableIRQ(irq(id));
    return 0;
}

void chip_uart_stop(enum chip_uart_id id) {
    NVIC_DisableIRQ(irq(id));
    chip_rcc_enable(gate(id));
    USART_CR1(BASE(id)) = 0;
}

void chip_uart_set_filter(enum chip_uart_id id, chip_uart_filter filter) {
    ports[id].filter = filter;
}

size_t chip_uart_available(enum chip_uart_id id) {
    const struct port *port = &ports[id];
    return (uint16_t)(port->rx_head - port->rx_tail);
}

int chip_uart_get(enum chip_uart_id id) {
    struct port *port = &ports[id];
    if (port->rx_head == port->rx_tail) {
        return -1;
    }
    uint8_t byte = port->rx[port->rx_tail % CHIP_UART_RX_RING];
    port->rx_tail++;
    return byte;
}

size_t chip_uart_room(enum chip_uart_id id) {
    const struct port *port = &ports[id];
    return CHIP_UART_TX_RING - (uint16_t)(port->tx_head - port->tx_tail);
}

bool chip_uart_put(enum chip_uart_id id, uint8_t byte) {
    struct port *port = &ports[id];
    if (chip_uart_room(id) == 0) {
        return false;
    }
    port->tx[port->tx_head % CHIP_UART_TX_RING] = byte;
    port->tx_head++;
    // The interrupt clears this bit too: no interleaving.
    uint32_t primask = __get_PRIMASK();
    __disable_irq();
    USART_CR1(BASE(id)) |= USART_CR1_TXEIE;
    __set_PRIMASK(primask);
    return true;
}

bool chip_uart_idle(enum chip_uart_id id) {
    return ports[id].tx_head == ports[id].tx_tail &&
            (USART_ISR(BASE(id)) & USART_ISR_TC) != 0;
}

void chip_uart_send_break(enum chip_uart_id id) {
    USART_RQR(BASE(id)) = USART_RQR_SBKRQ;
}

uint32_t chip_uart_lost(enum chip_uart_id id) {
    return ports[id].lost;
}

void chip_uart_put_blocking(enum chip_uart_id id, const char *text) {
    uint32_t base = BASE(id);
    if ((USART_CR1(base) & USART_CR1_UE) == 0) {
        return;
    }
    for (; *text != '\0'; text++) {
        if (chip_wait(&USART_ISR(base), USART_ISR_TXE, USART_ISR_TXE,
                    BREAK_US)) {
            return;
        }
        USART_TDR(base) = (uint8_t)*text;
    }
}

__attribute__((always_inline)) static inline void serve(enum chip_uart_id id) {
    uint32_t base = BASE(id);
    struct port *port = &ports[id];
    uint32_t isr = USART_ISR(base);
    if (isr & USART_ICR_ERRORS) {
        if (isr & USART_ISR_ORE) {
            port->lost++;
        }
        USART_ICR(base) = USART_ICR_ERRORS;
    }
    while (USART_ISR(base) & USART_ISR_RXNE) {
        uint8_t byte = (uint8_t)USART_RDR(base);
        if (port->filter && port->filter(byte)) {
            continue;
        }
        if ((uint16_t)(port->rx_head - port->rx_tail) == CHIP_UART_RX_RING) {
            port->lost++;
            continue;
        }
        port->rx[port->rx_head % CHIP_UART_RX_RING] = byte;
        port->rx_head++;
    }
    if ((USART_CR1(base) & USART_CR1_TXEIE) == 0) {
        return;
    }
    while (USART_ISR(base) & USART_ISR_TXE) {
        if (port->tx_head == port->tx_tail) {
            USART_CR1(base) &= ~USART_CR1_TXEIE;
            return;
        }
        USART_TDR(base) = port->tx[port->tx_tail % CHIP_UART_TX_RING];
        port->tx_tail++;
    }
}

void chip_usart1_handler(void);
void chip_usart3_handler(void);

CHIP_FASTCODE void chip_usart1_handler(void) {
    serve(CHIP_UART1);
}

CHIP_FASTCODE void chip_usart3_handler(void) {
    serve(CHIP_UART3);
}
