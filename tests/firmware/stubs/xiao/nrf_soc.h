/* Stand-in. Test code. */
#include "bench_world.h"
inline uint32_t sd_clock_hfclk_request() { return 0; }
inline uint32_t sd_clock_hfclk_release() { return 0; }
inline uint32_t sd_power_system_off() { board.asleep = true; return 0; }
