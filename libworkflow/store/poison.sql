-- name: poison_add
INSERT INTO dead_letter (source, ref, case_id, code, field, words, frame, at, attempts)
SELECT $1::text, n.*, $8::timestamptz, 1
FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bytea[]) n
ON CONFLICT (source, ref) DO UPDATE
SET attempts = dead_letter.attempts + 1, at = excluded.at, code = excluded.code, field = excluded.field,
    words = excluded.words, frame = excluded.frame
