-- SPDX-License-Identifier: Apache-2.0
-- Each check: how many violations there are in all, and of the first five the mailbox, the case's id and words.

-- name: verify_case_letter
SELECT count(*) OVER (), mailbox, id, words FROM (
    SELECT coalesce(c.mailbox, l.mailbox) AS mailbox, coalesce(c.id, l.id) AS id,
        CASE WHEN l.id IS NULL THEN 'no letter' WHEN c.id IS NULL THEN 'no case' WHEN c.letter_id <> l.id
        THEN 'another letter' ELSE 'mailboxes differ' END AS words
    FROM letter l FULL JOIN case_file c ON c.id = l.id
    WHERE l.id IS NULL AND c.letter_id = c.id OR c.id IS NULL OR l.mailbox <> c.mailbox OR c.letter_id <> l.id
    -- Split off: it has no letter of its own.
    UNION ALL
    SELECT c.mailbox, c.id, CASE WHEN l.id IS NULL THEN 'split from no letter' ELSE 'mailboxes differ' END
    FROM case_file c LEFT JOIN letter l ON l.id = c.letter_id
    WHERE c.letter_id <> c.id AND (l.id IS NULL OR l.mailbox <> c.mailbox)
        AND NOT EXISTS (SELECT FROM letter own WHERE own.id = c.id)
) v
LIMIT 5

-- A serial is taken by a letter, or by a case that is split off.
-- name: verify_serials
SELECT count(*) OVER (), 0, 0::bigint, concat(coalesce(got.day, s.day), ': ', coalesce(n, 0), ' letters and split cases, last serial ',
    coalesce(top, 0), ', next ', coalesce(s.next_serial, 1))
FROM (
    SELECT id / 1000000000 + 20000000 AS day, count(*) AS n, max(id % 1000000000) AS top
    FROM (
        SELECT id FROM letter
        UNION ALL
        SELECT id FROM case_file c WHERE letter_id <> id AND NOT EXISTS (SELECT FROM letter l WHERE l.id = c.id)
    ) taken GROUP BY 1
) got
FULL JOIN day_serial s ON s.day = got.day
WHERE coalesce(n, 0) <> coalesce(s.next_serial, 1) - 1 OR coalesce(top, 0) <> coalesce(s.next_serial, 1) - 1
LIMIT 5

-- What lies beside case_file speaks of a case that is there, and of a leg or line of it.
-- name: verify_belongs
SELECT count(*) OVER (), coalesce(c.mailbox, 0), v.case_id, v.words
FROM (
    SELECT k.case_id, 'course' AS words FROM course k WHERE NOT EXISTS (SELECT FROM case_file c WHERE c.id = k.case_id)
    UNION ALL
    SELECT a.case_id, 'accused' FROM accused a WHERE NOT EXISTS (SELECT FROM case_file c WHERE c.id = a.case_id)
    UNION ALL
    SELECT r.case_id, concat('request ', r.id) FROM request r
    WHERE NOT EXISTS (SELECT FROM case_file c WHERE c.id = r.case_id)
        OR r.leg <> 0 AND NOT EXISTS (SELECT FROM leg l WHERE l.case_id = r.case_id AND l.id = r.leg)
    UNION ALL
    SELECT s.case_id, concat('supplement at line ', s.seq) FROM supplement s
    WHERE NOT EXISTS (SELECT FROM journal j WHERE j.case_id = s.case_id AND j.seq = s.seq)
    UNION ALL
    SELECT s.case_id, concat('answers at line ', s.seq) FROM callback_answer s
    WHERE NOT EXISTS (SELECT FROM journal j WHERE j.case_id = s.case_id AND j.seq = s.seq)
    UNION ALL
    SELECT i.case_id, concat('inquiry of request ', i.request) FROM inquiry i -- 12: REQUEST_INQUIRY; 2: granted
    LEFT JOIN request r ON r.case_id = i.case_id AND r.id = i.request AND r.kind = 12
    WHERE r.case_id IS NULL OR r.target <> i.unit OR (r.state = 2) <> (i.approved_at IS NOT NULL)
        OR i.answered_at IS NOT NULL AND i.approved_at IS NULL
    UNION ALL
    SELECT r.case_id, concat('request ', r.id, ' without its inquiry') FROM request r
    LEFT JOIN inquiry i ON i.case_id = r.case_id AND i.request = r.id WHERE r.kind = 12 AND i.case_id IS NULL
    UNION ALL
    SELECT a.case_id, 'more accused than a case can have' FROM accused a WHERE a.gone_at IS NULL
    GROUP BY a.case_id HAVING count(*) > 8
    UNION ALL
    SELECT c.id, CASE WHEN c.flags & 8 = 0 THEN 'accuses somebody without its flag' ELSE 'flagged without accused' END
    FROM case_file c
    WHERE (c.flags & 8 <> 0) <> EXISTS (SELECT FROM accused a WHERE a.case_id = c.id AND a.gone_at IS NULL)
) v LEFT JOIN case_file c ON c.id = v.case_id
LIMIT 5

-- A case that was merged names one that was not, and nothing else names any.
-- name: verify_merged
SELECT count(*) OVER (), c.mailbox, c.id, concat('merged into ', coalesce(k.primary_case, 0),
    CASE WHEN k.primary_case IS NULL OR k.primary_case = 0 THEN ', which is nothing' WHEN p.id IS NULL THEN ', which is not there'
    WHEN c.state NOT IN (82, 90) THEN ', but not in that state' ELSE ', which is merged itself' END)
FROM case_file c
LEFT JOIN course k ON k.case_id = c.id
LEFT JOIN case_file p ON p.id = k.primary_case
WHERE c.state = 82 AND (coalesce(k.primary_case, 0) = 0 OR p.id IS NULL OR p.state = 82)
    OR c.state NOT IN (82, 90) AND k.primary_case <> 0
LIMIT 5

-- What the machine joined (actor 3: the classifier) is of one writer, neither of them secret. writer_same says no more than that.
-- name: verify_repeats
SELECT count(*) OVER (), c.mailbox, c.id, concat('joined ', v.primary_case, ' by itself, which is of another writer')
FROM (
    SELECT k.case_id, k.primary_case FROM course k
    JOIN LATERAL (SELECT j.actor FROM journal j
                  WHERE j.case_id = k.case_id AND j.event = (SELECT code FROM code_list WHERE list = 'journal' AND name = 'case.merged')
                  ORDER BY j.seq DESC LIMIT 1) j ON j.actor = 3
    WHERE k.primary_case <> 0
) v
JOIN case_file c ON c.id = v.case_id
LEFT JOIN writer_same(ARRAY(SELECT case_id FROM course WHERE primary_case <> 0),
                      ARRAY(SELECT primary_case FROM course WHERE primary_case <> 0)) s
    ON s.letter_id = v.case_id AND s.other = v.primary_case
WHERE s.other IS NULL
LIMIT 5

-- name: verify_bands
SELECT count(*) OVER (), coalesce(l.mailbox, 0), b.letter_id, 'bands of no letter, or of one with more than it can have'
FROM (SELECT letter_id, count(*) AS n FROM near_band GROUP BY letter_id) b LEFT JOIN letter l ON l.id = b.letter_id
WHERE l.id IS NULL OR b.n > 16
LIMIT 5

-- At most one lead leg that is not over (26, 50, 60) beneath each leg, and in each round beneath the centre.
-- name: verify_leads
SELECT count(*) OVER (), min(c.mailbox), l.case_id, concat(count(*), ' open lead legs below leg ', l.parent)
FROM leg l LEFT JOIN case_file c ON c.id = l.case_id
WHERE l.role = 1 AND l.state NOT IN (26, 50, 60)
GROUP BY l.case_id, l.parent, l.round HAVING count(*) > 1
LIMIT 5

-- A date to come that the sweep will not look at; or a look at what is archived. Whether the look is early enough, core says.
-- name: verify_wait
SELECT count(*) OVER (), c.mailbox, c.id, CASE WHEN c.wake_at IS NULL THEN 'nobody will look when it is due' ELSE 'archived, but to be looked at' END
FROM case_file c
WHERE c.wake_at IS NULL AND c.due_at > $1::timestamptz AND c.state <> 90 OR c.wake_at IS NOT NULL AND c.state = 90
LIMIT 5

-- name: verify_client_keys
SELECT count(*) OVER (), min(mailbox), min(id), concat(count(*), ' letters with one key')
FROM letter GROUP BY channel, client_ref HAVING count(*) > 1
LIMIT 5

-- name: verify_writers
SELECT n, 0, 0::bigint, 'identities without a letter' FROM writer_orphans() n WHERE n > 0

-- What was retired is told by its ranges; what is there begins behind them. The ranges follow each other without a gap.
-- name: verify_queue_dense
SELECT count(*) OVER (), 0, 0::bigint, v.words
FROM (
    SELECT concat(coalesce(h.bureau, q.bureau), ': ', coalesce(n, 0), ' rows, ', coalesce(first, 0), ' to ', coalesce(last, 0),
        ', kept from ', h.first_seq, ', next ', h.next_seq) AS words
    FROM bureau_head h
    FULL JOIN (SELECT bureau, count(*) AS n, min(seq) AS first, max(seq) AS last FROM bureau_queue GROUP BY bureau) q
        ON q.bureau = h.bureau
    WHERE h.bureau IS NULL OR coalesce(n, 0) <> h.next_seq - h.first_seq
        OR n > 0 AND (first <> h.first_seq OR last <> h.next_seq - 1)
    UNION ALL
    SELECT concat(h.bureau, ': ', r.n, ' rows retired, kept from ', h.first_seq)
    FROM bureau_head h
    LEFT JOIN (SELECT bureau, sum(rows) AS n, sum(to_seq - from_seq) AS wide, max(to_seq) AS upto
               FROM queue_retired GROUP BY bureau) r ON r.bureau = h.bureau
    WHERE coalesce(r.n, 0) <> h.first_seq - 1 OR coalesce(r.wide, 0) <> h.first_seq - 1 OR coalesce(r.upto, 1) <> h.first_seq
    UNION ALL
    SELECT concat(r.bureau, ': a range from ', r.from_seq, ' behind one to ', r.before)
    FROM (SELECT bureau, from_seq, lag(to_seq) OVER (PARTITION BY bureau ORDER BY from_seq) AS before FROM queue_range) r
    JOIN bureau_head h ON h.bureau = r.bureau
    WHERE r.from_seq <> coalesce(r.before, h.first_seq)
) v
LIMIT 5

-- Each leg, however deep, is told once with its letter (notice 1), in the queue of its unit or of one above it up to its
-- bureau ($1, $2): which of them had a queue then, only that day's policy knows. What the desk parked or skipped may come again.
-- The line of a leg that is no younger than the newest in a retired range of such a queue may be gone: it is not asked for.
-- name: verify_queue_legs
SELECT count(*) OVER (), c.mailbox, v.case_id, v.words
FROM (
    SELECT e.case_id, concat('leg ', e.leg, ' of ', e.unit, ' is ', e.told, ' times in the queue of ', e.queue) AS words
    FROM (
        SELECT case_id, leg, max(queue) AS queue, max(unit) AS unit, max(sent_at) AS sent_at, sum(told) AS told,
            sum(legs) AS legs
        FROM (
            SELECT q.case_id, q.leg, q.bureau AS queue, NULL::int AS unit, NULL::timestamptz AS sent_at,
                (t.seq IS NULL)::int AS told, 0 AS legs
            FROM bureau_queue q LEFT JOIN queue_tombstone t ON t.bureau = q.bureau AND t.seq = q.seq
            WHERE q.notice = 1 AND q.bureau > 6
            UNION ALL
            SELECT case_id, id, NULL, unit, sent_at, 0, 1 FROM leg
        ) either
        GROUP BY case_id, leg
    ) e
    LEFT JOIN (SELECT DISTINCT u.unit, u.queue FROM unnest($1::int[], $2::int[]) AS u (unit, queue)) serves
        ON serves.unit = e.unit AND serves.queue = e.queue
    LEFT JOIN (
        SELECT u.unit, max(r.newest_at) AS newest_at
        FROM unnest($1::int[], $2::int[]) AS u (unit, queue) JOIN queue_retired r ON r.bureau = u.queue GROUP BY 1
    ) retired ON retired.unit = e.unit
    WHERE e.legs <> 1 OR e.told > 1 OR e.queue IS NOT NULL AND serves.unit IS NULL
        OR e.queue IS NULL AND (retired.newest_at IS NULL OR e.sent_at > retired.newest_at)
) v LEFT JOIN case_file c ON c.id = v.case_id
LIMIT 5

-- A unit's line is about a leg; a portal's is about a letter of its channel, and a thing that writers are told.
-- name: verify_queue_notices
SELECT count(*) OVER (), coalesce(c.mailbox, 0), v.case_id, v.words
FROM (
    SELECT q.case_id, concat(q.bureau, '/', q.seq, ': a notice about no leg') AS words
    FROM bureau_queue q LEFT JOIN leg l ON l.case_id = q.case_id AND l.id = q.leg
    WHERE q.notice <> 1 AND q.bureau > 6 AND l.case_id IS NULL
    UNION ALL
    SELECT q.case_id, concat(q.bureau, '/', q.seq, ': not about a letter of this channel')
    FROM bureau_queue q LEFT JOIN case_file c ON c.id = q.case_id LEFT JOIN letter l ON l.id = c.letter_id
    WHERE q.bureau <= 6 AND (l.channel IS DISTINCT FROM q.bureau OR q.leg <> 0 OR q.notice NOT BETWEEN 1 AND 14)
) v LEFT JOIN case_file c ON c.id = v.case_id
LIMIT 5

-- Nothing that is retired waits; what blocks is the first line that waits.
-- name: verify_cursors
SELECT count(*) OVER (), 0, 0::bigint, concat(coalesce(h.bureau, c.bureau), ': acknowledged ', c.acked_seq, ', blocked at ',
    c.blocked_seq, ', kept from ', h.first_seq, ', next ', h.next_seq)
FROM bureau_head h FULL JOIN bureau_cursor c ON c.bureau = h.bureau
WHERE h.bureau IS NULL OR c.bureau IS NULL OR c.acked_seq < h.first_seq - 1 OR c.acked_seq >= h.next_seq
    OR c.blocked_seq IS NOT NULL AND (c.blocked_seq <> c.acked_seq + 1 OR c.blocked_seq >= h.next_seq)
    OR num_nulls(c.blocked_seq, c.blocked_at, c.blocked_reason) NOT IN (0, 3)
LIMIT 5

-- What the desk set aside stands at a sequence that there is, or was, and in the journal of its case.
-- name: verify_tombstones
SELECT count(*) OVER (), coalesce(c.mailbox, 0), coalesce(q.case_id, 0), concat(t.bureau, '/', t.seq,
    CASE WHEN h.bureau IS NULL OR t.seq >= h.next_seq OR t.seq < 1 THEN ': a tombstone at no sequence'
    ELSE ': a tombstone that the journal does not have' END)
FROM queue_tombstone t
LEFT JOIN bureau_head h ON h.bureau = t.bureau
LEFT JOIN bureau_queue q ON q.bureau = t.bureau AND q.seq = t.seq
LEFT JOIN case_file c ON c.id = q.case_id
WHERE h.bureau IS NULL OR t.seq >= h.next_seq OR t.seq < 1
    OR q.bureau IS NOT NULL AND NOT EXISTS (
        SELECT FROM journal j JOIN code_list l ON l.list = 'journal' AND l.code = j.event
            AND l.name = CASE WHEN t.parked THEN 'queue.parked' ELSE 'queue.skipped' END
        WHERE j.case_id = q.case_id AND j.at = t.at)
LIMIT 5

-- A key speaks for a queue that there is, or for a channel.
-- name: verify_keys
SELECT count(*) OVER (), 0, 0::bigint, concat(substr(encode(k.key, 'hex'), 1, 16), ': of ', k.holder, ', which is nobody')
FROM peer_key k
WHERE k.revoked_at IS NULL AND CASE k.role WHEN 2 THEN k.holder NOT BETWEEN 1 AND 6
    ELSE k.holder <= 6 OR NOT EXISTS (SELECT FROM bureau_head h WHERE h.bureau = k.holder) END
LIMIT 5

-- A bureau or unit speaks for itself and what stands below it ($1, $2). The desk's acts stand under bureau 0, a portal's under
-- its channel: for any letter whose code its writer gave.
-- name: verify_feedback
SELECT count(*) OVER (), coalesce(c.mailbox, 0), v.case_id, concat('said by ', v.bureau, v.words)
FROM (
    SELECT f.case_id, f.bureau, ' of no case' AS words FROM feedback_inbox f
    WHERE NOT EXISTS (SELECT FROM case_file c WHERE c.id = f.case_id)
    UNION ALL
    SELECT f.case_id, f.bureau, ', which has no leg' FROM feedback_inbox f
    LEFT JOIN (
        SELECT DISTINCT l.case_id, u.queue FROM leg l JOIN unnest($1::int[], $2::int[]) AS u (unit, queue) ON u.unit = l.unit
    ) served ON served.case_id = f.case_id AND served.queue = f.bureau
    WHERE f.bureau > 6 AND served.queue IS NULL
) v LEFT JOIN case_file c ON c.id = v.case_id
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

-- The cases that accuse somebody, in pages by key.
-- name: verify_accused_page
SELECT a.case_id, c.mailbox, a.unit, a.officer, a.since, c.state
FROM accused a LEFT JOIN case_file c ON c.id = a.case_id
WHERE a.case_id > $1::bigint AND a.gone_at IS NULL
    AND a.case_id <= (SELECT max(case_id) FROM (SELECT case_id FROM accused WHERE case_id > $1 AND gone_at IS NULL ORDER BY case_id LIMIT $2::int) page)
ORDER BY a.case_id

-- name: verify_accused_legs
SELECT l.case_id, l.id, l.unit, l.state, l.flags, l.sent_at
FROM leg l
WHERE l.case_id = ANY ($1::bigint[]) ORDER BY l.case_id, l.id
