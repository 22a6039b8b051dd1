// A sketch on a bench: stand-ins for board and radio, a command a line in, an answer a line out. Test code.
#include "board_bench.h"

#include <iostream>
#include <sstream>

Board board;
Radio radio;
SerialStub Serial;

static bool sampling_hangs, loop_hangs, callback_hangs;

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

/* ---- tasks: one that hangs stays so, with the lock it holds ---- */

static bool stopped() { return board.restarted || board.asleep; }

static void step(void (*task)(), bool &hangs)
{
    if (hangs || stopped()) {
        return;
    }
    try {
        task();
    } catch (const Hang &) {
        hangs = true;
    }
}

static void watch()
{
    if (board.watchdog && !stopped() && board.now_us - board.fed_us > WATCHDOG_US) {
        board.restarted = true;
    }
}

static void step_sampling() { step(sample_once, sampling_hangs); }

static void step_loop()
{
    step(loop, loop_hangs);
    if (LOOP_FEEDS && !loop_hangs) {
        board.fed_us = board.now_us;
    }
    watch();
}

/* Time passes; the chip measures nothing new. */
static void pass(unsigned long ms)
{
    for (unsigned long gone = 0; gone < ms && !stopped(); gone += 50) {
        board.now_us += 50000;
        step_sampling();
        step_loop();
    }
}

static std::string deliver;
static void call_written() { write_to_control(deliver); }
static void request(const std::string &text)
{
    deliver = bytes_of(text);
    step(call_written, callback_hangs);
}

/* The reply is the first that begins with 0x80 | opcode: so the host reads it. */
static std::string reply_to(const std::string &asked)
{
    unsigned char opcode = asked.empty() ? 0 : (unsigned char)bytes_of(asked)[0];
    for (int turn = 0; turn < 3; turn++) {
        step_loop();
        while (!radio.replied.empty()) {
            std::string said = next_of(radio.replied);
            if ((unsigned char)bytes_of(said)[0] == (0x80 | opcode) && said != asked) {
                return said;
            }
        }
    }
    return "-";
}

static void disconnect()
{
    radio.is_connected = radio.imu_on = radio.control_on = radio.unconfirmed = false;
    radio.replied.clear();
    step(disconnect_board, callback_hangs);
}

// The chip measures: acceleration and turning rate in counts, at this time.
static void measure(std::istringstream &words)
{
    words >> board.now_us;
    int16_t values[6];
    for (int16_t &value : values) {
        words >> value;
    }
    measured(values);
    if (chip_pulses()) {
        step_sampling();
    }
}

static std::string obey(const std::string &command, std::istringstream &words)
{
    std::string argument;
    if (command == "setup") {
        board_begins();
        setup();
        return radio.name + " " + radio.serial + " " + hex(radio.service);
    } else if (command == "connect") {
        words >> radio.mtu;
        radio.is_connected = true;
        step(connect_board, callback_hangs);
    } else if (command == "disconnect") {
        disconnect();
    } else if (command == "imu") {
        words >> argument;
        radio.imu_on = argument == "on";
        imu_subscribed_to(radio.imu_on);
        step_loop();
    } else if (command == "control") {
        words >> argument;
        radio.control_on = argument == "on";
        control_subscribed_to(radio.control_on);
    } else if (command == "write") {
        words >> argument;
        request(argument);
        return reply_to(argument);
    } else if (command == "request") { /* loop() does not come round */
        words >> argument;
        request(argument);
    } else if (command == "replied") {
        return next_of(radio.replied);
    } else if (command == "confirms") {
        words >> argument;
        radio.confirms = argument == "on";
        radio.unconfirmed = radio.unconfirmed && !radio.confirms;
    } else if (command == "info") {
        return hex(info_of_board());
    } else if (command == "settings") {
        return chip_settings();
    } else if (command == "rests") {
        return chip_rests() ? "1" : "0";
    } else if (command == "measure") {
        measure(words);
    } else if (command == "silent") {
        step_sampling(); // the wait for the chip ran out
    } else if (command == "chip") {
        words >> argument;
        board.chip_answers = argument == "on";
    } else if (command == "resets") {
        return std::to_string(board.chip_resets);
    } else if (command == "forget") {
        forget();
    } else if (command == "bus") {
        words >> argument;
        board.bus_stuck = argument == "stuck";
        board.bus_broken = argument == "broken";
        board.clocks = 0;
    } else if (command == "room") {
        words >> radio.room;
    } else if (command == "button") {
        words >> argument;
        board.pins[BUTTON] = argument == "down" ? 0 : 1;
    } else if (command == "usb") {
        words >> argument;
        board.usb = argument == "on";
    } else if (command == "battery") {
        words >> board.battery_mv;
        look_at_battery();
        return std::to_string(radio.battery_level);
    } else if (command == "loop") {
        step_loop();
    } else if (command == "pass") {
        unsigned long ms;
        words >> ms;
        pass(ms);
    } else if (command == "gone") { /* the sampling task, without holding anything */
        sampling_hangs = true;
    } else if (command == "leds") {
        return leds();
    } else if (command == "notified") {
        return next_of(radio.notified);
    } else if (command == "state") {
        std::string told;
        told += callback_hangs ? "callback-hangs " : "";
        told += sampling_hangs ? "sampling-hangs " : "";
        told += loop_hangs ? "loop-hangs " : "";
        told += board.restarted ? "restarted " : "";
        told += board.asleep ? "asleep " : "";
        told += watches_movement() ? "watches-movement " : "";
        for (int pin : board.wakes) {
            told += "wake-" + std::to_string(pin) + " ";
        }
        return told.empty() ? "runs" : told;
    } else if (command == "advertising") {
        return radio.advertising ? std::to_string(radio.interval) : "-";
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
