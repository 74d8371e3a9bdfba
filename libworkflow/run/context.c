// SPDX-License-Identifier: Apache-2.0
#include "run/context.h"

#include "core/err.h"

#include <errno.h>
#include <pthread.h>
#include <zmq.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *context;

void *context_get(void)
{
    pthread_mutex_lock(&lock);
    if (context == NULL) {
        context = zmq_ctx_new();
        insist(context != NULL);
        insist(zmq_ctx_set(context, ZMQ_IO_THREADS, 1) == 0);
    }
    void *got = context;
    pthread_mutex_unlock(&lock);
    return got;
}

void context_term(void)
{
    pthread_mutex_lock(&lock);
    void *old = context;
    context = NULL;
    pthread_mutex_unlock(&lock);
    if (old == NULL)
        return;
    while (zmq_ctx_term(old) != 0)
        insist(errno == EINTR);
}
