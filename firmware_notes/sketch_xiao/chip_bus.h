/* The inner bus of the XIAO nRF52840 Sense, with a time limit on every wait.
 *
 * Not the core's Wire: its loops wait for events that a stuck bus never sends. The sequence and the registers are those
 * of the chapter TWIM in Nordic's nRF52840 Product Specification; pins are the variant's. Never run by us.
 */
#ifndef CHIP_BUS_H
#define CHIP_BUS_H

#include <Arduino.h>
#include <nrf_gpio.h>

static const uint32_t BUS_LIMIT_US = 3000; /* 14 bytes at 400 kHz take 0.35 ms; other tasks may come between */
static const uint8_t BUS_ROOM = 12;

static uint8_t bus_out[2], bus_in[BUS_ROOM]; /* EasyDMA reads and writes RAM only */

static uint32_t bus_pin(uint32_t pin) { return g_ADigitalPinMap[pin]; }

/* As the specification wants it for TWIM: an input that only pulls down. */
static void bus_line(uint32_t pin)
{
    nrf_gpio_cfg(bus_pin(pin), NRF_GPIO_PIN_DIR_INPUT, NRF_GPIO_PIN_INPUT_CONNECT, NRF_GPIO_PIN_PULLUP,
                 NRF_GPIO_PIN_S0D1, NRF_GPIO_PIN_NOSENSE);
}

static void bus_off() { NRF_TWIM1->ENABLE = TWIM_ENABLE_ENABLE_Disabled; }

static void bus_on()
{
    bus_line(PIN_WIRE1_SCL);
    bus_line(PIN_WIRE1_SDA);
    NRF_TWIM1->PSEL.SCL = bus_pin(PIN_WIRE1_SCL);
    NRF_TWIM1->PSEL.SDA = bus_pin(PIN_WIRE1_SDA);
    NRF_TWIM1->FREQUENCY = TWIM_FREQUENCY_FREQUENCY_K400;
    NRF_TWIM1->ENABLE = TWIM_ENABLE_ENABLE_Enabled;
}

/* A chip that was cut off in the middle of a byte holds the data line: up to nine clocks let it finish (I2C
 * specification UM10204, 3.1.16). */
static void bus_free()
{
    bus_off();
    pinMode(PIN_WIRE1_SDA, INPUT_PULLUP);
    for (int clock = 0; clock < 9 && digitalRead(PIN_WIRE1_SDA) == LOW; clock++) {
        pinMode(PIN_WIRE1_SCL, OUTPUT);
        digitalWrite(PIN_WIRE1_SCL, LOW);
        delayMicroseconds(5);
        pinMode(PIN_WIRE1_SCL, INPUT_PULLUP);
        delayMicroseconds(5);
    }
    bus_on();
}

static bool bus_stopped_in_time()
{
    uint32_t began_us = clock_us();
    while (!NRF_TWIM1->EVENTS_STOPPED) {
        if (NRF_TWIM1->EVENTS_ERROR) {
            NRF_TWIM1->EVENTS_ERROR = 0;
            NRF_TWIM1->TASKS_STOP = 1;
        }
        if (clock_us() - began_us > BUS_LIMIT_US) {
            return NRF_TWIM1->EVENTS_STOPPED != 0; /* it may have come while another task ran */
        }
    }
    return true;
}

/* Sends `out_count` bytes of bus_out, then reads `in_count` into bus_in; false if the chip or the bus does not follow. */
static bool bus_transfer(uint8_t address, uint8_t out_count, uint8_t in_count)
{
    if (NRF_TWIM1->ENABLE != TWIM_ENABLE_ENABLE_Enabled) {
        return false; /* given up below, until the chip is started anew */
    }
    NRF_TWIM1->ADDRESS = address;
    NRF_TWIM1->TXD.PTR = (uint32_t)(uintptr_t)bus_out;
    NRF_TWIM1->TXD.MAXCNT = out_count;
    NRF_TWIM1->RXD.PTR = (uint32_t)(uintptr_t)bus_in;
    NRF_TWIM1->RXD.MAXCNT = in_count;
    NRF_TWIM1->SHORTS = in_count ? TWIM_SHORTS_LASTTX_STARTRX_Msk | TWIM_SHORTS_LASTRX_STOP_Msk : TWIM_SHORTS_LASTTX_STOP_Msk;
    NRF_TWIM1->EVENTS_STOPPED = 0;
    NRF_TWIM1->EVENTS_ERROR = 0;
    NRF_TWIM1->ERRORSRC = 7; /* ones clear */
    NRF_TWIM1->TASKS_STARTTX = 1;
    if (!bus_stopped_in_time()) {
        bus_off();
        return false;
    }
    return NRF_TWIM1->ERRORSRC == 0 && NRF_TWIM1->TXD.AMOUNT == out_count && NRF_TWIM1->RXD.AMOUNT == in_count;
}

#endif
