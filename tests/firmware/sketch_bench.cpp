// The sketch on a bench: stand-ins for board and radio, a command a line in, an answer a line out. Test code.
#include <Arduino.h>
#include <Wire.h>
#include <bluefruit.h>

#include "sketch_xiao.ino"

#include <iostream>
#include <sstream>

Board board;
Radio radio;
SerialStub Serial;
TimerStub timer_stub;
FicrStub ficr_stub = {{0xE4D30718u, 0x60C5A8F1u}};
WireStub Wire1;
BluefruitStub Bluefruit;

static std::string hex(const std::string &bytes)
{
    std::string text;
    char two[3];
    for (unsigned char byte : bytes) {
        snprintf(two, sizeof two, "%02x", byte);
        text += two;
    }
    return text;
}

static std::string bytes_of(const std::string &text)
{
    std::string bytes;
    for (size_t i = 0; i + 1 < text.size(); i += 2) {
        bytes += (char)std::stoi(text.substr(i, 2), nullptr, 16);
    }
    return bytes;
}

static std::string next_of(std::deque<std::string> &said)
{
    if (said.empty()) {
        return "-";
    }
    std::string first = said.front();
    said.pop_front();
    return hex(first);
}

static void subscribe(BLECharacteristic &characteristic, uint16_t value)
{
    characteristic.cccd = value;
    if (characteristic.on_cccd) {
        characteristic.on_cccd(1, &characteristic, value);
    }
}

static void disconnect()
{
    radio.is_connected = false;
    imu.cccd = control.cccd = 0;
    radio.on_disconnect(1, 0x13);
}

// The chip measures: acceleration and turning rate in counts, at this time; the interrupt fires if it is told to.
static void measure(std::istringstream &words)
{
    unsigned long time_us;
    words >> time_us;
    board.now_us = (uint32_t)time_us;
    for (int axis = 0; axis < 6; axis++) {
        int value;
        words >> value;
        int at = axis < 3 ? 0x28 + 2 * axis : 0x22 + 2 * (axis - 3);
        board.registers[at] = (uint8_t)(value & 0xFF);
        board.registers[at + 1] = (uint8_t)((value >> 8) & 0xFF);
    }
    bool on = board.registers[0x10] >> 4 && board.registers[0x11] >> 4;
    if (on && (board.registers[0x0D] & 2)) {
        board.on_ready();
        sample_once();
    }
}

static std::string obey(const std::string &command, std::istringstream &words)
{
    std::string argument;
    if (command == "setup") {
        board.registers[0x0F] = 0x6A;
        setup();
        std::string uuid(radio.advertised_uuid.rbegin(), radio.advertised_uuid.rend());
        return radio.name + " " + radio.serial + " " + hex(uuid);
    } else if (command == "connect") {
        words >> radio.mtu;
        radio.is_connected = true;
        radio.on_connect(1);
    } else if (command == "disconnect") {
        disconnect();
    } else if (command == "imu") {
        words >> argument;
        subscribe(imu, argument == "on" ? 1 : 0);
    } else if (command == "control") {
        words >> argument;
        subscribe(control, argument == "on" ? 2 : 0);
    } else if (command == "write") {
        words >> argument;
        std::string request = bytes_of(argument);
        control.on_write(1, &control, (uint8_t *)&request[0], (uint16_t)request.size());
        return next_of(radio.indicated);
    } else if (command == "info") {
        return hex(info.value);
    } else if (command == "registers") {
        return std::to_string(board.registers[0x10]) + " " + std::to_string(board.registers[0x11]);
    } else if (command == "measure") {
        measure(words);
    } else if (command == "silent") {
        sample_once(); // the wait for the chip ran out
    } else if (command == "chip") {
        words >> argument;
        board.chip_answers = argument == "on";
    } else if (command == "forget") {
        board.registers[0x10] = board.registers[0x11] = board.registers[0x0D] = board.registers[0x12] = 0;
    } else if (command == "room") {
        words >> radio.room;
    } else if (command == "button") {
        words >> argument;
        board.pins[D0] = argument == "down" ? LOW : HIGH;
    } else if (command == "battery") {
        words >> board.battery_counts;
        look_at_battery();
        return std::to_string(battery.level);
    } else if (command == "loop") {
        loop();
    } else if (command == "notified") {
        return next_of(radio.notified);
    } else {
        abort();
    }
    return "ok";
}

int main()
{
    std::string line;
    while (std::getline(std::cin, line)) {
        std::istringstream words(line);
        std::string command;
        words >> command;
        std::cout << obey(command, words) << std::endl;
    }
}
