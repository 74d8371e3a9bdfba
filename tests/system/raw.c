// SPDX-License-Identifier: Apache-2.0
// raw: sends frames as they are, good or bad, over a socket that obeys no codec, and tells what was answered.
//
// raw dealer|push ENDPOINT < frames: a line a frame, in hexadecimal (- is empty). Dealer: for each the answer, "CODE
// FIELD" of a refusal (- for no field), "message ID" of anything else, "silence" after 5 s. Push: nothing; ends when
// all are handed over.
#include "run/bus.h"
#include "run/clock.h"
#include "wire/wire.gen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 5000

static size_t unhex(const char *hex, uint8_t *out)
{
    size_t n = 0;
    for (unsigned byte; hex[0] != '-' && sscanf(hex + 2 * n, "%2x", &byte) == 1; n++)
        out[n] = (uint8_t)byte;
    return n;
}

static bool send_frame(struct bus *bus, const uint8_t *frame, size_t n)
{
    int64_t deadline = clock_mono() + WAIT_MS * 1000;
    while (!bus_send(bus, NULL, frame, n)) {
        if (clock_mono() > deadline)
            return false;
        bus_wait(bus, 10);
    }
    return true;
}

static void print_answer(struct bus *bus)
{
    struct msg msg;
    struct frame frame;
    struct msg_refusal refusal;
    struct err err;
    if (!bus_wait(bus, WAIT_MS) || !bus_recv(bus, &msg)) {
        puts("silence");
        return;
    }
    if (frame_get(msg.p, msg.n, &frame, &err) != OK)
        puts("no frame");
    else if (frame.id != MSG_REFUSAL || wire_get_refusal(&frame, &refusal, &err) != OK)
        printf("message %d\n", frame.id);
    else
        printf("%.*s %.*s\n", (int)refusal.code.n, refusal.code.p, refusal.field.n ? (int)refusal.field.n : 1,
               refusal.field.n ? refusal.field.p : "-");
    bus_done(&msg);
}

int main(int argc, char **argv)
{
    bool push = argc == 3 && strcmp(argv[1], "push") == 0;
    struct bus *bus;
    struct err err;
    char *line = NULL;
    size_t cap = 0;
    if (argc != 3 ||
        (push ? bus_push_connect(argv[2], 1000, &bus, &err) : bus_dealer_connect(argv[2], 1000, &bus, &err)) != OK) {
        fputs("usage: raw dealer|push ENDPOINT\n", stderr);
        return 2;
    }
    for (ssize_t n; (n = getline(&line, &cap, stdin)) > 0;) {
        uint8_t *frame = calloc((size_t)n, 1);
        insist(frame);
        bool sent = send_frame(bus, frame, unhex(line, frame));
        free(frame);
        if (!sent) {
            fputs("raw: nobody takes it\n", stderr);
            return 1;
        }
        if (!push)
            print_answer(bus);
    }
    free(line);
    bus_close(bus);
    bus_term();
    return 0;
}
