/* SPDX-License-Identifier: Apache-2.0 */
/* wf.h: libworkflow, what a bureau's or a portal's own system links. C11 and C++11; see libworkflow(3), docs/client.md.
 *
 * A bureau, or a unit with a queue of its own, subscribes to its queue, stores each line, acknowledges it, and reports
 * what became of it. A portal submits letters, looks them up, passes on what their writers do, and may subscribe to a
 * queue of what the writers are to be told.
 *
 * No threads and no callbacks into your loop: every call returns within the milliseconds that it is given (those
 * without such a parameter at once, if nothing else is said). Connections that break are made again by themselves, what
 * was not answered is sent again, and every message may be repeated because its sender's own key makes it count once.
 *
 * A handle is used by one thread at a time, several handles by as many threads. None survives fork(). Texts are UTF-8
 * without NUL; NULL is an absent text. Times are microseconds since 1970, UTC; 0 is an absent time, and 0 an absent
 * code. Texts that the library hands out are valid until the next call with the same handle. Lack of memory ends the
 * process. Structures that the caller fills are zeroed first ({0}): new versions add members at the end and a new
 * soname.
 */
#ifndef WF_H
#define WF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WF_VERSION_MAJOR 1
#define WF_VERSION_MINOR 0
#define WF_VERSION_PATCH 0
#define WF_VERSION_TEXT "1.0.0"

#define WF_API __attribute__((visibility("default")))

/* The version of the library that runs, "1.0.0"; WF_VERSION_TEXT is that of the header. */
WF_API const char *wf_version(void);

enum wf_result {
    WF_OK = 0,      /* done */
    WF_WAIT = 1,    /* nothing yet: call again */
    WF_REFUSED = 2, /* the other side said no, for good; or the request breaks a limit and was not sent */
    WF_FAILED = 3   /* not done, on this side: a wrong option, key file or call; or your store said no */
};

/* Why. Filled in with WF_REFUSED and WF_FAILED; every call takes NULL as well. Codes: docs/protocol.md, and from the
 * library itself bad_endpoint, key_file, missing, out_of_range, connect, gap (the queue no longer holds what comes
 * behind last_seq), store (a callback of wf_apply failed), no_answer, misuse. */
struct wf_error {
    char code[32];     /* a machine word: "not_yours" */
    char field[64];    /* the member at fault, or "" */
    char message[640]; /* one English sentence, which names the limit */
};

/* Whom to talk to. */
struct wf_options {
    const char *endpoint;   /* needed: "ipc:///PATH" (local) or "tcp://HOST:PORT" (with CURVE) */
    const char *server_key; /* tcp: the centre's public key, 40 characters of Z85, or the path of a certificate file */
    const char *key_file;   /* tcp: your certificate file, mode 0600, with the secret; `bureauctl keys new` makes one */
    const char *consumer;   /* subscriptions: a name that the centre's ops team sees, at most 64 characters */
    bool take_over;         /* subscriptions: end the active consumer's session instead of standing by */
    size_t window;          /* pipes: requests without an answer, 1 to 10000; 0: 1000 */
    int64_t resend_ms;      /* pipes: an unanswered request is sent again after so long; 0: 3000 */
    int64_t give_up_ms;     /* pipes: and given up after so long (no_answer); 0: never */
};

/* ---- Subscriptions ---- */

struct wf_subscription;

#define WF_CREDIT_MAX 10000

/* Opens a subscription; does not wait for the connection.
 * queue: the bureau's or unit's code (440300); a portal's channel: web 1, wechat 2, phone 3, paper 4, hotline12345 5,
 * transfer 6. last_seq: the last sequence whose effect your store holds; -1: go on behind what was acknowledged before.
 * credit: lines that may be on their way or handed out and not yet acknowledged, 1 to WF_CREDIT_MAX: the bound of your
 * memory (a line has at most 256 KiB).
 * WF_FAILED: options or key files are wrong. That a key is not known, or not this queue's, is told by wf_next; a wrong
 * server_key only by silence, as CURVE does: see wf_connected. */
WF_API enum wf_result wf_subscribe(const struct wf_options *options, int32_t queue, int64_t last_seq, int credit,
                                   struct wf_subscription **out, struct wf_error *error);
/* Sends the last acknowledgement, says goodbye, waits up to a second until both were read, closes. NULL is fine. */
WF_API void wf_unsubscribe(struct wf_subscription *s);

/* One line of a bureau's queue: a letter for one of its units, or a notice about one that it has. docs/client.md says
 * what each notice asks for. */
struct wf_delivery {
    int64_t seq;
    const char *number;     /* of the case */
    const char *notice;     /* "letter", "revoked", "returned", …; "skipped": nothing but seq means anything */
    int64_t leg;            /* which piece of work of the case it is about; reports name it */
    int64_t unit;           /* whose leg: the bureau, or a unit below it */
    const char *role;       /* lead, assist, check, countersign */
    const char *state;      /* of the leg at the time of delivery: SENT, SIGNED, … */
    int64_t parent;         /* the leg that this one was delegated or joined from; 0: the centre opened it */
    int64_t round;          /* 0: the first handling */
    const char *kind;       /* consult, help, complaint, report, suggest, praise */
    const char *category;   /* two digits */
    const char *title;      /* this and the four below: with letter and supplement only */
    const char *body;       /* at most 20,000 characters, as supplement */
    const char *supplement; /* what the writer added */
    const char *place;      /* in words */
    int64_t place_code;
    bool urgent;
    bool confidential;
    int64_t occurred_at;
    int64_t received_at;
    int64_t due_at; /* of the leg */
    int64_t sent_at;
};

/* One line of a portal's queue: something that a writer is to be told. */
struct wf_notice {
    int64_t seq;
    const char *number;
    const char *client_ref; /* of the letter */
    const char *event;      /* accepted, sent, asked, …; "skipped": nothing but seq means anything */
    int64_t at;
    const char *label; /* the case's state now, in words for the writer */
    const char *line;  /* what happened, in words for the writer */
    int64_t due_at;
    const char *reply; /* answered: the public reply */
    const char *outcome;
    const char *asked; /* what is asked of the writer now */
};

struct wf_line {
    int64_t seq;                        /* dense: after seq comes seq + 1 */
    const struct wf_delivery *delivery; /* NULL in a portal's queue */
    const struct wf_notice *notice;     /* NULL in a bureau's queue */
};

/* Waits up to ms for the next line: in sequence, without a gap, each once. WF_WAIT: none, because the queue is empty,
 * or blocked, or another consumer is active, or the centre is away; the four functions below tell. Call it again
 * within some seconds, also with ms 0: it keeps the session alive and connects again. WF_REFUSED is final and stays:
 * unknown_bureau, not_yours, key_revoked, taken_over, retired, gap, out_of_range (last_seq is ahead of the queue: is
 * this the right store?), old_protocol, … */
WF_API enum wf_result wf_next(struct wf_subscription *s, int64_t ms, struct wf_line *line, struct wf_error *error);
/* The line that wf_next gave last as one JSON object, with a newline, terminated; *n (may be NULL): bytes without the
 * terminator. The members are those of `bureauctl subscribe`. NULL: there is none. */
WF_API const char *wf_json(struct wf_subscription *s, size_t *n);

/* Everything up to seq is stored. Cheap; what is acknowledged is not delivered again, and as much credit is granted
 * anew. Whoever works on one line for longer than 5 s calls it meanwhile with the seq that is stored, or the centre
 * takes the consumer for dead. WF_FAILED (misuse): that seq was not handed out. */
WF_API enum wf_result wf_ack(struct wf_subscription *s, int64_t seq, struct wf_error *error);
/* The line seq, which was handed out, cannot be stored; everything before it is. With retry it is delivered again after
 * a pause that grows, and after some times (20 as a rule) the queue is blocked there; without, at once. A blocked queue
 * delivers nothing until the centre's operators decide: the line comes again, or as notice "skipped". Lines behind seq
 * that were handed out already come again, too. reason: at most 500 characters for those operators; no personal data.
 * WF_FAILED (misuse): that seq was not handed out, or is acknowledged. */
WF_API enum wf_result wf_reject(struct wf_subscription *s, int64_t seq, const char *reason, bool retry,
                                struct wf_error *error);
/* Goes on behind last_seq, as if opened so. For consumers that share one store and take turns: when wf_epoch has
 * changed, the other one may have stored more than this one knows of. */
WF_API void wf_restart(struct wf_subscription *s, int64_t last_seq);

/* The centre knows us: it has answered, and was heard within the last 10 s. */
WF_API bool wf_connected(const struct wf_subscription *s);
/* Another consumer of this queue is active. Our turn comes when it ends or falls silent. */
WF_API bool wf_standby(const struct wf_subscription *s);
/* The sequence at which the queue is blocked until an operator decides; 0: it is not. */
WF_API int64_t wf_blocked(const struct wf_subscription *s);
/* Which turn this is: it grows with every activation of any consumer. 0: not active now. */
WF_API int64_t wf_epoch(const struct wf_subscription *s);
/* Active, and everything that is in the queue has been handed out. */
WF_API bool wf_drained(const struct wf_subscription *s);
/* For poll(): readable when something may have come. Edge-triggered, as ZeroMQ's are: before you poll, call wf_next
 * with ms 0 until it says WF_WAIT, as the last call with this handle; poll for a second at most; ask for the descriptor
 * anew each time. Only to be polled. */
WF_API int wf_fd(const struct wf_subscription *s);

/* ---- Exactly once ---- */

enum wf_applied {
    WF_APPLIED = 0,
    WF_LATER = 1, /* cannot be stored now: wf_reject with retry */
    WF_NEVER = 2  /* can never be stored: wf_reject without */
};
#define WF_REASON 512 /* bytes, with the terminator */

/* Your store. Effects and sequence change in one transaction, so each line has its effect once, whatever dies when.
 * Callbacks may take as long as they need; beyond some seconds the centre lets another consumer take over, which is
 * safe by what commit demands. They may call nothing of this library. */
struct wf_store {
    void *arg;
    /* The last seq that the store holds, 0: none yet. -1: cannot be told. Asked at each activation. */
    int64_t (*stored)(void *arg);
    int (*begin)(void *arg); /* opens a transaction; not 0: cannot */
    /* Stores one line's effect. WF_LATER, WF_NEVER: why, in reason; the transaction is rolled back. */
    enum wf_applied (*apply)(void *arg, const struct wf_line *line, char reason[WF_REASON]);
    /* Stores `seq` in place of `after` and commits. Not 0 when the store did not hold `after` any more (another
     * consumer was faster: UPDATE … SET seq = :seq WHERE seq = :after changed no row), or when it is not certain that
     * it is committed. */
    int (*commit)(void *arg, int64_t after, int64_t seq);
    void (*rollback)(void *arg);
    int batch; /* lines of one transaction, at most; 0: one. What has come is taken, nothing is waited for */
};

/* Waits up to ms for lines, applies and commits them, acknowledges after the commit. WF_OK: at least one transaction is
 * committed. WF_WAIT, WF_REFUSED: as wf_next; a rejected line is WF_WAIT. WF_FAILED, code store: begin, commit or
 * stored failed; unsubscribe, and subscribe again with what the store holds. Open the subscription with what stored()
 * gives. */
WF_API enum wf_result wf_apply(struct wf_subscription *s, int64_t ms, const struct wf_store *store,
                               struct wf_error *error);

/* ---- Requests ---- */

/* A pipeline of requests over one connection: send as many as the window takes, take the answers as they come. What
 * was not answered is sent again; a refusal that says retry (database_away, throttled) is not shown but tried again.
 * Requests about one case (reports, identities, acts) are sent in their order, each after the answer of the one before.
 * One pipe talks to one daemon: letters go to intake, everything else to feedback. */
struct wf_pipe;
#define WF_WINDOW_MAX 10000

WF_API enum wf_result wf_pipe_open(const struct wf_options *options, struct wf_pipe **out, struct wf_error *error);
/* At once; what is not answered may or may not have its effect: send it again later under the same key. NULL is fine.
 */
WF_API void wf_pipe_close(struct wf_pipe *p);

/* The five requests below: WF_OK: on its way, its answer will carry `tag`. WF_WAIT: the window is full, take answers
 * first. WF_REFUSED: a field is missing or breaks a limit, which error names; nothing was sent. Texts are copied. The
 * keys (client_ref, event_id, ref) of requests that are out at the same time differ from one another. */

/* A citizen's letter. (channel, client_ref) identifies it for ever. Answer: number, code, duplicate. */
struct wf_letter {
    const char *channel;     /* needed: web, wechat, phone, paper, hotline12345, transfer */
    const char *client_ref;  /* needed: your own key, at most 64 characters */
    const char *mailbox;     /* "440000" (as when missing) or one of the 21 city codes */
    const char *title;       /* at most 200 characters */
    const char *body;        /* needed: at most 20,000 characters */
    const char *place;       /* at most 200 characters */
    const char *kind;        /* consult, help, complaint, report, suggest, praise */
    const char *occurred_at; /* RFC 3339 with an offset */
    bool confidential;
    const char *const *accused; /* units or persons complained of, at most 100 characters each */
    size_t accused_n;           /* at most 8 */
    const char *writer_name;    /* these four: at most 100 characters */
    const char *writer_phone;
    const char *writer_id_number;
    const char *writer_email;
};
WF_API enum wf_result wf_submit(struct wf_pipe *p, const struct wf_letter *letter, uint64_t tag,
                                struct wf_error *error);

/* What happened to a leg; docs/client.md lists the events and what each needs. (bureau, event_id) identifies it for
 * ever. Answer: number, state, version, duplicate. */
struct wf_event {
    const char *event_id; /* needed: your own key, at most 64 characters */
    int32_t bureau;       /* needed: whose key this is */
    const char *number;   /* needed */
    const char *event;    /* needed: signed, reported, … */
    int64_t leg;          /* 0: the unit's own open leg */
    const char *outcome;
    const char *public_reply;    /* at most 20,000 characters, as internal_report */
    const char *internal_report; /* never shown to the writer */
    const char *reason;          /* at most 500 characters */
    const char *reason_code;
    const char *officer; /* at most 32 characters: the police number */
    int64_t unit;        /* which unit acts; 0: the bureau itself */
    int64_t to;          /* to which unit */
    int64_t days;        /* working days, 1 to 999 */
    int64_t until;       /* a time */
    int64_t request;     /* grant, deny: which request; 0: the only open one */
};
WF_API enum wf_result wf_report(struct wf_pipe *p, const struct wf_event *event, uint64_t tag, struct wf_error *error);

/* Who wrote the letter? The opening is journalled before the answer and shown to the writer. Answer: number, writer_…,
 * duplicate. Not to be stored beside the letter. */
struct wf_identity {
    const char *event_id; /* needed: your own key, at most 64 characters */
    int32_t bureau;       /* needed */
    const char *number;   /* needed */
    int64_t leg;          /* 0: the unit's own open leg */
    int64_t unit;         /* which unit asks; 0: the bureau itself */
    const char *officer;  /* needed: who will read it, at most 32 characters */
    const char *purpose;  /* needed: at most 200 characters; the writer reads it */
};
WF_API enum wf_result wf_identity(struct wf_pipe *p, const struct wf_identity *identity, uint64_t tag,
                                  struct wf_error *error);

/* How does a letter stand? A wrong number and a wrong code get the same refusal, not_found. Answer: number, state,
 * label, received_at, due_at, times and lines, reply, outcome, asked, may. */
struct wf_lookup {
    const char *ref; /* needed: comes back in the answer, at most 64 characters */
    int32_t channel; /* needed: the portal's own, 1 to 6 */
    const char *number;
    const char *code; /* of the receipt */
};
WF_API enum wf_result wf_lookup(struct wf_pipe *p, const struct wf_lookup *lookup, uint64_t tag,
                                struct wf_error *error);

enum wf_said { WF_UNSAID = 0, WF_YES = 1, WF_NO = 2 };
/* What the writer does. (channel, ref) identifies it for ever. Answer: number, state, label, duplicate. */
struct wf_act {
    const char *ref; /* needed: your own key, at most 64 characters */
    int32_t channel; /* needed: the portal's own, 1 to 6 */
    const char *number;
    const char *code;       /* of the receipt */
    const char *event;      /* supplement, withdraw, rate, appeal */
    const char *words;      /* supplement: needed; else why. At most 20,000 characters */
    enum wf_said satisfied; /* rate: needed */
    enum wf_said solved;
    enum wf_said contacted; /* did the unit speak with you? */
    enum wf_said true_;     /* is what the reply says true? */
};
WF_API enum wf_result wf_act(struct wf_pipe *p, const struct wf_act *act, uint64_t tag, struct wf_error *error);

/* One answer. What a request's answer does not have is NULL or 0. */
struct wf_answer {
    uint64_t tag;
    enum wf_result result; /* WF_OK; WF_REFUSED; WF_FAILED: no_answer, given up, its effect is not known */
    struct wf_error error; /* unless WF_OK */
    const char *ref;       /* client_ref, event_id or ref of the request, where the answer carries it */
    const char *number;
    const char *code; /* the writer's look-up code */
    const char *state;
    const char *label;
    bool duplicate;  /* it had been taken before */
    int64_t version; /* the case's journal lines so far */
    const char *writer_name;
    const char *writer_phone;
    const char *writer_id_number;
    const char *writer_email;
    int64_t received_at;
    int64_t due_at;
    size_t lines_n; /* of times and lines */
    const int64_t *times;
    const char *const *lines;
    const char *reply;
    const char *outcome;
    const char *asked;
    size_t may_n;
    const char *const *may; /* what wf_act would take now */
};
/* Waits up to ms for an answer. WF_OK: *out is valid until the next call with this pipe. WF_WAIT: none. */
WF_API enum wf_result wf_answer(struct wf_pipe *p, int64_t ms, const struct wf_answer **out);
WF_API size_t wf_unanswered(const struct wf_pipe *p);
/* As wf_fd; the last call before poll() is a wf_answer with ms 0 that says WF_WAIT. */
WF_API int wf_pipe_fd(const struct wf_pipe *p);

#ifdef __cplusplus
}
#endif

#endif
