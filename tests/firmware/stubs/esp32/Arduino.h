/* Stand-in for the ESP32's core: what the sketch uses, on a computer. Test code. */
#ifndef ARDUINO_STUB_H
#define ARDUINO_STUB_H

#include "bench_world.h"

enum { LOW = 0, HIGH = 1, INPUT = 0, OUTPUT = 3, INPUT_PULLUP = 5 };

inline void pinMode(int pin, int mode)
{
    board.modes[pin] = mode == OUTPUT;
    if (mode == INPUT_PULLUP) board.pins[pin] = HIGH;
}
inline void digitalWrite(int pin, int value)
{
    board.pins[pin] = value;
    pin_was_set(pin);
}
inline int digitalRead(int pin) { return line_level(pin); }
inline uint32_t analogReadMilliVolts(uint8_t) { return (uint32_t)board.battery_mv / 2; }
inline void delay(uint32_t) {}
inline void delayMicroseconds(uint32_t) {}
inline uint32_t micros() { return (uint32_t)board.now_us; }
inline uint32_t millis() { return (uint32_t)(board.now_us / 1000); }
inline bool setCpuFrequencyMhz(uint32_t) { return true; }
inline void enableLoopWDT()
{
    board.watchdog = true;
    board.fed_us = board.now_us;
}
struct EspStub {
    uint64_t getEfuseMac() { return 0xE4D30718C5A8ull; }
    void restart() { board.restarted = true; throw Hang(); }
};
extern EspStub ESP;

/* FreeRTOS, without tasks: the bench calls what a task would; a wait is over at once. */
typedef int BaseType_t;
typedef uint32_t TickType_t;
typedef void *SemaphoreHandle_t;
enum { pdTRUE = 1 };
static const uint32_t portMAX_DELAY = 0xFFFFFFFFu;
inline uint32_t pdMS_TO_TICKS(uint32_t ms) { return ms; }
inline SemaphoreHandle_t xSemaphoreCreateMutex() { return &board.locked; }
inline BaseType_t xSemaphoreTake(SemaphoreHandle_t, uint32_t) { lock_board(); return pdTRUE; }
inline BaseType_t xSemaphoreGive(SemaphoreHandle_t) { unlock_board(); return pdTRUE; }
inline void xTaskCreate(void (*)(void *), const char *, int, void *, int, void *) {}
inline TickType_t xTaskGetTickCount() { return (TickType_t)(board.now_us / 1000); }
inline void vTaskDelay(TickType_t) {}
inline void vTaskDelayUntil(TickType_t *last, TickType_t ticks) { *last += ticks; }

#endif
