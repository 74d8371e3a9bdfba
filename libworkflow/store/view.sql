-- SPDX-License-Identifier: Apache-2.0

-- ---- One case ----

-- First, who may read it and what there is of it: nothing of the letter's words.
-- name: view_case
SELECT c.id, c.mailbox, c.bureau, c.place, c.state, c.kind, c.category, c.confidence, c.round, c.flags, c.outcome, c.received_at,
    c.due_at, c.version, c.letter_id, k.primary_case, k.supervision, k.supervision_due, k.paused_at, k.satisfied_first,
    k.satisfied_last, k.solved
FROM case_file c LEFT JOIN course k ON k.case_id = c.id
WHERE c.id = $1::bigint AND c.mailbox = $2::int

-- name: view_accused
SELECT unit, officer FROM accused WHERE case_id = $1::bigint AND gone_at IS NULL ORDER BY unit, officer

-- name: view_legs
SELECT id, parent, unit, role, state, due_at, sent_at, round, hop, flags, extensions FROM leg WHERE case_id = $1::bigint ORDER BY id

-- name: view_events
SELECT j.seq, j.at, j.event, j.state, j.actor, j.leg, j.unit, j.policy, b.rule, b.words, j.post, j.detail, j.due_at
FROM journal j LEFT JOIN because b ON b.id = j.because
WHERE j.case_id = $1::bigint ORDER BY j.seq

-- Then the rest.
-- name: view_letter
SELECT channel, occurred_at, title, place, accused, body FROM letter WHERE id = $1::bigint

-- At each issue ($2): the desk's own words where it wrote some, else the newest report of each unit that led that round
-- ($3, $4: lead, DONE). What a unit below or an assisting one reported is for whoever leads, not for the writer.
-- name: view_replies
SELECT DISTINCT ON (j.seq, r.leg) j.at, r.leg, r.outcome, r.public_text
FROM (
    SELECT case_id, seq, at, lag(seq, 1, 0) OVER (ORDER BY seq) AS before
    FROM journal WHERE case_id = $1::bigint AND event = $2::smallint
) j JOIN reply r ON r.case_id = j.case_id AND r.seq <= j.seq
LEFT JOIN leg g ON g.case_id = r.case_id AND g.id = r.leg
WHERE r.seq = j.seq
    OR r.seq > j.before AND g.parent = 0 AND g.role = $3::smallint AND g.state = $4::smallint
        AND NOT EXISTS (SELECT FROM reply own WHERE own.case_id = j.case_id AND own.seq = j.seq)
ORDER BY j.seq, r.leg, r.seq DESC

-- name: view_requests
SELECT id, leg, kind, state, unit, target, days, asked_at, due_at, until_at, decided_at
FROM request WHERE case_id = $1::bigint ORDER BY id

-- name: view_supplements
SELECT seq, at, words FROM supplement WHERE case_id = $1::bigint ORDER BY seq

-- name: view_answers
SELECT seq, at, reached, contacted, is_true, satisfied, solved FROM callback_answer WHERE case_id = $1::bigint ORDER BY seq

-- name: view_inquiries
SELECT request, unit, ref, facts, answer, asked_at, approved_at, due_at, answered_at
FROM inquiry WHERE case_id = $1::bigint ORDER BY request

-- The newest ones first.
-- name: view_refused
SELECT at, actor, unit, post, event, state, code, words FROM refused_event WHERE case_id = $1::bigint ORDER BY id DESC LIMIT $2::int

-- name: view_internal
SELECT i.seq, j.at, j.leg, i.words
FROM internal_report i JOIN journal j ON j.case_id = i.case_id AND j.seq = i.seq
WHERE i.case_id = $1::bigint ORDER BY i.seq

-- name: view_merged
SELECT c.id, c.mailbox
FROM course k JOIN case_file c ON c.id = k.case_id
WHERE k.primary_case = $1::bigint AND k.primary_case <> 0 ORDER BY c.id

-- The case that it was merged into, or whose letter it is: who may not see that is not told its number.
-- name: view_kin
SELECT c.mailbox,
    (SELECT string_agg(a.unit || ':' || a.officer, ',') FROM accused a WHERE a.case_id = c.id AND a.gone_at IS NULL),
    (SELECT string_agg(g.unit || ':' || g.flags, ',') FROM leg g WHERE g.case_id = c.id)
FROM case_file c WHERE c.id = $1::bigint

-- ---- Many cases ----

-- One definition behind list, count and search: a window of cases, newest first, and which of them the filter wants. Of the
-- late ones the window is taken by their dates, of those with an open request by the requests, because they may lie far apart.
-- name: view_list
WITH page AS (
    (SELECT id FROM case_file WHERE $5::timestamptz IS NULL AND $8::smallint = 0 AND id < $1::bigint ORDER BY id DESC LIMIT $2::int)
    UNION ALL
    (SELECT DISTINCT case_id FROM request WHERE $5 IS NULL AND $8 <> 0 AND kind = $8 AND state = 1 AND case_id < $1
        ORDER BY case_id DESC LIMIT $2)
    UNION ALL
    (SELECT id FROM (
        SELECT id FROM case_file WHERE due_at < $5 AND id < $1
        OFFSET 0 -- a fence: without it the planner might walk over all that is not late
    ) late ORDER BY id DESC LIMIT $2)
), bounds AS (
    SELECT count(*) AS n, min(id) AS last FROM page
)
SELECT c.id, c.mailbox, c.bureau, c.place, c.state, c.kind, c.category, c.confidence, c.round, c.flags, c.outcome, c.received_at,
    c.due_at, (SELECT string_agg(a.unit || ':' || a.officer, ',' ORDER BY a.unit, a.officer) FROM accused a
        WHERE a.case_id = c.id AND a.gone_at IS NULL),
    CASE WHEN $6::boolean THEN (SELECT string_agg(l.unit || ':' || l.flags, ',') FROM leg l WHERE l.case_id = c.id) END,
    b.n, b.last
FROM bounds b LEFT JOIN (
    SELECT c.* FROM page JOIN case_file c ON c.id = page.id
    WHERE ($3::smallint = 0 OR c.state = $3) AND ($4::int = 0 OR c.bureau = $4)
        AND ($7::text IS NULL OR EXISTS (
            SELECT FROM letter t WHERE t.id = c.letter_id AND (t.title LIKE $7 OR t.body LIKE $7)))
        AND ($8 = 0 OR EXISTS (SELECT FROM request q WHERE q.case_id = c.id AND q.kind = $8 AND q.state = 1))
) c ON true
ORDER BY c.id DESC

-- name: view_queues
SELECT h.bureau, h.first_seq, h.next_seq - 1, c.acked_seq, c.epoch, c.consumer, c.consumer_since,
    coalesce(c.blocked_seq, 0), c.blocked_at, c.attempts, c.blocked_reason,
    CASE WHEN c.acked_seq < h.next_seq - 1 THEN
        (SELECT q.sent_at FROM bureau_queue q WHERE q.bureau = h.bureau AND q.seq = c.acked_seq + 1) END
FROM bureau_head h JOIN bureau_cursor c ON c.bureau = h.bureau
ORDER BY h.bureau
