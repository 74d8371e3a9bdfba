-- name: because_read
SELECT id, rule, words FROM because
