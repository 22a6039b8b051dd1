/* Stand-in for the mbed core of the Nano 33 BLE: what the sketch uses, on a computer. Test code. */
#ifndef ARDUINO_STUB_H
#define ARDUINO_STUB_H

#include "bench_world.h"

typedef enum { LOW = 0, HIGH = 1 } PinStatus;
typedef enum { INPUT = 0, OUTPUT = 1, INPUT_PULLUP = 2 } PinMode;
enum { LED_BUILTIN = 13, PIN_ENABLE_SENSORS_3V3 = 32, PIN_ENABLE_I2C_PULLUP = 33 };

inline void pinMode(int pin, PinMode mode)
{
    if (mode == INPUT_PULLUP) board.pins[pin] = HIGH;
}
inline void digitalWrite(int pin, PinStatus value)
{
    board.pins[pin] = value;
    if (pin == PIN_ENABLE_SENSORS_3V3 && value == LOW) {
        memset(board.registers + 0x10, 0, 0x60);
        board.bus_stuck = false;
    }
}
inline PinStatus digitalRead(int pin) { return board.pins[pin] ? HIGH : LOW; }
inline void analogReadResolution(int) {}
inline int analogRead(int) { return board.battery_mv * 4096 / 2 / 3300 + 1; }
inline void delay(unsigned long) {}
inline uint32_t micros() { return (uint32_t)board.now_us; }
inline uint32_t millis() { return (uint32_t)(board.now_us / 1000); }
struct FicrStub { uint32_t DEVICEID[2]; };
extern FicrStub ficr_stub;
#define NRF_FICR (&ficr_stub)

#endif
