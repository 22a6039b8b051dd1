/* A sensor of the own format (../own-format.md) on an ESP32 with an InvenSense chip. README.md says how to flash it.
 *
 * Compiled against stand-ins and tried on a computer (tests/firmware); NEVER compiled for or run on a board by us.
 *
 * Who does what: the sampling task reads the chip at a steady pace; loop() answers the host, hands packets to the radio
 * and lives under the watchdog; NimBLE's callbacks only note. What they share is in ../reference/sensor_unit.h.
 */
#include <NimBLEDevice.h>
#include <esp_sleep.h>
#include "sensor_unit.h"

#include "board.h"
#include "motion_chip.h"

static const uint32_t BATTERY_EVERY_MS = 30000;
static const uint32_t SLOW_AFTER_MS = 30000;   /* advertising, without a link */
static const uint32_t SLEEP_AFTER_MS = 300000; /* without a link */
static const uint32_t LED_EVERY_MS = 2000, LED_LIT_MS = 20;
static const uint32_t REST_MS = 50;
static const uint16_t NO_LINK = BLE_HS_CONN_HANDLE_NONE;

static su_unit unit;
static SemaphoreHandle_t lock;
static volatile uint16_t connection = NO_LINK;
static volatile bool imu_on, control_on;
static volatile uint32_t period_ms; /* 0: nothing is measured */
static NimBLECharacteristic *imu, *control, *info, *battery;
static bool chip_answers;

/* ---- what sensor_unit.h asks of the board ---- */

static void take_lock() { xSemaphoreTake(lock, portMAX_DELAY); }
static void give_lock() { xSemaphoreGive(lock); }

static uint8_t start_measuring(const sp_state *wanted)
{
    chip_answers = chip_start(wanted);
    period_ms = 1000u / wanted->rate_hz;
    return chip_answers;
}

static void stop_measuring()
{
    period_ms = 0;
    chip_stop();
}

static uint8_t button_down() { return digitalRead(BUTTON_PIN) == LOW; }

static void show_info(const uint8_t bytes[SP_INFO_BYTES]) { info->setValue(bytes, SP_INFO_BYTES); }

static uint16_t link_mtu()
{
    return connection == NO_LINK ? (uint16_t)23 : NimBLEDevice::getServer()->getPeerMTU(connection);
}

static uint8_t imu_notified() { return imu_on; }

static su_sending send_imu(const uint8_t *bytes, uint16_t length)
{
    if (connection == NO_LINK || !imu_on) {
        return SU_GONE;
    }
    return imu->notify(bytes, length, connection) ? SU_SENT : SU_BUSY; /* no memory for it: later */
}

static su_sending send_reply(const uint8_t *bytes, uint16_t length)
{
    if (connection == NO_LINK || !control_on) {
        return SU_GONE;
    }
    return control->indicate(bytes, length, connection) ? SU_SENT : SU_BUSY; /* does not wait for the confirmation */
}

static const su_board BOARD = {&ABILITIES,  ACC_G_PER_COUNT, GYR_DPS_PER_COUNT, take_lock, give_lock,
                               start_measuring, stop_measuring, chip_read, button_down, show_info,
                               link_mtu,    imu_notified,    send_imu,          send_reply};

/* ---- sampling ---- */

static void sample_once()
{
    static TickType_t last;
    if (period_ms == 0) {
        vTaskDelay(pdMS_TO_TICKS(REST_MS));
        last = xTaskGetTickCount();
        su_rest(&unit);
        return;
    }
    if (xTaskGetTickCount() - last > pdMS_TO_TICKS(period_ms)) { /* late: what was missed is a hole, not a burst */
        last = xTaskGetTickCount();
    }
    vTaskDelayUntil(&last, pdMS_TO_TICKS(period_ms)); /* no drift: the next follows the last, not the reading */
    su_sample(&unit, (uint32_t)micros());
}

static void sampling_task(void *)
{
    for (;;) {
        sample_once();
    }
}

/* ---- radio's callbacks ---- */

class LinkCallbacks : public NimBLEServerCallbacks {
    void onConnect(NimBLEServer *server, NimBLEConnInfo &link) override
    {
        connection = link.getConnHandle();
        su_linked(&unit);
        server->updateConnParams(connection, 12, 24, 0, 400); /* 15 to 30 ms, 4 s; asked for, not needed */
        server->setDataLen(connection, 251);
    }
    void onDisconnect(NimBLEServer *, NimBLEConnInfo &, int) override
    {
        connection = NO_LINK;
        imu_on = control_on = false;
        su_unlinked(&unit);
    }
};

class ControlCallbacks : public NimBLECharacteristicCallbacks {
    void onWrite(NimBLECharacteristic *characteristic, NimBLEConnInfo &) override
    {
        NimBLEAttValue value = characteristic->getValue();
        su_request(&unit, value.data(), (uint16_t)value.length());
    }
    void onSubscribe(NimBLECharacteristic *, NimBLEConnInfo &, uint16_t value) override { control_on = (value & 2) != 0; }
};

class ImuCallbacks : public NimBLECharacteristicCallbacks {
    void onSubscribe(NimBLECharacteristic *, NimBLEConnInfo &, uint16_t value) override
    {
        imu_on = (value & 1) != 0;
        if (!imu_on) {
            su_stream_ended(&unit);
        }
    }
};

static LinkCallbacks link_callbacks;
static ControlCallbacks control_callbacks;
static ImuCallbacks imu_callbacks;

/* ---- battery ---- */

static bool has_battery() { return BATTERY_PIN >= 0; }

static void look_at_battery()
{
    if (!has_battery()) {
        return;
    }
    uint8_t percent = su_battery(&unit, analogReadMilliVolts((uint8_t)BATTERY_PIN) * BATTERY_DIVIDER);
    battery->setValue(&percent, 1);
    if (unit.linked) {
        battery->notify(&percent, 1, connection);
    }
}

/* ---- LED: one short flash waiting, two linked, three: battery low; lit: the chip does not answer ---- */

static void show_state(uint32_t now_ms)
{
    if (LED_PIN < 0) {
        return;
    }
    uint32_t flashes = unit.battery_low ? 3 : unit.linked ? 2 : 1;
    uint32_t within_ms = now_ms % LED_EVERY_MS;
    bool lit = !chip_answers || (within_ms / 200u < flashes && within_ms % 200u < LED_LIT_MS);
    digitalWrite(LED_PIN, lit == (LED_LIT != 0) ? HIGH : LOW);
}

/* ---- sleep: deep sleep, out of which the board starts as after a reset ---- */

static void wake_on_button()
{
#if SOC_PM_SUPPORT_EXT0_WAKEUP || SOC_PM_SUPPORT_EXT_WAKEUP
    esp_sleep_enable_ext0_wakeup((gpio_num_t)BUTTON_PIN, 0);
#else
    esp_deep_sleep_enable_gpio_wakeup(1ULL << BUTTON_PIN, ESP_GPIO_WAKEUP_GPIO_LOW);
#endif
}

static void sleep_until_button()
{
    su_halt(&unit);
    take_lock();
    chip_stop();
    if (LED_PIN >= 0) {
        digitalWrite(LED_PIN, LED_LIT ? LOW : HIGH);
    }
    wake_on_button();
    esp_deep_sleep_start();
    give_lock(); /* not reached on the board */
}

static void sleep_if_due(uint32_t now_ms)
{
    if (su_battery_flat(&unit) || su_idle_ms(&unit, now_ms) >= SLEEP_AFTER_MS) {
        sleep_until_button();
    }
}

/* ---- advertising: fast, then slow; begun anew after each link ---- */

static void advertise(uint16_t interval)
{
    NimBLEAdvertising *advertising = NimBLEDevice::getAdvertising();
    advertising->stop();
    advertising->setMinInterval(interval);
    advertising->setMaxInterval(interval);
    advertising->start();
}

static void keep_advertising(uint32_t now_ms)
{
    static const uint16_t FAST = 32, SLOW = 1636; /* of 0.625 ms: 20 ms and 1022.5 ms, out of Apple's list */
    static uint16_t interval;
    if (unit.linked) {
        interval = 0;
        return;
    }
    uint16_t wanted = su_idle_ms(&unit, now_ms) < SLOW_AFTER_MS ? FAST : SLOW;
    if (wanted != interval) {
        interval = wanted;
        advertise(interval);
    }
}

/* ---- start ---- */

static void put_text(NimBLEService *service, const char *uuid, const char *text)
{
    service->createCharacteristic(uuid, NIMBLE_PROPERTY::READ)->setValue((const uint8_t *)text, strlen(text));
}

static void begin_gatt(NimBLEServer *server, const char *serial_number)
{
    NimBLEService *device_information = server->createService("180A");
    put_text(device_information, "2A29", "sensorcoach");
    put_text(device_information, "2A24", "ESP32");
    put_text(device_information, "2A25", serial_number);
    put_text(device_information, "2A26", "1.1.0");
    device_information->start();
    if (has_battery()) {
        NimBLEService *service = server->createService("180F");
        battery = service->createCharacteristic("2A19", NIMBLE_PROPERTY::READ | NIMBLE_PROPERTY::NOTIFY);
        service->start();
    }
    NimBLEService *service = server->createService(SP_UUID_SERVICE);
    imu = service->createCharacteristic(SP_UUID_IMU, NIMBLE_PROPERTY::NOTIFY, SP_PAYLOAD_MAX);
    imu->setCallbacks(&imu_callbacks);
    control = service->createCharacteristic(SP_UUID_CONTROL, NIMBLE_PROPERTY::WRITE | NIMBLE_PROPERTY::INDICATE,
                                            SU_REQUEST_MAX);
    control->setCallbacks(&control_callbacks);
    info = service->createCharacteristic(SP_UUID_INFO, NIMBLE_PROPERTY::READ, SP_INFO_BYTES);
    service->start();
}

static void begin_advertising(const char *name)
{
    NimBLEAdvertisementData primary, response;
    primary.setFlags(BLE_HS_ADV_F_DISC_GEN | BLE_HS_ADV_F_BREDR_UNSUP);
    primary.setCompleteServices(NimBLEUUID(SP_UUID_SERVICE));
    response.setName(name);
    NimBLEDevice::getAdvertising()->enableScanResponse(true);
    NimBLEDevice::getAdvertising()->setAdvertisementData(primary);
    NimBLEDevice::getAdvertising()->setScanResponseData(response);
}

void setup()
{
    setCpuFrequencyMhz(80); /* enough, and the least that the radio works with: half the current of 240 */
    Serial.begin(115200);
    lock = xSemaphoreCreateMutex();
    pinMode(BUTTON_PIN, INPUT_PULLUP);
    if (LED_PIN >= 0) {
        pinMode(LED_PIN, OUTPUT);
    }

    unsigned long long mac = ESP.getEfuseMac();
    char serial_number[13], name[8];
    snprintf(serial_number, sizeof serial_number, "%012llX", mac & 0xFFFFFFFFFFFFull);
    snprintf(name, sizeof name, "sc-%s", serial_number + 8);

    NimBLEDevice::init(name);
    NimBLEDevice::setMTU(247);
    NimBLEServer *server = NimBLEDevice::createServer();
    server->setCallbacks(&link_callbacks, false);
    server->advertiseOnDisconnect(false); /* keep_advertising() does it, at the right interval */
    begin_gatt(server, serial_number);

    sp_state built_in = {SP_IDLE, 16, 100, 1000};
    su_init(&unit, &BOARD, &built_in);
    uint8_t chip_name = 0;
    chip_answers = chip_begin(chip_name);
    stop_measuring();
    xTaskCreate(sampling_task, "sampling", 4096, NULL, 5, NULL);
    look_at_battery();
    begin_advertising(name);
    enableLoopWDT(); /* loop() has to come round; the core's limit is 5 s */
    Serial.print(name);
    Serial.println(chip_answers ? " ready" : ": the motion chip does not answer");
}

void loop()
{
    static uint32_t battery_ms;

    uint8_t hurry = su_turn(&unit, millis());
    show_state(millis());
    keep_advertising(millis());
    if (millis() - battery_ms >= BATTERY_EVERY_MS) {
        battery_ms = millis();
        look_at_battery();
    }
    sleep_if_due(millis());
    if (!su_runs(&unit, millis())) {
        ESP.restart(); /* the sampling task hangs */
    }
    delay(hurry ? 2 : unit.linked ? 5 : LED_LIT_MS);
}
