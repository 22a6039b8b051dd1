#include "sensor_unit.h"

#include <string.h>

enum { STREAM_ENDED = 255 };

static uint8_t place_in_g(const su_unit *unit)
{
    const sp_abilities *has = unit->board->abilities;
    uint8_t i;

    for (i = 0; i + 1 < has->acc_ranges && has->acc_ranges_g[i] != unit->state.acc_range_g; i++) {
    }
    return i;
}

static uint8_t place_in_dps(const su_unit *unit)
{
    const sp_abilities *has = unit->board->abilities;
    uint8_t i;

    for (i = 0; i + 1 < has->gyr_ranges && has->gyr_ranges_dps[i] != unit->state.gyr_range_dps; i++) {
    }
    return i;
}

static void show_info(const su_unit *unit)
{
    uint8_t bytes[SP_INFO_BYTES];
    float acc_g = unit->board->acc_g_per_count[place_in_g(unit)];
    float gyr_dps = unit->board->gyr_dps_per_count[place_in_dps(unit)];

    sp_info(bytes, unit->state.rate_hz, sp_float_bits(acc_g), sp_float_bits(gyr_dps));
    unit->board->show_info(bytes);
}

void su_init(su_unit *unit, const su_board *board, const sp_state *built_in)
{
    memset(unit, 0, sizeof *unit);
    unit->board = board;
    unit->state = *built_in;
    unit->battery_percent = SP_BATTERY_UNKNOWN;
    sp_queue_init(&unit->queue);
    sp_encoder_init(&unit->encoder);
    show_info(unit);
}

/* ---- radio's callbacks ---- */

static su_event *event_at(su_unit *unit, uint8_t place)
{
    return &unit->events[(unit->first_event + (unsigned)place) % SU_EVENTS];
}

static void forget_replies(su_unit *unit)
{
    unit->event_count = 0;
    if (unit->reply_waits) {
        unit->reply_waits = 0;
        unit->replies_lost++;
    }
}

void su_linked(su_unit *unit)
{
    unit->board->lock();
    unit->linked = 1;
    unit->board->unlock();
}

void su_unlinked(su_unit *unit)
{
    unit->board->lock();
    unit->linked = 0;
    forget_replies(unit);
    event_at(unit, 0)->length = STREAM_ENDED;
    unit->event_count = 1;
    unit->board->unlock();
}

void su_request(su_unit *unit, const uint8_t *bytes, uint16_t length)
{
    unit->board->lock();
    if (unit->event_count == SU_EVENTS) {
        unit->requests_lost++;
    } else {
        su_event *event = event_at(unit, unit->event_count);
        uint16_t kept = length > SU_REQUEST_MAX ? SU_REQUEST_MAX : length; /* answered as too long either way */
        if (kept > 0) {
            memcpy(event->bytes, bytes, kept);
        }
        event->length = (uint8_t)kept;
        unit->event_count++;
    }
    unit->board->unlock();
}

void su_stream_ended(su_unit *unit)
{
    unit->board->lock();
    if (unit->event_count == SU_EVENTS) { /* the end must be known: the newest request gives way */
        unit->event_count--;
        unit->requests_lost++;
    }
    event_at(unit, unit->event_count)->length = STREAM_ENDED;
    unit->event_count++;
    unit->board->unlock();
}

/* ---- sampling task ---- */

static void start_anew(su_unit *unit)
{
    unit->failures = 0;
    if (unit->board->chip_start(&unit->state)) {
        unit->settling = (uint16_t)(unit->state.rate_hz / 10u + 1u);
    }
}

static uint8_t flags_now(const su_unit *unit)
{
    uint8_t button = unit->board->button_down() ? SP_FLAG_BUTTON : 0;
    uint8_t battery = unit->battery_low ? SP_FLAG_LOW_BATTERY : 0;

    return (uint8_t)(button | battery);
}

static void take_sample(su_unit *unit, uint32_t time_us)
{
    int16_t values[6];

    if (!unit->board->chip_read(values)) { /* the encoder sees the hole in time and says so */
        unit->failures++;
        if (unit->failures == SU_FAILURES) {
            start_anew(unit);
        }
        return;
    }
    unit->failures = 0;
    if (unit->settling > 0) {
        unit->settling--;
        return;
    }
    sp_encoder_add(&unit->encoder, &unit->queue, time_us, values, flags_now(unit));
}

void su_sample(su_unit *unit, uint32_t time_us)
{
    unit->board->lock();
    if (unit->state.state == SP_STREAMING) {
        take_sample(unit, time_us);
    }
    unit->steps++;
    unit->board->unlock();
}

void su_chip_silent(su_unit *unit)
{
    unit->board->lock();
    if (unit->state.state == SP_STREAMING) {
        start_anew(unit);
    }
    unit->steps++;
    unit->board->unlock();
}

void su_rest(su_unit *unit)
{
    unit->steps++;
}

/* ---- loop() ---- */

static void end_stream(su_unit *unit)
{
    unit->board->chip_stop();
    sp_encoder_discard(&unit->encoder);
    sp_queue_discard(&unit->queue);
}

static uint8_t begin_stream(su_unit *unit, const sp_state *wanted, uint16_t mtu)
{
    if (!unit->board->chip_start(wanted)) {
        return 0;
    }
    unit->failures = 0;
    unit->settling = (uint16_t)(wanted->rate_hz / 10u + 1u);
    sp_queue_begin(&unit->queue);
    return sp_encoder_begin(&unit->encoder, unit->board->abilities->kind, mtu, wanted->rate_hz, 32767, 32767) > 0;
}

static uint8_t carry_out(su_unit *unit, const sp_answer *answer, uint16_t mtu)
{
    switch (answer->action) {
    case SP_BEGIN:
        return begin_stream(unit, &answer->next, mtu);
    case SP_END:
        end_stream(unit);
        return 1;
    default: /* rate and ranges reach the chip at the next start */
        return 1;
    }
}

static void answer_request(su_unit *unit, const su_event *event, uint32_t now_ms)
{
    sp_situation situation;
    sp_answer answer;

    situation.mtu = unit->board->mtu();
    situation.imu_notified = unit->board->imu_notified();
    situation.battery_percent = unit->battery_percent;
    situation.dropped = unit->queue.dropped;
    answer = sp_control(unit->board->abilities, &unit->state, &situation, event->bytes, event->length);
    if (!carry_out(unit, &answer, situation.mtu)) {
        answer = sp_control_failed(&answer, &unit->state);
    }
    unit->state = answer.next;
    show_info(unit);
    unit->answer = answer;
    unit->reply_waits = 1;
    unit->reply_ms = now_ms;
}

static void stop_streaming(su_unit *unit)
{
    if (unit->state.state == SP_STREAMING) {
        end_stream(unit);
    }
    unit->state = sp_link_ended(&unit->state);
}

static void take_event(su_unit *unit, uint32_t now_ms)
{
    su_event event = *event_at(unit, 0);

    unit->first_event = (uint8_t)((unit->first_event + 1u) % SU_EVENTS);
    unit->event_count--;
    if (event.length == STREAM_ENDED) {
        stop_streaming(unit);
    } else {
        answer_request(unit, &event, now_ms);
    }
}

static void do_what_was_asked(su_unit *unit, uint32_t now_ms)
{
    unit->board->lock();
    if (unit->reply_waits && now_ms - unit->reply_ms >= SU_REPLY_MS) {
        unit->reply_waits = 0;
        unit->replies_lost++;
    }
    if (!unit->reply_waits && unit->event_count > 0) {
        take_event(unit, now_ms);
    }
    unit->board->unlock();
}

/* The radio is never asked under the lock: its callbacks take it. */
static void send_reply(su_unit *unit)
{
    sp_answer answer;
    uint8_t waits;

    unit->board->lock();
    waits = unit->reply_waits;
    answer = unit->answer;
    unit->board->unlock();
    if (waits && unit->board->send_reply(answer.reply, answer.reply_length) != SU_BUSY) {
        unit->reply_waits = 0;
    }
}

static void send_packet(su_unit *unit)
{
    su_sending sent;

    unit->board->lock();
    if (unit->holds && unit->state.state != SP_STREAMING) {
        sp_queue_lost(&unit->queue);
        unit->holds = 0;
    }
    if (!unit->holds && unit->state.state == SP_STREAMING) {
        unit->holds = sp_queue_take(&unit->queue, &unit->held);
    }
    unit->board->unlock();
    if (!unit->holds) {
        return;
    }
    sent = unit->board->send_imu(unit->held.bytes, unit->held.length);
    if (sent == SU_BUSY) {
        return;
    }
    unit->holds = 0;
    if (sent == SU_GONE) {
        unit->board->lock();
        sp_queue_lost(&unit->queue);
        unit->board->unlock();
    }
}

uint8_t su_turn(su_unit *unit, uint32_t now_ms)
{
    if (unit->linked) {
        unit->idle_since_ms = now_ms;
    }
    do_what_was_asked(unit, now_ms);
    send_reply(unit);
    send_packet(unit);
    return unit->holds || unit->reply_waits || unit->event_count > 0 || unit->queue.count > 0;
}

uint8_t su_runs(su_unit *unit, uint32_t now_ms)
{
    if (unit->steps != unit->seen_steps) {
        unit->seen_steps = unit->steps;
        unit->seen_ms = now_ms;
    }
    return now_ms - unit->seen_ms < SU_HANGS_MS;
}

uint32_t su_idle_ms(const su_unit *unit, uint32_t now_ms)
{
    return unit->linked ? 0 : now_ms - unit->idle_since_ms;
}

void su_halt(su_unit *unit)
{
    unit->board->lock();
    stop_streaming(unit);
    unit->board->unlock();
}

/* ---- battery ---- */

static uint8_t percent_of(uint32_t millivolts)
{
    static const uint16_t MILLIVOLTS[] = {3300, 3600, 3680, 3740, 3790, 3870, 3980, 4150};
    static const uint8_t PERCENT[] = {0, 5, 10, 20, 40, 60, 80, 100};
    uint8_t place = 0;

    while (place < 7 && millivolts >= MILLIVOLTS[place + 1]) {
        place++;
    }
    return PERCENT[place];
}

uint8_t su_battery(su_unit *unit, uint32_t millivolts)
{
    uint8_t percent = percent_of(millivolts);

    unit->board->lock();
    unit->battery_percent = percent;
    if (percent <= SU_BATTERY_LOW_PERCENT) {
        unit->battery_low = 1;
    } else if (percent >= SU_BATTERY_FINE_PERCENT) {
        unit->battery_low = 0;
    }
    if (millivolts >= SU_BATTERY_FLAT_MV) {
        unit->flat_readings = 0;
    } else if (unit->flat_readings < 2) {
        unit->flat_readings++;
    }
    unit->board->unlock();
    return percent;
}

uint8_t su_battery_flat(const su_unit *unit)
{
    return unit->flat_readings >= 2;
}
