-- What a stage still has to do, from the cases' states. Dead letters wait for a person.

-- name: worklist_received
SELECT l.id, l.mailbox, l.claimed, l.confidential, l.title, l.body, l.place, l.accused, l.received_at
FROM case_file c JOIN letter l ON l.id = c.id
WHERE c.state = 10 AND c.id > $1::bigint
  AND NOT EXISTS (SELECT FROM dead_letter d WHERE d.source = 'classifier' AND d.ref = c.id::text)
ORDER BY c.id LIMIT $2::int

-- name: worklist_accepted
SELECT c.id, c.received_at FROM case_file c
WHERE c.state = 30 AND c.id > $1::bigint AND c.bureau <> 0
  AND NOT EXISTS (SELECT FROM dead_letter d WHERE d.source = 'dispatcher' AND d.ref = c.id::text)
ORDER BY c.id LIMIT $2::int
