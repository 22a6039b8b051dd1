#include "sensor_packet.h"

#include <string.h>

#if SP_PAYLOAD_MAX < SP_HEADER_BYTES + 12 || SP_PAYLOAD_MAX > 514
#error "SP_PAYLOAD_MAX: from 24 (one sample) to 514 (MTU 517)"
#endif
#if SP_QUEUE_PACKETS < 1 || SP_QUEUE_PACKETS > 255
#error "SP_QUEUE_PACKETS: from 1 to 255"
#endif

enum { FLAGS_OFFSET = 1, ATT_HEADER_BYTES = 3 };

static void lay_u16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value & 0xFFu);
    at[1] = (uint8_t)(value >> 8);
}

static void lay_u32(uint8_t *at, uint32_t value)
{
    lay_u16(at, (uint16_t)(value & 0xFFFFu));
    lay_u16(at + 2, (uint16_t)(value >> 16));
}

static uint16_t read_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] | (uint16_t)(at[1] << 8));
}

/* ---- queue ---- */

void sp_queue_init(sp_queue *queue)
{
    memset(queue, 0, sizeof *queue);
}

void sp_queue_begin(sp_queue *queue)
{
    queue->dropped = 0;
}

static void tell_loss(sp_queue *queue)
{
    if (queue->owes_flag && queue->count > 0) {
        queue->packets[queue->first].bytes[FLAGS_OFFSET] |= SP_FLAG_DROPPED_BEFORE;
        queue->owes_flag = 0;
    }
}

static void drop_oldest(sp_queue *queue)
{
    queue->first = (uint8_t)((queue->first + 1u) % SP_QUEUE_PACKETS);
    queue->count--;
    queue->owes_flag = 1;
}

void sp_queue_put(sp_queue *queue, const sp_packet *packet)
{
    if (queue->count == SP_QUEUE_PACKETS) {
        drop_oldest(queue);
        queue->dropped++;
    }
    queue->packets[(queue->first + (unsigned)queue->count) % SP_QUEUE_PACKETS] = *packet;
    queue->count++;
    tell_loss(queue);
}

uint8_t sp_queue_take(sp_queue *queue, sp_packet *packet)
{
    if (queue->count == 0) {
        return 0;
    }
    *packet = queue->packets[queue->first];
    queue->first = (uint8_t)((queue->first + 1u) % SP_QUEUE_PACKETS);
    queue->count--;
    return 1;
}

void sp_queue_discard(sp_queue *queue)
{
    while (queue->count > 0) {
        drop_oldest(queue);
    }
}

void sp_queue_lost(sp_queue *queue)
{
    queue->owes_flag = 1;
    tell_loss(queue);
}

/* ---- encoder ---- */

static uint16_t sample_bytes(uint8_t kind)
{
    return kind == SP_KIND_ACC_GYR ? 12 : 6;
}

uint8_t sp_samples_per_packet(uint8_t kind, uint16_t mtu, uint16_t rate_hz)
{
    uint32_t payload = mtu > ATT_HEADER_BYTES ? (uint32_t)mtu - ATT_HEADER_BYTES : 0;
    uint32_t fit;
    uint32_t timely = (uint32_t)rate_hz * SP_PACKET_MS / 1000u;

    if (payload > SP_PAYLOAD_MAX) {
        payload = SP_PAYLOAD_MAX;
    }
    if (payload < SP_HEADER_BYTES) {
        return 0;
    }
    fit = (payload - SP_HEADER_BYTES) / sample_bytes(kind);
    if (timely < 1) {
        timely = 1;
    }
    if (fit > timely) {
        fit = timely;
    }
    return (uint8_t)(fit > 255 ? 255 : fit);
}

void sp_encoder_init(sp_encoder *encoder)
{
    memset(encoder, 0, sizeof *encoder);
}

uint8_t sp_encoder_begin(
    sp_encoder *encoder, uint8_t kind, uint16_t mtu, uint16_t rate_hz, uint16_t acc_limit, uint16_t gyr_limit)
{
    uint16_t rate = rate_hz < SP_RATE_MIN_HZ ? SP_RATE_MIN_HZ : rate_hz;

    sp_encoder_discard(encoder);
    encoder->kind = kind;
    encoder->per_packet = sp_samples_per_packet(kind, mtu, rate);
    encoder->period_us = (uint16_t)((1000000u + rate / 2u) / rate);
    encoder->acc_limit = acc_limit;
    encoder->gyr_limit = gyr_limit;
    return encoder->per_packet;
}

void sp_encoder_discard(sp_encoder *encoder)
{
    if (encoder->count > 0) {
        encoder->missed = 1;
    }
    encoder->count = 0;
    encoder->runs = 0;
}

/* Microseconds from one sample to the next, as the samples of this packet say; rounded. */
static uint16_t measured_period_us(const sp_encoder *encoder)
{
    uint32_t steps = (uint32_t)encoder->count - 1u;
    uint32_t period;

    if (steps == 0) {
        return encoder->period_us;
    }
    period = (encoder->last_us - encoder->first_us + steps / 2u) / steps;
    return (uint16_t)(period > 65535u ? 65535u : period);
}

static void close_packet(sp_encoder *encoder, sp_queue *queue)
{
    uint8_t *head = encoder->packet.bytes;

    head[0] = (uint8_t)((SP_VERSION << 4) | encoder->kind);
    head[FLAGS_OFFSET] = encoder->flags;
    lay_u16(head + 2, encoder->sequence);
    lay_u32(head + 4, encoder->first_us);
    lay_u16(head + 8, measured_period_us(encoder));
    head[10] = encoder->count;
    head[11] = 0;
    encoder->packet.length = (uint16_t)(SP_HEADER_BYTES + encoder->count * sample_bytes(encoder->kind));
    sp_queue_put(queue, &encoder->packet);
    encoder->sequence++;
    encoder->count = 0;
}

static uint8_t is_next(const sp_encoder *encoder, uint32_t time_us)
{
    uint32_t step = time_us - encoder->last_us;
    uint32_t half = encoder->period_us / 2u;

    return step >= encoder->period_us - half && step <= encoder->period_us + half;
}

static uint8_t clips(const int16_t *values, uint16_t limit)
{
    int axis;

    for (axis = 0; axis < 3; axis++) {
        int32_t size = values[axis] < 0 ? -(int32_t)values[axis] : (int32_t)values[axis];
        if (size >= (int32_t)limit) {
            return 1;
        }
    }
    return 0;
}

void sp_encoder_add(sp_encoder *encoder, sp_queue *queue, uint32_t time_us, const int16_t *values, uint8_t flags)
{
    int axes = encoder->kind == SP_KIND_ACC_GYR ? 6 : 3;
    uint8_t *at;
    int axis;

    if (encoder->per_packet == 0) {
        return;
    }
    if ((flags & SP_FLAG_DROPPED_BEFORE) || (encoder->runs && !is_next(encoder, time_us))) {
        if (encoder->count > 0) {
            close_packet(encoder, queue);
        }
        encoder->missed = 1;
    }
    if (encoder->count == 0) {
        encoder->first_us = time_us;
        encoder->flags = encoder->missed ? SP_FLAG_DROPPED_BEFORE : 0;
        encoder->missed = 0;
    }
    encoder->flags |= (uint8_t)(flags & (SP_FLAG_BUTTON | SP_FLAG_LOW_BATTERY));
    if (clips(values, encoder->acc_limit)) {
        encoder->flags |= SP_FLAG_ACC_CLIPPED;
    }
    if (axes == 6 && clips(values + 3, encoder->gyr_limit)) {
        encoder->flags |= SP_FLAG_GYR_CLIPPED;
    }
    at = encoder->packet.bytes + SP_HEADER_BYTES + encoder->count * sample_bytes(encoder->kind);
    for (axis = 0; axis < axes; axis++) {
        lay_u16(at + 2 * axis, (uint16_t)values[axis]);
    }
    encoder->count++;
    encoder->last_us = time_us;
    encoder->runs = 1;
    if (encoder->count == encoder->per_packet) {
        close_packet(encoder, queue);
    }
}

/* ---- info ---- */

uint32_t sp_float_bits(float value)
{
    uint32_t bits = 0;

    memcpy(&bits, &value, sizeof bits < sizeof value ? sizeof bits : sizeof value);
    return bits;
}

void sp_info(uint8_t info[SP_INFO_BYTES], uint16_t rate_hz, uint32_t acc_g_bits, uint32_t gyr_dps_bits)
{
    info[0] = SP_VERSION;
    info[1] = 0;
    lay_u16(info + 2, rate_hz);
    lay_u32(info + 4, acc_g_bits);
    lay_u32(info + 8, gyr_dps_bits);
}

/* ---- control point ---- */

static uint16_t nearest_rate(const sp_abilities *abilities, uint16_t asked)
{
    uint16_t best = abilities->rates_hz[0];
    uint8_t i;

    for (i = 1; i < abilities->rates; i++) {
        uint16_t rate = abilities->rates_hz[i];
        uint16_t off = rate > asked ? (uint16_t)(rate - asked) : (uint16_t)(asked - rate);
        uint16_t best_off = best > asked ? (uint16_t)(best - asked) : (uint16_t)(asked - best);
        if (off <= best_off) { /* rising list: of two equally near the higher */
            best = rate;
        }
    }
    return best;
}

static uint8_t acc_range_for(const sp_abilities *abilities, uint8_t asked)
{
    uint8_t i;

    for (i = 0; i + 1 < abilities->acc_ranges && abilities->acc_ranges_g[i] < asked; i++) {
    }
    return abilities->acc_ranges_g[i];
}

static uint16_t gyr_range_for(const sp_abilities *abilities, uint16_t asked)
{
    uint8_t i;

    for (i = 0; i + 1 < abilities->gyr_ranges && abilities->gyr_ranges_dps[i] < asked; i++) {
    }
    return abilities->gyr_ranges_dps[i];
}

static uint16_t request_length(uint8_t opcode)
{
    switch (opcode) {
    case SP_START:
    case SP_STOP:
    case SP_STATUS:
        return 1;
    case SP_SET_RATE:
        return 3;
    case SP_SET_RANGES:
        return 4;
    default:
        return 0; /* unknown */
    }
}

static void start(const sp_abilities *abilities, const sp_situation *situation, sp_answer *answer)
{
    if (answer->next.state == SP_STREAMING) {
        return;
    }
    if (!situation->imu_notified) {
        answer->reply[1] = SP_NOT_NOW;
        return;
    }
    if (sp_samples_per_packet(abilities->kind, situation->mtu, answer->next.rate_hz) == 0) {
        answer->reply[1] = SP_FAILED;
        return;
    }
    answer->action = SP_BEGIN;
    answer->next.state = SP_STREAMING;
}

static void stop(sp_answer *answer)
{
    if (answer->next.state == SP_STREAMING) {
        answer->action = SP_END;
        answer->next.state = SP_IDLE;
    }
}

static void set_rate(const sp_abilities *abilities, const uint8_t *request, sp_answer *answer)
{
    uint16_t asked = read_u16(request + 1);

    if (answer->next.state != SP_IDLE) {
        answer->reply[1] = SP_NOT_NOW;
        return;
    }
    if (asked == 0) {
        answer->reply[1] = SP_BAD_ARGUMENT;
        return;
    }
    answer->action = SP_APPLY_RATE;
    answer->next.rate_hz = nearest_rate(abilities, asked);
    lay_u16(answer->reply + 2, answer->next.rate_hz);
    answer->reply_length = 4;
}

static void set_ranges(const sp_abilities *abilities, const uint8_t *request, sp_answer *answer)
{
    uint8_t acc_g = request[1];
    uint16_t gyr_dps = read_u16(request + 2);

    if (answer->next.state != SP_IDLE) {
        answer->reply[1] = SP_NOT_NOW;
        return;
    }
    if (acc_g == 0 || gyr_dps == 0) {
        answer->reply[1] = SP_BAD_ARGUMENT;
        return;
    }
    answer->action = SP_APPLY_RANGES;
    answer->next.acc_range_g = acc_range_for(abilities, acc_g);
    answer->next.gyr_range_dps = gyr_range_for(abilities, gyr_dps);
    answer->reply[2] = answer->next.acc_range_g;
    lay_u16(answer->reply + 3, answer->next.gyr_range_dps);
    answer->reply_length = 5;
}

static void status(const sp_situation *situation, sp_answer *answer)
{
    answer->reply[2] = answer->next.state;
    lay_u16(answer->reply + 3, answer->next.rate_hz);
    answer->reply[5] = answer->next.acc_range_g;
    lay_u16(answer->reply + 6, answer->next.gyr_range_dps);
    lay_u32(answer->reply + 8, situation->dropped);
    answer->reply[12] = situation->battery_percent;
    answer->reply_length = 13;
}

sp_answer sp_control(
    const sp_abilities *abilities,
    const sp_state *state,
    const sp_situation *situation,
    const uint8_t *request,
    uint16_t length)
{
    uint8_t opcode = length > 0 ? request[0] : 0;
    uint16_t expected = request_length(opcode);
    sp_answer answer;

    memset(&answer, 0, sizeof answer);
    answer.action = SP_NOTHING;
    answer.next = *state;
    answer.reply[0] = (uint8_t)(0x80u | opcode);
    answer.reply[1] = SP_DONE;
    answer.reply_length = 2;
    if (expected == 0) {
        answer.reply[1] = SP_UNKNOWN_OPCODE;
        return answer;
    }
    if (length != expected) {
        answer.reply[1] = SP_BAD_ARGUMENT;
        return answer;
    }
    switch (opcode) {
    case SP_START:
        start(abilities, situation, &answer);
        break;
    case SP_STOP:
        stop(&answer);
        break;
    case SP_SET_RATE:
        set_rate(abilities, request, &answer);
        break;
    case SP_SET_RANGES:
        set_ranges(abilities, request, &answer);
        break;
    default:
        status(situation, &answer);
        break;
    }
    return answer;
}

sp_answer sp_control_failed(const sp_answer *answer, const sp_state *state)
{
    sp_answer failed = *answer;

    failed.action = SP_NOTHING;
    failed.next = *state;
    failed.reply[1] = SP_FAILED;
    failed.reply_length = 2;
    return failed;
}

sp_state sp_link_ended(const sp_state *state)
{
    sp_state after = *state;

    after.state = SP_IDLE;
    return after;
}
