-- The bureaus' durable queues, read side: position is a cursor, nothing is claimed.

-- name: queue_heads
SELECT h.bureau, h.next_seq - 1, c.acked_seq
FROM bureau_head h JOIN bureau_cursor c ON c.bureau = h.bureau ORDER BY h.bureau

-- name: queue_fetch
SELECT q.bureau, q.seq, q.case_id, q.leg, q.sent_at, l.mailbox, l.title, l.body, l.place, l.occurred_at, l.received_at,
       l.confidential, c.kind, c.category, c.place, c.flags, c.due_at
FROM unnest($1::int[], $2::bigint[], $3::int[]) AS want (bureau, after, max)
CROSS JOIN LATERAL (
    SELECT * FROM bureau_queue b WHERE b.bureau = want.bureau AND b.seq > want.after ORDER BY b.seq LIMIT want.max
) q
JOIN letter l ON l.id = q.case_id
JOIN case_file c ON c.id = q.case_id

-- name: cursor_save
UPDATE bureau_cursor c
SET acked_seq = greatest(c.acked_seq, n.acked), consumer = n.consumer, consumer_since = n.since, updated_at = $5::timestamptz
FROM unnest($1::int[], $2::bigint[], $3::text[], $4::timestamptz[]) AS n (bureau, acked, consumer, since)
WHERE c.bureau = n.bureau
