/* Stand-in. Test code. */
#include "bench_world.h"
struct AttStub { uint16_t mtu(uint16_t handle) const { return radio.is_connected && handle == 0 ? radio.mtu : (uint16_t)23; } };
extern AttStub ATT;
