-- SPDX-License-Identifier: Apache-2.0

-- name: policy_newest
SELECT version, digest FROM policy_version ORDER BY version DESC LIMIT 1

-- The newest version's files: all of them, or ($1) without what only the classifier reads: most of the bytes.
-- name: policy_files
SELECT f.name, f.content, f.version FROM policy_file f
WHERE f.version = (SELECT max(version) FROM policy_version)
  AND ($1::boolean OR f.name <> ALL ('{places.tsv,authorities.tsv,lexicon.tsv,variants.tsv,villages.tsv,landmarks.tsv}'))

-- name: policy_insert
WITH v AS (
    INSERT INTO policy_version (loaded_at, loaded_by, digest) VALUES ($1::timestamptz, $2::text, $3::text) RETURNING version
), f AS (
    INSERT INTO policy_file (version, name, content)
    SELECT v.version, u.name, u.content FROM v, unnest($4::text[], $5::text[]) u (name, content)
)
SELECT version FROM v

-- name: policy_queues_open
SELECT queue_open(q) FROM unnest($1::int[]) q
