// SPDX-License-Identifier: Apache-2.0
#include "desk.h"

#include "client/pipe.h"
#include "wire/refusal.h"

#include <sys/random.h>

#define ANSWER_MS 30000
#define RESEND_MS 3000

struct str desk_ref(char out[DESK_REF_MAX])
{
    uint64_t random;
    insist(getrandom(&random, sizeof(random), 0) == sizeof(random));
    int n = snprintf(out, DESK_REF_MAX, "%016llx-1", (unsigned long long)random);
    return (struct str){out, (size_t)n};
}

enum result desk_send(const struct config *config, const struct msg_desk_act *act, int32_t *version, struct err *err)
{
    struct pipe *pipe;
    struct buf frame = {0};
    struct frame got;
    struct msg_desk_result done;
    uint64_t tag;
    enum result result =
        pipe_open(&(struct dial){.endpoint = config_text(config, "feedback/desk")}, 1, RESEND_MS, &pipe, err);
    if (result != OK)
        return result;
    wire_put_desk_act(&frame, 1, act);
    insist(pipe_send(pipe, act->ref, STR_NONE, &frame, 0));
    if (!pipe_wait(pipe, ANSWER_MS, &tag, &got))
        result = err_set(err, RETRY, "no_answer", "", "no answer from the feedback daemon; see letterctl status");
    else if (got.id == MSG_DESK_RESULT)
        result = wire_get_desk_result(&got, &done, err);
    else
        result = refusal_read(&got, err);
    if (result == OK)
        *version = (int32_t)done.version;
    pipe_close(pipe);
    buf_free(&frame);
    return result;
}
