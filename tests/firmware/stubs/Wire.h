/* Stand-in for the bus, with a motion chip that keeps its registers. Test code. */
#ifndef WIRE_STUB_H
#define WIRE_STUB_H

#include <Arduino.h>

struct WireStub {
    std::vector<uint8_t> written;
    std::deque<uint8_t> waiting;
    uint8_t at = 0;
    bool here = false;
    void begin() {}
    void setClock(uint32_t) {}
    void beginTransmission(uint8_t address)
    {
        written.clear();
        here = address == 0x6A && board.chip_answers && board.pins[PIN_LSM6DS3TR_C_POWER] == HIGH;
    }
    void write(uint8_t value) { written.push_back(value); }
    uint8_t endTransmission()
    {
        if (!here) return 2;
        at = written[0];
        for (size_t i = 1; i < written.size(); i++) board.registers[(at + i - 1) % 128] = written[i];
        return 0;
    }
    uint8_t requestFrom(uint8_t, uint8_t count)
    {
        if (!here) return 0;
        waiting.clear();
        bool counts_on = board.registers[0x12] & 0x04;
        for (int i = 0; i < count; i++) waiting.push_back(board.registers[(at + (counts_on ? i : 0)) % 128]);
        return count;
    }
    int read()
    {
        uint8_t value = waiting.front();
        waiting.pop_front();
        return value;
    }
};
extern WireStub Wire1;

#endif
