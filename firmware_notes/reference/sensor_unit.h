/* What a sensor of the own format (../own-format.md) does between chip, radio and host, whatever the board.
 *
 * Portable C99 on top of sensor_packet.h: no allocation, no global state. The board hands in what only it can do.
 * Made so that it cannot hang: what the radio's callbacks say is only noted; su_turn(), called from loop(), answers. It
 * never waits for the host, and gives up a reply that nobody confirms. A chip that is silent or whose bus is stuck is
 * started anew. Whether the sampling task still runs is asked with su_runs(); only then may the watchdog be fed.
 *
 * Tested on computers (tests/firmware), never on a board by us.
 *
 * Tasks: su_request, su_stream_ended, su_linked, su_unlinked from the radio's callbacks; su_sample, su_chip_silent from one
 * sampling task; the rest from loop(). All may run at the same time: the board's lock is taken inside.
 */
#ifndef SENSOR_UNIT_H
#define SENSOR_UNIT_H

#include "sensor_packet.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Requests that may wait; a host sends one and waits for its reply. */
#define SU_EVENTS 8
#define SU_REQUEST_MAX 20
/* How long a reply is tried: hosts wait 2 to 5 s for one. */
#define SU_REPLY_MS 5000u
/* Failed readings in a row before the chip is started anew: below 0.2 s at 26 Hz. */
#define SU_FAILURES 5
/* No sampling for so long: the task hangs. Starting the chip anew takes 0.1 s. */
#define SU_HANGS_MS 2000u

/* A lithium cell at small current, roughly: good for "low", not for a figure. */
#define SU_BATTERY_LOW_PERCENT 15 /* 15 mAh of 100: half an hour at 30 mA; computed (../battery_life.py), not measured */
#define SU_BATTERY_FINE_PERCENT 25
#define SU_BATTERY_FLAT_MV 3300   /* the regulator needs the rest; twice in a row, as the radio's load dips the voltage */

typedef enum { SU_SENT, SU_BUSY, SU_GONE } su_sending;

/* What only the board can do. Nothing here may wait for the host. */
typedef struct {
    const sp_abilities *abilities;
    const float *acc_g_per_count;   /* one for each range */
    const float *gyr_dps_per_count;
    void (*lock)(void);
    void (*unlock)(void);
    uint8_t (*chip_start)(const sp_state *wanted); /* from any state: frees the bus, resets the chip; 0 if it is silent */
    void (*chip_stop)(void);
    uint8_t (*chip_read)(int16_t values[6]);       /* 0 if the bus or the chip fails; bounded in time */
    uint8_t (*button_down)(void);
    void (*show_info)(const uint8_t info[SP_INFO_BYTES]);
    uint16_t (*mtu)(void);
    uint8_t (*imu_notified)(void);
    su_sending (*send_imu)(const uint8_t *bytes, uint16_t length);
    su_sending (*send_reply)(const uint8_t *bytes, uint16_t length);
} su_board;

typedef struct {
    uint8_t length; /* 255: no request, the stream has ended */
    uint8_t bytes[SU_REQUEST_MAX];
} su_event;

typedef struct {
    const su_board *board;
    sp_state state;
    sp_encoder encoder;
    sp_queue queue;
    uint16_t settling; /* samples to throw away: gyroscopes need up to 70 ms after waking */
    uint8_t failures;

    su_event events[SU_EVENTS];
    uint8_t first_event;
    uint8_t event_count;
    uint32_t requests_lost; /* more than SU_EVENTS at once */

    sp_answer answer;
    uint8_t reply_waits;
    uint32_t reply_ms;
    uint32_t replies_lost; /* given up after SU_REPLY_MS, or the link went */

    sp_packet held; /* taken from the queue, not yet with the radio */
    uint8_t holds;

    volatile uint8_t linked;
    volatile uint32_t steps; /* of the sampling task */
    uint32_t seen_steps;
    uint32_t seen_ms;
    uint32_t idle_since_ms;

    uint8_t battery_percent; /* or SP_BATTERY_UNKNOWN */
    uint8_t battery_low;
    uint8_t flat_readings;
} su_unit;

/* Power-up. `built_in`: idle, and rate and ranges out of the abilities. */
void su_init(su_unit *unit, const su_board *board, const sp_state *built_in);

/* Radio's callbacks: they only note. */
void su_linked(su_unit *unit);
void su_unlinked(su_unit *unit);
void su_request(su_unit *unit, const uint8_t *bytes, uint16_t length);
void su_stream_ended(su_unit *unit); /* notifications of imu were turned off */

/* Sampling task: the chip has a sample, at `time_us` on a 32-bit clock that only counts on; or it should have and has not. */
void su_sample(su_unit *unit, uint32_t time_us);
void su_chip_silent(su_unit *unit);
/* Sampling task, at least twice in SU_HANGS_MS while there is nothing to measure. */
void su_rest(su_unit *unit);

/* loop(): carries out a request, sends a reply and a packet if there are any. 1 if something waits: come back soon. */
uint8_t su_turn(su_unit *unit, uint32_t now_ms);

/* 1 while the sampling task goes on: feed the watchdog only then. */
uint8_t su_runs(su_unit *unit, uint32_t now_ms);

/* Milliseconds without a link. */
uint32_t su_idle_ms(const su_unit *unit, uint32_t now_ms);

/* A reading of the battery; returns per cent. */
uint8_t su_battery(su_unit *unit, uint32_t millivolts);

/* 1 after two flat readings in a row: stop before the cell is harmed. */
uint8_t su_battery_flat(const su_unit *unit);

/* Ends a stream before sleeping. */
void su_halt(su_unit *unit);

#ifdef __cplusplus
}
#endif

#endif
