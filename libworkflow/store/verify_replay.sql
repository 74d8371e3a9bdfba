-- SPDX-License-Identifier: Apache-2.0
-- The journals are read in pages of whole cases, in the order of their ids, by key.

-- name: replay_ids
SELECT id FROM case_file WHERE id > $1::bigint ORDER BY id LIMIT $2::int

-- name: replay_lines
SELECT case_id, seq, event, because, state, leg, actor, unit, at, due_at
FROM journal WHERE case_id > $1::bigint AND case_id <= $2::bigint ORDER BY case_id, seq

-- Legs that belong to no case.
-- name: replay_orphan_legs
SELECT l.case_id, l.id
FROM leg l LEFT JOIN case_file c ON c.id = l.case_id
WHERE l.case_id > $1::bigint AND l.case_id <= $2::bigint AND c.id IS NULL
ORDER BY l.case_id, l.id
LIMIT 1000

-- name: replay_reasons
SELECT id, rule FROM because
