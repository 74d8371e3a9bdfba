-- SPDX-License-Identifier: Apache-2.0
-- Who may look at a case, and who did.

-- What core needs to say who may read it: whom it accuses (unit:officer), whose legs it has (unit:flags). The mailbox is the
-- number's; NULL: whichever.
-- name: access_case
SELECT (SELECT string_agg(a.unit || ':' || a.officer, ',') FROM accused a WHERE a.case_id = c.id AND a.gone_at IS NULL),
    (SELECT string_agg(l.unit || ':' || l.flags, ',') FROM leg l WHERE l.case_id = c.id)
FROM case_file c WHERE c.id = $1::bigint AND c.mailbox = coalesce($2::int, c.mailbox)

-- name: access_note
INSERT INTO access_log (case_id, at, unit, officer, post, what, allowed)
VALUES ($1::bigint, $2::timestamptz, $3::int, $4::int, $5::text, $6::text, $7::boolean)

-- The newest looks, oldest of them first.
-- name: access_looks
SELECT * FROM (
    SELECT at, unit, officer, post, what, allowed, id FROM access_log WHERE case_id = $1::bigint ORDER BY id DESC LIMIT $2::int
) newest ORDER BY id

-- What told a queue of the letter's or the writer's words: notices letter and supplement. A queue is read by its own key.
-- name: access_deliveries
SELECT q.bureau, q.seq, q.leg, l.unit, q.notice, q.sent_at, q.seq <= c.acked_seq
FROM bureau_cursor c
JOIN bureau_queue q ON q.bureau = c.bureau AND q.case_id = $1::bigint AND q.notice = ANY ('{1,7}'::smallint[])
LEFT JOIN leg l ON l.case_id = q.case_id AND l.id = q.leg
WHERE c.bureau = ANY ($2::int[]) ORDER BY q.sent_at, q.bureau, q.seq
