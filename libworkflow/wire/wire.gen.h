// SPDX-License-Identifier: Apache-2.0
// Made by proto/generate.py from proto/messages.toml: edit those.
// clang-format off

// What passes over the sockets; docs/protocol.md is the page for people.

#ifndef WIRE_WIRE_GEN_H
#define WIRE_WIRE_GEN_H

#include "wire/frame.h"

enum message_id {
    MSG_LETTER_SUBMIT = 1,
    MSG_RECEIPT = 2,
    MSG_REFUSAL = 3,
    MSG_LETTER_RECEIVED = 4,
    MSG_CASE_ACCEPTED = 5,
    MSG_HELLO = 6,
    MSG_WELCOME = 7,
    MSG_ACK = 8,
    MSG_DELIVERY = 9,
    MSG_HEARTBEAT = 10,
    MSG_FEEDBACK = 11,
    MSG_FEEDBACK_RESULT = 12,
    MSG_DESK_ACT = 13,
    MSG_DESK_RESULT = 14,
    MSG_REJECT = 15,
    MSG_BLOCKED = 16,
    MSG_GOODBYE = 17,
    MSG_IDENTITY_OPEN = 18,
    MSG_IDENTITY = 19,
    MSG_LOOKUP = 20,
    MSG_LOOKUP_RESULT = 21,
    MSG_WRITER_ACT = 22,
    MSG_WRITER_RESULT = 23,
    MSG_WRITER_NOTICE = 24,
};

// A text is absent when p == NULL; an int or bool that may be missing is there when has_ is true; a list that is
// not there has _n == 0.
//
// wire_get_x reads frame->body into *out; texts point into it, an empty one anywhere. REJECT: err->field is the field
// at fault, or "";
// err->code is bad_frame, missing, wrong_type, too_long, out_of_range, too_many, bad_utf8, nul or duplicate_key;
// err->text names the limit. *out may then be partly written.
//
// wire_put_x appends one whole frame, header and body, to buf and leaves out what is absent. It does not check
// lengths and ranges: the reader does.

// portal -> intake
struct msg_letter_submit {
    struct str channel;
    struct str client_ref;
    struct str mailbox;
    struct str title;
    struct str body;
    struct str place;
    struct str kind;
    struct str occurred_at;
    bool confidential;
    bool has_confidential;
    struct str accused[8];
    uint32_t accused_n;
    struct str writer_name;
    struct str writer_phone;
    struct str writer_id_number;
    struct str writer_email;
};
enum result wire_get_letter_submit(const struct frame *frame, struct msg_letter_submit *out, struct err *err) MUST_USE;
void wire_put_letter_submit(struct buf *buf, uint64_t trace, const struct msg_letter_submit *m);

// intake -> portal
struct msg_receipt {
    struct str client_ref;
    struct str number;
    struct str code;
    bool duplicate;
};
enum result wire_get_receipt(const struct frame *frame, struct msg_receipt *out, struct err *err) MUST_USE;
void wire_put_receipt(struct buf *buf, uint64_t trace, const struct msg_receipt *m);

// any daemon -> its peer
struct msg_refusal {
    struct str ref;
    struct str code;
    struct str message;
    struct str field;
    bool retry;
    bool has_retry;
};
enum result wire_get_refusal(const struct frame *frame, struct msg_refusal *out, struct err *err) MUST_USE;
void wire_put_refusal(struct buf *buf, uint64_t trace, const struct msg_refusal *m);

// intake -> classifier
struct msg_letter_received {
    int64_t case_id;
    int64_t mailbox;
    int64_t claimed;
    bool confidential;
    struct str title;
    struct str body;
    struct str place;
    struct str accused[8];
    uint32_t accused_n;
};
enum result wire_get_letter_received(const struct frame *frame, struct msg_letter_received *out, struct err *err) MUST_USE;
void wire_put_letter_received(struct buf *buf, uint64_t trace, const struct msg_letter_received *m);

// classifier, feedback -> dispatcher
struct msg_case_accepted {
    int64_t case_ids[1000];
    uint32_t case_ids_n;
};
enum result wire_get_case_accepted(const struct frame *frame, struct msg_case_accepted *out, struct err *err) MUST_USE;
void wire_put_case_accepted(struct buf *buf, uint64_t trace, const struct msg_case_accepted *m);

// bureau, portal -> dispatcher
struct msg_hello {
    int64_t bureau;
    int64_t last_seq;
    bool has_last_seq;
    int64_t credit;
    int64_t version;
    bool has_version;
    struct str consumer;
    bool take_over;
    bool has_take_over;
};
enum result wire_get_hello(const struct frame *frame, struct msg_hello *out, struct err *err) MUST_USE;
void wire_put_hello(struct buf *buf, uint64_t trace, const struct msg_hello *m);

// dispatcher -> bureau, portal
struct msg_welcome {
    int64_t bureau;
    int64_t last_seq;
    int64_t head;
    int64_t epoch;
    bool has_epoch;
    bool active;
    bool has_active;
    int64_t first;
    bool has_first;
    int64_t version;
    bool has_version;
};
enum result wire_get_welcome(const struct frame *frame, struct msg_welcome *out, struct err *err) MUST_USE;
void wire_put_welcome(struct buf *buf, uint64_t trace, const struct msg_welcome *m);

// bureau, portal -> dispatcher
struct msg_ack {
    int64_t bureau;
    int64_t seq;
    int64_t credit;
    int64_t epoch;
    bool has_epoch;
};
enum result wire_get_ack(const struct frame *frame, struct msg_ack *out, struct err *err) MUST_USE;
void wire_put_ack(struct buf *buf, uint64_t trace, const struct msg_ack *m);

// dispatcher -> bureau
struct msg_delivery {
    int64_t seq;
    struct str number;
    int64_t leg;
    struct str kind;
    struct str category;
    struct str title;
    struct str body;
    struct str place;
    int64_t place_code;
    bool has_place_code;
    bool urgent;
    bool confidential;
    int64_t occurred_at;
    bool has_occurred_at;
    int64_t received_at;
    int64_t due_at;
    bool has_due_at;
    int64_t sent_at;
    struct str notice;
    int64_t unit;
    bool has_unit;
    struct str role;
    int64_t parent;
    bool has_parent;
    int64_t round;
    bool has_round;
    struct str supplement;
    struct str state;
};
enum result wire_get_delivery(const struct frame *frame, struct msg_delivery *out, struct err *err) MUST_USE;
void wire_put_delivery(struct buf *buf, uint64_t trace, const struct msg_delivery *m);

// dispatcher -> bureau, portal
struct msg_heartbeat {
    int64_t bureau;
    int64_t head;
    int64_t epoch;
    bool has_epoch;
    int64_t blocked;
    bool has_blocked;
};
enum result wire_get_heartbeat(const struct frame *frame, struct msg_heartbeat *out, struct err *err) MUST_USE;
void wire_put_heartbeat(struct buf *buf, uint64_t trace, const struct msg_heartbeat *m);

// bureau -> feedback
struct msg_feedback {
    struct str event_id;
    int64_t bureau;
    struct str number;
    struct str event;
    int64_t leg;
    bool has_leg;
    struct str outcome;
    struct str public_reply;
    struct str internal_report;
    struct str reason;
    struct str officer;
    int64_t unit;
    bool has_unit;
    int64_t to;
    bool has_to;
    int64_t days;
    bool has_days;
    int64_t until;
    bool has_until;
    int64_t request;
    bool has_request;
    struct str reason_code;
};
enum result wire_get_feedback(const struct frame *frame, struct msg_feedback *out, struct err *err) MUST_USE;
void wire_put_feedback(struct buf *buf, uint64_t trace, const struct msg_feedback *m);

// feedback -> bureau
struct msg_feedback_result {
    struct str event_id;
    struct str number;
    struct str state;
    bool duplicate;
    int64_t version;
    bool has_version;
};
enum result wire_get_feedback_result(const struct frame *frame, struct msg_feedback_result *out, struct err *err) MUST_USE;
void wire_put_feedback_result(struct buf *buf, uint64_t trace, const struct msg_feedback_result *m);

// letterctl -> feedback
struct msg_desk_act {
    struct str ref;
    struct str number;
    struct str event;
    int64_t leg;
    bool has_leg;
    struct str post;
    int64_t unit;
    bool has_unit;
    struct str kind;
    int64_t category;
    bool has_category;
    struct str outcome;
    struct str public_reply;
    struct str internal_report;
    struct str reason;
    int64_t version;
    bool has_version;
    int64_t to;
    bool has_to;
    struct str into;
    int64_t request;
    bool has_request;
    int64_t days;
    bool has_days;
    int64_t until;
    bool has_until;
    struct str level;
    struct str accused[8];
    uint32_t accused_n;
    bool reached;
    bool has_reached;
    bool contacted;
    bool has_contacted;
    bool true_;
    bool has_true;
    bool satisfied;
    bool has_satisfied;
    bool solved;
    bool has_solved;
    struct str words;
    struct str reason_code;
    int64_t queue;
    bool has_queue;
    int64_t seq;
    bool has_seq;
};
enum result wire_get_desk_act(const struct frame *frame, struct msg_desk_act *out, struct err *err) MUST_USE;
void wire_put_desk_act(struct buf *buf, uint64_t trace, const struct msg_desk_act *m);

// feedback -> letterctl
struct msg_desk_result {
    struct str ref;
    struct str number;
    struct str state;
    int64_t version;
    bool has_version;
    struct str number_new;
};
enum result wire_get_desk_result(const struct frame *frame, struct msg_desk_result *out, struct err *err) MUST_USE;
void wire_put_desk_result(struct buf *buf, uint64_t trace, const struct msg_desk_result *m);

// bureau, portal -> dispatcher
struct msg_reject {
    int64_t bureau;
    int64_t seq;
    int64_t epoch;
    bool has_epoch;
    struct str reason;
    bool retry;
    bool has_retry;
};
enum result wire_get_reject(const struct frame *frame, struct msg_reject *out, struct err *err) MUST_USE;
void wire_put_reject(struct buf *buf, uint64_t trace, const struct msg_reject *m);

// dispatcher -> bureau, portal
struct msg_blocked {
    int64_t bureau;
    int64_t seq;
    int64_t attempts;
    bool blocked;
};
enum result wire_get_blocked(const struct frame *frame, struct msg_blocked *out, struct err *err) MUST_USE;
void wire_put_blocked(struct buf *buf, uint64_t trace, const struct msg_blocked *m);

// bureau, portal -> dispatcher
struct msg_goodbye {
    int64_t bureau;
    int64_t epoch;
    bool has_epoch;
};
enum result wire_get_goodbye(const struct frame *frame, struct msg_goodbye *out, struct err *err) MUST_USE;
void wire_put_goodbye(struct buf *buf, uint64_t trace, const struct msg_goodbye *m);

// bureau -> feedback
struct msg_identity_open {
    struct str event_id;
    int64_t bureau;
    struct str number;
    int64_t leg;
    bool has_leg;
    int64_t unit;
    bool has_unit;
    struct str officer;
    struct str purpose;
};
enum result wire_get_identity_open(const struct frame *frame, struct msg_identity_open *out, struct err *err) MUST_USE;
void wire_put_identity_open(struct buf *buf, uint64_t trace, const struct msg_identity_open *m);

// feedback -> bureau
struct msg_identity {
    struct str event_id;
    struct str number;
    struct str writer_name;
    struct str writer_phone;
    struct str writer_id_number;
    struct str writer_email;
    bool duplicate;
};
enum result wire_get_identity(const struct frame *frame, struct msg_identity *out, struct err *err) MUST_USE;
void wire_put_identity(struct buf *buf, uint64_t trace, const struct msg_identity *m);

// portal -> feedback
struct msg_lookup {
    struct str ref;
    int64_t channel;
    struct str number;
    struct str code;
};
enum result wire_get_lookup(const struct frame *frame, struct msg_lookup *out, struct err *err) MUST_USE;
void wire_put_lookup(struct buf *buf, uint64_t trace, const struct msg_lookup *m);

// feedback -> portal
struct msg_lookup_result {
    struct str ref;
    struct str number;
    struct str state;
    struct str label;
    int64_t received_at;
    int64_t due_at;
    bool has_due_at;
    int64_t times[100];
    uint32_t times_n;
    struct str lines[100];
    uint32_t lines_n;
    struct str reply;
    struct str outcome;
    struct str asked;
    struct str may[8];
    uint32_t may_n;
};
enum result wire_get_lookup_result(const struct frame *frame, struct msg_lookup_result *out, struct err *err) MUST_USE;
void wire_put_lookup_result(struct buf *buf, uint64_t trace, const struct msg_lookup_result *m);

// portal -> feedback
struct msg_writer_act {
    struct str ref;
    int64_t channel;
    struct str number;
    struct str code;
    struct str event;
    struct str words;
    bool satisfied;
    bool has_satisfied;
    bool solved;
    bool has_solved;
    bool contacted;
    bool has_contacted;
    bool true_;
    bool has_true;
};
enum result wire_get_writer_act(const struct frame *frame, struct msg_writer_act *out, struct err *err) MUST_USE;
void wire_put_writer_act(struct buf *buf, uint64_t trace, const struct msg_writer_act *m);

// feedback -> portal
struct msg_writer_result {
    struct str ref;
    struct str number;
    struct str state;
    struct str label;
    bool duplicate;
};
enum result wire_get_writer_result(const struct frame *frame, struct msg_writer_result *out, struct err *err) MUST_USE;
void wire_put_writer_result(struct buf *buf, uint64_t trace, const struct msg_writer_result *m);

// dispatcher -> portal
struct msg_writer_notice {
    int64_t seq;
    struct str number;
    struct str client_ref;
    struct str event;
    int64_t at;
    struct str label;
    struct str line;
    int64_t due_at;
    bool has_due_at;
    struct str reply;
    struct str outcome;
    struct str asked;
};
enum result wire_get_writer_notice(const struct frame *frame, struct msg_writer_notice *out, struct err *err) MUST_USE;
void wire_put_writer_notice(struct buf *buf, uint64_t trace, const struct msg_writer_notice *m);

#endif
