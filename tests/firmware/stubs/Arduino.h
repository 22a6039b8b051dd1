/* Stand-in for the core of the XIAO nRF52840 Sense: what the sketch uses, on a computer. Test code. */
#ifndef ARDUINO_STUB_H
#define ARDUINO_STUB_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <deque>
#include <string>
#include <vector>

enum { LOW = 0, HIGH = 1, INPUT = 0, OUTPUT = 1, INPUT_PULLUP = 2, RISING = 3, AR_INTERNAL_2_4 = 5 };
enum { D0 = 0, VBAT_ENABLE = 14, PIN_LSM6DS3TR_C_POWER = 15, PIN_LSM6DS3TR_C_INT1 = 18, PIN_VBAT = 32 };

struct Board {
    uint32_t now_us = 0;
    int pins[40] = {};
    int battery_counts = 2700;
    void (*on_ready)() = nullptr;
    bool ready_given = false;
    int lock_depth = 0;
    uint8_t registers[128] = {};
    bool chip_answers = true;
};
extern Board board;

inline void pinMode(int pin, int mode) { if (mode == INPUT_PULLUP) board.pins[pin] = HIGH; }
inline void digitalWrite(int pin, int value) { board.pins[pin] = value; }
inline int digitalRead(int pin) { return board.pins[pin]; }
inline int analogRead(int) { return board.battery_counts; }
inline void analogReference(int) {}
inline void analogReadResolution(int) {}
inline void delay(uint32_t) {}
inline uint32_t millis() { return board.now_us / 1000; }
inline void attachInterrupt(int, void (*handler)(), int) { board.on_ready = handler; }

struct SerialStub {
    void begin(long) {}
    void print(const char *) {}
    void println(const char *) {}
};
extern SerialStub Serial;

/* FreeRTOS, without tasks: the bench calls what a task would. */
typedef int BaseType_t;
typedef void *SemaphoreHandle_t;
enum { pdFALSE = 0, pdTRUE = 1, TASK_PRIO_NORMAL = 2 };
static const uint32_t portMAX_DELAY = 0xFFFFFFFFu;
inline uint32_t pdMS_TO_TICKS(uint32_t ms) { return ms; }
inline SemaphoreHandle_t xSemaphoreCreateMutex() { return &board.lock_depth; }
inline SemaphoreHandle_t xSemaphoreCreateBinary() { return &board.ready_given; }
inline void fail(const char *what) { fprintf(stderr, "%s\n", what); fflush(stderr); abort(); }
inline BaseType_t xSemaphoreTake(SemaphoreHandle_t which, uint32_t)
{
    if (which == &board.lock_depth) {
        if (board.lock_depth++) fail("the lock is taken twice: the board would hang");
        return pdTRUE;
    }
    bool given = board.ready_given;
    board.ready_given = false;
    return given ? pdTRUE : pdFALSE;
}
inline BaseType_t xSemaphoreGive(SemaphoreHandle_t)
{
    if (--board.lock_depth) fail("the lock is given without having been taken");
    return pdTRUE;
}
inline void xSemaphoreGiveFromISR(SemaphoreHandle_t, BaseType_t *) { board.ready_given = true; }
inline void portYIELD_FROM_ISR(BaseType_t) {}
inline void xTaskCreate(void (*)(void *), const char *, int, void *, int, void *) {}

/* Registers of the processor. */
enum { TIMER_MODE_MODE_Timer = 0, TIMER_BITMODE_BITMODE_32Bit = 3 };
struct TimerStub {
    uint32_t MODE, BITMODE, PRESCALER, TASKS_CLEAR, TASKS_START, TASKS_CAPTURE[6];
    struct Captured { operator uint32_t() const { return board.now_us; } } CC[6];
};
extern TimerStub timer_stub;
#define NRF_TIMER3 (&timer_stub)
struct FicrStub { uint32_t DEVICEID[2]; };
extern FicrStub ficr_stub;
#define NRF_FICR (&ficr_stub)

#endif
