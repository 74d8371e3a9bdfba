// SPDX-License-Identifier: Apache-2.0
// json: JSON lines <-> messages. Strict on the way in: a member that we do not know, a wrong type, a text that is too
// long is refused by name, so that a portal finds its mistake at the first letter and not at the first complaint.
#ifndef CLIENT_JSON_H
#define CLIENT_JSON_H

#include "wire/frame.h"
#include "wire/wire.gen.h"

#define JSON_LINE_MAX FRAME_MAX // bytes of one line, without its end

#define JSON_EVENT_MAX 33 // bytes of an event's name, with the terminator

// A parsed line: the message's texts point into it. Start with {0}; json_line_done after success and after failure.
struct json_line {
    void *tree;     // json_t
    struct str ref; // client_ref, event_id or number as far as it could be read, for the refusal; p == NULL: not there
    char event[JSON_EVENT_MAX]; // json_feedback: the event's name as it was sent
};
void json_line_done(struct json_line *line);

// REJECT, and err names the member: bad_json (not JSON, not an object; the caller adds the line's number),
// unknown_member, duplicate_member, wrong_type, missing, blank, too_long, out_of_range, bad_time, nul, bad_utf8. Limits
// are the contract's; what needs the catalogues (mailbox, channel, kind, units, reasons) is left to the daemon. Codes
// and counts may be written as texts of digits, yes or no as true or false; `until` is a date (its end) or RFC 3339.
enum result json_letter(struct str text, struct json_line *line, struct msg_letter_submit *out,
                        struct err *err) MUST_USE;
// The same for a letter that is read and not sent: the channel may be missing.
enum result json_letter_read(struct str text, struct json_line *line, struct msg_letter_submit *out,
                             struct err *err) MUST_USE;
enum result json_feedback(struct str text, int32_t bureau, struct json_line *line, struct msg_feedback *out,
                          struct err *err) MUST_USE;
// {"number","event","leg","as","unit","version","data":{…}}; `ref` is the caller's to fill. name holds what json_event
// made of the event and lives as long as the message.
enum result json_act(struct str text, struct json_line *line, char name[JSON_EVENT_MAX], struct msg_desk_act *out,
                     struct err *err) MUST_USE;
// The object of --data alone: adds to *out everything that docs/letterctl.md lists under act.
enum result json_act_data(struct str text, struct json_line *line, struct msg_desk_act *out, struct err *err) MUST_USE;
// An event as people write it, with blanks or hyphens: they become '_'; `review` means reviewed, `call back`
// start_callback. REJECT (too_long) when the name does not fit.
enum result json_event(struct str event, char name[JSON_EVENT_MAX], struct err *err) MUST_USE;

// Each appends one JSON object and a newline.
void json_put_receipt(struct buf *out, const struct msg_receipt *receipt);
void json_put_feedback_result(struct buf *out, const struct msg_feedback_result *result);
void json_put_desk_result(struct buf *out, const struct msg_desk_result *result);
// Every member is there, null where it is not known; notice is "letter" where none was said. Times are RFC 3339 at
// +08:00.
void json_put_delivery(struct buf *out, const struct msg_delivery *delivery);
void json_put_writer_notice(struct buf *out, const struct msg_writer_notice *notice);
// {"<ref_name>":…|null,"line":N,"error":{"code","message","field"}}; line 0: without that member.
void json_put_refusal(struct buf *out, const char *ref_name, struct str ref, int64_t line, const struct err *err);

#endif
