-- What a stage still has to do, from the cases' states (case_file.stage: the state, of those that a stage takes). Dead letters
-- wait for a person.

-- name: worklist_received
SELECT l.id, l.mailbox, l.claimed, l.confidential, l.title, l.body, l.place, l.accused, l.received_at
FROM case_file c JOIN letter l ON l.id = c.id
WHERE c.stage = 10 AND c.id > $1::bigint
  AND NOT EXISTS (SELECT FROM dead_letter d WHERE d.source = 'classifier' AND d.ref = c.id::text)
ORDER BY c.id LIMIT $2::int

-- Two pages by key, of which the smaller ids are taken: one condition on both states would read and sort every case in them.
-- name: worklist_accepted
SELECT page.id, page.received_at FROM (
    (SELECT c.id, c.received_at FROM case_file c
     WHERE c.stage = 30 AND c.id > $1::bigint AND c.bureau <> 0
       AND NOT EXISTS (SELECT FROM dead_letter d WHERE d.source = 'dispatcher' AND d.ref = c.id::text)
     ORDER BY c.id LIMIT $2::int)
    UNION ALL
    (SELECT c.id, c.received_at FROM case_file c
     WHERE c.stage = 75 AND c.id > $1::bigint AND c.bureau <> 0
       AND NOT EXISTS (SELECT FROM dead_letter d WHERE d.source = 'dispatcher' AND d.ref = c.id::text)
     ORDER BY c.id LIMIT $2::int)
) page
ORDER BY page.id LIMIT $2::int

-- name: worklist_due
SELECT c.id, c.wake_at FROM case_file c
WHERE c.wake_at <= $1::timestamptz
  AND NOT EXISTS (SELECT FROM dead_letter d WHERE d.source = 'clocks' AND d.ref = c.id::text)
ORDER BY c.wake_at LIMIT $2::int
