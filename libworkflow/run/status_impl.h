// SPDX-License-Identifier: Apache-2.0
// What status.c and status_answer.c share.
#ifndef RUN_STATUS_IMPL_H
#define RUN_STATUS_IMPL_H

#include "run/clock.h"
#include "run/ipc.h"
#include "run/status.h"

#include <pthread.h>

#define WORDS_MAX 200
#define LINE_MAX_BYTES 1024

struct status {
    struct run *run;
    struct ipc listener;
    int wake; // eventfd: the thread ends
    pthread_t thread;
    wf_time since;
    int64_t since_mono;
    pthread_mutex_t lock; // over the two below
    bool ready;
    char words[WORDS_MAX + 1];
};

#endif
