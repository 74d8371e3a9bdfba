-- SPDX-License-Identifier: Apache-2.0

-- name: view_case
SELECT c.id, c.mailbox, c.bureau, c.place, c.accused, c.state, c.kind, c.category, c.confidence, c.round, c.flags, c.outcome,
    c.received_at, c.due_at, l.channel, l.occurred_at, l.title, l.place, l.accused, l.body
FROM case_file c JOIN letter l ON l.id = c.id
WHERE c.id = $1::bigint AND c.mailbox = $2::int

-- name: view_legs
SELECT id, parent, unit, role, state, due_at, sent_at FROM leg WHERE case_id = $1::bigint ORDER BY id

-- name: view_events
SELECT j.seq, j.at, j.event, j.state, j.actor, j.leg, j.unit, j.policy, b.rule, b.words, j.post, j.detail
FROM journal j LEFT JOIN because b ON b.id = j.because
WHERE j.case_id = $1::bigint ORDER BY j.seq

-- At each issue: the desk's own words where it wrote some, else the newest report of each leg.
-- name: view_replies
SELECT DISTINCT ON (j.seq, r.leg) j.at, r.leg, r.outcome, r.public_text
FROM journal j JOIN reply r ON r.case_id = j.case_id AND r.seq <= j.seq
WHERE j.case_id = $1::bigint
    AND j.event = (SELECT code FROM code_list WHERE list = 'journal' AND name = 'reply.issued')
    AND (r.seq = j.seq OR r.leg <> 0 AND NOT EXISTS (SELECT FROM reply own WHERE own.case_id = j.case_id AND own.seq = j.seq))
ORDER BY j.seq, r.leg, r.seq DESC

-- name: view_list
SELECT id, mailbox, bureau, place, accused, state, kind, category, confidence, round, flags, outcome, received_at, due_at
FROM case_file
WHERE ($1::smallint = 0 OR state = $1) AND ($2::int = 0 OR bureau = $2) AND (NOT $3::boolean OR due_at < $4::timestamptz)
ORDER BY id DESC LIMIT $5::int

-- name: view_queues
SELECT h.bureau, h.next_seq - 1, c.acked_seq,
    (SELECT q.sent_at FROM bureau_queue q WHERE q.bureau = h.bureau AND q.seq = c.acked_seq + 1),
    c.consumer, c.consumer_since
FROM bureau_head h JOIN bureau_cursor c ON c.bureau = h.bureau
ORDER BY h.bureau
