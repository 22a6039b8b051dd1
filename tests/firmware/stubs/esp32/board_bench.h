/* The ESP32's side of the bench. Test code. */
#include <Arduino.h>
#include <Wire.h>

#include "sketch_esp32.ino"

EspStub ESP;
WireWorld<false, 0x68> Wire;

static const uint64_t WATCHDOG_US = 5000000u;
static const bool LOOP_FEEDS = true;

bool chip_has_power() { return true; }
bool chip_counts_on() { return true; }
void chip_wrote(uint8_t at)
{
    if (at == 0x6B && (board.registers[0x6B] & 0x80)) {
        board.chip_resets++;
        memset(board.registers + 0x19, 0, 4);
        board.registers[0x6B] = 0x40;
    }
}
static void board_begins()
{
    board.registers[0x75] = 0x68;
    board.registers[0x6B] = 0x40;
    board.sda_pin = CHIP_SDA;
    board.scl_pin = CHIP_SCL;
}
static void measured(const int16_t values[6])
{
    for (int axis = 0; axis < 6; axis++) {
        int at = axis < 3 ? 0x3B + 2 * axis : 0x43 + 2 * (axis - 3);
        board.registers[at] = (uint8_t)((values[axis] >> 8) & 0xFF);
        board.registers[at + 1] = (uint8_t)(values[axis] & 0xFF);
    }
}
static bool chip_pulses() { return true; } /* paced */
static std::string chip_settings()
{
    return std::to_string(board.registers[0x1C]) + " " + std::to_string(board.registers[0x1B]);
}
static bool chip_rests() { return board.registers[0x6B] & 0x40; }
static bool watches_movement() { return false; }
static void forget() { memset(board.registers + 0x19, 0, 4); board.registers[0x6B] = 0x40; }
static void connect_board()
{
    radio.advertising = false;
    NimBLEConnInfo link;
    NimBLEDevice::getServer()->callbacks->onConnect(NimBLEDevice::getServer(), link);
}
static void disconnect_board()
{
    NimBLEConnInfo link;
    NimBLEDevice::getServer()->callbacks->onDisconnect(NimBLEDevice::getServer(), link, 0x13);
}
static void subscribe_to(NimBLECharacteristic *characteristic, uint16_t value)
{
    NimBLEConnInfo link;
    characteristic->callbacks->onSubscribe(characteristic, link, value);
}
static void imu_subscribed_to(bool on) { subscribe_to(imu, on ? 1 : 0); }
static void control_subscribed_to(bool on) { subscribe_to(control, on ? 2 : 0); }
static void write_to_control(std::string request)
{
    NimBLEConnInfo link;
    control->value = request;
    control->callbacks->onWrite(control, link);
}
static std::string info_of_board() { return info->value; }
static std::string leds() { return board.pins[LED_PIN] == HIGH ? "lit" : "-"; }
static const int BUTTON = BUTTON_PIN;
