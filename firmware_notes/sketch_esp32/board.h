/* What differs from board to board: change these lines. As they stand: an ESP32 development board with a chip on the usual
 * pins 21 and 22, which are M5StickC's and M5StickC Plus's too. Another pin by the compiler: -DCHIP_SDA_PIN=25. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

#ifndef CHIP_SDA_PIN
#define CHIP_SDA_PIN 21 /* M5Atom Matrix: 25 */
#endif
#ifndef CHIP_SCL_PIN
#define CHIP_SCL_PIN 22 /* M5Atom Matrix: 21 */
#endif
#ifndef BUTTON_PIN
#define BUTTON_PIN 0 /* to ground; 0 is BOOT. M5StickC: 37, M5Atom: 39. It wakes the board: a pin that can */
#endif
#ifndef LED_PIN
#define LED_PIN 2 /* -1: none. M5StickC: 10 */
#endif
#ifndef LED_LIT
#define LED_LIT 1 /* level at which it is lit. M5StickC: 0 */
#endif
#ifndef BATTERY_PIN
#define BATTERY_PIN -1 /* -1: no divider; the battery is then unknown */
#endif
#ifndef BATTERY_DIVIDER
#define BATTERY_DIVIDER 2 /* volts of the cell over volts at the pin: two resistors alike */
#endif

static const uint8_t CHIP_ADDRESS = 0x68; /* 0x69 with AD0 high */
static const int CHIP_SDA = CHIP_SDA_PIN, CHIP_SCL = CHIP_SCL_PIN;

#endif
