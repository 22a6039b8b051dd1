/* Stand-in. Test code. */
#include "bench_world.h"
namespace rtos {
struct Mutex {
    void lock() { lock_board(); }
    void unlock() { unlock_board(); }
};
struct Thread { int start(void (*)()) { return 0; } };
}
namespace mbed {
struct Watchdog {
    static Watchdog &get_instance() { static Watchdog it; return it; }
    bool start(uint32_t) { board.watchdog = true; board.fed_us = board.now_us; return true; }
    void kick() { board.fed_us = board.now_us; }
};
}
