/* What all the stand-ins share: a board, its chip with its registers, its bus, and a radio the bench looks into. Test code.
 *
 * Nothing passes by itself: the bench moves the clock. A wait that would never end is a Hang, thrown out of the task
 * that waits: on a board, that task would be gone, with whatever lock it holds. */
#ifndef BENCH_WORLD_H
#define BENCH_WORLD_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <deque>
#include <map>
#include <string>
#include <vector>

struct Hang {};
inline void fail(const char *what) { fprintf(stderr, "%s\n", what); fflush(stderr); abort(); }

struct Board {
    uint64_t now_us = 0;
    std::map<int, int> pins;
    std::map<int, int> modes;
    int battery_mv = 4000; /* of the cell */
    int acquisition_us = 3;
    bool usb = false;

    uint8_t registers[128] = {};
    bool chip_answers = true;
    int chip_resets = 0;
    int sda_pin = -1, scl_pin = -1;
    bool bus_stuck = false;  /* the chip holds the data line, until it is clocked out or loses its power */
    bool bus_broken = false; /* a line is held for good */
    int clocks = 0;

    void (*on_ready)() = nullptr;
    bool ready_given = false;
    bool locked = false;

    bool watchdog = false;
    uint64_t fed_us = 0;
    bool restarted = false; /* by itself */
    bool asleep = false;
    std::vector<int> wakes; /* pins */
};
extern Board board;

inline void lock_board()
{
    if (board.locked) throw Hang(); /* taken twice, or by a task that hangs */
    board.locked = true;
}
inline void unlock_board()
{
    if (!board.locked) fail("the lock is given without having been taken");
    board.locked = false;
}

struct Radio {
    bool is_connected = false;
    uint16_t mtu = 23;
    int room = 1000;         /* notifications it takes before it is full */
    bool confirms = true;    /* the host confirms an indication at once */
    bool unconfirmed = false;
    bool imu_on = false, control_on = false;
    std::deque<std::string> notified, replied;
    std::string name, serial, service, info;
    int battery_level = -1;
    bool advertising = false;
    uint32_t interval = 0; /* of 0.625 ms */
};
extern Radio radio;

inline void radio_waits()
{
    if (board.locked) fail("the radio is used under the lock");
}

/* Standard output stays the bench's. */
struct SerialStub {
    void begin(long) {}
    void print(const char *) {}
    void println(const char *) {}
};
extern SerialStub Serial;

/* Lines of the bus as GPIO sees them. */
inline void pin_was_set(int pin)
{
    bool pulled = board.modes[pin] == 1 && board.pins[pin] == 0;
    if (pin == board.scl_pin && pulled && ++board.clocks >= 4) board.bus_stuck = false;
}
inline int line_level(int pin)
{
    bool held = board.bus_stuck || board.bus_broken;
    return pin == board.sda_pin && held ? 0 : board.pins[pin];
}

/* A transfer on the bus: -1 if it never ends, 0 if nobody answers, 1 done. */
inline int transfer(bool answers, const std::vector<uint8_t> &out, uint8_t *in, size_t count, bool counts_on)
{
    if (board.bus_stuck || board.bus_broken) return -1;
    if (!answers || !board.chip_answers) return 0;
    for (size_t i = 1; i < out.size(); i++) board.registers[(out[0] + i - 1) % 128] = out[i];
    for (size_t i = 0; i < count; i++) in[i] = board.registers[(out[0] + (counts_on ? i : 0)) % 128];
    return 1;
}

/* How the chip of this board lays its registers: the bench of each board tells. */
void chip_wrote(uint8_t at);
bool chip_has_power();
bool chip_counts_on();

#endif
