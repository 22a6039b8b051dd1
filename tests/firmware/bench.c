/* The reference firmware on a bench: a command a line in, an answer a line out. Test code; see bench.py. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor_packet.h"

static const uint16_t RATES_HZ[] = {26, 52, 104, 208};
static const uint8_t ACC_RANGES_G[] = {2, 4, 8, 16};
static const uint16_t GYR_RANGES_DPS[] = {125, 245, 500, 1000, 2000};
static const sp_abilities ABILITIES = {SP_KIND_ACC_GYR, RATES_HZ, 4, ACC_RANGES_G, 4, GYR_RANGES_DPS, 5};
static const sp_state BUILT_IN = {SP_IDLE, 16, 104, 1000};

static sp_queue queue;
static sp_encoder encoder;
static sp_state state;

static unsigned long number(void)
{
    char *word = strtok(NULL, " \n");
    if (word == NULL) {
        abort();
    }
    return strtoul(word, NULL, 10);
}

static long signed_number(void)
{
    char *word = strtok(NULL, " \n");
    if (word == NULL) {
        abort();
    }
    return strtol(word, NULL, 10);
}

static void print_hex(const uint8_t *bytes, unsigned length)
{
    unsigned i;
    for (i = 0; i < length; i++) {
        printf("%02x", bytes[i]);
    }
    printf("\n");
}

/* A heap copy of exactly that length, so that the sanitizer sees a read beyond it. */
static uint8_t *bytes_from_hex(const char *hex, uint16_t *length)
{
    size_t count = hex == NULL ? 0 : strlen(hex) / 2;
    uint8_t *bytes = count ? malloc(count) : NULL;
    size_t i;
    for (i = 0; i < count; i++) {
        char two[3] = {hex[2 * i], hex[2 * i + 1], 0};
        bytes[i] = (uint8_t)strtoul(two, NULL, 16);
    }
    *length = (uint16_t)count;
    return bytes;
}

static void power_up(void)
{
    sp_queue_init(&queue);
    sp_encoder_init(&encoder);
    state = BUILT_IN;
    printf("ok\n");
}

static void begin(void)
{
    uint8_t kind = (uint8_t)number();
    uint16_t mtu = (uint16_t)number();
    uint16_t rate_hz = (uint16_t)number();
    uint16_t acc_limit = (uint16_t)number();
    uint16_t gyr_limit = (uint16_t)number();
    sp_queue_begin(&queue);
    printf("%u\n", (unsigned)sp_encoder_begin(&encoder, kind, mtu, rate_hz, acc_limit, gyr_limit));
}

static void sample(void)
{
    uint32_t time_us = (uint32_t)number();
    uint8_t flags = (uint8_t)number();
    int axes = encoder.kind == SP_KIND_ACC ? 3 : 6;
    int16_t *values = malloc((size_t)axes * sizeof *values);
    int axis;
    for (axis = 0; axis < axes; axis++) {
        values[axis] = (int16_t)signed_number();
    }
    sp_encoder_add(&encoder, &queue, time_us, values, flags);
    free(values);
    printf("%u\n", (unsigned)queue.count);
}

static void take(void)
{
    sp_packet packet;
    if (sp_queue_take(&queue, &packet)) {
        print_hex(packet.bytes, packet.length);
    } else {
        printf("-\n");
    }
}

static void discard(void)
{
    sp_queue_discard(&queue);
    sp_encoder_discard(&encoder);
    printf("ok\n");
}

static void info(void)
{
    uint16_t rate_hz = (uint16_t)number();
    double acc_g = strtod(strtok(NULL, " \n"), NULL);
    double gyr_dps = strtod(strtok(NULL, " \n"), NULL);
    uint8_t bytes[SP_INFO_BYTES];
    sp_info(bytes, rate_hz, sp_float_bits((float)acc_g), sp_float_bits((float)gyr_dps));
    print_hex(bytes, sizeof bytes);
}

/* control IMU_NOTIFIED MTU BATTERY DROPPED BOARD_FAILS [HEX] */
static void control(void)
{
    sp_situation situation;
    int board_fails;
    uint16_t length;
    uint8_t *request;
    sp_answer answer;
    situation.imu_notified = (uint8_t)number();
    situation.mtu = (uint16_t)number();
    situation.battery_percent = (uint8_t)number();
    situation.dropped = (uint32_t)number();
    board_fails = (int)number();
    request = bytes_from_hex(strtok(NULL, " \n"), &length);
    answer = sp_control(&ABILITIES, &state, &situation, request, length);
    if (answer.action != SP_NOTHING && board_fails) {
        answer = sp_control_failed(&answer, &state);
    }
    free(request);
    state = answer.next;
    printf("%d %d ", (int)answer.action, (int)state.state);
    print_hex(answer.reply, answer.reply_length);
}

int main(void)
{
    static char line[4096];
    while (fgets(line, sizeof line, stdin) != NULL) {
        const char *command = strtok(line, " \n");
        if (command == NULL) {
            continue;
        } else if (strcmp(command, "power_up") == 0) {
            power_up();
        } else if (strcmp(command, "begin") == 0) {
            begin();
        } else if (strcmp(command, "sample") == 0) {
            sample();
        } else if (strcmp(command, "take") == 0) {
            take();
        } else if (strcmp(command, "discard") == 0) {
            discard();
        } else if (strcmp(command, "lost") == 0) {
            sp_queue_lost(&queue);
            printf("ok\n");
        } else if (strcmp(command, "dropped") == 0) {
            printf("%lu\n", (unsigned long)queue.dropped);
        } else if (strcmp(command, "at") == 0) {
            encoder.sequence = (uint16_t)number(); /* as after many packets */
            printf("ok\n");
        } else if (strcmp(command, "per_packet") == 0) {
            uint8_t kind = (uint8_t)number();
            uint16_t mtu = (uint16_t)number();
            printf("%u\n", (unsigned)sp_samples_per_packet(kind, mtu, (uint16_t)number()));
        } else if (strcmp(command, "info") == 0) {
            info();
        } else if (strcmp(command, "control") == 0) {
            control();
        } else if (strcmp(command, "link_ended") == 0) {
            state = sp_link_ended(&state);
            printf("%d\n", (int)state.state);
        } else {
            abort();
        }
        fflush(stdout);
    }
    return 0;
}
