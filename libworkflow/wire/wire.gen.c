// SPDX-License-Identifier: Apache-2.0
// Made by proto/generate.py from proto/messages.toml: edit those.
// clang-format off

#include "wire/wire.gen.h"
#include "wire/codec.h"

static const struct wire_field letter_submit_fields[] = {
    {.name = "channel", .key = 1, .type = WIRE_TEXT, .at = offsetof(struct msg_letter_submit, channel), .need = true, .max = INT64_C(64)},
    {.name = "client_ref", .key = 2, .type = WIRE_TEXT, .at = offsetof(struct msg_letter_submit, client_ref), .need = true, .max = INT64_C(200)},
    {.name = "mailbox", .key = 3, .type = WIRE_TEXT, .at = offsetof(struct msg_letter_submit, mailbox), .max = INT64_C(64)},
    {.name = "title", .key = 4, .type = WIRE_TEXT, .at = offsetof(struct msg_letter_submit, title), .max = INT64_C(40000)},
    {.name = "body", .key = 5, .type = WIRE_TEXT, .at = offsetof(struct msg_letter_submit, body), .need = true, .max = INT64_C(60000)},
    {.name = "place", .key = 6, .type = WIRE_TEXT, .at = offsetof(struct msg_letter_submit, place), .max = INT64_C(40000)},
    {.name = "kind", .key = 7, .type = WIRE_TEXT, .at = offsetof(struct msg_letter_submit, kind), .max = INT64_C(64)},
    {.name = "occurred_at", .key = 8, .type = WIRE_TEXT, .at = offsetof(struct msg_letter_submit, occurred_at), .max = INT64_C(64)},
    {.name = "confidential", .key = 9, .type = WIRE_BOOL, .at = offsetof(struct msg_letter_submit, confidential), .more = offsetof(struct msg_letter_submit, has_confidential)},
    {.name = "accused", .key = 10, .type = WIRE_TEXTS, .at = offsetof(struct msg_letter_submit, accused), .count = 8, .more = offsetof(struct msg_letter_submit, accused_n), .max = INT64_C(400)},
    {.name = "writer_name", .key = 11, .type = WIRE_TEXT, .at = offsetof(struct msg_letter_submit, writer_name), .max = INT64_C(400)},
    {.name = "writer_phone", .key = 12, .type = WIRE_TEXT, .at = offsetof(struct msg_letter_submit, writer_phone), .max = INT64_C(400)},
    {.name = "writer_id_number", .key = 13, .type = WIRE_TEXT, .at = offsetof(struct msg_letter_submit, writer_id_number), .max = INT64_C(400)},
    {.name = "writer_email", .key = 14, .type = WIRE_TEXT, .at = offsetof(struct msg_letter_submit, writer_email), .max = INT64_C(400)},
};

static const struct wire_field receipt_fields[] = {
    {.name = "client_ref", .key = 1, .type = WIRE_TEXT, .at = offsetof(struct msg_receipt, client_ref), .need = true, .max = INT64_C(200)},
    {.name = "number", .key = 2, .type = WIRE_TEXT, .at = offsetof(struct msg_receipt, number), .need = true, .max = INT64_C(32)},
    {.name = "code", .key = 3, .type = WIRE_TEXT, .at = offsetof(struct msg_receipt, code), .need = true, .max = INT64_C(16)},
    {.name = "duplicate", .key = 4, .type = WIRE_BOOL, .at = offsetof(struct msg_receipt, duplicate), .need = true},
};

static const struct wire_field refusal_fields[] = {
    {.name = "ref", .key = 1, .type = WIRE_TEXT, .at = offsetof(struct msg_refusal, ref), .max = INT64_C(200)},
    {.name = "code", .key = 2, .type = WIRE_TEXT, .at = offsetof(struct msg_refusal, code), .need = true, .max = INT64_C(32)},
    {.name = "message", .key = 3, .type = WIRE_TEXT, .at = offsetof(struct msg_refusal, message), .need = true, .max = INT64_C(700)},
    {.name = "field", .key = 4, .type = WIRE_TEXT, .at = offsetof(struct msg_refusal, field), .max = INT64_C(64)},
    {.name = "retry", .key = 5, .type = WIRE_BOOL, .at = offsetof(struct msg_refusal, retry), .more = offsetof(struct msg_refusal, has_retry)},
};

static const struct wire_field letter_received_fields[] = {
    {.name = "case_id", .key = 1, .type = WIRE_INT, .at = offsetof(struct msg_letter_received, case_id), .need = true, .min = INT64_C(1), .max = INT64_C(999999999999999)},
    {.name = "mailbox", .key = 2, .type = WIRE_INT, .at = offsetof(struct msg_letter_received, mailbox), .need = true, .min = INT64_C(440000), .max = INT64_C(449999)},
    {.name = "claimed", .key = 3, .type = WIRE_INT, .at = offsetof(struct msg_letter_received, claimed), .need = true, .min = INT64_C(0), .max = INT64_C(7)},
    {.name = "confidential", .key = 4, .type = WIRE_BOOL, .at = offsetof(struct msg_letter_received, confidential), .need = true},
    {.name = "title", .key = 5, .type = WIRE_TEXT, .at = offsetof(struct msg_letter_received, title), .max = INT64_C(200)},
    {.name = "body", .key = 6, .type = WIRE_TEXT, .at = offsetof(struct msg_letter_received, body), .need = true, .max = INT64_C(20000)},
    {.name = "place", .key = 7, .type = WIRE_TEXT, .at = offsetof(struct msg_letter_received, place), .max = INT64_C(200)},
    {.name = "accused", .key = 8, .type = WIRE_TEXTS, .at = offsetof(struct msg_letter_received, accused), .count = 8, .more = offsetof(struct msg_letter_received, accused_n), .max = INT64_C(100)},
};

static const struct wire_field case_accepted_fields[] = {
    {.name = "case_ids", .key = 1, .type = WIRE_INTS, .at = offsetof(struct msg_case_accepted, case_ids), .need = true, .count = 1000, .more = offsetof(struct msg_case_accepted, case_ids_n), .min = INT64_C(1), .max = INT64_C(999999999999999)},
};

static const struct wire_field hello_fields[] = {
    {.name = "bureau", .key = 1, .type = WIRE_INT, .at = offsetof(struct msg_hello, bureau), .need = true, .min = INT64_C(1), .max = INT64_C(999999999)},
    {.name = "last_seq", .key = 2, .type = WIRE_INT, .at = offsetof(struct msg_hello, last_seq), .more = offsetof(struct msg_hello, has_last_seq), .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
    {.name = "credit", .key = 3, .type = WIRE_INT, .at = offsetof(struct msg_hello, credit), .need = true, .min = INT64_C(0), .max = INT64_C(10000)},
    {.name = "version", .key = 4, .type = WIRE_INT, .at = offsetof(struct msg_hello, version), .more = offsetof(struct msg_hello, has_version), .min = INT64_C(1), .max = INT64_C(255)},
    {.name = "consumer", .key = 5, .type = WIRE_TEXT, .at = offsetof(struct msg_hello, consumer), .max = INT64_C(64)},
    {.name = "take_over", .key = 6, .type = WIRE_BOOL, .at = offsetof(struct msg_hello, take_over), .more = offsetof(struct msg_hello, has_take_over)},
};

static const struct wire_field welcome_fields[] = {
    {.name = "bureau", .key = 1, .type = WIRE_INT, .at = offsetof(struct msg_welcome, bureau), .need = true, .min = INT64_C(1), .max = INT64_C(999999999)},
    {.name = "last_seq", .key = 2, .type = WIRE_INT, .at = offsetof(struct msg_welcome, last_seq), .need = true, .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
    {.name = "head", .key = 3, .type = WIRE_INT, .at = offsetof(struct msg_welcome, head), .need = true, .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
    {.name = "epoch", .key = 4, .type = WIRE_INT, .at = offsetof(struct msg_welcome, epoch), .more = offsetof(struct msg_welcome, has_epoch), .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
    {.name = "active", .key = 5, .type = WIRE_BOOL, .at = offsetof(struct msg_welcome, active), .more = offsetof(struct msg_welcome, has_active)},
    {.name = "first", .key = 6, .type = WIRE_INT, .at = offsetof(struct msg_welcome, first), .more = offsetof(struct msg_welcome, has_first), .min = INT64_C(1), .max = INT64_C(9223372036854775807)},
    {.name = "version", .key = 7, .type = WIRE_INT, .at = offsetof(struct msg_welcome, version), .more = offsetof(struct msg_welcome, has_version), .min = INT64_C(1), .max = INT64_C(255)},
};

static const struct wire_field ack_fields[] = {
    {.name = "bureau", .key = 1, .type = WIRE_INT, .at = offsetof(struct msg_ack, bureau), .need = true, .min = INT64_C(1), .max = INT64_C(999999999)},
    {.name = "seq", .key = 2, .type = WIRE_INT, .at = offsetof(struct msg_ack, seq), .need = true, .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
    {.name = "credit", .key = 3, .type = WIRE_INT, .at = offsetof(struct msg_ack, credit), .need = true, .min = INT64_C(0), .max = INT64_C(10000)},
    {.name = "epoch", .key = 4, .type = WIRE_INT, .at = offsetof(struct msg_ack, epoch), .more = offsetof(struct msg_ack, has_epoch), .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
};

static const struct wire_field delivery_fields[] = {
    {.name = "seq", .key = 1, .type = WIRE_INT, .at = offsetof(struct msg_delivery, seq), .need = true, .min = INT64_C(1), .max = INT64_C(9223372036854775807)},
    {.name = "number", .key = 2, .type = WIRE_TEXT, .at = offsetof(struct msg_delivery, number), .need = true, .max = INT64_C(32)},
    {.name = "leg", .key = 3, .type = WIRE_INT, .at = offsetof(struct msg_delivery, leg), .need = true, .min = INT64_C(1), .max = INT64_C(32767)},
    {.name = "kind", .key = 4, .type = WIRE_TEXT, .at = offsetof(struct msg_delivery, kind), .need = true, .max = INT64_C(16)},
    {.name = "category", .key = 5, .type = WIRE_TEXT, .at = offsetof(struct msg_delivery, category), .need = true, .max = INT64_C(2)},
    {.name = "title", .key = 6, .type = WIRE_TEXT, .at = offsetof(struct msg_delivery, title), .max = INT64_C(200)},
    {.name = "body", .key = 7, .type = WIRE_TEXT, .at = offsetof(struct msg_delivery, body), .max = INT64_C(20000)},
    {.name = "place", .key = 8, .type = WIRE_TEXT, .at = offsetof(struct msg_delivery, place), .max = INT64_C(200)},
    {.name = "place_code", .key = 9, .type = WIRE_INT, .at = offsetof(struct msg_delivery, place_code), .more = offsetof(struct msg_delivery, has_place_code), .min = INT64_C(0), .max = INT64_C(999999999)},
    {.name = "urgent", .key = 10, .type = WIRE_BOOL, .at = offsetof(struct msg_delivery, urgent), .need = true},
    {.name = "confidential", .key = 11, .type = WIRE_BOOL, .at = offsetof(struct msg_delivery, confidential), .need = true},
    {.name = "occurred_at", .key = 12, .type = WIRE_INT, .at = offsetof(struct msg_delivery, occurred_at), .more = offsetof(struct msg_delivery, has_occurred_at), .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
    {.name = "received_at", .key = 13, .type = WIRE_INT, .at = offsetof(struct msg_delivery, received_at), .need = true, .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
    {.name = "due_at", .key = 14, .type = WIRE_INT, .at = offsetof(struct msg_delivery, due_at), .more = offsetof(struct msg_delivery, has_due_at), .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
    {.name = "sent_at", .key = 15, .type = WIRE_INT, .at = offsetof(struct msg_delivery, sent_at), .need = true, .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
    {.name = "notice", .key = 16, .type = WIRE_TEXT, .at = offsetof(struct msg_delivery, notice), .max = INT64_C(16)},
    {.name = "unit", .key = 17, .type = WIRE_INT, .at = offsetof(struct msg_delivery, unit), .more = offsetof(struct msg_delivery, has_unit), .min = INT64_C(0), .max = INT64_C(999999999)},
    {.name = "role", .key = 18, .type = WIRE_TEXT, .at = offsetof(struct msg_delivery, role), .max = INT64_C(16)},
    {.name = "parent", .key = 19, .type = WIRE_INT, .at = offsetof(struct msg_delivery, parent), .more = offsetof(struct msg_delivery, has_parent), .min = INT64_C(0), .max = INT64_C(32767)},
    {.name = "round", .key = 20, .type = WIRE_INT, .at = offsetof(struct msg_delivery, round), .more = offsetof(struct msg_delivery, has_round), .min = INT64_C(0), .max = INT64_C(32767)},
    {.name = "supplement", .key = 21, .type = WIRE_TEXT, .at = offsetof(struct msg_delivery, supplement), .max = INT64_C(20000)},
    {.name = "state", .key = 22, .type = WIRE_TEXT, .at = offsetof(struct msg_delivery, state), .max = INT64_C(24)},
};

static const struct wire_field heartbeat_fields[] = {
    {.name = "bureau", .key = 1, .type = WIRE_INT, .at = offsetof(struct msg_heartbeat, bureau), .need = true, .min = INT64_C(1), .max = INT64_C(999999999)},
    {.name = "head", .key = 2, .type = WIRE_INT, .at = offsetof(struct msg_heartbeat, head), .need = true, .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
    {.name = "epoch", .key = 3, .type = WIRE_INT, .at = offsetof(struct msg_heartbeat, epoch), .more = offsetof(struct msg_heartbeat, has_epoch), .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
    {.name = "blocked", .key = 4, .type = WIRE_INT, .at = offsetof(struct msg_heartbeat, blocked), .more = offsetof(struct msg_heartbeat, has_blocked), .min = INT64_C(1), .max = INT64_C(9223372036854775807)},
};

static const struct wire_field feedback_fields[] = {
    {.name = "event_id", .key = 1, .type = WIRE_TEXT, .at = offsetof(struct msg_feedback, event_id), .need = true, .max = INT64_C(64)},
    {.name = "bureau", .key = 2, .type = WIRE_INT, .at = offsetof(struct msg_feedback, bureau), .need = true, .min = INT64_C(440000), .max = INT64_C(999999999)},
    {.name = "number", .key = 3, .type = WIRE_TEXT, .at = offsetof(struct msg_feedback, number), .need = true, .max = INT64_C(32)},
    {.name = "event", .key = 4, .type = WIRE_TEXT, .at = offsetof(struct msg_feedback, event), .need = true, .max = INT64_C(32)},
    {.name = "leg", .key = 5, .type = WIRE_INT, .at = offsetof(struct msg_feedback, leg), .more = offsetof(struct msg_feedback, has_leg), .min = INT64_C(0), .max = INT64_C(32767)},
    {.name = "outcome", .key = 6, .type = WIRE_TEXT, .at = offsetof(struct msg_feedback, outcome), .max = INT64_C(32)},
    {.name = "public_reply", .key = 7, .type = WIRE_TEXT, .at = offsetof(struct msg_feedback, public_reply), .max = INT64_C(20000)},
    {.name = "internal_report", .key = 8, .type = WIRE_TEXT, .at = offsetof(struct msg_feedback, internal_report), .max = INT64_C(20000)},
    {.name = "reason", .key = 9, .type = WIRE_TEXT, .at = offsetof(struct msg_feedback, reason), .max = INT64_C(500)},
    {.name = "officer", .key = 10, .type = WIRE_TEXT, .at = offsetof(struct msg_feedback, officer), .max = INT64_C(32)},
    {.name = "unit", .key = 11, .type = WIRE_INT, .at = offsetof(struct msg_feedback, unit), .more = offsetof(struct msg_feedback, has_unit), .min = INT64_C(0), .max = INT64_C(999999999)},
    {.name = "to", .key = 12, .type = WIRE_INT, .at = offsetof(struct msg_feedback, to), .more = offsetof(struct msg_feedback, has_to), .min = INT64_C(0), .max = INT64_C(999999999)},
    {.name = "days", .key = 13, .type = WIRE_INT, .at = offsetof(struct msg_feedback, days), .more = offsetof(struct msg_feedback, has_days), .min = INT64_C(1), .max = INT64_C(999)},
    {.name = "until", .key = 14, .type = WIRE_INT, .at = offsetof(struct msg_feedback, until), .more = offsetof(struct msg_feedback, has_until), .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
    {.name = "request", .key = 15, .type = WIRE_INT, .at = offsetof(struct msg_feedback, request), .more = offsetof(struct msg_feedback, has_request), .min = INT64_C(1), .max = INT64_C(32767)},
    {.name = "reason_code", .key = 16, .type = WIRE_TEXT, .at = offsetof(struct msg_feedback, reason_code), .max = INT64_C(32)},
};

static const struct wire_field feedback_result_fields[] = {
    {.name = "event_id", .key = 1, .type = WIRE_TEXT, .at = offsetof(struct msg_feedback_result, event_id), .need = true, .max = INT64_C(64)},
    {.name = "number", .key = 2, .type = WIRE_TEXT, .at = offsetof(struct msg_feedback_result, number), .need = true, .max = INT64_C(32)},
    {.name = "state", .key = 3, .type = WIRE_TEXT, .at = offsetof(struct msg_feedback_result, state), .need = true, .max = INT64_C(16)},
    {.name = "duplicate", .key = 4, .type = WIRE_BOOL, .at = offsetof(struct msg_feedback_result, duplicate), .need = true},
    {.name = "version", .key = 5, .type = WIRE_INT, .at = offsetof(struct msg_feedback_result, version), .more = offsetof(struct msg_feedback_result, has_version), .min = INT64_C(0), .max = INT64_C(2147483647)},
};

static const struct wire_field desk_act_fields[] = {
    {.name = "ref", .key = 1, .type = WIRE_TEXT, .at = offsetof(struct msg_desk_act, ref), .need = true, .max = INT64_C(64)},
    {.name = "number", .key = 2, .type = WIRE_TEXT, .at = offsetof(struct msg_desk_act, number), .need = true, .max = INT64_C(32)},
    {.name = "event", .key = 3, .type = WIRE_TEXT, .at = offsetof(struct msg_desk_act, event), .need = true, .max = INT64_C(32)},
    {.name = "leg", .key = 4, .type = WIRE_INT, .at = offsetof(struct msg_desk_act, leg), .more = offsetof(struct msg_desk_act, has_leg), .min = INT64_C(0), .max = INT64_C(32767)},
    {.name = "post", .key = 5, .type = WIRE_TEXT, .at = offsetof(struct msg_desk_act, post), .max = INT64_C(64)},
    {.name = "unit", .key = 6, .type = WIRE_INT, .at = offsetof(struct msg_desk_act, unit), .more = offsetof(struct msg_desk_act, has_unit), .min = INT64_C(0), .max = INT64_C(999999999)},
    {.name = "kind", .key = 7, .type = WIRE_TEXT, .at = offsetof(struct msg_desk_act, kind), .max = INT64_C(16)},
    {.name = "category", .key = 8, .type = WIRE_INT, .at = offsetof(struct msg_desk_act, category), .more = offsetof(struct msg_desk_act, has_category), .min = INT64_C(1), .max = INT64_C(99)},
    {.name = "outcome", .key = 9, .type = WIRE_TEXT, .at = offsetof(struct msg_desk_act, outcome), .max = INT64_C(32)},
    {.name = "public_reply", .key = 10, .type = WIRE_TEXT, .at = offsetof(struct msg_desk_act, public_reply), .max = INT64_C(20000)},
    {.name = "internal_report", .key = 11, .type = WIRE_TEXT, .at = offsetof(struct msg_desk_act, internal_report), .max = INT64_C(20000)},
    {.name = "reason", .key = 12, .type = WIRE_TEXT, .at = offsetof(struct msg_desk_act, reason), .max = INT64_C(500)},
    {.name = "version", .key = 13, .type = WIRE_INT, .at = offsetof(struct msg_desk_act, version), .more = offsetof(struct msg_desk_act, has_version), .min = INT64_C(1), .max = INT64_C(2147483647)},
    {.name = "to", .key = 14, .type = WIRE_INT, .at = offsetof(struct msg_desk_act, to), .more = offsetof(struct msg_desk_act, has_to), .min = INT64_C(0), .max = INT64_C(999999999)},
    {.name = "into", .key = 15, .type = WIRE_TEXT, .at = offsetof(struct msg_desk_act, into), .max = INT64_C(32)},
    {.name = "request", .key = 16, .type = WIRE_INT, .at = offsetof(struct msg_desk_act, request), .more = offsetof(struct msg_desk_act, has_request), .min = INT64_C(1), .max = INT64_C(32767)},
    {.name = "days", .key = 17, .type = WIRE_INT, .at = offsetof(struct msg_desk_act, days), .more = offsetof(struct msg_desk_act, has_days), .min = INT64_C(1), .max = INT64_C(999)},
    {.name = "until", .key = 18, .type = WIRE_INT, .at = offsetof(struct msg_desk_act, until), .more = offsetof(struct msg_desk_act, has_until), .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
    {.name = "level", .key = 19, .type = WIRE_TEXT, .at = offsetof(struct msg_desk_act, level), .max = INT64_C(16)},
    {.name = "accused", .key = 20, .type = WIRE_TEXTS, .at = offsetof(struct msg_desk_act, accused), .count = 8, .more = offsetof(struct msg_desk_act, accused_n), .max = INT64_C(32)},
    {.name = "reached", .key = 21, .type = WIRE_BOOL, .at = offsetof(struct msg_desk_act, reached), .more = offsetof(struct msg_desk_act, has_reached)},
    {.name = "contacted", .key = 22, .type = WIRE_BOOL, .at = offsetof(struct msg_desk_act, contacted), .more = offsetof(struct msg_desk_act, has_contacted)},
    {.name = "true", .key = 23, .type = WIRE_BOOL, .at = offsetof(struct msg_desk_act, true_), .more = offsetof(struct msg_desk_act, has_true)},
    {.name = "satisfied", .key = 24, .type = WIRE_BOOL, .at = offsetof(struct msg_desk_act, satisfied), .more = offsetof(struct msg_desk_act, has_satisfied)},
    {.name = "solved", .key = 25, .type = WIRE_BOOL, .at = offsetof(struct msg_desk_act, solved), .more = offsetof(struct msg_desk_act, has_solved)},
    {.name = "words", .key = 26, .type = WIRE_TEXT, .at = offsetof(struct msg_desk_act, words), .max = INT64_C(20000)},
    {.name = "reason_code", .key = 27, .type = WIRE_TEXT, .at = offsetof(struct msg_desk_act, reason_code), .max = INT64_C(32)},
    {.name = "queue", .key = 28, .type = WIRE_INT, .at = offsetof(struct msg_desk_act, queue), .more = offsetof(struct msg_desk_act, has_queue), .min = INT64_C(1), .max = INT64_C(999999999)},
    {.name = "seq", .key = 29, .type = WIRE_INT, .at = offsetof(struct msg_desk_act, seq), .more = offsetof(struct msg_desk_act, has_seq), .min = INT64_C(1), .max = INT64_C(9223372036854775807)},
};

static const struct wire_field desk_result_fields[] = {
    {.name = "ref", .key = 1, .type = WIRE_TEXT, .at = offsetof(struct msg_desk_result, ref), .need = true, .max = INT64_C(64)},
    {.name = "number", .key = 2, .type = WIRE_TEXT, .at = offsetof(struct msg_desk_result, number), .need = true, .max = INT64_C(32)},
    {.name = "state", .key = 3, .type = WIRE_TEXT, .at = offsetof(struct msg_desk_result, state), .need = true, .max = INT64_C(16)},
    {.name = "version", .key = 4, .type = WIRE_INT, .at = offsetof(struct msg_desk_result, version), .more = offsetof(struct msg_desk_result, has_version), .min = INT64_C(0), .max = INT64_C(2147483647)},
    {.name = "number_new", .key = 5, .type = WIRE_TEXT, .at = offsetof(struct msg_desk_result, number_new), .max = INT64_C(32)},
};

static const struct wire_field reject_fields[] = {
    {.name = "bureau", .key = 1, .type = WIRE_INT, .at = offsetof(struct msg_reject, bureau), .need = true, .min = INT64_C(1), .max = INT64_C(999999999)},
    {.name = "seq", .key = 2, .type = WIRE_INT, .at = offsetof(struct msg_reject, seq), .need = true, .min = INT64_C(1), .max = INT64_C(9223372036854775807)},
    {.name = "epoch", .key = 3, .type = WIRE_INT, .at = offsetof(struct msg_reject, epoch), .more = offsetof(struct msg_reject, has_epoch), .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
    {.name = "reason", .key = 4, .type = WIRE_TEXT, .at = offsetof(struct msg_reject, reason), .need = true, .max = INT64_C(500)},
    {.name = "retry", .key = 5, .type = WIRE_BOOL, .at = offsetof(struct msg_reject, retry), .more = offsetof(struct msg_reject, has_retry)},
};

static const struct wire_field blocked_fields[] = {
    {.name = "bureau", .key = 1, .type = WIRE_INT, .at = offsetof(struct msg_blocked, bureau), .need = true, .min = INT64_C(1), .max = INT64_C(999999999)},
    {.name = "seq", .key = 2, .type = WIRE_INT, .at = offsetof(struct msg_blocked, seq), .need = true, .min = INT64_C(1), .max = INT64_C(9223372036854775807)},
    {.name = "attempts", .key = 3, .type = WIRE_INT, .at = offsetof(struct msg_blocked, attempts), .need = true, .min = INT64_C(1), .max = INT64_C(1000000)},
    {.name = "blocked", .key = 4, .type = WIRE_BOOL, .at = offsetof(struct msg_blocked, blocked), .need = true},
};

static const struct wire_field goodbye_fields[] = {
    {.name = "bureau", .key = 1, .type = WIRE_INT, .at = offsetof(struct msg_goodbye, bureau), .need = true, .min = INT64_C(1), .max = INT64_C(999999999)},
    {.name = "epoch", .key = 2, .type = WIRE_INT, .at = offsetof(struct msg_goodbye, epoch), .more = offsetof(struct msg_goodbye, has_epoch), .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
};

static const struct wire_field identity_open_fields[] = {
    {.name = "event_id", .key = 1, .type = WIRE_TEXT, .at = offsetof(struct msg_identity_open, event_id), .need = true, .max = INT64_C(64)},
    {.name = "bureau", .key = 2, .type = WIRE_INT, .at = offsetof(struct msg_identity_open, bureau), .need = true, .min = INT64_C(440000), .max = INT64_C(999999999)},
    {.name = "number", .key = 3, .type = WIRE_TEXT, .at = offsetof(struct msg_identity_open, number), .need = true, .max = INT64_C(32)},
    {.name = "leg", .key = 4, .type = WIRE_INT, .at = offsetof(struct msg_identity_open, leg), .more = offsetof(struct msg_identity_open, has_leg), .min = INT64_C(0), .max = INT64_C(32767)},
    {.name = "unit", .key = 5, .type = WIRE_INT, .at = offsetof(struct msg_identity_open, unit), .more = offsetof(struct msg_identity_open, has_unit), .min = INT64_C(0), .max = INT64_C(999999999)},
    {.name = "officer", .key = 6, .type = WIRE_TEXT, .at = offsetof(struct msg_identity_open, officer), .need = true, .max = INT64_C(32)},
    {.name = "purpose", .key = 7, .type = WIRE_TEXT, .at = offsetof(struct msg_identity_open, purpose), .need = true, .max = INT64_C(200)},
};

static const struct wire_field identity_fields[] = {
    {.name = "event_id", .key = 1, .type = WIRE_TEXT, .at = offsetof(struct msg_identity, event_id), .need = true, .max = INT64_C(64)},
    {.name = "number", .key = 2, .type = WIRE_TEXT, .at = offsetof(struct msg_identity, number), .need = true, .max = INT64_C(32)},
    {.name = "writer_name", .key = 3, .type = WIRE_TEXT, .at = offsetof(struct msg_identity, writer_name), .max = INT64_C(100)},
    {.name = "writer_phone", .key = 4, .type = WIRE_TEXT, .at = offsetof(struct msg_identity, writer_phone), .max = INT64_C(100)},
    {.name = "writer_id_number", .key = 5, .type = WIRE_TEXT, .at = offsetof(struct msg_identity, writer_id_number), .max = INT64_C(100)},
    {.name = "writer_email", .key = 6, .type = WIRE_TEXT, .at = offsetof(struct msg_identity, writer_email), .max = INT64_C(100)},
    {.name = "duplicate", .key = 7, .type = WIRE_BOOL, .at = offsetof(struct msg_identity, duplicate), .need = true},
};

static const struct wire_field lookup_fields[] = {
    {.name = "ref", .key = 1, .type = WIRE_TEXT, .at = offsetof(struct msg_lookup, ref), .need = true, .max = INT64_C(64)},
    {.name = "channel", .key = 2, .type = WIRE_INT, .at = offsetof(struct msg_lookup, channel), .need = true, .min = INT64_C(1), .max = INT64_C(6)},
    {.name = "number", .key = 3, .type = WIRE_TEXT, .at = offsetof(struct msg_lookup, number), .need = true, .max = INT64_C(32)},
    {.name = "code", .key = 4, .type = WIRE_TEXT, .at = offsetof(struct msg_lookup, code), .need = true, .max = INT64_C(16)},
};

static const struct wire_field lookup_result_fields[] = {
    {.name = "ref", .key = 1, .type = WIRE_TEXT, .at = offsetof(struct msg_lookup_result, ref), .need = true, .max = INT64_C(64)},
    {.name = "number", .key = 2, .type = WIRE_TEXT, .at = offsetof(struct msg_lookup_result, number), .need = true, .max = INT64_C(32)},
    {.name = "state", .key = 3, .type = WIRE_TEXT, .at = offsetof(struct msg_lookup_result, state), .need = true, .max = INT64_C(16)},
    {.name = "label", .key = 4, .type = WIRE_TEXT, .at = offsetof(struct msg_lookup_result, label), .need = true, .max = INT64_C(64)},
    {.name = "received_at", .key = 5, .type = WIRE_INT, .at = offsetof(struct msg_lookup_result, received_at), .need = true, .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
    {.name = "due_at", .key = 6, .type = WIRE_INT, .at = offsetof(struct msg_lookup_result, due_at), .more = offsetof(struct msg_lookup_result, has_due_at), .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
    {.name = "times", .key = 7, .type = WIRE_INTS, .at = offsetof(struct msg_lookup_result, times), .count = 100, .more = offsetof(struct msg_lookup_result, times_n), .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
    {.name = "lines", .key = 8, .type = WIRE_TEXTS, .at = offsetof(struct msg_lookup_result, lines), .count = 100, .more = offsetof(struct msg_lookup_result, lines_n), .max = INT64_C(400)},
    {.name = "reply", .key = 9, .type = WIRE_TEXT, .at = offsetof(struct msg_lookup_result, reply), .max = INT64_C(20000)},
    {.name = "outcome", .key = 10, .type = WIRE_TEXT, .at = offsetof(struct msg_lookup_result, outcome), .max = INT64_C(32)},
    {.name = "asked", .key = 11, .type = WIRE_TEXT, .at = offsetof(struct msg_lookup_result, asked), .max = INT64_C(500)},
    {.name = "may", .key = 12, .type = WIRE_TEXTS, .at = offsetof(struct msg_lookup_result, may), .count = 8, .more = offsetof(struct msg_lookup_result, may_n), .max = INT64_C(16)},
};

static const struct wire_field writer_act_fields[] = {
    {.name = "ref", .key = 1, .type = WIRE_TEXT, .at = offsetof(struct msg_writer_act, ref), .need = true, .max = INT64_C(64)},
    {.name = "channel", .key = 2, .type = WIRE_INT, .at = offsetof(struct msg_writer_act, channel), .need = true, .min = INT64_C(1), .max = INT64_C(6)},
    {.name = "number", .key = 3, .type = WIRE_TEXT, .at = offsetof(struct msg_writer_act, number), .need = true, .max = INT64_C(32)},
    {.name = "code", .key = 4, .type = WIRE_TEXT, .at = offsetof(struct msg_writer_act, code), .need = true, .max = INT64_C(16)},
    {.name = "event", .key = 5, .type = WIRE_TEXT, .at = offsetof(struct msg_writer_act, event), .need = true, .max = INT64_C(16)},
    {.name = "words", .key = 6, .type = WIRE_TEXT, .at = offsetof(struct msg_writer_act, words), .max = INT64_C(20000)},
    {.name = "satisfied", .key = 7, .type = WIRE_BOOL, .at = offsetof(struct msg_writer_act, satisfied), .more = offsetof(struct msg_writer_act, has_satisfied)},
    {.name = "solved", .key = 8, .type = WIRE_BOOL, .at = offsetof(struct msg_writer_act, solved), .more = offsetof(struct msg_writer_act, has_solved)},
    {.name = "contacted", .key = 9, .type = WIRE_BOOL, .at = offsetof(struct msg_writer_act, contacted), .more = offsetof(struct msg_writer_act, has_contacted)},
    {.name = "true", .key = 10, .type = WIRE_BOOL, .at = offsetof(struct msg_writer_act, true_), .more = offsetof(struct msg_writer_act, has_true)},
};

static const struct wire_field writer_result_fields[] = {
    {.name = "ref", .key = 1, .type = WIRE_TEXT, .at = offsetof(struct msg_writer_result, ref), .need = true, .max = INT64_C(64)},
    {.name = "number", .key = 2, .type = WIRE_TEXT, .at = offsetof(struct msg_writer_result, number), .need = true, .max = INT64_C(32)},
    {.name = "state", .key = 3, .type = WIRE_TEXT, .at = offsetof(struct msg_writer_result, state), .need = true, .max = INT64_C(16)},
    {.name = "label", .key = 4, .type = WIRE_TEXT, .at = offsetof(struct msg_writer_result, label), .need = true, .max = INT64_C(64)},
    {.name = "duplicate", .key = 5, .type = WIRE_BOOL, .at = offsetof(struct msg_writer_result, duplicate), .need = true},
};

static const struct wire_field writer_notice_fields[] = {
    {.name = "seq", .key = 1, .type = WIRE_INT, .at = offsetof(struct msg_writer_notice, seq), .need = true, .min = INT64_C(1), .max = INT64_C(9223372036854775807)},
    {.name = "number", .key = 2, .type = WIRE_TEXT, .at = offsetof(struct msg_writer_notice, number), .need = true, .max = INT64_C(32)},
    {.name = "client_ref", .key = 3, .type = WIRE_TEXT, .at = offsetof(struct msg_writer_notice, client_ref), .need = true, .max = INT64_C(64)},
    {.name = "event", .key = 4, .type = WIRE_TEXT, .at = offsetof(struct msg_writer_notice, event), .need = true, .max = INT64_C(32)},
    {.name = "at", .key = 5, .type = WIRE_INT, .at = offsetof(struct msg_writer_notice, at), .need = true, .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
    {.name = "label", .key = 6, .type = WIRE_TEXT, .at = offsetof(struct msg_writer_notice, label), .max = INT64_C(64)},
    {.name = "line", .key = 7, .type = WIRE_TEXT, .at = offsetof(struct msg_writer_notice, line), .max = INT64_C(400)},
    {.name = "due_at", .key = 8, .type = WIRE_INT, .at = offsetof(struct msg_writer_notice, due_at), .more = offsetof(struct msg_writer_notice, has_due_at), .min = INT64_C(0), .max = INT64_C(9223372036854775807)},
    {.name = "reply", .key = 9, .type = WIRE_TEXT, .at = offsetof(struct msg_writer_notice, reply), .max = INT64_C(20000)},
    {.name = "outcome", .key = 10, .type = WIRE_TEXT, .at = offsetof(struct msg_writer_notice, outcome), .max = INT64_C(32)},
    {.name = "asked", .key = 11, .type = WIRE_TEXT, .at = offsetof(struct msg_writer_notice, asked), .max = INT64_C(500)},
};

const struct wire_message wire_messages[] = {
    {1, "letter_submit", letter_submit_fields, 14, sizeof(struct msg_letter_submit)},
    {2, "receipt", receipt_fields, 4, sizeof(struct msg_receipt)},
    {3, "refusal", refusal_fields, 5, sizeof(struct msg_refusal)},
    {4, "letter_received", letter_received_fields, 8, sizeof(struct msg_letter_received)},
    {5, "case_accepted", case_accepted_fields, 1, sizeof(struct msg_case_accepted)},
    {6, "hello", hello_fields, 6, sizeof(struct msg_hello)},
    {7, "welcome", welcome_fields, 7, sizeof(struct msg_welcome)},
    {8, "ack", ack_fields, 4, sizeof(struct msg_ack)},
    {9, "delivery", delivery_fields, 22, sizeof(struct msg_delivery)},
    {10, "heartbeat", heartbeat_fields, 4, sizeof(struct msg_heartbeat)},
    {11, "feedback", feedback_fields, 16, sizeof(struct msg_feedback)},
    {12, "feedback_result", feedback_result_fields, 5, sizeof(struct msg_feedback_result)},
    {13, "desk_act", desk_act_fields, 29, sizeof(struct msg_desk_act)},
    {14, "desk_result", desk_result_fields, 5, sizeof(struct msg_desk_result)},
    {15, "reject", reject_fields, 5, sizeof(struct msg_reject)},
    {16, "blocked", blocked_fields, 4, sizeof(struct msg_blocked)},
    {17, "goodbye", goodbye_fields, 2, sizeof(struct msg_goodbye)},
    {18, "identity_open", identity_open_fields, 7, sizeof(struct msg_identity_open)},
    {19, "identity", identity_fields, 7, sizeof(struct msg_identity)},
    {20, "lookup", lookup_fields, 4, sizeof(struct msg_lookup)},
    {21, "lookup_result", lookup_result_fields, 12, sizeof(struct msg_lookup_result)},
    {22, "writer_act", writer_act_fields, 10, sizeof(struct msg_writer_act)},
    {23, "writer_result", writer_result_fields, 5, sizeof(struct msg_writer_result)},
    {24, "writer_notice", writer_notice_fields, 11, sizeof(struct msg_writer_notice)},
};
const size_t wire_messages_n = sizeof wire_messages / sizeof wire_messages[0];

enum result wire_get_letter_submit(const struct frame *frame, struct msg_letter_submit *out, struct err *err)
{
    return wire_decode(&wire_messages[0], frame, out, err);
}

void wire_put_letter_submit(struct buf *buf, uint64_t trace, const struct msg_letter_submit *m)
{
    wire_encode(&wire_messages[0], buf, trace, m);
}

enum result wire_get_receipt(const struct frame *frame, struct msg_receipt *out, struct err *err)
{
    return wire_decode(&wire_messages[1], frame, out, err);
}

void wire_put_receipt(struct buf *buf, uint64_t trace, const struct msg_receipt *m)
{
    wire_encode(&wire_messages[1], buf, trace, m);
}

enum result wire_get_refusal(const struct frame *frame, struct msg_refusal *out, struct err *err)
{
    return wire_decode(&wire_messages[2], frame, out, err);
}

void wire_put_refusal(struct buf *buf, uint64_t trace, const struct msg_refusal *m)
{
    wire_encode(&wire_messages[2], buf, trace, m);
}

enum result wire_get_letter_received(const struct frame *frame, struct msg_letter_received *out, struct err *err)
{
    return wire_decode(&wire_messages[3], frame, out, err);
}

void wire_put_letter_received(struct buf *buf, uint64_t trace, const struct msg_letter_received *m)
{
    wire_encode(&wire_messages[3], buf, trace, m);
}

enum result wire_get_case_accepted(const struct frame *frame, struct msg_case_accepted *out, struct err *err)
{
    return wire_decode(&wire_messages[4], frame, out, err);
}

void wire_put_case_accepted(struct buf *buf, uint64_t trace, const struct msg_case_accepted *m)
{
    wire_encode(&wire_messages[4], buf, trace, m);
}

enum result wire_get_hello(const struct frame *frame, struct msg_hello *out, struct err *err)
{
    return wire_decode(&wire_messages[5], frame, out, err);
}

void wire_put_hello(struct buf *buf, uint64_t trace, const struct msg_hello *m)
{
    wire_encode(&wire_messages[5], buf, trace, m);
}

enum result wire_get_welcome(const struct frame *frame, struct msg_welcome *out, struct err *err)
{
    return wire_decode(&wire_messages[6], frame, out, err);
}

void wire_put_welcome(struct buf *buf, uint64_t trace, const struct msg_welcome *m)
{
    wire_encode(&wire_messages[6], buf, trace, m);
}

enum result wire_get_ack(const struct frame *frame, struct msg_ack *out, struct err *err)
{
    return wire_decode(&wire_messages[7], frame, out, err);
}

void wire_put_ack(struct buf *buf, uint64_t trace, const struct msg_ack *m)
{
    wire_encode(&wire_messages[7], buf, trace, m);
}

enum result wire_get_delivery(const struct frame *frame, struct msg_delivery *out, struct err *err)
{
    return wire_decode(&wire_messages[8], frame, out, err);
}

void wire_put_delivery(struct buf *buf, uint64_t trace, const struct msg_delivery *m)
{
    wire_encode(&wire_messages[8], buf, trace, m);
}

enum result wire_get_heartbeat(const struct frame *frame, struct msg_heartbeat *out, struct err *err)
{
    return wire_decode(&wire_messages[9], frame, out, err);
}

void wire_put_heartbeat(struct buf *buf, uint64_t trace, const struct msg_heartbeat *m)
{
    wire_encode(&wire_messages[9], buf, trace, m);
}

enum result wire_get_feedback(const struct frame *frame, struct msg_feedback *out, struct err *err)
{
    return wire_decode(&wire_messages[10], frame, out, err);
}

void wire_put_feedback(struct buf *buf, uint64_t trace, const struct msg_feedback *m)
{
    wire_encode(&wire_messages[10], buf, trace, m);
}

enum result wire_get_feedback_result(const struct frame *frame, struct msg_feedback_result *out, struct err *err)
{
    return wire_decode(&wire_messages[11], frame, out, err);
}

void wire_put_feedback_result(struct buf *buf, uint64_t trace, const struct msg_feedback_result *m)
{
    wire_encode(&wire_messages[11], buf, trace, m);
}

enum result wire_get_desk_act(const struct frame *frame, struct msg_desk_act *out, struct err *err)
{
    return wire_decode(&wire_messages[12], frame, out, err);
}

void wire_put_desk_act(struct buf *buf, uint64_t trace, const struct msg_desk_act *m)
{
    wire_encode(&wire_messages[12], buf, trace, m);
}

enum result wire_get_desk_result(const struct frame *frame, struct msg_desk_result *out, struct err *err)
{
    return wire_decode(&wire_messages[13], frame, out, err);
}

void wire_put_desk_result(struct buf *buf, uint64_t trace, const struct msg_desk_result *m)
{
    wire_encode(&wire_messages[13], buf, trace, m);
}

enum result wire_get_reject(const struct frame *frame, struct msg_reject *out, struct err *err)
{
    return wire_decode(&wire_messages[14], frame, out, err);
}

void wire_put_reject(struct buf *buf, uint64_t trace, const struct msg_reject *m)
{
    wire_encode(&wire_messages[14], buf, trace, m);
}

enum result wire_get_blocked(const struct frame *frame, struct msg_blocked *out, struct err *err)
{
    return wire_decode(&wire_messages[15], frame, out, err);
}

void wire_put_blocked(struct buf *buf, uint64_t trace, const struct msg_blocked *m)
{
    wire_encode(&wire_messages[15], buf, trace, m);
}

enum result wire_get_goodbye(const struct frame *frame, struct msg_goodbye *out, struct err *err)
{
    return wire_decode(&wire_messages[16], frame, out, err);
}

void wire_put_goodbye(struct buf *buf, uint64_t trace, const struct msg_goodbye *m)
{
    wire_encode(&wire_messages[16], buf, trace, m);
}

enum result wire_get_identity_open(const struct frame *frame, struct msg_identity_open *out, struct err *err)
{
    return wire_decode(&wire_messages[17], frame, out, err);
}

void wire_put_identity_open(struct buf *buf, uint64_t trace, const struct msg_identity_open *m)
{
    wire_encode(&wire_messages[17], buf, trace, m);
}

enum result wire_get_identity(const struct frame *frame, struct msg_identity *out, struct err *err)
{
    return wire_decode(&wire_messages[18], frame, out, err);
}

void wire_put_identity(struct buf *buf, uint64_t trace, const struct msg_identity *m)
{
    wire_encode(&wire_messages[18], buf, trace, m);
}

enum result wire_get_lookup(const struct frame *frame, struct msg_lookup *out, struct err *err)
{
    return wire_decode(&wire_messages[19], frame, out, err);
}

void wire_put_lookup(struct buf *buf, uint64_t trace, const struct msg_lookup *m)
{
    wire_encode(&wire_messages[19], buf, trace, m);
}

enum result wire_get_lookup_result(const struct frame *frame, struct msg_lookup_result *out, struct err *err)
{
    return wire_decode(&wire_messages[20], frame, out, err);
}

void wire_put_lookup_result(struct buf *buf, uint64_t trace, const struct msg_lookup_result *m)
{
    wire_encode(&wire_messages[20], buf, trace, m);
}

enum result wire_get_writer_act(const struct frame *frame, struct msg_writer_act *out, struct err *err)
{
    return wire_decode(&wire_messages[21], frame, out, err);
}

void wire_put_writer_act(struct buf *buf, uint64_t trace, const struct msg_writer_act *m)
{
    wire_encode(&wire_messages[21], buf, trace, m);
}

enum result wire_get_writer_result(const struct frame *frame, struct msg_writer_result *out, struct err *err)
{
    return wire_decode(&wire_messages[22], frame, out, err);
}

void wire_put_writer_result(struct buf *buf, uint64_t trace, const struct msg_writer_result *m)
{
    wire_encode(&wire_messages[22], buf, trace, m);
}

enum result wire_get_writer_notice(const struct frame *frame, struct msg_writer_notice *out, struct err *err)
{
    return wire_decode(&wire_messages[23], frame, out, err);
}

void wire_put_writer_notice(struct buf *buf, uint64_t trace, const struct msg_writer_notice *m)
{
    wire_encode(&wire_messages[23], buf, trace, m);
}
