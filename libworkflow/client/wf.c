// SPDX-License-Identifier: Apache-2.0
#include "client/wf_impl.h"

#include <pthread.h>
#include <string.h>

#define DAY_MS 86400000

static pthread_mutex_t handles_lock = PTHREAD_MUTEX_INITIALIZER;
static int handles;

const char *wf_version(void)
{
    return WF_VERSION_TEXT;
}

void wf_handle_begin(void)
{
    pthread_mutex_lock(&handles_lock);
    handles++;
    pthread_mutex_unlock(&handles_lock);
}

void wf_handle_end(void)
{
    pthread_mutex_lock(&handles_lock);
    if (--handles == 0)
        bus_term();
    pthread_mutex_unlock(&handles_lock);
}

enum wf_result wf_say(struct wf_error *error, enum wf_result result, const struct err *err)
{
    _Static_assert(sizeof(error->code) == sizeof(err->code) && sizeof(error->field) == sizeof(err->field) &&
                       sizeof(error->message) == sizeof(err->text),
                   "wf_error holds what err holds");
    if (error) {
        memcpy(error->code, err->code, sizeof(error->code));
        memcpy(error->field, err->field, sizeof(error->field));
        memcpy(error->message, err->text, sizeof(error->message));
    }
    return result;
}

enum wf_result wf_misuse(struct wf_error *error, const char *field, const char *message)
{
    struct err err;
    (void)err_set(&err, REJECT, "misuse", field, message);
    return wf_say(error, WF_FAILED, &err);
}

struct dial wf_dial(const struct wf_options *o)
{
    return (struct dial){.endpoint = o->endpoint, .server_key = o->server_key, .key_file = o->key_file};
}

int64_t wf_ms(int64_t ms)
{
    return ms < 0 ? 0 : ms > DAY_MS ? DAY_MS : ms;
}

void wf_texts_open(struct buf *texts)
{
    buf_reserve(texts, FRAME_MAX + 1024); // a frame's texts, and a terminator behind each
}

const char *wf_keep(struct buf *texts, struct str s)
{
    if (s.p == NULL)
        return NULL;
    insist(texts->cap - texts->n > s.n);
    const char *at = (const char *)texts->p + texts->n;
    buf_put(texts, s.p, s.n);
    buf_put(texts, "", 1);
    return at;
}
