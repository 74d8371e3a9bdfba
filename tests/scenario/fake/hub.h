// SPDX-License-Identifier: Apache-2.0
// hub: this process's one connection to the scenario runner, which is clock, network and scheduler of all processes
// of a scenario (../hub.py holds the other end). One message is a 16-byte header and its bytes.
#ifndef SCENARIO_HUB_H
#define SCENARIO_HUB_H

#include "wire/frame.h"

struct hub_message {
    uint32_t n; // bytes behind the header
    uint8_t type;
    uint8_t handle; // of a socket of this process; HUB_IDLE: 1 when there is more to do at once
    uint16_t zero;
    int64_t value;
};

enum hub_type {
    // To the runner.
    HUB_HELLO = 'H',   // value: process id; bytes: the program's name
    HUB_BIND = 'B',    // value: enum hub_socket; bytes: the endpoint
    HUB_CONNECT = 'C', // value: enum hub_socket; bytes: endpoints, divided by blanks
    HUB_CLOSE = 'X',
    HUB_SEND = 'S', // value: the ROUTER's peer; bytes: the frame. Answered by HUB_SENT
    HUB_WAIT = 'W', // value: microseconds. A client waits; answered by frames and HUB_WOKEN
    HUB_IDLE = 'I', // value: clock_mono of the next timer, -1: none. A daemon's turn is over
    // From the runner.
    HUB_FRAME = 'F', // value: the ROUTER's peer; bytes: the frame
    HUB_SENT = 'Y',  // value: 1 taken, 0 nobody there
    HUB_WOKEN = 'G', // value: 1 something came, 0 time is over
    HUB_TURN = 'T',  // value: 1: every timer is due
    HUB_STOP = 'Q',
};

enum hub_socket { HUB_ROUTER = 1, HUB_PULL, HUB_PUSH, HUB_DEALER };

// A failure of the connection ends the process: the runner is gone, and with it the scenario.
void hub_put(enum hub_type type, uint8_t handle, int64_t value, const void *p, size_t n);
// The next message; its bytes are allocated (NULL when there are none) and the caller's.
struct hub_message hub_get(uint8_t **bytes);

// bus.c's part of the loop: frames that the runner hands over wait at their socket until bus_recv.
void hub_keep(const struct hub_message *m, uint8_t *bytes);
bool hub_waiting(void *handle); // does this socket hold a frame? handle: bus_handle's

#endif
