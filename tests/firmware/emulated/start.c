/* What a Cortex-M4 needs before main(): where the stack ends and where to begin. newlib's start (rdimon) does the rest. */
#include <stdint.h>

void stack_end(void); /* an address, from the linker; never called */
void _start(void);

static void halt(void)
{
    for (;;) {
    }
}

static void begin(void)
{
    *(volatile uint32_t *)0xE000ED88u |= 0xFu << 20; /* CPACR: the floating-point unit is on */
    __asm volatile("dsb\n isb");
    _start();
}

typedef void (*vector)(void);

__attribute__((section(".vectors"), used)) static const vector VECTORS[16] = {
    stack_end, begin, halt, halt, halt, halt, halt,
};
