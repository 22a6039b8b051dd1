/* Stand-in for the cores' Wire. Test code. `waits_for_ever`: a bus that is stuck never returns. */
#ifndef WIRE_WORLD_H
#define WIRE_WORLD_H

#include "bench_world.h"

template <bool waits_for_ever, uint8_t chip> struct WireWorld {
    std::vector<uint8_t> written;
    std::deque<uint8_t> waiting;
    bool here = false;
    bool on = false;
    void begin() { on = true; }
    void begin(int, int, uint32_t) { on = true; }
    void end() { on = false; }
    void setClock(uint32_t) {}
    void setTimeOut(uint16_t) {}
    int step(uint8_t *in, size_t count)
    {
        if (!on) fail("the bus is used before begin()");
        int done = transfer(here, written, in, count, chip_counts_on());
        if (done < 0 && waits_for_ever) throw Hang();
        return done;
    }
    void beginTransmission(uint8_t address)
    {
        written.clear();
        here = address == chip && chip_has_power();
    }
    size_t write(uint8_t value) { written.push_back(value); return 1; }
    uint8_t endTransmission(bool = true)
    {
        int done = step(nullptr, 0);
        if (done == 1 && written.size() > 1) chip_wrote(written[0]);
        return done == 1 ? 0 : done < 0 ? 5 : 2;
    }
    uint8_t requestFrom(uint8_t, uint8_t count)
    {
        std::vector<uint8_t> bytes(count);
        waiting.clear();
        written.resize(1);
        if (step(bytes.data(), count) != 1) return 0;
        waiting.assign(bytes.begin(), bytes.end());
        return count;
    }
    int read()
    {
        uint8_t value = waiting.front();
        waiting.pop_front();
        return value;
    }
};

#endif
