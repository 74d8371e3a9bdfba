-- Which letters say the same.

-- name: near_extend
SELECT near_extend($1::timestamptz, $2::bigint)

-- At most $4 letters a band, the newest.
-- name: near_search
SELECT n.slot, b.letter_id
FROM (SELECT unnest($1::int[]) AS slot, unnest($2::int[]) AS band) n
CROSS JOIN LATERAL (SELECT letter_id FROM near_band WHERE band = n.band AND letter_id >= $3::bigint
                    ORDER BY letter_id DESC LIMIT $4::int) b

-- name: near_writers
SELECT letter_id, earlier FROM writer_earlier($1::bigint[])

-- name: near_same
SELECT letter_id, other FROM writer_same($1::bigint[], $2::bigint[])

-- A letter's text, and the case that it is handled under.
-- name: near_fetch
SELECT l.id, p.id, p.mailbox, p.state, p.kind, p.clock_at, l.body
FROM unnest($1::bigint[]) AS n (id)
JOIN letter l ON l.id = n.id
LEFT JOIN course k ON k.case_id = n.id
JOIN case_file p ON p.id = coalesce(nullif(k.primary_case, 0), n.id)

-- name: near_insert
INSERT INTO near_band (band, letter_id) SELECT * FROM (SELECT unnest($1::int[]), unnest($2::bigint[])) n

-- The same for letters that may have some of them.
-- name: near_add
INSERT INTO near_band (band, letter_id)
SELECT n.band, n.id FROM (SELECT unnest($1::int[]) AS band, unnest($2::bigint[]) AS id) n
WHERE NOT EXISTS (SELECT FROM near_band b WHERE b.band = n.band AND b.letter_id = n.id)

-- What is compared with one letter that somebody looks at; who may see a case is told by whom it accuses and by its legs.
-- name: near_body
SELECT l.id, l.body FROM case_file c JOIN letter l ON l.id = c.letter_id WHERE c.id = $1::bigint

-- name: near_guard
SELECT c.id,
    (SELECT string_agg(a.unit || ':' || a.officer, ',') FROM accused a WHERE a.case_id = c.id AND a.gone_at IS NULL),
    (SELECT string_agg(g.unit || ':' || g.flags, ',') FROM leg g WHERE g.case_id = c.id)
FROM unnest($1::bigint[]) AS n (id) JOIN case_file c ON c.id = n.id

-- The letters that were classified, a page by id.
-- name: near_page
SELECT l.id, l.body FROM letter l JOIN case_file c ON c.id = l.id
WHERE l.id > $1::bigint AND c.state <> 10 ORDER BY l.id LIMIT $2::int
