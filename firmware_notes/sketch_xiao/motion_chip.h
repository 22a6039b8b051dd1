/* The LSM6DS3TR-C of the XIAO nRF52840 Sense, by its registers (ST's data sheet; the register map is that of LSM6DSL).
 * On the inner bus Wire1; it has power only while its pin is high. Evidence: written from documents, never run. */
#ifndef MOTION_CHIP_H
#define MOTION_CHIP_H

#include <Arduino.h>
#include <Wire.h>
#include "sensor_packet.h"

static const uint8_t CHIP_ADDRESS = 0x6A;

enum {
    DRDY_PULSE_CFG = 0x0B, /* bit 7: data ready is a pulse of 75 us, so an unread sample does not block the next */
    INT1_CTRL = 0x0D,      /* bit 1: gyroscope data ready on pin INT1 */
    WHO_AM_I = 0x0F,       /* 6A */
    CTRL1_XL = 0x10,       /* rate in bits 7..4, range in bits 3..2 */
    CTRL2_G = 0x11,        /* rate in bits 7..4, range in bits 3..1 */
    CTRL3_C = 0x12,        /* bit 6: both bytes of one sample; bit 2: addresses count on; bit 0: reset */
    OUTX_L_G = 0x22        /* 6 bytes of turning rate, then 6 of acceleration */
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

static bool chip_write(uint8_t address, uint8_t value)
{
    Wire1.beginTransmission(CHIP_ADDRESS);
    Wire1.write(address);
    Wire1.write(value);
    return Wire1.endTransmission() == 0;
}

static bool chip_read(uint8_t address, uint8_t *bytes, uint8_t count)
{
    Wire1.beginTransmission(CHIP_ADDRESS);
    Wire1.write(address);
    if (Wire1.endTransmission() != 0) {
        return false;
    }
    if (Wire1.requestFrom(CHIP_ADDRESS, count) != count) {
        return false;
    }
    for (uint8_t i = 0; i < count; i++) {
        bytes[i] = (uint8_t)Wire1.read();
    }
    return true;
}

/* Power, bus and everything that does not change; the chip measures nothing yet. */
static bool chip_begin()
{
    pinMode(PIN_LSM6DS3TR_C_POWER, OUTPUT);
    digitalWrite(PIN_LSM6DS3TR_C_POWER, HIGH);
    delay(20); /* 15 ms from power to the first command */
    Wire1.begin();
    Wire1.setClock(400000); /* 13 bytes in a third of a millisecond */

    uint8_t name = 0;
    return chip_read(WHO_AM_I, &name, 1) && name == 0x6A && chip_write(CTRL3_C, 0x44) &&
           chip_write(DRDY_PULSE_CFG, 0x80) && chip_write(INT1_CTRL, 0x02) && chip_write(CTRL1_XL, 0) &&
           chip_write(CTRL2_G, 0);
}

static bool chip_measure(const sp_state &wanted)
{
    uint8_t rate = (uint8_t)(RATE_CODES[place_of(RATES_HZ, wanted.rate_hz)] << 4);
    uint8_t acc = ACC_CODES[place_of(ACC_RANGES_G, wanted.acc_range_g)];
    uint8_t gyr = GYR_CODES[place_of(GYR_RANGES_DPS, wanted.gyr_range_dps)];
    return chip_write(CTRL1_XL, rate | acc) && chip_write(CTRL2_G, rate | gyr);
}

static void chip_rest()
{
    chip_write(CTRL1_XL, 0);
    chip_write(CTRL2_G, 0);
}

/* ax ay az gx gy gz in counts, on the chip's own axes. */
static bool chip_sample(int16_t values[6])
{
    uint8_t bytes[12];
    if (!chip_read(OUTX_L_G, bytes, sizeof bytes)) {
        return false;
    }
    for (int axis = 0; axis < 3; axis++) {
        values[3 + axis] = (int16_t)(uint16_t)(bytes[2 * axis] | bytes[2 * axis + 1] << 8);
        values[axis] = (int16_t)(uint16_t)(bytes[6 + 2 * axis] | bytes[7 + 2 * axis] << 8);
    }
    return true;
}

#endif
