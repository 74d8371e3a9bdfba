-- What a writer may see, for several cases at once; each row says of which ($1's position).

-- name: lookup_cases
SELECT n.ord::int, c.mailbox, c.state, c.kind, c.flags, c.outcome, c.received_at, c.due_at, c.clock_at,
       s.paused_at IS NOT NULL, coalesce(s.primary_case, 0), p.mailbox
FROM unnest($1::bigint[]) WITH ORDINALITY AS n (id, ord)
JOIN case_file c ON c.id = n.id
LEFT JOIN course s ON s.case_id = c.id
LEFT JOIN case_file p ON p.id = nullif(s.primary_case, 0)

-- name: lookup_lines
SELECT n.ord::int, j.at, b.rule, j.actor, j.due_at, j.unit, coalesce(l.role = $2::smallint AND l.parent = 0, false), j.leg,
       j.detail
FROM unnest($1::bigint[]) WITH ORDINALITY AS n (id, ord)
JOIN journal j ON j.case_id = n.id
JOIN because b ON b.id = j.because
LEFT JOIN leg l ON l.case_id = j.case_id AND l.id = j.leg
ORDER BY n.ord, j.seq

-- What was issued, not what a unit reported and nobody has passed.
-- name: lookup_replies
SELECT n.ord::int, r.public_text
FROM unnest($1::bigint[]) WITH ORDINALITY AS n (id, ord)
CROSS JOIN LATERAL (SELECT max(j.seq) AS seq FROM journal j WHERE j.case_id = n.id AND j.event = $2::smallint) i
CROSS JOIN LATERAL (SELECT r.public_text FROM reply r WHERE r.case_id = n.id AND r.seq <= i.seq
                    ORDER BY r.seq DESC LIMIT 1) r
