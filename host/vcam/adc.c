// SPDX-License-Identifier: MIT
// ADC1 to ADC3 (RM0433 section 25): regular conversions by software. Pins are
// at half the reference; the internal channels read as at 30 degrees, 3.3 V.

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/vcam/devices.h"
#include "host/vcam/machine_state.h"
#include "host/vcam/rcc.h"

enum {
    ISR = 0x00,
    IER = 0x04,
    CR = 0x08,
    CFGR = 0x0c,
    HTR1 = 0x24,
    SQR1 = 0x30,
    DR = 0x40,
    HTR2 = 0xb4,
    HTR3 = 0xbc,
    LAST = 0xc8,
    ISR_ADRDY = 1 << 0,
    ISR_EOSMP = 1 << 1,
    ISR_EOC = 1 << 2,
    ISR_EOS = 1 << 3,
    ISR_OVR = 1 << 4,
    ISR_LDORDY = 1 << 12,
    CR_ADEN = 1 << 0,
    CR_ADDIS = 1 << 1,
    CR_ADSTART = 1 << 2,
    CR_ADSTP = 1 << 4,
    CR_ADVREGEN = 1 << 28,
    CR_DEEPPWD = 1 << 29,
    CFGR_CONT = 1 << 13,
    SHARED = 0x300, // the common registers
    SHARED_END = 0x310,
    CCR = 0x308,
    CALIBRATION = 16384 // cycles of the ADC's clock
};
#define CR_ADCAL 0x80000000u

struct adc {
    struct vcam *vm;
    const char *name;
    unsigned irq;
    bool third;
    uint32_t reg[LAST / 4 + 1];
    unsigned rank;
    struct vcam_event event; // the end of a conversion or a calibration
};

// One block of 1 KiB: ADC1 and ADC2, or ADC3, and their common registers.
struct pair {
    struct vcam *vm;
    unsigned count;
    struct adc adc[2];
    uint32_t common[(SHARED_END - SHARED) / 4 + 1];
};

static uint64_t cycles(const struct adc *a, uint64_t count) {
    uint32_t hz = vcam_clock(a->vm, CLOCK_ADC);
    return hz ? count * VCAM_SECOND / hz : VCAM_SECOND;
}

static unsigned sequence_length(const struct adc *a) {
    return (a->reg[SQR1 / 4] & 15) + 1;
}

static unsigned channel(const struct adc *a) {
    unsigned at = (a->rank + 1) * 6; // four in SQR1, behind the length
    return a->reg[SQR1 / 4 + at / 30] >> at % 30 & 31;
}

static uint32_t sample(const struct adc *a) {
    static const uint8_t shift[8] = {0, 2, 4, 6, 8, 2, 4, 8};
    unsigned n = channel(a);
    uint32_t value = 0x8000;
    if (a->third && n == 17) {
        value = 0x4000; // VBAT by four
    } else if (a->third && n == 18) {
        value = 12300;
    } else if (a->third && n == 19) {
        value = 24200;
    }
    return value >> shift[a->reg[CFGR / 4] >> 2 & 7];
}

static void update_irq(struct pair *p) {
    bool level = false;
    for (unsigned i = 0; i < p->count; i++) {
        level |= (p->adc[i].reg[ISR / 4] & p->adc[i].reg[IER / 4] & 0x7ff) != 0;
    }
    vcam_irq(p->vm, p->adc[0].irq, level);
}

static void convert(struct adc *a) {
    static const uint16_t sampling[8] = {2, 3, 9, 17, 33, 65, 388, 811};
    unsigned n = channel(a);
    uint32_t smpr = a->reg[(n < 10 ? 0x14 : 0x18) / 4];
    unsigned time = sampling[smpr >> 3 * (n % 10) & 7];
    vcam_event_set(a->vm, &a->event, vcam_now(a->vm) + cycles(a, time + 9));
}

static void on_event(void *context) {
    struct adc *a = context;
    if (a->reg[CR / 4] & CR_ADCAL) {
        a->reg[CR / 4] &= ~CR_ADCAL;
        return;
    }
    if (a->reg[ISR / 4] & ISR_EOC) {
        a->reg[ISR / 4] |= ISR_OVR;
    }
    a->reg[DR / 4] = sample(a);
    a->reg[ISR / 4] |= ISR_EOC | ISR_EOSMP;
    if (++a->rank < sequence_length(a)) {
        convert(a);
    } else {
        a->rank = 0;
        a->reg[ISR / 4] |= ISR_EOS;
        if (a->reg[CFGR / 4] & CFGR_CONT) {
            convert(a);
        } else {
            a->reg[CR / 4] &= ~(uint32_t)CR_ADSTART;
        }
    }
    update_irq(vcam_find_device(a->vm, a->third ? "ADC3" : "ADC12"));
}

static void adc_reset(void *self, enum vcam_reset why) {
    struct pair *p = self;
    (void)why;
    memset(p->common, 0, sizeof p->common);
    for (unsigned i = 0; i < 2; i++) {
        struct adc *a = &p->adc[i];
        memset(a->reg, 0, sizeof a->reg);
        a->reg[CR / 4] = CR_DEEPPWD;
        a->reg[HTR1 / 4] = a->reg[HTR2 / 4] = a->reg[HTR3 / 4] = 0x03ffffff;
        a->rank = 0;
        vcam_event_cancel(p->vm, &a->event);
    }
    update_irq(p);
}

static struct adc *adc_at(struct pair *p, uint32_t *offset) {
    unsigned n = *offset >> 8;
    *offset &= 0xff;
    return n < p->count && *offset <= LAST ? &p->adc[n] : NULL;
}

static bool adc_read(void *self, uint32_t offset, unsigned size,
        uint32_t *value) {
    struct pair *p = self;
    (void)size;
    if (offset >= SHARED) {
        *value = offset < SHARED_END ? p->common[(offset - SHARED) / 4] : 0;
        return offset < SHARED_END;
    }
    struct adc *a = adc_at(p, &offset);
    if (!a) {
        return false;
    }
    *value = a->reg[offset / 4];
    if (offset == ISR && a->reg[CR / 4] & CR_ADVREGEN) {
        *value |= ISR_LDORDY;
    } else if (offset == DR) {
        a->reg[ISR / 4] &= ~(uint32_t)ISR_EOC;
        update_irq(p);
    }
    return true;
}

static void write_cr(struct adc *a, uint32_t value) {
    uint32_t old = a->reg[CR / 4];
    bool supplied = value & CR_ADVREGEN && !(value & CR_DEEPPWD);
    uint32_t set = value & ~old;
    a->reg[CR / 4] = (value & 0x7fc10300) | (old & 5) | (old & CR_ADCAL);
    if (set & (CR_ADCAL | CR_ADEN | CR_ADSTART) && !supplied) {
        vcam_complain(a->vm, "%s used without its regulator", a->name);
        return;
    }
    if (set & CR_ADCAL) {
        if (old & CR_ADEN) {
            vcam_complain(a->vm, "%s calibrated while it is on", a->name);
        }
        a->reg[CR / 4] |= CR_ADCAL;
        vcam_event_set(a->vm, &a->event,
                vcam_now(a->vm) + cycles(a, CALIBRATION));
    }
    if (set & CR_ADEN) {
        a->reg[CR / 4] |= CR_ADEN;
        a->reg[ISR / 4] |= ISR_ADRDY;
    }
    if (value & CR_ADDIS) {
        a->reg[CR / 4] &= ~(uint32_t)(CR_ADEN | CR_ADDIS);
    }
    if (value & CR_ADSTP) {
        a->reg[CR / 4] &= ~(uint32_t)(CR_ADSTART | CR_ADSTP);
        a->rank = 0;
        vcam_event_cancel(a->vm, &a->event);
    } else if (set & CR_ADSTART) {
        if (!(a->reg[CR / 4] & CR_ADEN)) {
            vcam_complain(a->vm, "%s started while it is off", a->name);
            return;
        }
        a->reg[CR / 4] |= CR_ADSTART;
        convert(a);
    }
}

static bool adc_write(void *self, uint32_t offset, unsigned size,
        uint32_t value) {
    struct pair *p = self;
    (void)size;
    if (offset >= SHARED) {
        if (offset == CCR) {
            p->common[(CCR - SHARED) / 4] = value;
        }
        return offset < SHARED_END;
    }
    struct adc *a = adc_at(p, &offset);
    if (!a) {
        return false;
    }
    switch (offset) {
    case ISR:
        a->reg[ISR / 4] &= ~value;
        break;
    case CR:
        write_cr(a, value);
        break;
    case DR:
        break;
    default:
        a->reg[offset / 4] = value;
        break;
    }
    update_irq(p);
    return true;
}

static int create(struct vcam *vm, const char *name, uint32_t base,
        uint16_t gate, unsigned count, unsigned irq) {
    struct pair *p = calloc(1, sizeof *p);
    if (!p) {
        return -ENOMEM;
    }
    p->vm = vm;
    p->count = count;
    for (unsigned i = 0; i < 2; i++) {
        struct adc *a = &p->adc[i];
        a->vm = vm;
        a->name = name;
        a->irq = irq;
        a->third = count == 1;
        a->event = (struct vcam_event){.fire = on_event, .context = a};
    }
    vcam_add_device(vm,
            &(struct vcam_device){.name = name,
                    .base = base,
                    .size = 0x400,
                    .gate = gate,
                    .read = adc_read,
                    .write = adc_write,
                    .reset = adc_reset,
                    .destroy = free,
                    .self = p});
    return 0;
}

int vcam_adc_create(struct vcam *vm) {
    int err = create(vm, "ADC12", 0x40022000, VCAM_GATE(0xd8, 5), 2, 18);
    return err ? err
               : create(vm, "ADC3", 0x58026000, VCAM_GATE(0xe0, 24), 1, 127);
}
