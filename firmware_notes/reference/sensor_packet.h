/* Packets and control point of the own sensor format, version 1: ../own-format.md.
 *
 * Portable C99: no allocation, nothing of the C library but <stdint.h> and <string.h>, no global state. Bytes are laid
 * by shifts, so the byte order of the processor does not matter. Only sp_float_bits() needs a float, IEEE 754 single.
 *
 * Tested on computers (tests/firmware), never on a board by us.
 *
 * Not safe against interrupts: call for one sensor from one task, or under one lock.
 */
#ifndef SENSOR_PACKET_H
#define SENSOR_PACKET_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Longest payload built: 247 - 3, one link packet of 251 bytes. Up to 514 for tests. */
#ifndef SP_PAYLOAD_MAX
#define SP_PAYLOAD_MAX 244
#endif
/* Packets that may wait for the radio: below a second's worth at every rate (20 to 26 packets/s). 1 to 255. */
#ifndef SP_QUEUE_PACKETS
#define SP_QUEUE_PACKETS 20
#endif
/* Longest time a sample waits for its packet to fill, ms: longer, and a cue is heard late. */
#ifndef SP_PACKET_MS
#define SP_PACKET_MS 50
#endif

#define SP_UUID_SERVICE "7c5a0001-4b1e-4f6d-9a3c-2e8d51f0c7b6"
#define SP_UUID_IMU "7c5a0002-4b1e-4f6d-9a3c-2e8d51f0c7b6"
#define SP_UUID_CONTROL "7c5a0003-4b1e-4f6d-9a3c-2e8d51f0c7b6"
#define SP_UUID_INFO "7c5a0004-4b1e-4f6d-9a3c-2e8d51f0c7b6"

#define SP_VERSION 1
#define SP_KIND_ACC_GYR 1
#define SP_KIND_ACC 2
#define SP_HEADER_BYTES 12
#define SP_INFO_BYTES 12
#define SP_REPLY_MAX 13
/* Slowest rate whose period in microseconds still fits 16 bits. */
#define SP_RATE_MIN_HZ 16

#define SP_FLAG_ACC_CLIPPED 0x01
#define SP_FLAG_GYR_CLIPPED 0x02
#define SP_FLAG_DROPPED_BEFORE 0x04
#define SP_FLAG_BUTTON 0x08
#define SP_FLAG_LOW_BATTERY 0x10

#define SP_NEVER_CLIPS 65535

/* ---- packets and the queue before the radio ---- */

typedef struct {
    uint16_t length;
    uint8_t bytes[SP_PAYLOAD_MAX];
} sp_packet;

typedef struct {
    sp_packet packets[SP_QUEUE_PACKETS];
    uint8_t first;
    uint8_t count;
    uint8_t owes_flag; /* something was thrown away and no packet has said so yet */
    uint32_t dropped;  /* packets thrown away because the queue was full, since sp_queue_begin */
} sp_queue;

/* Empty, nothing lost: power-up. */
void sp_queue_init(sp_queue *queue);

/* A new run: the count of dropped packets starts at 0. What was lost before is still told. */
void sp_queue_begin(sp_queue *queue);

/* Appends; full, the oldest is dropped and the one now oldest carries SP_FLAG_DROPPED_BEFORE. */
void sp_queue_put(sp_queue *queue, const sp_packet *packet);

/* Moves the oldest into `packet`; 0 if there is none. */
uint8_t sp_queue_take(sp_queue *queue, sp_packet *packet);

/* Throws all away (stop, disconnect); the next packet put in will say so. Not counted as dropped. */
void sp_queue_discard(sp_queue *queue);

/* A packet that was taken never left (the link went): the oldest waiting, or else the next put in, will say so. */
void sp_queue_lost(sp_queue *queue);

/* ---- samples to packets ---- */

typedef struct {
    uint8_t kind;           /* SP_KIND_… */
    uint8_t per_packet;     /* samples that fill a packet */
    uint8_t count;          /* samples in the unfinished packet */
    uint8_t flags;          /* of the unfinished packet */
    uint8_t missed;         /* samples are missing before the next one */
    uint8_t runs;           /* last_us is known: a sample came since begin */
    uint16_t period_us;     /* nominal */
    uint16_t acc_limit;     /* counts from which on the chip clips */
    uint16_t gyr_limit;
    uint16_t sequence;      /* of the next packet */
    uint32_t first_us;      /* first sample of the unfinished packet */
    uint32_t last_us;       /* last sample */
    sp_packet packet;       /* the unfinished one */
} sp_encoder;

/* Samples a packet holds: what fits in the negotiated MTU, no more than SP_PACKET_MS of them; 0 if none fits. */
uint8_t sp_samples_per_packet(uint8_t kind, uint16_t mtu, uint16_t rate_hz);

/* Sequence 0, no samples: power-up. */
void sp_encoder_init(sp_encoder *encoder);

/* A new run. Sequence numbers go on. The limits are magnitudes in counts; SP_NEVER_CLIPS if the chip cannot.
 * Returns samples a packet; 0, and then sp_encoder_add does nothing, if not one fits. */
uint8_t sp_encoder_begin(
    sp_encoder *encoder, uint8_t kind, uint16_t mtu, uint16_t rate_hz, uint16_t acc_limit, uint16_t gyr_limit);

/* One sample: `time_us` when the chip had it, on a 32-bit clock that only counts on; `values` ax ay az (gx gy gz).
 * `flags`: SP_FLAG_BUTTON, SP_FLAG_LOW_BATTERY as they are now; SP_FLAG_DROPPED_BEFORE if the caller missed samples.
 * Full packets go to `queue`. A sample that is not one period (half to one and a half) after the last closes the
 * packet before it; the next one is flagged. The period of a packet is measured from its own samples. */
void sp_encoder_add(sp_encoder *encoder, sp_queue *queue, uint32_t time_us, const int16_t *values, uint8_t flags);

/* Throws the unfinished packet away (stop, disconnect); the next one says so. */
void sp_encoder_discard(sp_encoder *encoder);

/* ---- info ---- */

/* The bits of an IEEE 754 single. */
uint32_t sp_float_bits(float value);

/* Scales as float bits: g and deg/s a count, both above 0. */
void sp_info(uint8_t info[SP_INFO_BYTES], uint16_t rate_hz, uint32_t acc_g_bits, uint32_t gyr_dps_bits);

/* ---- control point ---- */

#define SP_START 0x01
#define SP_STOP 0x02
#define SP_SET_RATE 0x03
#define SP_SET_RANGES 0x04
#define SP_STATUS 0x05

#define SP_DONE 0
#define SP_UNKNOWN_OPCODE 1
#define SP_BAD_ARGUMENT 2
#define SP_NOT_NOW 3
#define SP_FAILED 4

#define SP_IDLE 0
#define SP_STREAMING 1
#define SP_BATTERY_UNKNOWN 255

/* What the board has: each list rising, not empty; rates at least SP_RATE_MIN_HZ. No gyroscope: one range, 0. */
typedef struct {
    uint8_t kind;
    const uint16_t *rates_hz;
    uint8_t rates;
    const uint8_t *acc_ranges_g;
    uint8_t acc_ranges;
    const uint16_t *gyr_ranges_dps;
    uint8_t gyr_ranges;
} sp_abilities;

/* What is in force. */
typedef struct {
    uint8_t state; /* SP_IDLE, SP_STREAMING */
    uint8_t acc_range_g;
    uint16_t rate_hz;
    uint16_t gyr_range_dps;
} sp_state;

/* What the control point must know of the rest. */
typedef struct {
    uint16_t mtu;
    uint8_t imu_notified;    /* notifications of imu are on */
    uint8_t battery_percent; /* or SP_BATTERY_UNKNOWN */
    uint32_t dropped;
} sp_situation;

typedef enum { SP_NOTHING, SP_BEGIN, SP_END, SP_APPLY_RATE, SP_APPLY_RANGES } sp_action;

/* What to do, then what to indicate, then the state that follows. */
typedef struct {
    sp_action action;
    sp_state next;
    uint8_t reply_length;
    uint8_t reply[SP_REPLY_MAX];
} sp_answer;

/* Pure: a request in any bytes (NULL if the length is 0) to its answer. */
sp_answer sp_control(
    const sp_abilities *abilities,
    const sp_state *state,
    const sp_situation *situation,
    const uint8_t *request,
    uint16_t length);

/* The answer where the board could not do the action: status 4, state as before. Pure. */
sp_answer sp_control_failed(const sp_answer *answer, const sp_state *state);

/* Disconnected, or notifications of imu turned off: the state that follows. Pure. The caller discards queue and packet. */
sp_state sp_link_ended(const sp_state *state);

#ifdef __cplusplus
}
#endif

#endif
