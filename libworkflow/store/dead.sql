-- SPDX-License-Identifier: Apache-2.0

-- name: dead_list
SELECT d.id, d.source, d.ref, d.case_id, c.mailbox, d.at, d.attempts, d.code, d.field, d.words, NULL::bytea
FROM dead_letter d LEFT JOIN case_file c ON c.id = d.case_id
ORDER BY d.id LIMIT $1::int

-- name: dead_get
SELECT d.id, d.source, d.ref, d.case_id, c.mailbox, d.at, d.attempts, d.code, d.field, d.words, d.frame
FROM dead_letter d LEFT JOIN case_file c ON c.id = d.case_id
WHERE d.id = $1::bigint

-- name: dead_decide
WITH gone AS (DELETE FROM dead_letter WHERE id = $1::bigint RETURNING id, source, ref)
INSERT INTO dead_letter_decision (dead_letter, source, ref, decision, at, by_whom)
SELECT id, source, ref, $2::text, $3::timestamptz, $4::text FROM gone
