/* A sensor of the own format (../own-format.md) on a Seeed XIAO nRF52840 Sense. README.md says how to flash it.
 *
 * Compiled against stand-ins and tried on a computer (tests/firmware), NEVER compiled for or run on the board by us.
 *
 * Who does what: the chip pulses when it has a sample; the interrupt stamps it; the sampling task, above loop() in
 * priority, reads it into the packet; loop() hands packets to the radio and may wait there; callbacks of the radio
 * answer the host. All but the interrupt hold `lock` while they touch what they share.
 */
#include <Adafruit_TinyUSB.h> /* Serial, and flashing without the reset button */
#include <Wire.h>
#include <bluefruit.h>
#include <nrf_soc.h>
#include "sensor_packet.h"

#include "motion_chip.h"

static const uint8_t BUTTON_PIN = D0;          /* a switch to ground; nothing connected: never pressed */
static const uint8_t BATTERY_LOW_PERCENT = 15; /* of 100 mAh: an hour at some 10 mA; not measured */
static const uint8_t BATTERY_FINE_PERCENT = 25;
static const uint32_t BATTERY_EVERY_MS = 30000;
static const uint32_t CHIP_SILENT_MS = 200; /* five samples at the slowest rate */

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

static SemaphoreHandle_t lock;
static SemaphoreHandle_t data_ready;
static volatile uint32_t ready_us; /* when the chip had its last sample */

static sp_encoder encoder;
static sp_queue queue;
static sp_state state = {SP_IDLE, 16, 104, 1000};
static uint16_t connection = BLE_CONN_HANDLE_INVALID;
static uint16_t settling; /* samples to throw away: the gyroscope needs 70 ms after waking */
static uint8_t battery_percent = SP_BATTERY_UNKNOWN;
static bool battery_low;
static char serial_number[17];

/* ---- clock: a 32-bit timer in microseconds. micros() of this core wraps too early or steps by a millisecond. ---- */

static void clock_begin()
{
    NRF_TIMER3->MODE = TIMER_MODE_MODE_Timer;
    NRF_TIMER3->BITMODE = TIMER_BITMODE_BITMODE_32Bit;
    NRF_TIMER3->PRESCALER = 4; /* 16 MHz / 2^4 */
    NRF_TIMER3->TASKS_CLEAR = 1;
    NRF_TIMER3->TASKS_START = 1;
}

static void chip_is_ready() /* interrupt */
{
    NRF_TIMER3->TASKS_CAPTURE[0] = 1;
    ready_us = NRF_TIMER3->CC[0];
    BaseType_t woken = pdFALSE;
    xSemaphoreGiveFromISR(data_ready, &woken);
    portYIELD_FROM_ISR(woken);
}

/* ---- sampling ---- */

static uint8_t flags_now()
{
    uint8_t flags = battery_low ? SP_FLAG_LOW_BATTERY : 0;
    return digitalRead(BUTTON_PIN) == LOW ? flags | SP_FLAG_BUTTON : flags;
}

static void take_sample()
{
    uint32_t stamp_us = ready_us;
    int16_t values[6];
    if (!chip_sample(values)) {
        return; /* the encoder sees the hole in time and says so */
    }
    if (settling > 0) {
        settling--;
        return;
    }
    sp_encoder_add(&encoder, &queue, stamp_us, values, flags_now());
}

static void sample_once()
{
    bool came = xSemaphoreTake(data_ready, pdMS_TO_TICKS(CHIP_SILENT_MS)) == pdTRUE;
    xSemaphoreTake(lock, portMAX_DELAY);
    if (state.state == SP_STREAMING) {
        if (came) {
            take_sample();
        } else if (chip_begin()) { /* it lost power or its settings */
            chip_measure(state);
        }
    }
    xSemaphoreGive(lock);
}

static void sampling_task(void *)
{
    for (;;) {
        sample_once();
    }
}

/* ---- control; called under the lock ---- */

static void publish_info()
{
    uint8_t bytes[SP_INFO_BYTES];
    float acc_g = ACC_G_PER_COUNT[place_of(ACC_RANGES_G, state.acc_range_g)];
    float gyr_dps = GYR_DPS_PER_COUNT[place_of(GYR_RANGES_DPS, state.gyr_range_dps)];
    sp_info(bytes, state.rate_hz, sp_float_bits(acc_g), sp_float_bits(gyr_dps));
    info.write(bytes, sizeof bytes);
}

static void end_stream()
{
    chip_rest();
    sp_encoder_discard(&encoder);
    sp_queue_discard(&queue);
}

static bool carry_out(const sp_answer &answer, uint16_t mtu)
{
    switch (answer.action) {
    case SP_BEGIN:
        if (!chip_begin() || !chip_measure(answer.next)) {
            return false;
        }
        settling = (uint16_t)(answer.next.rate_hz / 10 + 1);
        sp_queue_begin(&queue);
        return sp_encoder_begin(&encoder, ABILITIES.kind, mtu, answer.next.rate_hz, 32767, 32767) > 0;
    case SP_END:
        end_stream();
        return true;
    default: /* rate and ranges reach the chip at the next start */
        return true;
    }
}

static void control_written(uint16_t from, BLECharacteristic *, uint8_t *request, uint16_t length)
{
    BLEConnection *link = Bluefruit.Connection(from);
    sp_situation situation;
    situation.mtu = link ? link->getMtu() : 23;
    situation.imu_notified = imu.notifyEnabled(from);
    situation.battery_percent = battery_percent;

    xSemaphoreTake(lock, portMAX_DELAY);
    situation.dropped = queue.dropped;
    sp_answer answer = sp_control(&ABILITIES, &state, &situation, request, length);
    if (!carry_out(answer, situation.mtu)) {
        answer = sp_control_failed(&answer, &state);
    }
    state = answer.next;
    publish_info();
    xSemaphoreGive(lock);

    control.indicate(from, answer.reply, answer.reply_length); /* waits for the host's confirmation */
}

static void link_ended()
{
    xSemaphoreTake(lock, portMAX_DELAY);
    if (state.state == SP_STREAMING) {
        end_stream();
    }
    state = sp_link_ended(&state);
    xSemaphoreGive(lock);
}

static void imu_subscribed(uint16_t, BLECharacteristic *, uint16_t value)
{
    if (!(value & BLE_GATT_HVX_NOTIFICATION)) {
        link_ended();
    }
}

static void connected(uint16_t handle)
{
    connection = handle;
    BLEConnection *link = Bluefruit.Connection(handle);
    if (link) { /* asked for, not needed */
        link->requestPHY(BLE_GAP_PHY_2MBPS);
        link->requestDataLengthUpdate();
    }
}

static void disconnected(uint16_t, uint8_t)
{
    link_ended();
    connection = BLE_CONN_HANDLE_INVALID;
}

/* ---- battery: divider of 1 MOhm and 510 kOhm; its switch stays closed (low), as the pin must not see 4.2 V ---- */

static float battery_volts()
{
    return (float)analogRead(PIN_VBAT) * (2.4f / 4096.0f) * (1510.0f / 510.0f);
}

/* A lithium cell at small current, roughly: good for "low", not for a figure. */
static uint8_t percent_of(float volts)
{
    static const float VOLTS[] = {3.30f, 3.60f, 3.68f, 3.74f, 3.79f, 3.87f, 3.98f, 4.15f};
    static const uint8_t PERCENT[] = {0, 5, 10, 20, 40, 60, 80, 100};
    uint8_t place = 0;
    while (place < 7 && volts >= VOLTS[place + 1]) {
        place++;
    }
    return PERCENT[place];
}

static void look_at_battery()
{
    uint8_t percent = percent_of(battery_volts());
    xSemaphoreTake(lock, portMAX_DELAY);
    battery_percent = percent;
    if (percent <= BATTERY_LOW_PERCENT) {
        battery_low = true;
    } else if (percent >= BATTERY_FINE_PERCENT) {
        battery_low = false;
    }
    xSemaphoreGive(lock);
    battery.write(percent);
    if (connection != BLE_CONN_HANDLE_INVALID) {
        battery.notify(percent);
    }
}

/* ---- start ---- */

static void begin_gatt()
{
    device_information.setManufacturer("sensorcoach");
    device_information.setModel("XIAO nRF52840 Sense");
    device_information.setSerialNum(serial_number);
    device_information.setFirmwareRev("1.0.0");
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
    control.setMaxLen(20);
    control.setWriteCallback(control_written);
    control.begin();
    info.setProperties(CHR_PROPS_READ);
    info.setPermission(SECMODE_OPEN, SECMODE_NO_ACCESS);
    info.setFixedLen(SP_INFO_BYTES);
    info.begin();
    publish_info();
}

static void begin_advertising()
{
    Bluefruit.Advertising.addFlags(BLE_GAP_ADV_FLAGS_LE_ONLY_GENERAL_DISC_MODE);
    Bluefruit.Advertising.addService(sensor_service);
    Bluefruit.ScanResponse.addName();
    Bluefruit.Advertising.restartOnDisconnect(true);
    Bluefruit.Advertising.setInterval(32, 244); /* 20 ms, then 152.5 ms: what Apple's rules ask for */
    Bluefruit.Advertising.setFastTimeout(30);
    Bluefruit.Advertising.start(0);
}

void setup()
{
    Serial.begin(115200);
    pinMode(BUTTON_PIN, INPUT_PULLUP);
    pinMode(VBAT_ENABLE, OUTPUT);
    digitalWrite(VBAT_ENABLE, LOW);
    analogReference(AR_INTERNAL_2_4);
    analogReadResolution(12);

    lock = xSemaphoreCreateMutex();
    data_ready = xSemaphoreCreateBinary();
    sp_queue_init(&queue);
    sp_encoder_init(&encoder);

    unsigned long high = NRF_FICR->DEVICEID[1], low = NRF_FICR->DEVICEID[0];
    snprintf(serial_number, sizeof serial_number, "%08lX%08lX", high & 0xFFFFFFFFul, low & 0xFFFFFFFFul);
    char name[8];
    snprintf(name, sizeof name, "sc-%s", serial_number + 12);

    Bluefruit.configPrphConn(247, 6, 3, 1); /* MTU; 7.5 ms an event; 3 notifications waiting; before begin() */
    Bluefruit.begin();
    sd_clock_hfclk_request(); /* the clock runs on the crystal, not on the oscillator that drifts */
    clock_begin();
    Bluefruit.setName(name);
    Bluefruit.Periph.setConnInterval(12, 24); /* 15 to 30 ms */
    Bluefruit.Periph.setConnSupervisionTimeoutMS(4000);
    Bluefruit.Periph.setConnectCallback(connected);
    Bluefruit.Periph.setDisconnectCallback(disconnected);
    begin_gatt();

    bool chip = chip_begin();
    pinMode(PIN_LSM6DS3TR_C_INT1, INPUT);
    attachInterrupt(PIN_LSM6DS3TR_C_INT1, chip_is_ready, RISING);
    xTaskCreate(sampling_task, "sampling", 512, NULL, TASK_PRIO_NORMAL, NULL);

    look_at_battery();
    begin_advertising();
    Serial.print(name);
    Serial.println(chip ? " ready" : ": the motion chip does not answer");
}

void loop()
{
    static sp_packet packet;
    static bool held; /* taken from the queue, not yet with the radio */
    static uint32_t battery_ms;

    xSemaphoreTake(lock, portMAX_DELAY);
    bool streaming = state.state == SP_STREAMING;
    if (held && !streaming) {
        sp_queue_lost(&queue);
        held = false;
    }
    if (!held) {
        held = sp_queue_take(&queue, &packet);
    }
    xSemaphoreGive(lock);

    if (held && imu.notify(connection, packet.bytes, packet.length)) { /* waits up to 100 ms for room */
        held = false;
    } else {
        delay(held ? 2 : 5);
    }
    if (millis() - battery_ms >= BATTERY_EVERY_MS) {
        battery_ms = millis();
        look_at_battery();
    }
}
