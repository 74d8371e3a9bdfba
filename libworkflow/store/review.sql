-- SPDX-License-Identifier: Apache-2.0
-- 回头看: closed cases that are looked at again.

-- A window of cases, newest first, and those of them that were closed in a time. A case that lies in the archive was closed
-- before. What speaks for a second look is only read where it is asked for.
-- name: review_window
WITH page AS (
    SELECT id FROM case_file WHERE id < $1::bigint ORDER BY id DESC LIMIT $2::int
), bounds AS (
    SELECT count(*) AS n, min(id) AS last FROM page
), closed AS (
    SELECT c.*, CASE WHEN c.state = 80 THEN c.clock_at ELSE (
        SELECT max(j.at) FROM journal j WHERE j.case_id = c.id
            AND j.event = (SELECT code FROM code_list WHERE list = 'journal' AND name = 'case.closed')) END AS closed_at
    FROM page JOIN case_file c ON c.id = page.id
    WHERE c.state IN (80, 90) AND c.clock_at >= $3::timestamptz
)
SELECT c.id, c.mailbox, c.closed_at, c.round, c.flags, c.outcome,
    (SELECT string_agg(a.unit || ':' || a.officer, ',') FROM accused a WHERE a.case_id = c.id AND a.gone_at IS NULL),
    (SELECT string_agg(l.unit || ':' || l.flags, ',') FROM leg l WHERE l.case_id = c.id),
    CASE WHEN $5::boolean THEN (SELECT count(*) FROM leg l WHERE l.case_id = c.id AND l.state = 26) END,
    CASE WHEN $5 THEN (SELECT count(*) FROM journal j WHERE j.case_id = c.id
        AND j.event = (SELECT code FROM code_list WHERE list = 'journal' AND name = 'clock.breached')) END,
    k.satisfied_last, k.solved, b.n, b.last
FROM bounds b
LEFT JOIN closed c ON c.closed_at >= $3 AND c.closed_at < $4::timestamptz
LEFT JOIN course k ON k.case_id = c.id

-- Two who draw at once get two numbers.
-- name: review_lock
SELECT pg_advisory_xact_lock('review_sample'::regclass::oid::bigint)

-- name: review_insert
INSERT INTO review_sample (sample, case_id, rule, seed, drawn_at)
SELECT next.sample, n.id, n.rule, $3::bigint, $4::timestamptz
FROM (SELECT coalesce(max(sample), 0) + 1 AS sample FROM review_sample) next, unnest($1::bigint[], $2::text[]) AS n (id, rule)
RETURNING sample

-- name: review_list
SELECT r.sample, r.case_id, c.mailbox, c.state, r.rule, r.seed, r.drawn_at, r.finding, r.rating, r.found_at,
    (SELECT string_agg(a.unit || ':' || a.officer, ',') FROM accused a WHERE a.case_id = c.id AND a.gone_at IS NULL),
    (SELECT string_agg(l.unit || ':' || l.flags, ',') FROM leg l WHERE l.case_id = c.id)
FROM review_sample r JOIN case_file c ON c.id = r.case_id
WHERE r.sample = CASE WHEN $1::int = 0 THEN (SELECT max(sample) FROM review_sample) ELSE $1 END
ORDER BY r.case_id

-- name: review_find
UPDATE review_sample SET finding = $2::text, rating = $3::smallint, found_at = $4::timestamptz
WHERE case_id = $1::bigint AND finding IS NULL AND sample = (SELECT max(sample) FROM review_sample WHERE case_id = $1)
RETURNING sample
