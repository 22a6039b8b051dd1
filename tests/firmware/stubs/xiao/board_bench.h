/* The XIAO's side of the bench. Test code. */
#include <bluefruit.h>

#include "sketch_xiao.ino"

Callbacks callbacks;
TimerStub timer_stub;
TwimStub twim_stub;
WdtStub wdt_stub;
PowerStub power_stub;
FicrStub ficr_stub = {{0xE4D30718u, 0x60C5A8F1u}};
BluefruitStub Bluefruit;

static const uint64_t WATCHDOG_US = (uint64_t)WATCHDOG_S * 1000000u;
static const bool LOOP_FEEDS = false;

void TwimStub::stop() { twim_stub.EVENTS_STOPPED = 1; }
void TwimStub::start()
{
    if (twim_stub.ENABLE != TWIM_ENABLE_ENABLE_Enabled) fail("the bus is used while it is off");
    const uint8_t *sent = (const uint8_t *)(uintptr_t)twim_stub.TXD.PTR;
    std::vector<uint8_t> out(sent, sent + twim_stub.TXD.MAXCNT), in(twim_stub.RXD.MAXCNT);
    bool here = twim_stub.ADDRESS == 0x6A && board.pins[PIN_LSM6DS3TR_C_POWER] == HIGH;
    twim_stub.TXD.AMOUNT = twim_stub.RXD.AMOUNT = 0;
    int done = transfer(here, out, in.data(), in.size(), board.registers[0x12] & 4);
    if (done < 0) return; /* no event ever comes */
    if (done == 0) {
        twim_stub.ERRORSRC.value = 2;
        twim_stub.EVENTS_ERROR = 1;
        return;
    }
    if (out.size() > 1 && out[0] == 0x12 && (out[1] & 1)) {
        board.chip_resets++;
        memset(board.registers + 0x10, 0, 0x70);
    }
    if (!in.empty()) memcpy((uint8_t *)(uintptr_t)twim_stub.RXD.PTR, in.data(), in.size());
    twim_stub.TXD.AMOUNT = (uint32_t)out.size();
    twim_stub.RXD.AMOUNT = (uint32_t)in.size();
    twim_stub.EVENTS_STOPPED = 1;
}

static void board_begins()
{
    board.registers[0x0F] = 0x6A;
    board.sda_pin = PIN_WIRE1_SDA;
    board.scl_pin = PIN_WIRE1_SCL;
}
static void measured(const int16_t values[6])
{
    for (int axis = 0; axis < 6; axis++) {
        int at = axis < 3 ? 0x28 + 2 * axis : 0x22 + 2 * (axis - 3);
        board.registers[at] = (uint8_t)(values[axis] & 0xFF);
        board.registers[at + 1] = (uint8_t)((values[axis] >> 8) & 0xFF);
    }
    TimerStub::Captured::waited() = 0;
    bool on = board.pins[PIN_LSM6DS3TR_C_POWER] == HIGH && board.registers[0x10] >> 4 && board.registers[0x11] >> 4;
    if (on && (board.registers[0x0D] & 2)) board.on_ready();
}
static bool chip_pulses() { return board.ready_given; }
static std::string chip_settings()
{
    return std::to_string(board.registers[0x10]) + " " + std::to_string(board.registers[0x11]);
}
static bool chip_rests() { return board.pins[PIN_LSM6DS3TR_C_POWER] == LOW || !(board.registers[0x10] | board.registers[0x11]); }
static bool watches_movement()
{
    bool wakes = false;
    for (int pin : board.wakes) wakes = wakes || pin == 11;
    return wakes && board.pins[PIN_LSM6DS3TR_C_POWER] == HIGH && board.registers[0x5E] == 0x20 && board.registers[0x10] >> 4;
}
static void forget() { memset(board.registers + 0x10, 0, 0x70); board.registers[0x0D] = 0; }
static void connect_board() { callbacks.on_connect(1); radio.advertising = false; }
static void disconnect_board()
{
    callbacks.on_disconnect(1, 0x13);
    radio.advertising = Bluefruit.Advertising.restarts();
}
static void imu_subscribed_to(bool on) { imu.on_cccd(1, &imu, on ? 1 : 0); }
static void control_subscribed_to(bool) {}
static void write_to_control(std::string request)
{
    request.reserve(1);
    control.on_write(1, &control, (uint8_t *)&request[0], (uint16_t)request.size());
}
static std::string info_of_board() { return info.value; }
static std::string leds()
{
    std::string lit;
    if (board.pins[LED_RED] == LOW) lit += "red";
    if (board.pins[LED_GREEN] == LOW) lit += "green";
    if (board.pins[LED_BLUE] == LOW) lit += "blue";
    return Bluefruit.led ? "the core's" : lit.empty() ? "-" : lit;
}
static const int BUTTON = D0;
bool chip_has_power() { return true; }
bool chip_counts_on() { return true; }
void chip_wrote(uint8_t) {}
