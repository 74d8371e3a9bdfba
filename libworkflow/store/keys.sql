-- SPDX-License-Identifier: Apache-2.0

-- In the order of the keys' bytes.
-- name: keys_load
SELECT key, role, holder FROM peer_key WHERE revoked_at IS NULL ORDER BY key LIMIT $1::int

-- name: keys_denied
INSERT INTO denied_peer (key, named, what, times, at)
SELECT n.*, $5::timestamptz FROM unnest($1::bytea[], $2::int[], $3::text[], $4::bigint[]) n

-- name: keys_known
SELECT EXISTS (SELECT FROM peer_key WHERE key = $1::bytea), (SELECT count(*) FROM peer_key WHERE revoked_at IS NULL)

-- name: keys_add
INSERT INTO peer_key (key, role, holder, name, added_at, added_by)
VALUES ($1::bytea, $2::smallint, $3::int, $4::text, $5::timestamptz, $6::text)
ON CONFLICT DO NOTHING

-- The keys whose fingerprint begins so ($1: its hex digits).
-- name: keys_find
SELECT key, revoked_at IS NOT NULL FROM peer_key WHERE encode(key, 'hex') LIKE $1::text || '%' ORDER BY revoked_at NULLS FIRST LIMIT 2

-- name: keys_revoke
UPDATE peer_key SET revoked_at = $2::timestamptz, revoked_by = $3::text, reason = $4::text
WHERE key = $1::bytea AND revoked_at IS NULL

-- name: keys_each
SELECT k.key, k.role, k.holder, k.name, k.added_by, k.revoked_by, k.reason, k.added_at, k.revoked_at,
    (SELECT coalesce(sum(d.times), 0)::bigint FROM denied_peer d WHERE d.key = k.key)
FROM peer_key k ORDER BY k.role, k.holder, k.added_at
