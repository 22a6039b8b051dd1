/* The LSM9DS1 of the Nano 33 BLE and BLE Sense, first revision, by its registers (ST's data sheet). Rev2 boards have a
 * BMI270 and are told "does not answer". Never run by us.
 *
 * The chip measures 952 times a second behind its filters and is read at the rate asked: a sample is about 1 ms old. */
#ifndef MOTION_CHIP_H
#define MOTION_CHIP_H

#include <Arduino.h>
#include <Wire.h>
#include "sensor_packet.h"

static const uint8_t CHIP_ADDRESS = 0x6B;

enum {
    WHO_AM_I = 0x0F,    /* 68 */
    CTRL_REG1_G = 0x10, /* rate in bits 7..5, range in bits 4..3, band in bits 1..0 */
    OUT_X_L_G = 0x18,   /* 6 bytes of turning rate */
    CTRL_REG6_XL = 0x20, /* rate in bits 7..5, range in bits 4..3, bit 2: band by bits 1..0 */
    CTRL_REG8 = 0x22,   /* bit 6: both bytes of one sample; bit 2: addresses count on; bit 0: reset */
    OUT_X_L_XL = 0x28   /* 6 bytes of acceleration */
};

static const uint8_t RATE_952_HZ = 6 << 5;
static const uint16_t RATES_HZ[] = {50, 100, 200};
static const uint8_t GYR_BANDS[] = {0, 1, 3};             /* 33, 40, 100 Hz */
static const uint8_t ACC_BANDS[] = {4 | 3, 4 | 3, 4 | 2}; /* 50, 50, 105 Hz; the chip has none lower */
static const uint8_t ACC_RANGES_G[] = {2, 4, 8, 16};
static const uint8_t ACC_CODES[] = {0 << 3, 2 << 3, 3 << 3, 1 << 3};
static const float ACC_G_PER_COUNT[] = {0.000061f, 0.000122f, 0.000244f, 0.000732f}; /* the last is no slip of the pen */
static const uint16_t GYR_RANGES_DPS[] = {245, 500, 2000};
static const uint8_t GYR_CODES[] = {0 << 3, 1 << 3, 3 << 3};
static const float GYR_DPS_PER_COUNT[] = {0.00875f, 0.0175f, 0.07f};

static const sp_abilities ABILITIES = {SP_KIND_ACC_GYR, RATES_HZ, 3, ACC_RANGES_G, 4, GYR_RANGES_DPS, 3};

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
    Wire1.beginTransmission(CHIP_ADDRESS);
    Wire1.write(at);
    Wire1.write(value);
    return Wire1.endTransmission() == 0;
}

static bool chip_get(uint8_t at, uint8_t *bytes, uint8_t count)
{
    Wire1.beginTransmission(CHIP_ADDRESS);
    Wire1.write(at);
    if (Wire1.endTransmission() != 0 || Wire1.requestFrom(CHIP_ADDRESS, count) != count) {
        return false;
    }
    for (uint8_t i = 0; i < count; i++) {
        bytes[i] = (uint8_t)Wire1.read();
    }
    return true;
}

static void chip_power(PinStatus level)
{
    pinMode(PIN_ENABLE_SENSORS_3V3, OUTPUT);
    pinMode(PIN_ENABLE_I2C_PULLUP, OUTPUT);
    digitalWrite(PIN_ENABLE_SENSORS_3V3, level);
    digitalWrite(PIN_ENABLE_I2C_PULLUP, level);
}

static void chip_stop()
{
    Wire1.end();
    chip_power(LOW);
}

/* Power, bus, reset: whatever state it was left in. A chip that holds the data line lets go of it without power. */
static bool chip_begin()
{
    chip_stop();
    delay(5);
    chip_power(HIGH);
    delay(20); /* 10 ms from power to the first command */
    Wire1.begin();
    Wire1.setClock(400000);
    uint8_t name = 0;
    if (!chip_get(WHO_AM_I, &name, 1) || name != 0x68 || !chip_write(CTRL_REG8, 0x05)) {
        return false;
    }
    delay(10);
    return chip_write(CTRL_REG8, 0x44);
}

static uint8_t chip_start(const sp_state *wanted)
{
    uint8_t rate = place_of(RATES_HZ, wanted->rate_hz);
    uint8_t acc = ACC_CODES[place_of(ACC_RANGES_G, wanted->acc_range_g)];
    uint8_t gyr = GYR_CODES[place_of(GYR_RANGES_DPS, wanted->gyr_range_dps)];
    return chip_begin() && chip_write(CTRL_REG1_G, (uint8_t)(RATE_952_HZ | gyr | GYR_BANDS[rate])) &&
           chip_write(CTRL_REG6_XL, (uint8_t)(RATE_952_HZ | acc | ACC_BANDS[rate]));
}

static int16_t turned(int16_t value) { return value == INT16_MIN ? INT16_MAX : (int16_t)-value; }

static int16_t count_at(const uint8_t *at) { return (int16_t)(uint16_t)(at[0] | at[1] << 8); }

/* ax ay az gx gy gz in counts. The axes this chip draws are left-handed (acceleration and turning rate alike): x is turned
 * round, as the own format wants right-handed ones. */
static uint8_t chip_read(int16_t values[6])
{
    uint8_t gyr[6], acc[6];
    if (!chip_get(OUT_X_L_G, gyr, sizeof gyr) || !chip_get(OUT_X_L_XL, acc, sizeof acc)) {
        return false;
    }
    for (int axis = 0; axis < 3; axis++) {
        values[axis] = count_at(acc + 2 * axis);
        values[3 + axis] = count_at(gyr + 2 * axis);
    }
    values[0] = turned(values[0]);
    values[3] = turned(values[3]);
    return true;
}

#endif
