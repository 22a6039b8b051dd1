/* Stand-in: this core's Wire gives up after its time limit. Test code. */
#include "wire_world.h"
extern WireWorld<false, 0x68> Wire;
