-- The bureaus' durable queues, read side: position is a cursor, nothing is claimed.

-- name: queue_heads
SELECT h.bureau, h.next_seq - 1, c.acked_seq
FROM bureau_head h JOIN bureau_cursor c ON c.bureau = h.bureau ORDER BY h.bureau

-- The letter is the one that the case is about; what its writer added before a unit got it comes with it, the newest 20,000
-- characters, and so do the letters that joined the case; the line that says that one joined has them, too.
-- A supplement's row and its words were written at the same instant; where the writer's words came twice in it,
-- the rows take them in turn. Most cases have none of this, which two looks at an index tell (EXISTS might read the whole
-- table once instead); OFFSET 0 has the words put together once, not at each place that names them.
-- name: queue_fetch
SELECT q.bureau, q.seq, q.case_id, q.leg, q.sent_at, c.mailbox, l.title, l.body, l.place, l.occurred_at, c.received_at,
       l.confidential, c.kind, c.category, c.place, c.flags, c.due_at, q.notice, g.unit, g.role, g.parent, g.round, g.state,
       g.flags, g.due_at,
       (SELECT string_agg(a.unit || ':' || a.officer, ',') FROM accused a WHERE a.case_id = q.case_id AND a.gone_at IS NULL),
       CASE WHEN q.notice IN (1, 9)
                 AND coalesce((SELECT true FROM supplement s WHERE s.case_id = q.case_id LIMIT 1),
                              (SELECT true FROM course k WHERE k.primary_case = q.case_id AND k.primary_case <> 0 LIMIT 1))
       THEN (
           SELECT CASE WHEN length(w.all_words) > 20000 THEN '…' || right(w.all_words, 19999) ELSE w.all_words END
           FROM (SELECT nullif(concat_ws(E'\n\n',
               (SELECT string_agg(s.words, E'\n' ORDER BY s.seq)
                FROM supplement s WHERE q.notice = 1 AND s.case_id = q.case_id AND s.at <= q.sent_at),
               (SELECT string_agg(concat_ws(E'\n', t.title, t.body), E'\n\n' ORDER BY t.id)
                FROM course k JOIN case_file m ON m.id = k.case_id JOIN letter t ON t.id = m.letter_id
                WHERE k.primary_case = q.case_id AND k.primary_case <> 0)), '') AS all_words OFFSET 0) w)
       WHEN q.notice = 7 THEN (
           SELECT s.words FROM supplement s WHERE s.case_id = q.case_id AND s.at = q.sent_at ORDER BY s.seq LIMIT 1
           OFFSET (SELECT count(*) FROM bureau_queue b
                   WHERE b.bureau = q.bureau AND b.seq < q.seq AND b.seq >= q.seq - 1000
                     AND b.case_id = q.case_id AND b.leg = q.leg AND b.notice = 7 AND b.sent_at = q.sent_at)) END
FROM unnest($1::int[], $2::bigint[], $3::int[]) AS want (bureau, after, max)
CROSS JOIN LATERAL (
    SELECT * FROM bureau_queue b WHERE b.bureau = want.bureau AND b.seq > want.after ORDER BY b.seq LIMIT want.max
) q
JOIN case_file c ON c.id = q.case_id
JOIN letter l ON l.id = c.letter_id
LEFT JOIN leg g ON g.case_id = q.case_id AND g.id = q.leg

-- name: cursor_save
UPDATE bureau_cursor c
SET acked_seq = greatest(c.acked_seq, n.acked), consumer = n.consumer, consumer_since = n.since, updated_at = $5::timestamptz
FROM unnest($1::int[], $2::bigint[], $3::text[], $4::timestamptz[]) AS n (bureau, acked, consumer, since)
WHERE c.bureau = n.bureau
