/* Stand-in: whether this core's Wire ends on a stuck bus is not known; here it does not. Test code. */
#include "wire_world.h"
extern WireWorld<true, 0x6B> Wire1;
