-- Who wrote, only for openings that stand in the journal.

-- name: identity_read
SELECT o.seq IS NOT NULL, w.name, w.phone, w.id_number, w.email
FROM unnest($1::bigint[], $2::int[]) WITH ORDINALITY AS n (case_id, unit, ord)
CROSS JOIN LATERAL (SELECT max(j.seq) AS seq FROM journal j
                    WHERE j.case_id = n.case_id AND j.event = $3::smallint AND j.actor = $4::smallint AND j.unit = n.unit) o
LEFT JOIN LATERAL identity_of(n.case_id, o.seq) w ON true
ORDER BY n.ord

-- name: identity_desk
SELECT j.event, w.name, w.phone, w.id_number, w.email
FROM (SELECT seq, event FROM journal
      WHERE case_id = $1::bigint AND seq <= $2::int AND event = ANY ($3::smallint[]) AND actor = $4::smallint AND post = $5::text
      ORDER BY seq DESC LIMIT 1) j
LEFT JOIN LATERAL identity_of($1::bigint, j.seq) w ON true
