-- SPDX-License-Identifier: Apache-2.0

-- The newest files, and each other calendar that was ever in force, the latest first.
-- name: clocks_files
SELECT f.name, f.content FROM policy_file f WHERE f.version = (SELECT max(version) FROM policy_version)

-- name: clocks_calendars
SELECT f.content FROM policy_file f WHERE f.name = 'calendar.tsv'
GROUP BY f.content ORDER BY max(f.version) DESC LIMIT $1::int

-- Cases that have a date, in the order of their dates; of those whose clock may have stood, when it did since it started:
-- journal codes and microseconds since 1970. Last, whom the case accuses.
-- name: clocks_page
SELECT c.id, c.mailbox, c.version, c.state, c.kind, c.flags, c.round, c.due_at, c.clock_at,
    coalesce(k.extended_days, 0::smallint), k.paused_at, k.case_id IS NOT NULL,
    CASE WHEN k.case_id IS NOT NULL THEN (
        SELECT string_agg(j.event || ':' || (extract(epoch FROM j.at) * 1000000)::bigint, ',' ORDER BY j.seq)
        FROM journal j WHERE j.case_id = c.id AND j.at >= c.clock_at AND j.event = ANY ($4::smallint[])
    ) END,
    (SELECT string_agg(a.unit || ':' || a.officer, ',') FROM accused a WHERE a.case_id = c.id AND a.gone_at IS NULL)
FROM case_file c LEFT JOIN course k ON k.case_id = c.id
WHERE c.due_at IS NOT NULL AND (c.due_at, c.id) > ($1::timestamptz, $2::bigint)
ORDER BY c.due_at, c.id LIMIT $3::int
