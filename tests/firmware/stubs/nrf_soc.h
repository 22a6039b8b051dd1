/* Stand-in. Test code. */
#include <stdint.h>
inline uint32_t sd_clock_hfclk_request() { return 0; }
