-- SPDX-License-Identifier: Apache-2.0
-- The bureaus' durable queues, read side: position is a cursor, nothing is claimed.

-- name: queue_heads
SELECT h.bureau, h.first_seq, h.next_seq - 1, c.acked_seq, c.epoch, coalesce(c.blocked_seq, 0)
FROM bureau_head h JOIN bureau_cursor c ON c.bureau = h.bureau ORDER BY h.bureau

-- What every line needs. What few lines need is asked for behind it (queue_extra), where the last but two columns say so:
-- somebody is accused, a letter joined, the writer's later words (not by EXISTS, for which a plan that is made once may read
-- the whole table of supplements). Behind it: a tombstone, and the queue.
-- One queue by plain parameters: the server opens one or two of its ranges, however many there are.
-- name: queue_fetch
SELECT q.seq, q.case_id, q.leg, q.notice, q.sent_at, c.mailbox, c.received_at, c.kind, c.category, c.place, c.flags, c.due_at,
       l.confidential, CASE WHEN q.notice IN (1, 7) THEN l.title END, CASE WHEN q.notice IN (1, 7) THEN l.body END,
       CASE WHEN q.notice IN (1, 7) THEN l.place END, CASE WHEN q.notice IN (1, 7) THEN l.occurred_at END,
       g.unit, g.role, g.parent, g.round, g.state, g.flags, g.due_at,
       CASE WHEN c.flags & 8 <> 0 OR q.notice IN (7, 9) THEN true WHEN q.notice <> 1 THEN false
            WHEN c.flags & 16 <> 0 THEN true ELSE (SELECT true FROM supplement s WHERE s.case_id = q.case_id LIMIT 1) END,
       q.seq = ANY (ARRAY(SELECT t.seq FROM queue_tombstone t WHERE t.bureau = $1 AND t.seq > $2 AND t.seq <= $3)), q.bureau
FROM bureau_queue q
JOIN case_file c ON c.id = q.case_id
JOIN letter l ON l.id = c.letter_id
LEFT JOIN leg g ON g.case_id = q.case_id AND g.id = q.leg
WHERE q.bureau = $1::int AND q.seq > $2::bigint AND q.seq <= $3::bigint

-- The same for many queues at once: all ranges are opened once, which many statements would pay more for.
-- name: queue_fetch_many
SELECT q.seq, q.case_id, q.leg, q.notice, q.sent_at, c.mailbox, c.received_at, c.kind, c.category, c.place, c.flags, c.due_at,
       l.confidential, CASE WHEN q.notice IN (1, 7) THEN l.title END, CASE WHEN q.notice IN (1, 7) THEN l.body END,
       CASE WHEN q.notice IN (1, 7) THEN l.place END, CASE WHEN q.notice IN (1, 7) THEN l.occurred_at END,
       g.unit, g.role, g.parent, g.round, g.state, g.flags, g.due_at,
       CASE WHEN c.flags & 8 <> 0 OR q.notice IN (7, 9) THEN true WHEN q.notice <> 1 THEN false
            WHEN c.flags & 16 <> 0 THEN true ELSE (SELECT true FROM supplement s WHERE s.case_id = q.case_id LIMIT 1) END,
       (SELECT true FROM queue_tombstone t WHERE t.bureau = q.bureau AND t.seq = q.seq), q.bureau
FROM unnest($1::int[], $2::bigint[], $3::bigint[]) AS want (bureau, after, upto)
JOIN bureau_queue q ON q.bureau = want.bureau AND q.seq > want.after AND q.seq <= want.upto
JOIN case_file c ON c.id = q.case_id
JOIN letter l ON l.id = c.letter_id
LEFT JOIN leg g ON g.case_id = q.case_id AND g.id = q.leg

-- The letter is the one that the case is about; what its writer added before a unit got it comes with it, the newest 20,000
-- characters, and so do the letters that joined the case; the line that says that one joined has them, too. A supplement's
-- line and its words were written at the same instant; the last column: how often the writer's words came in it.
-- name: queue_extra
SELECT q.ord::int,
       (SELECT string_agg(a.unit || ':' || a.officer, ',') FROM accused a WHERE a.case_id = q.case_id AND a.gone_at IS NULL),
       CASE WHEN q.notice IN (1, 9) THEN (
           SELECT CASE WHEN length(w.all_words) > 20000 THEN '…' || right(w.all_words, 19999) ELSE w.all_words END
           FROM (SELECT nullif(concat_ws(E'\n\n',
               (SELECT string_agg(s.words, E'\n' ORDER BY s.seq)
                FROM supplement s WHERE q.notice = 1 AND s.case_id = q.case_id AND s.at <= q.sent_at),
               (SELECT string_agg(concat_ws(E'\n', t.title, t.body), E'\n\n' ORDER BY t.id)
                FROM course k JOIN case_file m ON m.id = k.case_id JOIN letter t ON t.id = m.letter_id
                WHERE k.primary_case = q.case_id AND k.primary_case <> 0)), '') AS all_words) w)
       WHEN q.notice = 7 THEN
           (SELECT s.words FROM supplement s WHERE s.case_id = q.case_id AND s.at = q.sent_at ORDER BY s.seq LIMIT 1) END,
       CASE WHEN q.notice = 7 THEN (SELECT count(*) FROM supplement s WHERE s.case_id = q.case_id AND s.at = q.sent_at) END
FROM unnest($1::bigint[], $2::smallint[], $3::timestamptz[]) WITH ORDINALITY AS q (case_id, notice, sent_at, ord)

-- Where the writer's words came twice in one instant, the lines take them in turn.
-- name: queue_turn
SELECT s.words FROM supplement s WHERE s.case_id = $3::bigint AND s.at = $5::timestamptz ORDER BY s.seq LIMIT 1
OFFSET (SELECT count(*) FROM bureau_queue b
        WHERE b.bureau = $1::int AND b.seq < $2::bigint AND b.seq >= $2 - 1000
            AND b.case_id = $3 AND b.leg = $4::smallint AND b.notice = 7 AND b.sent_at = $5)

-- A portal's lines. What was answered is what view_replies shows: the desk's own words at the newest issue, else the report of
-- each unit that led that round. In a case about police conduct nobody is told where it is handled.
-- name: queue_writers
SELECT q.seq, q.case_id, q.notice, c.mailbox, c.state, q.sent_at,
       CASE WHEN c.state IN (25, 40, 50) THEN coalesce(k.answer_due, c.due_at) END, l.client_ref,
       CASE WHEN q.notice = 5 THEN (
           SELECT string_agg(r.public_text, E'\n\n' ORDER BY r.leg)
           FROM (SELECT DISTINCT ON (r.leg) r.leg, r.public_text
                 FROM (SELECT max(seq) AS seq, coalesce((array_agg(seq ORDER BY seq DESC))[2], 0) AS before
                       FROM journal WHERE case_id = q.case_id AND event = ANY (ARRAY(
                           SELECT code FROM code_list WHERE list = 'journal' AND name = 'reply.issued'))) j
                 JOIN reply r ON r.case_id = q.case_id AND r.seq <= j.seq
                 LEFT JOIN leg g ON g.case_id = r.case_id AND g.id = r.leg
                 WHERE r.seq = j.seq OR r.seq > j.before AND g.parent = 0 AND g.role = 1 AND g.state = 50
                     AND NOT EXISTS (SELECT FROM reply own WHERE own.case_id = q.case_id AND own.seq = j.seq)
                 ORDER BY r.leg, r.seq DESC) r) END,
       CASE WHEN q.notice = 3 THEN (
           SELECT left(j.detail, 500) FROM journal j WHERE j.case_id = q.case_id AND j.event = ANY (ARRAY(
               SELECT code FROM code_list WHERE list = 'journal' AND name = 'supplement.requested'))
           ORDER BY j.seq DESC LIMIT 1) END,
       c.outcome, CASE WHEN c.flags & 2 = 0 THEN c.bureau ELSE 0 END,
       q.seq = ANY (ARRAY(SELECT t.seq FROM queue_tombstone t WHERE t.bureau = $1 AND t.seq > $2 AND t.seq <= $3))
FROM bureau_queue q
JOIN case_file c ON c.id = q.case_id
JOIN letter l ON l.id = c.letter_id
LEFT JOIN course k ON k.case_id = q.case_id
WHERE q.bureau = $1::int AND q.seq > $2::bigint AND q.seq <= $3::bigint

-- name: queue_activate
UPDATE bureau_cursor c SET epoch = c.epoch + 1, consumer = $2::text, consumer_since = $3::timestamptz, updated_at = $3
FROM bureau_head h
WHERE c.bureau = $1::int AND h.bureau = c.bureau
RETURNING h.bureau, h.first_seq, h.next_seq - 1, c.acked_seq, c.epoch, coalesce(c.blocked_seq, 0)

-- name: cursor_save
UPDATE bureau_cursor c
SET acked_seq = greatest(c.acked_seq, n.acked), consumer = n.consumer, consumer_since = n.since, updated_at = $6::timestamptz
FROM unnest($1::int[], $2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[]) AS n (bureau, epoch, acked, consumer, since)
WHERE c.bureau = n.bureau AND c.epoch <= n.epoch

-- What stands before it is acknowledged: so it is, too.
-- name: queue_block
UPDATE bureau_cursor
SET blocked_seq = $3::bigint, blocked_at = $6::timestamptz, attempts = $4::int, blocked_reason = $5::text,
    acked_seq = $3 - 1, updated_at = $6
WHERE bureau = $1::int AND epoch = $2::bigint AND acked_seq < $3 AND coalesce(blocked_seq, $3) = $3

-- name: queue_extend
SELECT queue_extend($1::bigint)

-- Without a list: whoever appends runs it when a range is full.
-- name: queue_extend_now
SELECT queue_extend(NULL)

-- The queues whose oldest range may go; the last one that could not comes last.
-- name: queue_retirable
SELECT r.bureau
FROM queue_range r
JOIN bureau_head h ON h.bureau = r.bureau AND h.first_seq = r.from_seq AND h.next_seq >= r.to_seq
JOIN bureau_cursor c ON c.bureau = r.bureau AND c.acked_seq >= r.to_seq - 1
WHERE (SELECT q.sent_at FROM bureau_queue q WHERE q.bureau = r.bureau AND q.seq = r.to_seq - 1) < $1::timestamptz
ORDER BY r.bureau <= $2::int, r.bureau

-- name: queue_retire
SELECT queue_retire($1::int, $2::timestamptz, $3::timestamptz)
