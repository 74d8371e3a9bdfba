-- SPDX-License-Identifier: Apache-2.0
-- What came in before: to compare two models on it, and to learn from what the desk set right.

-- name: history_letters
SELECT l.id, l.mailbox, l.claimed, l.confidential, l.title, l.body, l.place, l.accused, l.received_at
FROM letter l WHERE l.id < $1::bigint ORDER BY l.id DESC LIMIT $2::int

-- Letters whose kind and category a person set or let stand, each the letter of one case alone. Never one whose writer wants
-- secrecy, or that is or ever was about police conduct, whatever was made of it ($3: these flags; $4: 督察 with $5, what
-- accuses). Whether it is an emergency: 1 a person said so, 0 nobody did, NULL only the machine. Reading them is a look.
-- name: history_labels
WITH page AS (
    SELECT c.id, c.mailbox, c.kind, c.category, l.title, l.place, l.body,
        CASE WHEN EXISTS (SELECT FROM journal j WHERE j.case_id = c.id AND j.event = $8::smallint AND j.actor = $9::smallint) THEN 1
            WHEN NOT EXISTS (SELECT FROM journal j WHERE j.case_id = c.id AND j.event = $8) THEN 0 END::smallint AS urgent
    FROM case_file c JOIN letter l ON l.id = c.id
    WHERE c.id > $1::bigint AND c.letter_id = c.id AND c.category <> 0 AND NOT l.confidential AND c.flags & $3::smallint = 0
      AND NOT (c.category = $4::smallint AND c.kind = ANY ($5::smallint[]))
      AND NOT EXISTS (SELECT FROM accused a WHERE a.case_id = c.id)
      AND NOT EXISTS (SELECT FROM case_file o WHERE o.letter_id = c.id AND o.letter_id <> o.id)
      AND EXISTS (SELECT FROM journal j WHERE j.case_id = c.id AND j.event = ANY ($7::smallint[]) AND j.actor = $9)
    ORDER BY c.id LIMIT $2::int
), noted AS (
    INSERT INTO access_log (case_id, at, unit, officer, post, what, allowed)
    SELECT id, $6::timestamptz, $10::int, $11::int, $12::text, 'labels', true FROM page
)
SELECT id, mailbox, kind, category, urgent, title, place, body FROM page ORDER BY id
