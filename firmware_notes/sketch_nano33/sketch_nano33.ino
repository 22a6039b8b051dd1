/* A sensor of the own format (../own-format.md) on an Arduino Nano 33 BLE or BLE Sense (first revision). README.md says
 * how to flash it.
 *
 * Compiled against stand-ins and tried on a computer (tests/firmware); NEVER compiled for or run on a board by us.
 *
 * Who does what: the sampling thread reads the chip at a steady pace; loop() polls the radio, answers the host, hands over
 * packets and feeds the watchdog. ArduinoBLE waits without limit where the radio takes no packet or a host does not
 * confirm an indication: so replies are notified, not indicated, and the watchdog is what ends the rest.
 */
#include <ArduinoBLE.h>
#include <mbed.h>
#include <utility/ATT.h> /* the negotiated MTU, which the library's own page does not give */
#include "sensor_unit.h"

#include "motion_chip.h"

#ifndef BUTTON_PIN
#define BUTTON_PIN 2 /* to ground; nothing connected: never pressed */
#endif
#ifndef BATTERY_PIN
#define BATTERY_PIN -1 /* an analogue pin behind two resistors alike; -1: the battery is unknown */
#endif

static const uint32_t BATTERY_EVERY_MS = 30000;
static const uint32_t SLOW_AFTER_MS = 30000; /* advertising, without a link */
static const uint32_t WATCHDOG_MS = 8000;
static const uint32_t LED_EVERY_MS = 2000, LED_LIT_MS = 20;
static const uint32_t REST_MS = 50;

static BLEService sensor_service(SP_UUID_SERVICE);
static BLECharacteristic imu(SP_UUID_IMU, BLENotify, SP_PAYLOAD_MAX);
static BLECharacteristic control(SP_UUID_CONTROL, BLEWrite | BLENotify, SU_REQUEST_MAX);
static BLECharacteristic info(SP_UUID_INFO, BLERead, SP_INFO_BYTES, true);
static BLEService device_information("180A");
static BLECharacteristic manufacturer("2A29", BLERead, "sensorcoach");
static BLECharacteristic model("2A24", BLERead, "Nano 33 BLE");
static BLECharacteristic serial("2A25", BLERead, 16, true);
static BLECharacteristic firmware("2A26", BLERead, "1.1.0");
static BLEService battery_service("180F");
static BLECharacteristic battery("2A19", BLERead | BLENotify, 1, true);

static su_unit unit;
static rtos::Mutex lock;
static rtos::Thread sampling;
static volatile uint32_t period_ms; /* 0: nothing is measured */
static bool chip_answers;

/* ---- what sensor_unit.h asks of the board ---- */

static void take_lock() { lock.lock(); }
static void give_lock() { lock.unlock(); }

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

static void show_info(const uint8_t bytes[SP_INFO_BYTES]) { info.writeValue(bytes, SP_INFO_BYTES); }

/* The only connection is the first; without one the library says 23. */
static uint16_t link_mtu()
{
    static const uint16_t HANDLES = 8; /* the radio counts from 0 and has few */
    for (uint16_t handle = 0; handle < HANDLES; handle++) {
        uint16_t mtu = ATT.mtu(handle);
        if (mtu != 23) {
            return mtu;
        }
    }
    return 23;
}

static uint8_t imu_notified() { return imu.subscribed(); }

static su_sending send_imu(const uint8_t *bytes, uint16_t length)
{
    if (!imu.subscribed() || length > link_mtu() - 3) { /* longer ones would be cut without a word */
        return SU_GONE;
    }
    imu.writeValue(bytes, length);
    return SU_SENT;
}

static su_sending send_reply(const uint8_t *bytes, uint16_t length)
{
    if (!control.subscribed()) {
        return SU_GONE;
    }
    control.writeValue(bytes, length);
    return SU_SENT;
}

static const su_board BOARD = {&ABILITIES,  ACC_G_PER_COUNT, GYR_DPS_PER_COUNT, take_lock, give_lock,
                               start_measuring, stop_measuring, chip_read, button_down, show_info,
                               link_mtu,    imu_notified,    send_imu,          send_reply};

/* ---- sampling ---- */

static void sample_once()
{
    static uint32_t due_ms;
    if (period_ms == 0) {
        delay(REST_MS);
        due_ms = millis();
        su_rest(&unit);
        return;
    }
    due_ms += period_ms; /* no drift: the next follows the last, not the reading */
    uint32_t ahead_ms = due_ms - millis();
    if (ahead_ms <= period_ms) {
        delay(ahead_ms);
    } else { /* late: what was missed is a hole, not a burst */
        due_ms = millis();
    }
    su_sample(&unit, (uint32_t)micros());
}

static void sample_always()
{
    for (;;) {
        sample_once();
    }
}

/* ---- radio's callbacks, out of BLE.poll() in loop() ---- */

static void control_written(BLEDevice, BLECharacteristic) { su_request(&unit, control.value(), (uint16_t)control.valueLength()); }
static void imu_unsubscribed(BLEDevice, BLECharacteristic) { su_stream_ended(&unit); }
static void connected(BLEDevice) { su_linked(&unit); }
static void disconnected(BLEDevice) { su_unlinked(&unit); }

/* ---- battery ---- */

static bool has_battery() { return BATTERY_PIN >= 0; }

static void look_at_battery()
{
    if (!has_battery()) {
        return;
    }
    uint32_t pin_mv = (uint32_t)analogRead(BATTERY_PIN) * 3300u / 4096u;
    uint8_t percent = su_battery(&unit, pin_mv * 2u);
    battery.writeValue(&percent, 1);
}

/* ---- LED: one short flash waiting, two linked, three: battery low; lit: the chip does not answer ---- */

static void show_state(uint32_t now_ms)
{
    uint32_t flashes = unit.battery_low ? 3 : unit.linked ? 2 : 1;
    uint32_t within_ms = now_ms % LED_EVERY_MS;
    bool lit = !chip_answers || (within_ms / 200u < flashes && within_ms % 200u < LED_LIT_MS);
    digitalWrite(LED_BUILTIN, lit ? HIGH : LOW);
}

/* ---- idle: slow advertising, chip without power; a flat cell ends that, too ---- */

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
        BLE.stopAdvertise();
        BLE.setAdvertisingInterval(interval);
        BLE.advertise();
    }
}

static void give_up_if_flat()
{
    if (su_battery_flat(&unit) && unit.linked) {
        su_halt(&unit);
        BLE.disconnect();
        su_unlinked(&unit); /* the library tells no disconnection of its own making */
    }
}

/* ---- start ---- */

static void begin_gatt()
{
    device_information.addCharacteristic(manufacturer);
    device_information.addCharacteristic(model);
    device_information.addCharacteristic(serial);
    device_information.addCharacteristic(firmware);
    BLE.addService(device_information);
    if (has_battery()) {
        battery_service.addCharacteristic(battery);
        BLE.addService(battery_service);
    }
    sensor_service.addCharacteristic(imu);
    sensor_service.addCharacteristic(control);
    sensor_service.addCharacteristic(info);
    BLE.addService(sensor_service);
    control.setEventHandler(BLEWritten, control_written);
    imu.setEventHandler(BLEUnsubscribed, imu_unsubscribed);
    BLE.setEventHandler(BLEConnected, connected);
    BLE.setEventHandler(BLEDisconnected, disconnected);
}

void setup()
{
    mbed::Watchdog::get_instance().start(WATCHDOG_MS);
    Serial.begin(115200);
    pinMode(LED_BUILTIN, OUTPUT);
    pinMode(BUTTON_PIN, INPUT_PULLUP);
    analogReadResolution(12);

    unsigned long high = NRF_FICR->DEVICEID[1], low = NRF_FICR->DEVICEID[0];
    char serial_number[17], name[8];
    snprintf(serial_number, sizeof serial_number, "%08lX%08lX", high & 0xFFFFFFFFul, low & 0xFFFFFFFFul);
    snprintf(name, sizeof name, "sc-%s", serial_number + 12);

    BLE.begin();
    BLE.setLocalName(name);
    BLE.setDeviceName(name);
    BLE.setAdvertisedService(sensor_service);
    BLE.setConnectionInterval(12, 24); /* 15 to 30 ms */
    serial.writeValue((const uint8_t *)serial_number, 16);
    begin_gatt();

    sp_state built_in = {SP_IDLE, 16, 100, 2000};
    su_init(&unit, &BOARD, &built_in);
    chip_answers = chip_begin();
    stop_measuring();
    sampling.start(sample_always);
    look_at_battery();
    Serial.print(name);
    Serial.println(chip_answers ? " ready" : ": the motion chip does not answer");
}

void loop()
{
    static uint32_t battery_ms;

    BLE.poll();
    uint8_t hurry = su_turn(&unit, millis());
    show_state(millis());
    keep_advertising(millis());
    if (millis() - battery_ms >= BATTERY_EVERY_MS) {
        battery_ms = millis();
        look_at_battery();
    }
    give_up_if_flat();
    if (su_runs(&unit, millis())) {
        mbed::Watchdog::get_instance().kick();
    }
    delay(hurry ? 1 : 5);
}
