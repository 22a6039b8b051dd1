/* A sensor of the own format (../own-format.md) on a Seeed XIAO nRF52840 Sense. README.md says how to flash it.
 *
 * Compiled against stand-ins and tried on a computer (tests/firmware). An earlier state of it compiled without a warning
 * against the board's core; NEVER run on the board by us.
 *
 * Who does what: the chip pulses when it has a sample; the interrupt stamps it; the sampling task, above loop() in
 * priority, reads it; loop() answers the host, hands packets to the radio and feeds the watchdog; the radio's callbacks only
 * note. What they share is in ../reference/sensor_unit.h.
 */
#include <Adafruit_TinyUSB.h> /* Serial, and flashing without the reset button */
#include <bluefruit.h>
#include <nrf_gpio.h>
#include <nrf_soc.h>
#include "sensor_unit.h"

/* ---- clock: a 32-bit timer in microseconds. micros() of this core wraps too early or steps by a millisecond. It rests
 * while nothing is measured, as it keeps a 16 MHz clock running; what it missed is added. ---- */

static volatile uint32_t clock_offset_us;
static bool clock_goes;
static uint32_t clock_rested_ms;

static uint32_t clock_us()
{
    NRF_TIMER3->TASKS_CAPTURE[1] = 1;
    return NRF_TIMER3->CC[1] + clock_offset_us;
}

static void clock_begin()
{
    NRF_TIMER3->MODE = TIMER_MODE_MODE_Timer;
    NRF_TIMER3->BITMODE = TIMER_BITMODE_BITMODE_32Bit;
    NRF_TIMER3->PRESCALER = 4; /* 16 MHz / 2^4 */
    NRF_TIMER3->TASKS_CLEAR = 1;
    NRF_TIMER3->TASKS_START = 1;
    clock_goes = true;
}

static void clock_go()
{
    if (!clock_goes) {
        clock_offset_us += (millis() - clock_rested_ms) * 1000u;
        NRF_TIMER3->TASKS_START = 1;
        clock_goes = true;
    }
    sd_clock_hfclk_request(); /* on the crystal, not on the oscillator that drifts */
}

static void clock_rest()
{
    NRF_TIMER3->TASKS_STOP = 1;
    clock_rested_ms = millis();
    clock_goes = false;
    sd_clock_hfclk_release();
}

#include "motion_chip.h"

static const uint8_t BUTTON_PIN = D0; /* a switch to ground; nothing connected: never pressed */
static const uint32_t BATTERY_EVERY_MS = 30000;
static const uint32_t CHIP_SILENT_MS = 200;      /* five samples at the slowest rate */
static const uint32_t SLEEP_AFTER_MS = 300000;   /* without a link */
static const uint32_t WATCHDOG_S = 8;            /* above every wait of loop(), with the start of the chip */
static const uint32_t LED_EVERY_MS = 2000, LED_LIT_MS = 20;

/* UUIDs as Bluefruit wants them: last byte first. */
#define OWN_UUID(number) \
    {0xB6, 0xC7, 0xF0, 0x51, 0x8D, 0x2E, 0x3C, 0x9A, 0x6D, 0x4F, 0x1E, 0x4B, number, 0x00, 0x5A, 0x7C}
static const uint8_t UUID_SERVICE[16] = OWN_UUID(0x01);
static const uint8_t UUID_IMU[16] = OWN_UUID(0x02);
static const uint8_t UUID_CONTROL[16] = OWN_UUID(0x03);
static const uint8_t UUID_INFO[16] = OWN_UUID(0x04);

static BLEService sensor_service(UUID_SERVICE);
static BLECharacteristic imu(UUID_IMU);
static BLECharacteristic control(UUID_CONTROL);
static BLECharacteristic info(UUID_INFO);
static BLEDis device_information;
static BLEBas battery;

static su_unit unit;
static SemaphoreHandle_t lock;
static SemaphoreHandle_t data_ready;
static volatile uint32_t ready_us; /* when the chip had its last sample */
static volatile uint16_t connection = BLE_CONN_HANDLE_INVALID;
static bool chip_answers;
static char serial_number[17];

/* ---- what sensor_unit.h asks of the board ---- */

static void take_lock() { xSemaphoreTake(lock, portMAX_DELAY); }
static void give_lock() { xSemaphoreGive(lock); }

static uint8_t start_measuring(const sp_state *wanted)
{
    clock_go();
    chip_answers = chip_start(wanted);
    return chip_answers;
}

static void stop_measuring()
{
    chip_off();
    clock_rest();
}

static uint8_t button_down() { return digitalRead(BUTTON_PIN) == LOW; }

static void show_info(const uint8_t bytes[SP_INFO_BYTES]) { info.write(bytes, SP_INFO_BYTES); }

static uint16_t link_mtu()
{
    BLEConnection *link = Bluefruit.Connection(connection);
    return link ? link->getMtu() : (uint16_t)23;
}

static uint8_t imu_notified() { return imu.notifyEnabled(connection); }

static su_sending send_imu(const uint8_t *bytes, uint16_t length) /* waits up to 100 ms for room */
{
    if (!imu.notifyEnabled(connection)) {
        return SU_GONE;
    }
    return imu.notify(connection, bytes, length) ? SU_SENT : SU_BUSY;
}

/* Not the library's indicate(): that waits for the confirmation, for ever if the link goes. */
static su_sending send_reply(const uint8_t *bytes, uint16_t length)
{
    if (!control.indicateEnabled(connection)) {
        return SU_GONE;
    }
    ble_gatts_hvx_params_t indication;
    memset(&indication, 0, sizeof indication);
    indication.handle = control.handles().value_handle;
    indication.type = BLE_GATT_HVX_INDICATION;
    indication.p_len = &length;
    indication.p_data = bytes;
    switch (sd_ble_gatts_hvx(connection, &indication)) {
    case NRF_SUCCESS:
        return SU_SENT;
    case NRF_ERROR_BUSY: /* the last one is not confirmed yet */
        return SU_BUSY;
    default:
        return SU_GONE;
    }
}

static const su_board BOARD = {&ABILITIES,  ACC_G_PER_COUNT, GYR_DPS_PER_COUNT, take_lock, give_lock,
                               start_measuring, stop_measuring, chip_read, button_down, show_info,
                               link_mtu,    imu_notified,    send_imu,          send_reply};

/* ---- sampling ---- */

static void chip_is_ready() /* interrupt */
{
    NRF_TIMER3->TASKS_CAPTURE[0] = 1;
    ready_us = NRF_TIMER3->CC[0] + clock_offset_us;
    BaseType_t woken = pdFALSE;
    xSemaphoreGiveFromISR(data_ready, &woken);
    portYIELD_FROM_ISR(woken);
}

static void sample_once()
{
    if (xSemaphoreTake(data_ready, pdMS_TO_TICKS(CHIP_SILENT_MS)) == pdTRUE) {
        su_sample(&unit, ready_us);
    } else {
        su_chip_silent(&unit); /* does nothing while nothing is measured */
    }
}

static void sampling_task(void *)
{
    for (;;) {
        sample_once();
    }
}

/* ---- radio's callbacks ---- */

static void control_written(uint16_t, BLECharacteristic *, uint8_t *request, uint16_t length)
{
    su_request(&unit, request, length);
}

static void imu_subscribed(uint16_t, BLECharacteristic *, uint16_t value)
{
    if (!(value & BLE_GATT_HVX_NOTIFICATION)) {
        su_stream_ended(&unit);
    }
}

static void connected(uint16_t handle)
{
    connection = handle;
    su_linked(&unit);
    BLEConnection *link = Bluefruit.Connection(handle);
    if (link) { /* asked for, not needed */
        link->requestPHY(BLE_GAP_PHY_2MBPS);
        link->requestDataLengthUpdate();
    }
}

static void disconnected(uint16_t, uint8_t)
{
    connection = BLE_CONN_HANDLE_INVALID;
    su_unlinked(&unit);
}

/* ---- watchdog: it goes on in the boot loader, which feeds it ---- */

static void watchdog_begin()
{
    if (NRF_WDT->RUNSTATUS) {
        return; /* it outlives a reset by software */
    }
    NRF_WDT->CONFIG = WDT_CONFIG_SLEEP_Run << WDT_CONFIG_SLEEP_Pos;
    NRF_WDT->CRV = WATCHDOG_S * 32768u - 1u;
    NRF_WDT->RREN = 1;
    NRF_WDT->TASKS_START = 1;
}

static void watchdog_feed() { NRF_WDT->RR[0] = WDT_RR_RR_Reload; }

/* ---- battery: divider of 1 MOhm and 510 kOhm; its switch stays closed (low), as the pin must not see 4.2 V ---- */

static uint32_t battery_mv() { return analogRead(PIN_VBAT) * 2400u / 4096u * 1510u / 510u; } /* within 32 bits */

static bool on_usb() { return (NRF_POWER->USBREGSTATUS & POWER_USBREGSTATUS_VBUSDETECT_Msk) != 0; }

static void look_at_battery()
{
    uint8_t percent = su_battery(&unit, battery_mv());
    battery.write(percent);
    if (unit.linked) {
        battery.notify(percent);
    }
}

/* ---- LEDs: lit while their pin is low. The core's own connection LED takes them for lit while high, and is left out. ---- */

static void light(uint8_t led, bool on) { digitalWrite(led, on ? LOW : HIGH); }

static uint8_t led_to_show()
{
    if (!chip_answers || unit.battery_low) {
        return LED_RED;
    }
    return unit.linked ? LED_GREEN : LED_BLUE;
}

static void show_state(uint32_t now_ms)
{
    bool lit = now_ms % LED_EVERY_MS < LED_LIT_MS;
    light(LED_RED, lit && led_to_show() == LED_RED);
    light(LED_GREEN, lit && led_to_show() == LED_GREEN);
    light(LED_BLUE, lit && led_to_show() == LED_BLUE);
}

/* ---- sleep: System OFF, out of which the board starts as after a reset ---- */

static void wake_on(uint32_t pin, uint32_t level)
{
    nrf_gpio_cfg_sense_input(g_ADigitalPinMap[pin], level ? NRF_GPIO_PIN_NOPULL : NRF_GPIO_PIN_PULLUP,
                             level ? NRF_GPIO_PIN_SENSE_HIGH : NRF_GPIO_PIN_SENSE_LOW);
}

static void sleep_until_moved()
{
    su_halt(&unit);
    take_lock();
    clock_go(); /* the bus measures its waits */
    if (chip_watch_for_movement()) {
        wake_on(PIN_LSM6DS3TR_C_INT1, HIGH);
    } else {
        chip_off();
    }
    wake_on(BUTTON_PIN, LOW);
    light(LED_RED, false);
    light(LED_GREEN, false);
    light(LED_BLUE, false);
    sd_power_system_off();
    give_lock(); /* not reached on the board, unless a debugger holds it */
}

/* Only a cable or the reset button wakes it: the cell has nothing to give. */
static void sleep_until_charged()
{
    su_halt(&unit);
    take_lock();
    chip_off();
    light(LED_RED, false);
    light(LED_GREEN, false);
    light(LED_BLUE, false);
    sd_power_system_off();
    give_lock();
}

static void sleep_if_due(uint32_t now_ms)
{
    if (on_usb()) {
        return;
    }
    if (su_battery_flat(&unit)) {
        sleep_until_charged();
    } else if (su_idle_ms(&unit, now_ms) >= SLEEP_AFTER_MS) {
        sleep_until_moved();
    }
}

/* ---- start ---- */

static void begin_gatt()
{
    device_information.setManufacturer("sensorcoach");
    device_information.setModel("XIAO nRF52840 Sense");
    device_information.setSerialNum(serial_number);
    device_information.setFirmwareRev("1.1.0");
    device_information.begin();
    battery.begin();

    sensor_service.begin(); /* what follows belongs to it */
    imu.setProperties(CHR_PROPS_NOTIFY);
    imu.setPermission(SECMODE_OPEN, SECMODE_NO_ACCESS);
    imu.setMaxLen(SP_PAYLOAD_MAX);
    imu.setCccdWriteCallback(imu_subscribed);
    imu.begin();
    control.setProperties(CHR_PROPS_WRITE | CHR_PROPS_INDICATE);
    control.setPermission(SECMODE_OPEN, SECMODE_OPEN);
    control.setMaxLen(SU_REQUEST_MAX);
    control.setWriteCallback(control_written);
    control.begin();
    info.setProperties(CHR_PROPS_READ);
    info.setPermission(SECMODE_OPEN, SECMODE_NO_ACCESS);
    info.setFixedLen(SP_INFO_BYTES);
    info.begin();
}

static void begin_advertising()
{
    Bluefruit.Advertising.addFlags(BLE_GAP_ADV_FLAGS_LE_ONLY_GENERAL_DISC_MODE);
    Bluefruit.Advertising.addService(sensor_service);
    Bluefruit.ScanResponse.addName();
    Bluefruit.Advertising.restartOnDisconnect(true);
    Bluefruit.Advertising.setInterval(32, 1636); /* 20 ms, then 1022.5 ms: out of Apple's list */
    Bluefruit.Advertising.setFastTimeout(30);
    Bluefruit.Advertising.start(0);
}

static void begin_pins()
{
    pinMode(BUTTON_PIN, INPUT_PULLUP);
    pinMode(LED_RED, OUTPUT);
    pinMode(LED_GREEN, OUTPUT);
    pinMode(LED_BLUE, OUTPUT);
    show_state(LED_LIT_MS); /* dark */
    pinMode(VBAT_ENABLE, OUTPUT);
    digitalWrite(VBAT_ENABLE, LOW);
    analogReference(AR_INTERNAL_2_4);
    analogReadResolution(12);
    analogSampleTime(40); /* us: enough for 800 kOhm; the divider is 338 kOhm, the core's 3 us are for 10 kOhm */
}

void setup()
{
    watchdog_begin();
    Serial.begin(115200);
    begin_pins();
    lock = xSemaphoreCreateMutex();
    data_ready = xSemaphoreCreateBinary();

    unsigned long high = NRF_FICR->DEVICEID[1], low = NRF_FICR->DEVICEID[0];
    snprintf(serial_number, sizeof serial_number, "%08lX%08lX", high & 0xFFFFFFFFul, low & 0xFFFFFFFFul);
    char name[8];
    snprintf(name, sizeof name, "sc-%s", serial_number + 12);

    Bluefruit.autoConnLed(false);
    Bluefruit.configPrphConn(247, 6, 3, 1); /* MTU; 7.5 ms an event; 3 notifications waiting; before begin() */
    Bluefruit.begin();
    Bluefruit.setName(name);
    Bluefruit.Periph.setConnInterval(12, 24); /* 15 to 30 ms */
    Bluefruit.Periph.setConnSupervisionTimeoutMS(4000);
    Bluefruit.Periph.setConnectCallback(connected);
    Bluefruit.Periph.setDisconnectCallback(disconnected);
    begin_gatt();

    clock_begin();
    sp_state built_in = {SP_IDLE, 16, 104, 1000};
    su_init(&unit, &BOARD, &built_in);
    chip_answers = chip_begin();
    stop_measuring();
    pinMode(PIN_LSM6DS3TR_C_INT1, INPUT_PULLDOWN); /* quiet while the chip has no power */
    attachInterrupt(PIN_LSM6DS3TR_C_INT1, chip_is_ready, RISING);
    xTaskCreate(sampling_task, "sampling", 512, NULL, TASK_PRIO_NORMAL, NULL);

    look_at_battery();
    begin_advertising();
    Serial.print(name);
    Serial.println(chip_answers ? " ready" : ": the motion chip does not answer");
}

void loop()
{
    static uint32_t battery_ms;

    uint8_t hurry = su_turn(&unit, millis());
    show_state(millis());
    if (millis() - battery_ms >= BATTERY_EVERY_MS) {
        battery_ms = millis();
        look_at_battery();
    }
    sleep_if_due(millis());
    if (su_runs(&unit, millis())) {
        watchdog_feed();
    }
    delay(hurry ? 2 : unit.linked ? 5 : LED_LIT_MS);
}
