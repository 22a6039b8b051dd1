/* The Nano's side of the bench. Test code. */
#include <Arduino.h>
#include <Wire.h>

#include "sketch_nano33.ino"

AttStub ATT;
BleStub BLE;
FicrStub ficr_stub = {{0xE4D30718u, 0x60C5A8F1u}};
WireWorld<true, 0x6B> Wire1;

static const uint64_t WATCHDOG_US = (uint64_t)WATCHDOG_MS * 1000u;
static const bool LOOP_FEEDS = false;

bool chip_has_power() { return board.pins[PIN_ENABLE_SENSORS_3V3] == HIGH && board.pins[PIN_ENABLE_I2C_PULLUP] == HIGH; }
bool chip_counts_on() { return board.registers[0x22] & 4; }
void chip_wrote(uint8_t at)
{
    if (at == 0x22 && (board.registers[0x22] & 1)) {
        board.chip_resets++;
        memset(board.registers + 0x10, 0, 0x60);
        board.registers[0x22] = 4;
    }
}
static void board_begins() { board.registers[0x0F] = 0x68; }
static void measured(const int16_t values[6])
{
    /* What the chip says where the own format's right-handed axes say `values`: its x points the other way. */
    for (int axis = 0; axis < 6; axis++) {
        int value = axis % 3 == 0 ? -values[axis] : values[axis];
        int at = axis < 3 ? 0x28 + 2 * axis : 0x18 + 2 * (axis - 3);
        board.registers[at] = (uint8_t)(value & 0xFF);
        board.registers[at + 1] = (uint8_t)((value >> 8) & 0xFF);
    }
}
static bool chip_pulses() { return true; } /* paced */
static std::string chip_settings()
{
    return std::to_string(board.registers[0x20]) + " " + std::to_string(board.registers[0x10]);
}
static bool chip_rests() { return !chip_has_power() || !(board.registers[0x20] | board.registers[0x10]); }
static bool watches_movement() { return false; }
static void forget() { memset(board.registers + 0x10, 0, 0x10); }
static void connect_board()
{
    radio.advertising = false;
    BLE.handlers[BLEConnected](BLEDevice());
}
static void disconnect_board()
{
    if (imu.inside->handlers[BLEUnsubscribed]) imu.inside->handlers[BLEUnsubscribed](BLEDevice(), imu);
    BLE.handlers[BLEDisconnected](BLEDevice());
}
static void imu_subscribed_to(bool on)
{
    if (!on) imu.inside->handlers[BLEUnsubscribed](BLEDevice(), imu);
}
static void control_subscribed_to(bool) {}
static void write_to_control(std::string request)
{
    control.inside->bytes = request;
    if (radio.control_on) radio.replied.push_back(request); /* the library sends back what is written */
    control.inside->handlers[BLEWritten](BLEDevice(), control);
}
static std::string info_of_board() { return info.inside->bytes; }
static std::string leds() { return board.pins[LED_BUILTIN] == HIGH ? "lit" : "-"; }
static const int BUTTON = BUTTON_PIN;
