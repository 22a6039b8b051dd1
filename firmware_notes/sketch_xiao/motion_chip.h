/* The LSM6DS3TR-C of the XIAO nRF52840 Sense, by its registers (ST's data sheet; the register map is that of LSM6DSL).
 * It has power only while its pin is high. Evidence: written from documents, never run. */
#ifndef MOTION_CHIP_H
#define MOTION_CHIP_H

#include <Arduino.h>
#include "chip_bus.h"
#include "sensor_packet.h"

static const uint8_t CHIP_ADDRESS = 0x6A;

enum {
    DRDY_PULSE_CFG = 0x0B, /* bit 7: data ready is a pulse of 75 us, so an unread sample does not block the next */
    INT1_CTRL = 0x0D,      /* bit 1: gyroscope data ready on pin INT1 */
    WHO_AM_I = 0x0F,       /* 6A */
    CTRL1_XL = 0x10,       /* rate in bits 7..4, range in bits 3..2 */
    CTRL2_G = 0x11,        /* rate in bits 7..4, range in bits 3..1 */
    CTRL3_C = 0x12,        /* bit 6: both bytes of one sample; bit 2: addresses count on; bit 0: reset, clears itself */
    CTRL6_C = 0x15,        /* bit 4: acceleration without high performance, for less current */
    OUTX_L_G = 0x22,       /* 6 bytes of turning rate, then 6 of acceleration */
    TAP_CFG = 0x58,        /* bit 7: interrupts on; bit 4: 0, the change from one sample to the next; bit 0: latched */
    WAKE_UP_THS = 0x5B,    /* bits 5..0: range / 64 */
    WAKE_UP_DUR = 0x5C,
    MD1_CFG = 0x5E         /* bit 5: movement on pin INT1 */
};

static const uint16_t RATES_HZ[] = {26, 52, 104, 208};
static const uint8_t RATE_CODES[] = {2, 3, 4, 5};
static const uint8_t ACC_RANGES_G[] = {2, 4, 8, 16};
static const uint8_t ACC_CODES[] = {0 << 2, 2 << 2, 3 << 2, 1 << 2};
static const float ACC_G_PER_COUNT[] = {0.000061f, 0.000122f, 0.000244f, 0.000488f};
static const uint16_t GYR_RANGES_DPS[] = {125, 245, 500, 1000, 2000};
static const uint8_t GYR_CODES[] = {1 << 1, 0 << 2, 1 << 2, 2 << 2, 3 << 2};
static const float GYR_DPS_PER_COUNT[] = {0.004375f, 0.00875f, 0.0175f, 0.035f, 0.07f};

static const sp_abilities ABILITIES = {SP_KIND_ACC_GYR, RATES_HZ, 4, ACC_RANGES_G, 4, GYR_RANGES_DPS, 5};

template <typename T> static uint8_t place_of(const T *list, T wanted)
{
    uint8_t place = 0;
    while (list[place] != wanted) { /* the control point gives only what stands in the list */
        place++;
    }
    return place;
}

static bool chip_write(uint8_t at, uint8_t value)
{
    bus_out[0] = at;
    bus_out[1] = value;
    return bus_transfer(CHIP_ADDRESS, 2, 0);
}

/* `count` bytes into bus_in. */
static bool chip_get(uint8_t at, uint8_t count)
{
    bus_out[0] = at;
    return bus_transfer(CHIP_ADDRESS, 1, count);
}

static void chip_power(int level)
{
    pinMode(PIN_LSM6DS3TR_C_POWER, OUTPUT);
    digitalWrite(PIN_LSM6DS3TR_C_POWER, level);
}

/* Without power, and the lines that would feed it through its inputs low. */
static void chip_off()
{
    bus_off();
    pinMode(PIN_WIRE1_SCL, INPUT);
    pinMode(PIN_WIRE1_SDA, INPUT);
    chip_power(LOW);
}

/* Power, bus, reset: whatever state it was left in. It measures nothing yet. */
static bool chip_begin()
{
    chip_off();
    delay(5); /* its supply runs down: what a stuck chip held is lost */
    chip_power(HIGH);
    delay(20); /* 15 ms from power to the first command */
    bus_free();
    if (!chip_get(WHO_AM_I, 1) || bus_in[0] != 0x6A || !chip_write(CTRL3_C, 0x01)) {
        return false;
    }
    delay(1); /* the reset takes 50 us */
    return chip_write(CTRL3_C, 0x44) && chip_write(DRDY_PULSE_CFG, 0x80) && chip_write(INT1_CTRL, 0x02);
}

static uint8_t chip_start(const sp_state *wanted)
{
    uint8_t rate = (uint8_t)(RATE_CODES[place_of(RATES_HZ, wanted->rate_hz)] << 4);
    uint8_t acc = ACC_CODES[place_of(ACC_RANGES_G, wanted->acc_range_g)];
    uint8_t gyr = GYR_CODES[place_of(GYR_RANGES_DPS, wanted->gyr_range_dps)];
    return chip_begin() && chip_write(CTRL1_XL, (uint8_t)(rate | acc)) && chip_write(CTRL2_G, (uint8_t)(rate | gyr));
}

/* ax ay az gx gy gz in counts, on the chip's own axes. */
static uint8_t chip_read(int16_t values[6])
{
    if (!chip_get(OUTX_L_G, 12)) {
        return false;
    }
    for (int axis = 0; axis < 3; axis++) {
        values[3 + axis] = (int16_t)(uint16_t)(bus_in[2 * axis] | bus_in[2 * axis + 1] << 8);
        values[axis] = (int16_t)(uint16_t)(bus_in[6 + 2 * axis] | bus_in[7 + 2 * axis] << 8);
    }
    return true;
}

/* Acceleration alone, slowly: a change of 0.25 g raises INT1 and keeps it up. */
static bool chip_watch_for_movement()
{
    return chip_begin() && chip_write(INT1_CTRL, 0) && chip_write(CTRL6_C, 0x10) && chip_write(CTRL1_XL, 0x20) &&
           chip_write(WAKE_UP_DUR, 0) && chip_write(WAKE_UP_THS, 8) && chip_write(TAP_CFG, 0x81) &&
           chip_write(MD1_CFG, 0x20);
}

#endif
