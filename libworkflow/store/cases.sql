-- The one write path of a case. A batch is first tried without locks: the journal's key (case_id, seq) and the inbox's key let
-- at most one of two writers through, and the one that came too late starts again, this time with locks and look-ups. The
-- rows are touched in id order, the bureaus' heads last, in bureau order.
-- Many arrays are unnested in a select list, row by row; unnest($1, $2, ...) in FROM first stores each in a set of its own.

-- name: case_read
SELECT c.id, c.version, c.mailbox, c.bureau, c.place, c.state, c.kind, c.category, c.flags, c.confidence, c.outcome, c.round,
       c.received_at, c.due_at, c.letter_id, c.clock_at, c.wake_at,
       l.id, l.parent, l.unit, l.role, l.state, l.due_at, l.sent_at, l.round, l.hop, l.flags, l.extensions, l.warned, l.handler,
       s.case_id, s.paused_at, s.answer_due, s.asked_supplements, s.got_supplements, s.alarm, s.warned, s.supervision,
       s.supervision_due, s.calls, s.call_hours, s.first_call, s.satisfied_first, s.satisfied_last, s.solved, s.primary_case,
       s.extended_days, s.ex_officio
FROM unnest($1::bigint[]) AS n (id)
JOIN case_file c ON c.id = n.id LEFT JOIN course s ON s.case_id = c.id LEFT JOIN leg l ON l.case_id = c.id

-- name: accused_read
SELECT a.case_id, a.unit, a.officer
FROM unnest($1::bigint[]) AS n (id) JOIN accused a ON a.case_id = n.id
WHERE a.gone_at IS NULL

-- name: request_read
SELECT r.case_id, r.id, r.leg, r.kind, r.state, r.unit, r.target, r.days, r.asked_at, r.due_at, r.until_at, r.person
FROM unnest($1::bigint[]) AS n (id) JOIN request r ON r.case_id = n.id

-- name: case_lock
SELECT c.id FROM case_file c WHERE c.id = ANY ($1::bigint[]) ORDER BY c.id FOR NO KEY UPDATE

-- name: inbox_find
SELECT k.ord::int, i.case_id, i.digest
FROM unnest($1::int[], $2::text[]) WITH ORDINALITY AS k (bureau, event_id, ord)
JOIN feedback_inbox i ON i.bureau = k.bureau AND i.event_id = k.event_id

-- name: case_update
UPDATE case_file c
SET version = n.version, state = n.state, kind = n.kind, category = n.category, flags = n.flags, bureau = n.bureau,
    place = n.place, confidence = n.confidence, outcome = n.outcome, round = n.round, due_at = n.due_at,
    clock_at = n.clock_at, wake_at = n.wake_at
FROM (SELECT unnest($1::bigint[]) AS id, unnest($2::int[]) AS version, unnest($3::smallint[]) AS state,
             unnest($4::smallint[]) AS kind, unnest($5::smallint[]) AS category, unnest($6::smallint[]) AS flags,
             unnest($7::int[]) AS bureau, unnest($8::int[]) AS place, unnest($9::smallint[]) AS confidence,
             unnest($10::smallint[]) AS outcome, unnest($11::smallint[]) AS round, unnest($12::timestamptz[]) AS due_at,
             unnest($13::timestamptz[]) AS clock_at, unnest($14::timestamptz[]) AS wake_at) n
WHERE c.id = n.id

-- The sweep looked and nothing was due. Whoever changes the case meanwhile says himself when to look again: so no waiting,
-- which out of id order could be for one who waits for us.
-- name: case_wake_update
UPDATE case_file c SET wake_at = n.wake_at
FROM (SELECT f.id, n.wake_at
      FROM unnest($1::bigint[], $2::int[], $3::timestamptz[]) AS n (id, version, wake_at)
      JOIN case_file f ON f.id = n.id AND f.version = n.version
      FOR NO KEY UPDATE OF f SKIP LOCKED) n
WHERE c.id = n.id

-- name: leg_insert
INSERT INTO leg (case_id, id, parent, unit, role, state, due_at, sent_at, round, hop, flags, extensions, warned, handler)
SELECT * FROM (SELECT unnest($1::bigint[]), unnest($2::smallint[]), unnest($3::smallint[]), unnest($4::int[]),
                      unnest($5::smallint[]), unnest($6::smallint[]), unnest($7::timestamptz[]), unnest($8::timestamptz[]),
                      unnest($9::smallint[]), unnest($10::smallint[]), unnest($11::smallint[]), unnest($12::smallint[]),
                      unnest($13::smallint[]), unnest($14::bigint[])) n

-- name: leg_update
UPDATE leg l
SET state = n.state, due_at = n.due_at, flags = n.flags, extensions = n.extensions, warned = n.warned, handler = n.handler
FROM (SELECT unnest($1::bigint[]) AS case_id, unnest($2::smallint[]) AS id, unnest($3::smallint[]) AS state,
             unnest($4::timestamptz[]) AS due_at, unnest($5::smallint[]) AS flags, unnest($6::smallint[]) AS extensions,
             unnest($7::smallint[]) AS warned, unnest($8::bigint[]) AS handler) n
WHERE l.case_id = n.case_id AND l.id = n.id

-- name: course_put
INSERT INTO course (case_id, paused_at, answer_due, asked_supplements, got_supplements, alarm, warned, supervision,
    supervision_due, calls, call_hours, first_call, satisfied_first, satisfied_last, solved, primary_case, extended_days,
    ex_officio)
SELECT * FROM (SELECT unnest($1::bigint[]), unnest($2::timestamptz[]), unnest($3::timestamptz[]), unnest($4::smallint[]),
                      unnest($5::smallint[]), unnest($6::smallint[]), unnest($7::smallint[]), unnest($8::smallint[]),
                      unnest($9::timestamptz[]), unnest($10::smallint[]), unnest($11::int[]), unnest($12::timestamptz[]),
                      unnest($13::smallint[]), unnest($14::smallint[]), unnest($15::smallint[]), unnest($16::bigint[]),
                      unnest($17::smallint[]), unnest($18::smallint[])) n
ON CONFLICT (case_id) DO UPDATE
SET paused_at = excluded.paused_at, answer_due = excluded.answer_due, asked_supplements = excluded.asked_supplements,
    got_supplements = excluded.got_supplements, alarm = excluded.alarm, warned = excluded.warned,
    supervision = excluded.supervision, supervision_due = excluded.supervision_due, calls = excluded.calls,
    call_hours = excluded.call_hours, first_call = excluded.first_call, satisfied_first = excluded.satisfied_first,
    satisfied_last = excluded.satisfied_last, solved = excluded.solved, primary_case = excluded.primary_case,
    extended_days = excluded.extended_days, ex_officio = excluded.ex_officio

-- $1: the cases whose list changed; $2, $3, $4: the whole lists. Who is no longer in one is gone, not deleted.
-- name: accused_put
WITH now_in AS (
    SELECT * FROM unnest($2::bigint[], $3::int[], $4::int[]) AS n (case_id, unit, officer)
), gone AS (
    UPDATE accused a SET gone_at = $5::timestamptz
    WHERE a.case_id = ANY ($1::bigint[]) AND a.gone_at IS NULL
      AND NOT EXISTS (SELECT FROM now_in n WHERE (n.case_id, n.unit, n.officer) = (a.case_id, a.unit, a.officer))
)
INSERT INTO accused AS a (case_id, unit, officer, since)
SELECT n.case_id, n.unit, n.officer, $5::timestamptz FROM now_in n
ON CONFLICT (case_id, unit, officer) DO UPDATE SET since = excluded.since, gone_at = NULL WHERE a.gone_at IS NOT NULL

-- Open is 1.
-- name: request_insert
INSERT INTO request (case_id, id, leg, kind, state, unit, target, days, person, asked_at, due_at, until_at, decided_at)
SELECT n.*, CASE WHEN n.state <> 1 THEN $13::timestamptz END
FROM (SELECT unnest($1::bigint[]) AS case_id, unnest($2::smallint[]) AS id, unnest($3::smallint[]) AS leg,
             unnest($4::smallint[]) AS kind, unnest($5::smallint[]) AS state, unnest($6::int[]) AS unit,
             unnest($7::int[]) AS target, unnest($8::smallint[]) AS days, unnest($9::bigint[]) AS person,
             unnest($10::timestamptz[]) AS asked_at, unnest($11::timestamptz[]) AS due_at,
             unnest($12::timestamptz[]) AS until_at) n

-- name: request_update
UPDATE request r
SET state = n.state, target = n.target, days = n.days, due_at = n.due_at, until_at = n.until_at,
    decided_at = CASE WHEN n.state <> 1 THEN coalesce(r.decided_at, $8::timestamptz) END
FROM (SELECT unnest($1::bigint[]) AS case_id, unnest($2::smallint[]) AS id, unnest($3::smallint[]) AS state,
             unnest($4::int[]) AS target, unnest($5::smallint[]) AS days, unnest($6::timestamptz[]) AS due_at,
             unnest($7::timestamptz[]) AS until_at) n
WHERE r.case_id = n.case_id AND r.id = n.id

-- A case that was split off has a number of its own, of the same series as the letters'.
-- name: split_serial
INSERT INTO day_serial (day, next_serial) VALUES ($1::int, 2)
ON CONFLICT (day) DO UPDATE SET next_serial = day_serial.next_serial + 1
RETURNING next_serial - 1

-- name: split_insert
INSERT INTO case_file (id, version, state, kind, category, flags, bureau, place, confidence, outcome, round, due_at, clock_at,
                       wake_at, letter_id, mailbox, received_at)
SELECT * FROM (SELECT unnest($1::bigint[]), unnest($2::int[]), unnest($3::smallint[]), unnest($4::smallint[]),
                      unnest($5::smallint[]), unnest($6::smallint[]), unnest($7::int[]), unnest($8::int[]),
                      unnest($9::smallint[]), unnest($10::smallint[]), unnest($11::smallint[]), unnest($12::timestamptz[]),
                      unnest($13::timestamptz[]), unnest($14::timestamptz[]), unnest($15::bigint[]), unnest($16::int[]),
                      unnest($17::timestamptz[])) n

-- name: journal_insert
INSERT INTO journal (case_id, seq, event, because, state, leg, actor, unit, post, detail, due_at, at, policy)
SELECT n.*, $12::timestamptz, $13::int
FROM (SELECT unnest($1::bigint[]), unnest($2::int[]), unnest($3::smallint[]), unnest($4::smallint[]), unnest($5::smallint[]),
             unnest($6::smallint[]), unnest($7::smallint[]), unnest($8::int[]), unnest($9::text[]), unnest($10::text[]),
             unnest($11::timestamptz[])) n

-- name: reply_insert
INSERT INTO reply (case_id, seq, leg, outcome, public_text, at)
SELECT n.*, $6::timestamptz
FROM (SELECT unnest($1::bigint[]), unnest($2::int[]), unnest($3::smallint[]), unnest($4::smallint[]), unnest($5::text[])) n

-- name: internal_report_insert
INSERT INTO internal_report (case_id, seq, words)
SELECT * FROM (SELECT unnest($1::bigint[]), unnest($2::int[]), unnest($3::text[])) n

-- name: supplement_insert
INSERT INTO supplement (case_id, seq, words, at)
SELECT n.*, $4::timestamptz FROM unnest($1::bigint[], $2::int[], $3::text[]) n

-- name: callback_answer_insert
INSERT INTO callback_answer (case_id, seq, reached, contacted, is_true, satisfied, solved, at)
SELECT n.*, $8::timestamptz
FROM unnest($1::bigint[], $2::int[], $3::smallint[], $4::smallint[], $5::smallint[], $6::smallint[], $7::smallint[]) n

-- name: inquiry_insert
INSERT INTO inquiry (case_id, request, unit, ref, facts, asked_at)
SELECT n.*, $6::timestamptz FROM unnest($1::bigint[], $2::smallint[], $3::int[], $4::text[], $5::text[]) n

-- name: inquiry_approve
UPDATE inquiry i SET approved_at = $4::timestamptz, due_at = n.due_at
FROM unnest($1::bigint[], $2::smallint[], $3::timestamptz[]) AS n (case_id, request, due_at)
WHERE i.case_id = n.case_id AND i.request = n.request

-- name: inquiry_answer
UPDATE inquiry i SET answered_at = $4::timestamptz, answer = n.answer
FROM unnest($1::bigint[], $2::smallint[], $3::text[]) AS n (case_id, request, answer)
WHERE i.case_id = n.case_id AND i.request = n.request

-- The same cause refused again adds no row.
-- name: refused_event_insert
INSERT INTO refused_event (case_id, actor, unit, post, event, state, code, words, cause_by, cause, at)
SELECT n.*, $11::timestamptz
FROM unnest($1::bigint[], $2::smallint[], $3::int[], $4::text[], $5::smallint[], $6::smallint[], $7::text[], $8::text[],
            $9::int[], $10::text[]) n
ON CONFLICT DO NOTHING

-- name: inbox_insert
INSERT INTO feedback_inbox (bureau, event_id, case_id, digest, seen)
SELECT n.*, 1 FROM (SELECT unnest($1::int[]), unnest($2::text[]), unnest($3::bigint[]), unnest($4::bigint[])) n

-- name: inbox_seen
UPDATE feedback_inbox i SET seen = i.seen + 1
FROM (SELECT DISTINCT * FROM unnest($1::int[], $2::text[])) AS n (bureau, event_id)
WHERE i.bureau = n.bureau AND i.event_id = n.event_id

-- name: head_lock
SELECT bureau FROM bureau_head WHERE bureau = ANY ($1::int[]) ORDER BY bureau FOR NO KEY UPDATE

-- name: queue_append
WITH item AS (
    SELECT t.bureau, t.case_id, t.leg, t.notice, row_number() OVER (PARTITION BY t.bureau ORDER BY t.ord) AS k
    FROM unnest($1::int[], $2::bigint[], $3::smallint[], $4::smallint[]) WITH ORDINALITY
         AS t (bureau, case_id, leg, notice, ord)
), head AS (
    UPDATE bureau_head h SET next_seq = h.next_seq + n.more
    FROM (SELECT bureau, count(*) AS more FROM item GROUP BY bureau) n
    WHERE h.bureau = n.bureau
    RETURNING h.bureau, h.next_seq - n.more AS first
)
INSERT INTO bureau_queue (bureau, seq, case_id, leg, notice, sent_at)
SELECT i.bureau, CASE WHEN head.first IS NULL THEN ('there is no queue ' || i.bureau)::bigint -- fails the whole batch
                      ELSE head.first + i.k - 1 END, i.case_id, i.leg, i.notice, $5::timestamptz
FROM item i LEFT JOIN head ON head.bureau = i.bureau

-- What writers are told, by the channels of their letters ($3: those that have a queue). As above, dense and in order.
-- name: writer_append
WITH item AS (
    SELECT l.channel::int AS bureau, t.case_id, t.event, row_number() OVER (PARTITION BY l.channel ORDER BY t.ord) AS k
    FROM unnest($1::bigint[], $2::smallint[]) WITH ORDINALITY AS t (case_id, event, ord)
    JOIN case_file c ON c.id = t.case_id
    JOIN letter l ON l.id = c.letter_id
    WHERE l.channel = ANY ($3::smallint[])
), head AS (
    UPDATE bureau_head h SET next_seq = h.next_seq + n.more
    FROM (SELECT bureau, count(*) AS more FROM item GROUP BY bureau) n
    WHERE h.bureau = n.bureau
    RETURNING h.bureau, h.next_seq - n.more AS first
)
INSERT INTO bureau_queue (bureau, seq, case_id, leg, notice, sent_at)
SELECT i.bureau, CASE WHEN head.first IS NULL THEN ('there is no queue ' || i.bureau)::bigint
                      ELSE head.first + i.k - 1 END, i.case_id, 0, i.event, $4::timestamptz
FROM item i LEFT JOIN head ON head.bureau = i.bureau

-- A line of a queue that the desk decides on, and what blocks the queue. The cursor stays locked to the end.
-- name: queue_line
SELECT coalesce(c.blocked_seq, 0), coalesce(q.case_id, 0), q.leg, q.notice, coalesce(t.parked, false)
FROM bureau_cursor c
LEFT JOIN bureau_queue q ON q.bureau = $1::int AND q.seq = $2::bigint
LEFT JOIN queue_tombstone t ON t.bureau = $1::int AND t.seq = $2::bigint
WHERE c.bureau = $1::int
FOR NO KEY UPDATE OF c

-- name: queue_unblock
UPDATE bureau_cursor c SET blocked_seq = NULL, blocked_at = NULL, attempts = 0, blocked_reason = NULL
FROM unnest($1::int[], $2::bigint[]) AS n (bureau, seq)
WHERE c.bureau = n.bureau AND c.blocked_seq = n.seq

-- name: tombstone_insert
INSERT INTO queue_tombstone (bureau, seq, parked, by_whom, reason, at)
SELECT n.*, $6::timestamptz FROM unnest($1::int[], $2::bigint[], $3::boolean[], $4::text[], $5::text[]) n

-- name: parked_insert
INSERT INTO dead_letter (source, ref, case_id, code, field, words, at, attempts)
SELECT 'dispatcher', n.ref, n.case_id, 'parked', '', n.words, $4::timestamptz, 1
FROM unnest($1::text[], $2::bigint[], $3::text[]) AS n (ref, case_id, words)
