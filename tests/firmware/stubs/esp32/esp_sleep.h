/* Stand-in. Test code. */
#include "bench_world.h"
#define SOC_PM_SUPPORT_EXT0_WAKEUP 1
typedef int gpio_num_t;
inline void esp_sleep_enable_ext0_wakeup(gpio_num_t pin, int) { board.wakes.push_back(pin); }
inline void esp_deep_sleep_start() { board.asleep = true; }
