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

-- What told a queue of the letter's or the writer's words: notices letter and supplement. A queue is read by its own key. Of a
-- leg whose line may lie in a range that was retired, that it was dispatched is still told: sequence 0, acknowledged.
-- name: access_deliveries
WITH line AS (
    SELECT q.bureau, q.seq, q.leg, q.notice, q.sent_at, q.seq <= c.acked_seq AS acknowledged
    FROM bureau_cursor c
    JOIN bureau_queue q ON q.bureau = c.bureau AND q.case_id = $1::bigint AND q.notice = ANY ('{1,7}'::smallint[])
    WHERE c.bureau = ANY ($2::int[])
)
SELECT d.bureau, d.seq, d.leg, l.unit, d.notice, d.sent_at, d.acknowledged
FROM (
    SELECT * FROM line
    UNION ALL
    SELECT r.bureau, 0, g.id, 1::smallint, g.sent_at, true
    FROM leg g
    CROSS JOIN LATERAL (
        SELECT r.bureau FROM unnest($2::int[], $3::int[]) u (queue, unit) JOIN queue_retired r ON r.bureau = u.queue
        WHERE u.unit = g.unit AND r.newest_at >= g.sent_at LIMIT 1) r
    WHERE g.case_id = $1 AND NOT EXISTS (SELECT FROM line WHERE line.leg = g.id AND line.notice = 1)
) d LEFT JOIN leg l ON l.case_id = $1 AND l.id = d.leg
ORDER BY d.sent_at, d.bureau, d.seq
