/* Stand-in for the core of the XIAO nRF52840 Sense: what the sketch uses, on a computer. Test code. */
#ifndef ARDUINO_STUB_H
#define ARDUINO_STUB_H

#include "bench_world.h"

enum { LOW = 0, HIGH = 1, INPUT = 0, OUTPUT = 1, INPUT_PULLUP = 2, INPUT_PULLDOWN = 3, RISING = 3, AR_INTERNAL_2_4 = 5 };
enum {
    D0 = 0, LED_RED = 11, LED_BLUE = 12, LED_GREEN = 13, VBAT_ENABLE = 14, PIN_LSM6DS3TR_C_POWER = 15, PIN_WIRE1_SCL = 16,
    PIN_WIRE1_SDA = 17, PIN_LSM6DS3TR_C_INT1 = 18, PIN_VBAT = 32
};
static const uint32_t g_ADigitalPinMap[33] = {2, 3, 28, 29, 4, 5, 43, 44, 45, 46, 47, 26, 6, 30, 14, 40, 27, 7, 11};

inline void pinMode(int pin, int mode)
{
    board.modes[pin] = mode;
    if (mode == INPUT_PULLUP) board.pins[pin] = HIGH;
}
inline void digitalWrite(int pin, int value)
{
    board.pins[pin] = value;
    pin_was_set(pin);
    if (pin == PIN_LSM6DS3TR_C_POWER && value == LOW) {
        memset(board.registers + 0x10, 0, 0x70);
        board.bus_stuck = false;
    }
}
inline int digitalRead(int pin) { return line_level(pin); }
inline void analogReference(int) {}
inline void analogReadResolution(int) {}
inline void analogSampleTime(uint8_t us) { board.acquisition_us = us; }
/* Nordic's table: 3 us are for 10 kOhm, 20 for 400; too short, and the capacitor is not charged. */
inline uint32_t analogRead(int)
{
    int counts = (int)((double)board.battery_mv * 510 / 1510 / 2400 * 4096 + 0.5);
    return (uint32_t)(board.acquisition_us < 20 ? counts * 9 / 10 : counts);
}
inline void delay(uint32_t) {}
inline void delayMicroseconds(uint32_t) {}
inline uint32_t millis() { return (uint32_t)(board.now_us / 1000); }
inline void attachInterrupt(int, void (*handler)(), int) { board.on_ready = handler; }

/* FreeRTOS, without tasks: the bench calls what a task would. */
typedef int BaseType_t;
typedef void *SemaphoreHandle_t;
enum { pdFALSE = 0, pdTRUE = 1, TASK_PRIO_NORMAL = 2 };
static const uint32_t portMAX_DELAY = 0xFFFFFFFFu;
inline uint32_t pdMS_TO_TICKS(uint32_t ms) { return ms; }
inline SemaphoreHandle_t xSemaphoreCreateMutex() { return &board.locked; }
inline SemaphoreHandle_t xSemaphoreCreateBinary() { return &board.ready_given; }
inline BaseType_t xSemaphoreTake(SemaphoreHandle_t which, uint32_t)
{
    if (which == &board.locked) {
        lock_board();
        return pdTRUE;
    }
    bool given = board.ready_given;
    board.ready_given = false;
    return given ? pdTRUE : pdFALSE;
}
inline BaseType_t xSemaphoreGive(SemaphoreHandle_t) { unlock_board(); return pdTRUE; }
inline void xSemaphoreGiveFromISR(SemaphoreHandle_t, BaseType_t *) { board.ready_given = true; }
inline void portYIELD_FROM_ISR(BaseType_t) {}
inline void xTaskCreate(void (*)(void *), const char *, int, void *, int, void *) {}

/* ---- registers of the processor ---- */

/* A register that does something when it is written. */
struct Trigger {
    void (*does)();
    Trigger(void (*given)()) : does(given) {}
    void operator=(uint32_t) { does(); }
};

enum { TIMER_MODE_MODE_Timer = 0, TIMER_BITMODE_BITMODE_32Bit = 3 };
struct TimerStub {
    uint32_t MODE, BITMODE, PRESCALER, TASKS_CLEAR, TASKS_CAPTURE[6];
    static bool &goes() { static bool it; return it; }
    static uint64_t &base_us() { static uint64_t it; return it; }
    static uint32_t count() { return (uint32_t)(goes() ? board.now_us - base_us() : base_us()); }
    static void start() { if (!goes()) base_us() = board.now_us - base_us(); goes() = true; }
    static void stop() { if (goes()) base_us() = board.now_us - base_us(); goes() = false; }
    Trigger TASKS_START{start}, TASKS_STOP{stop};
    struct Captured {
        operator uint32_t() const { return count() + (waited() += 10) - 10; } /* asking takes time; the bench clears it */
        static uint32_t &waited() { static uint32_t it; return it; }
    };
    Captured CC[6];
};
extern TimerStub timer_stub;
#define NRF_TIMER3 (&timer_stub)

enum { TWIM_ENABLE_ENABLE_Disabled = 0, TWIM_ENABLE_ENABLE_Enabled = 6 };
static const uint32_t TWIM_FREQUENCY_FREQUENCY_K400 = 0x06400000u;
enum { TWIM_SHORTS_LASTTX_STARTRX_Msk = 1 << 7, TWIM_SHORTS_LASTTX_STOP_Msk = 1 << 9, TWIM_SHORTS_LASTRX_STOP_Msk = 1 << 12 };
struct TwimStub {
    uint32_t ENABLE, FREQUENCY, ADDRESS, SHORTS, EVENTS_STOPPED, EVENTS_ERROR;
    struct { uint32_t SCL, SDA; } PSEL;
    struct { uint32_t PTR, MAXCNT, AMOUNT; } TXD, RXD;
    struct ErrorSource {
        uint32_t value;
        operator uint32_t() const { return value; }
        void operator=(uint32_t ones) { value &= ~ones; }
    } ERRORSRC;
    Trigger TASKS_STARTTX{start}, TASKS_STOP{stop};
    static void start();
    static void stop();
};
extern TwimStub twim_stub;
#define NRF_TWIM1 (&twim_stub)

struct WdtStub {
    uint32_t RUNSTATUS, CONFIG, CRV, RREN;
    struct Feeding { void operator=(uint32_t value) { if (value == 0x6E524635u) board.fed_us = board.now_us; } } RR[8];
    Trigger TASKS_START{start};
    static void start() { board.watchdog = true; board.fed_us = board.now_us; }
};
extern WdtStub wdt_stub;
#define NRF_WDT (&wdt_stub)
enum { WDT_CONFIG_SLEEP_Run = 1, WDT_CONFIG_SLEEP_Pos = 0, WDT_RR_RR_Reload = 0x6E524635 };

struct PowerStub { struct { operator uint32_t() const { return board.usb; } } USBREGSTATUS; };
extern PowerStub power_stub;
#define NRF_POWER (&power_stub)
enum { POWER_USBREGSTATUS_VBUSDETECT_Msk = 1 };

struct FicrStub { uint32_t DEVICEID[2]; };
extern FicrStub ficr_stub;
#define NRF_FICR (&ficr_stub)

typedef enum { NRF_GPIO_PIN_NOPULL, NRF_GPIO_PIN_PULLUP = 3 } nrf_gpio_pin_pull_t;
typedef enum { NRF_GPIO_PIN_DIR_INPUT } nrf_gpio_pin_dir_t;
typedef enum { NRF_GPIO_PIN_INPUT_CONNECT } nrf_gpio_pin_input_t;
typedef enum { NRF_GPIO_PIN_S0D1 = 6 } nrf_gpio_pin_drive_t;
typedef enum { NRF_GPIO_PIN_NOSENSE, NRF_GPIO_PIN_SENSE_HIGH = 2, NRF_GPIO_PIN_SENSE_LOW = 3 } nrf_gpio_pin_sense_t;
inline void nrf_gpio_cfg(
    uint32_t, nrf_gpio_pin_dir_t, nrf_gpio_pin_input_t, nrf_gpio_pin_pull_t, nrf_gpio_pin_drive_t, nrf_gpio_pin_sense_t)
{
}
inline void nrf_gpio_cfg_sense_input(uint32_t pin, nrf_gpio_pin_pull_t, nrf_gpio_pin_sense_t)
{
    board.wakes.push_back((int)pin);
}

#endif
