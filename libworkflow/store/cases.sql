-- The one write path of a case. A batch is first tried without locks: the journal's key (case_id, seq) and the inbox's key let
-- at most one of two writers through, and the one that came too late starts again, this time with locks and look-ups. The
-- rows are touched in id order, the bureaus' heads last, in bureau order.

-- name: case_read
SELECT c.id, c.version, c.mailbox, c.bureau, c.place, c.accused, c.state, c.kind, c.category, c.flags, c.confidence,
       c.outcome, c.round, c.received_at, c.due_at, l.id, l.parent, l.unit, l.role, l.state, l.due_at
FROM unnest($1::bigint[]) AS n (id)
JOIN case_file c ON c.id = n.id LEFT JOIN leg l ON l.case_id = c.id

-- name: case_lock
SELECT c.id FROM case_file c WHERE c.id = ANY ($1::bigint[]) ORDER BY c.id FOR NO KEY UPDATE

-- name: inbox_find
SELECT k.ord::int, i.case_id, i.digest
FROM unnest($1::int[], $2::text[]) WITH ORDINALITY AS k (bureau, event_id, ord)
JOIN feedback_inbox i ON i.bureau = k.bureau AND i.event_id = k.event_id

-- name: case_update
UPDATE case_file c
SET version = n.version, state = n.state, kind = n.kind, category = n.category, flags = n.flags, bureau = n.bureau,
    place = n.place, accused = n.accused, confidence = n.confidence, outcome = n.outcome, round = n.round, due_at = n.due_at
FROM unnest($1::bigint[], $2::int[], $3::smallint[], $4::smallint[], $5::smallint[], $6::smallint[], $7::int[], $8::int[],
            $9::int[], $10::smallint[], $11::smallint[], $12::smallint[], $13::timestamptz[])
     AS n (id, version, state, kind, category, flags, bureau, place, accused, confidence, outcome, round, due_at)
WHERE c.id = n.id

-- name: leg_insert
INSERT INTO leg (case_id, id, parent, unit, role, state, due_at, sent_at)
SELECT n.*, $8::timestamptz
FROM unnest($1::bigint[], $2::smallint[], $3::smallint[], $4::int[], $5::smallint[], $6::smallint[], $7::timestamptz[]) n

-- name: leg_update
UPDATE leg l SET state = n.state, due_at = n.due_at
FROM unnest($1::bigint[], $2::smallint[], $3::smallint[], $4::timestamptz[]) AS n (case_id, id, state, due_at)
WHERE l.case_id = n.case_id AND l.id = n.id

-- name: journal_insert
INSERT INTO journal (case_id, seq, event, because, state, leg, actor, unit, post, detail, at, policy)
SELECT n.*, $11::timestamptz, $12::int
FROM unnest($1::bigint[], $2::int[], $3::smallint[], $4::smallint[], $5::smallint[], $6::smallint[], $7::smallint[],
            $8::int[], $9::text[], $10::text[]) n

-- name: reply_insert
INSERT INTO reply (case_id, seq, leg, outcome, public_text, at)
SELECT n.*, $6::timestamptz
FROM unnest($1::bigint[], $2::int[], $3::smallint[], $4::smallint[], $5::text[]) n

-- name: internal_report_insert
INSERT INTO internal_report (case_id, seq, words)
SELECT * FROM unnest($1::bigint[], $2::int[], $3::text[]) n

-- name: inbox_insert
INSERT INTO feedback_inbox (bureau, event_id, case_id, digest, seen)
SELECT n.*, 1 FROM unnest($1::int[], $2::text[], $3::bigint[], $4::bigint[]) n

-- name: inbox_seen
UPDATE feedback_inbox i SET seen = i.seen + 1
FROM (SELECT DISTINCT * FROM unnest($1::int[], $2::text[])) AS n (bureau, event_id)
WHERE i.bureau = n.bureau AND i.event_id = n.event_id

-- name: head_lock
SELECT bureau FROM bureau_head WHERE bureau = ANY ($1::int[]) ORDER BY bureau FOR NO KEY UPDATE

-- name: queue_append
WITH item AS (
    SELECT t.bureau, t.case_id, t.leg, row_number() OVER (PARTITION BY t.bureau ORDER BY t.ord) AS k
    FROM unnest($1::int[], $2::bigint[], $3::smallint[]) WITH ORDINALITY AS t (bureau, case_id, leg, ord)
), head AS (
    UPDATE bureau_head h SET next_seq = h.next_seq + n.more
    FROM (SELECT bureau, count(*) AS more FROM item GROUP BY bureau) n
    WHERE h.bureau = n.bureau
    RETURNING h.bureau, h.next_seq - n.more AS first
)
INSERT INTO bureau_queue (bureau, seq, case_id, leg, sent_at)
SELECT i.bureau, head.first + i.k - 1, i.case_id, i.leg, $4::timestamptz
FROM item i LEFT JOIN head ON head.bureau = i.bureau -- a bureau without a head gives no seq, and so fails the whole batch
