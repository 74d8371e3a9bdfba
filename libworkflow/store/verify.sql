-- SPDX-License-Identifier: Apache-2.0
-- Each check: how many violations there are in all, and of the first five the mailbox, the case's id and words.

-- name: verify_case_letter
SELECT count(*) OVER (), coalesce(c.mailbox, l.mailbox), coalesce(c.id, l.id),
    CASE WHEN l.id IS NULL THEN 'no letter' WHEN c.id IS NULL THEN 'no case' ELSE 'mailboxes differ' END
FROM letter l FULL JOIN case_file c ON c.id = l.id
WHERE l.id IS NULL OR c.id IS NULL OR l.mailbox <> c.mailbox
LIMIT 5

-- name: verify_serials
SELECT count(*) OVER (), 0, 0::bigint, concat(coalesce(got.day, s.day), ': ', coalesce(n, 0), ' letters, last serial ',
    coalesce(top, 0), ', next ', coalesce(s.next_serial, 1))
FROM (SELECT id / 1000000000 + 20000000 AS day, count(*) AS n, max(id % 1000000000) AS top FROM letter GROUP BY 1) got
FULL JOIN day_serial s ON s.day = got.day
WHERE coalesce(n, 0) <> coalesce(s.next_serial, 1) - 1 OR coalesce(top, 0) <> coalesce(s.next_serial, 1) - 1
LIMIT 5

-- name: verify_client_keys
SELECT count(*) OVER (), min(mailbox), min(id), concat(count(*), ' letters with one key')
FROM letter GROUP BY channel, client_ref HAVING count(*) > 1
LIMIT 5

-- name: verify_writers
SELECT n, 0, 0::bigint, 'identities without a letter' FROM writer_orphans() n WHERE n > 0

-- name: verify_queue_dense
SELECT count(*) OVER (), 0, 0::bigint, concat(coalesce(h.bureau, q.bureau), ': ', coalesce(n, 0), ' rows, last ',
    coalesce(last, 0), ', next ', h.next_seq)
FROM bureau_head h
FULL JOIN (SELECT bureau, count(*) AS n, max(seq) AS last FROM bureau_queue GROUP BY bureau) q ON q.bureau = h.bureau
WHERE h.bureau IS NULL OR coalesce(n, 0) <> h.next_seq - 1 OR coalesce(last, 0) <> h.next_seq - 1
LIMIT 5

-- name: verify_queue_legs
SELECT count(*) OVER (), c.mailbox, v.case_id, v.words
FROM (
    SELECT coalesce(q.case_id, l.case_id) AS case_id, concat('leg ', coalesce(q.leg, l.id), ' is ', coalesce(q.n, 0),
        ' times in the queue of ', coalesce(q.bureau, l.unit)) AS words
    FROM (SELECT case_id, leg, bureau, count(*) AS n FROM bureau_queue GROUP BY 1, 2, 3) q
    FULL JOIN (SELECT case_id, id, unit FROM leg WHERE parent = 0) l
        ON l.case_id = q.case_id AND l.id = q.leg AND l.unit = q.bureau
    WHERE q.n IS DISTINCT FROM 1 OR l.case_id IS NULL
) v LEFT JOIN case_file c ON c.id = v.case_id
LIMIT 5

-- name: verify_cursors
SELECT count(*) OVER (), 0, 0::bigint, concat(coalesce(h.bureau, c.bureau), ': acknowledged ', c.acked_seq, ', next ', h.next_seq)
FROM bureau_head h FULL JOIN bureau_cursor c ON c.bureau = h.bureau
WHERE h.bureau IS NULL OR c.bureau IS NULL OR c.acked_seq < 0 OR c.acked_seq >= h.next_seq
LIMIT 5

-- The desk's acts stand under bureau 0.
-- name: verify_feedback
SELECT count(*) OVER (), c.mailbox, f.case_id, concat('said by ', f.bureau, ', which has no leg')
FROM feedback_inbox f LEFT JOIN case_file c ON c.id = f.case_id
WHERE c.id IS NULL
    OR f.bureau <> 0 AND NOT EXISTS (SELECT FROM leg l WHERE l.case_id = f.case_id AND l.unit = f.bureau)
LIMIT 5

-- name: verify_replies
SELECT count(*) OVER (), c.mailbox, v.case_id, concat('line ', v.seq, v.words)
FROM (
    SELECT j.case_id, j.seq, ': a report without a reply' AS words
    FROM journal j LEFT JOIN reply r ON r.case_id = j.case_id AND r.seq = j.seq
    WHERE r.case_id IS NULL AND j.event = (SELECT code FROM code_list WHERE list = 'journal' AND name = 'leg.reported')
    UNION ALL
    SELECT r.case_id, r.seq, ': a reply that nobody reported'
    FROM reply r LEFT JOIN journal j ON j.case_id = r.case_id AND j.seq = r.seq AND j.event = ANY (ARRAY(
        SELECT code FROM code_list WHERE list = 'journal' AND name IN ('leg.reported', 'reply.issued')))
    WHERE j.case_id IS NULL
) v LEFT JOIN case_file c ON c.id = v.case_id
LIMIT 5

-- A warning: the clock is read before the head's lock, and can be set back. The sequence is what counts.
-- name: verify_queue_times
SELECT count(*) OVER (), 0, 0::bigint, concat(bureau, '/', seq)
FROM (SELECT bureau, seq, sent_at < lag(sent_at) OVER (PARTITION BY bureau ORDER BY seq) AS back FROM bureau_queue) q
WHERE back
LIMIT 5

-- A warning: the machine's own stages are late.
-- name: verify_stuck
SELECT count(*) OVER (), c.mailbox, c.id, s.name
FROM case_file c JOIN code_list s ON s.list = 'case_state' AND s.code = c.state
WHERE c.state = ANY (ARRAY(SELECT code FROM code_list WHERE list = 'case_state' AND name IN ('RECEIVED', 'ACCEPTED')))
    AND c.due_at < $1::timestamptz
LIMIT 5

-- name: verify_figures
SELECT (SELECT count(*) FROM letter), (SELECT count(*) FROM dead_letter)

-- name: verify_reasons
SELECT id, rule FROM because

-- The journals are read in pages of whole cases.
-- name: verify_page_end
SELECT max(id) FROM (SELECT id FROM case_file WHERE id > $1::bigint ORDER BY id LIMIT $2::int) page

-- name: verify_page_cases
SELECT id, mailbox, version, state, due_at FROM case_file WHERE id > $1::bigint AND id <= $2::bigint ORDER BY id

-- name: verify_page_legs
SELECT case_id, id, unit, state FROM leg WHERE case_id > $1::bigint AND case_id <= $2::bigint ORDER BY case_id, id

-- name: verify_page_lines
SELECT case_id, seq, event, because, state, leg, actor, unit
FROM journal WHERE case_id > $1::bigint AND case_id <= $2::bigint ORDER BY case_id, seq
