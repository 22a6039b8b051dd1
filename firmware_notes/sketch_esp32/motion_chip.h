/* MPU-6050, MPU-6500, MPU-9250 and those with the same registers: MPU-6886 (M5Stack), ICM-20602, ICM-20608, ICM-20689
 * (InvenSense's register maps). Not ICM-20948 or ICM-42688: theirs are others. Never run by us.
 *
 * The chip measures a thousand times a second behind its low-pass filter and is read at the rate asked: no wire for its
 * interrupt is needed, a sample is at most 1 ms old. */
#ifndef MOTION_CHIP_H
#define MOTION_CHIP_H

#include <Arduino.h>
#include <Wire.h>
#include "board.h"
#include "sensor_packet.h"

enum {
    CONFIG = 0x1A,        /* low-pass of the gyroscope (and of the accelerometer of the MPU-6050) */
    GYRO_CONFIG = 0x1B,   /* range in bits 4..3 */
    ACCEL_CONFIG = 0x1C,  /* range in bits 4..3 */
    ACCEL_CONFIG2 = 0x1D, /* low-pass of the accelerometer; the MPU-6050 has none */
    ACCEL_XOUT_H = 0x3B,  /* 6 bytes of acceleration, 2 of temperature, 6 of turning rate; high byte first */
    PWR_MGMT_1 = 0x6B,    /* bit 7: reset; bit 6: sleep; 1: clock from the gyroscope */
    WHO_AM_I = 0x75
};

static const uint8_t MPU_6050 = 0x68;
static const uint8_t CHIPS[] = {MPU_6050, 0x70 /* 6500 */, 0x71 /* 9250 */, 0x73 /* 9255 */, 0x19 /* 6886 */,
                                0x12 /* 20602 */, 0xAF /* 20608 */, 0x98 /* 20689 */};

static const uint16_t RATES_HZ[] = {25, 50, 100, 200}; /* whole milliseconds */
static const uint8_t FILTERS[] = {4, 4, 3, 2};         /* 20, 20, 42, 94 Hz (MPU-6050; the others a few per cent beside) */
static const uint8_t ACC_RANGES_G[] = {2, 4, 8, 16};
static const float ACC_G_PER_COUNT[] = {1 / 16384.0f, 1 / 8192.0f, 1 / 4096.0f, 1 / 2048.0f};
static const uint16_t GYR_RANGES_DPS[] = {250, 500, 1000, 2000};
static const float GYR_DPS_PER_COUNT[] = {250 / 32768.0f, 500 / 32768.0f, 1000 / 32768.0f, 2000 / 32768.0f};

static const sp_abilities ABILITIES = {SP_KIND_ACC_GYR, RATES_HZ, 4, ACC_RANGES_G, 4, GYR_RANGES_DPS, 4};

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
    Wire.beginTransmission(CHIP_ADDRESS);
    Wire.write(at);
    Wire.write(value);
    return Wire.endTransmission() == 0;
}

static bool chip_get(uint8_t at, uint8_t *bytes, uint8_t count)
{
    Wire.beginTransmission(CHIP_ADDRESS);
    Wire.write(at);
    if (Wire.endTransmission(false) != 0 || Wire.requestFrom(CHIP_ADDRESS, count) != count) {
        return false;
    }
    for (uint8_t i = 0; i < count; i++) {
        bytes[i] = (uint8_t)Wire.read();
    }
    return true;
}

/* A chip that was cut off in the middle of a byte holds the data line: up to nine clocks let it finish (I2C
 * specification UM10204, 3.1.16). */
static void bus_free()
{
    Wire.end();
    pinMode(CHIP_SDA, INPUT_PULLUP);
    for (int clock = 0; clock < 9 && digitalRead(CHIP_SDA) == LOW; clock++) {
        pinMode(CHIP_SCL, OUTPUT);
        digitalWrite(CHIP_SCL, LOW);
        delayMicroseconds(5);
        pinMode(CHIP_SCL, INPUT_PULLUP);
        delayMicroseconds(5);
    }
    Wire.begin(CHIP_SDA, CHIP_SCL, 400000u);
    Wire.setTimeOut(10); /* ms; 15 bytes take 0.4 */
}

static bool is_known(uint8_t name)
{
    for (uint8_t known : CHIPS) {
        if (name == known) {
            return true;
        }
    }
    return false;
}

/* Bus, reset: whatever state it was left in; `name` is what the chip calls itself. */
static bool chip_begin(uint8_t &name)
{
    bus_free();
    if (!chip_get(WHO_AM_I, &name, 1) || !is_known(name) || !chip_write(PWR_MGMT_1, 0x80)) {
        return false;
    }
    delay(100); /* the reset takes that long */
    return chip_write(PWR_MGMT_1, 0x01);
}

static uint8_t chip_start(const sp_state *wanted)
{
    uint8_t name = 0;
    uint8_t filter = FILTERS[place_of(RATES_HZ, wanted->rate_hz)];
    uint8_t acc = (uint8_t)(place_of(ACC_RANGES_G, wanted->acc_range_g) << 3);
    uint8_t gyr = (uint8_t)(place_of(GYR_RANGES_DPS, wanted->gyr_range_dps) << 3);
    return chip_begin(name) && chip_write(CONFIG, filter) && chip_write(GYRO_CONFIG, gyr) &&
           chip_write(ACCEL_CONFIG, acc) && (name == MPU_6050 || chip_write(ACCEL_CONFIG2, filter));
}

static void chip_stop() { chip_write(PWR_MGMT_1, 0x40); }

/* ax ay az gx gy gz in counts, on the chip's own axes. */
static uint8_t chip_read(int16_t values[6])
{
    uint8_t bytes[14];
    if (!chip_get(ACCEL_XOUT_H, bytes, sizeof bytes)) {
        return false;
    }
    for (int axis = 0; axis < 3; axis++) {
        values[axis] = (int16_t)(uint16_t)(bytes[2 * axis] << 8 | bytes[2 * axis + 1]);
        values[3 + axis] = (int16_t)(uint16_t)(bytes[8 + 2 * axis] << 8 | bytes[9 + 2 * axis]);
    }
    return true;
}

#endif
